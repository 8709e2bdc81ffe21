// What is typed into a section, kept in the tab's storage until the server has it.
//
// A draft of a text that the section no longer has is set aside: it is offered, and never opened
// by itself over what somebody else wrote there.

function keyOf(post, id) {
  return `longhand:draft:${post}:${id}`
}

function asideOf(post, id) {
  return `longhand:aside:${post}:${id}`
}

function read(key) {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null // Where the browser forbids storage there is nothing to bring back.
  }
}

/** Says whether it is kept: a full or forbidden storage costs what a reload would bring back. */
function write(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}

/**
 * Keep what was typed; says whether that went well.
 * @param {string} source the section's text that was edited
 */
export function keepDraft(post, id, text, source) {
  return write(keyOf(post, id), JSON.stringify({ text, source }))
}

export function forgetDraft(post, id) {
  write(keyOf(post, id), null)
}

/** What was typed of the section as it stands and never saved, or null. */
export function keptDraft(post, section) {
  const draft = parsed(read(keyOf(post, section.id)))
  if (!draft || draft.text === section.source) return null
  if (draft.source === section.source) return draft.text
  write(asideOf(post, section.id), draft.text)
  forgetDraft(post, section.id)
  return null
}

/** What was typed of an earlier text of the section and never saved, or null. */
export function draftAside(post, section) {
  const text = read(asideOf(post, section.id))
  return text === section.source ? null : text
}

export function forgetAside(post, id) {
  write(asideOf(post, id), null)
}

/** A draft as it is stored; one of before, of which nobody knows what it was of, is a text alone. */
function parsed(stored) {
  if (stored === null) return null
  try {
    const draft = JSON.parse(stored)
    if (typeof draft?.text === "string") return draft
  } catch {
    // It is no JSON.
  }
  return { text: stored, source: null }
}
