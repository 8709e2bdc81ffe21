// Every key of the outline: while a title is edited, in its other fields, and in row mode.
import {
  AT_END,
  addAfter,
  addBefore,
  fold,
  indent,
  join,
  outdent,
  remove,
  shift,
  split,
  targets,
} from "./commands.js"
import { flatten } from "./tree.js"

const WALKING = new Set([
  "ArrowUp",
  "ArrowDown",
  "ArrowLeft",
  "ArrowRight",
  "Home",
  "End",
  "Tab",
  "Escape",
])

/** The key with its modifiers, such as `Mod+Shift+Z`; Mod is Ctrl or, on a Mac, Command. */
function chord(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  const held = [
    [event.ctrlKey || event.metaKey, "Mod"],
    [event.altKey, "Alt"],
    [event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey), "Shift"],
  ]
  return [...held.filter(([isHeld]) => isHeld).map(([, name]) => name), key].join("+")
}

const ANYWHERE = {
  "Mod+Z": (o) => o.undo(),
  "Mod+Shift+Z": (o) => o.redo(),
  "Mod+Y": (o) => o.redo(),
  "Alt+ArrowUp": (o) => shift(o, targets(o), -1),
  "Alt+ArrowDown": (o) => shift(o, targets(o), 1),
  "Alt+ArrowLeft": (o) => outdent(o, targets(o)),
  "Alt+ArrowRight": (o) => indent(o, targets(o)),
  "Mod+ArrowUp": (o, id) => fold(o, id, true),
  "Mod+ArrowDown": (o, id) => fold(o, id, false),
  "Mod+Shift+Backspace": (o) => remove(o, targets(o)),
  "Mod+Shift+Delete": (o) => remove(o, targets(o)),
}

function walk(o, id) {
  if (!id) return false
  o.selected.clear()
  o.focusOn(id)
  o.render()
  return true
}

const IN_ROW = {
  ArrowDown: (o, id) => walk(o, o.neighbour(id, 1)),
  ArrowUp: (o, id) => walk(o, o.neighbour(id, -1)),
  Home: (o) => walk(o, o.places[0]?.id),
  End: (o) => walk(o, o.places.at(-1)?.id),
  ArrowRight: (o, id) => fold(o, id, false) || walk(o, o.tree.get(id).kids[0]),
  ArrowLeft: (o, id) => fold(o, id, true) || walk(o, o.tree.get(id).parent),
  " ": (o, id) => o.select(id),
  Enter: (o, id) => o.edit(id),
  F2: (o, id) => o.edit(id),
  Delete: (o) => remove(o, targets(o)),
  Backspace: (o) => remove(o, targets(o)),
  "Mod+A": (o) => {
    o.selected = new Set(flatten(o.tree).map((node) => node.id))
    o.render()
    o.say(o.t.count("selected", o.selected.size))
  },
}

/** Whether the caret is on the first (or last) line of a field, so that an arrow leaves it. */
function isAtEdge(field, key) {
  if (field.tagName !== "TEXTAREA") return true
  const lineHeight = parseFloat(getComputedStyle(field).lineHeight) || 20
  if (field.scrollHeight < lineHeight * 1.8) return true
  return key === "ArrowUp" ? field.selectionStart === 0 : field.selectionEnd === field.value.length
}

function step(o, id, field, key) {
  if (!isAtEdge(field, key)) return false
  const next = o.neighbour(id, key === "ArrowUp" ? -1 : 1)
  if (next) o.focusOn(next, field.selectionStart)
  else if (key === "ArrowUp") o.focusName()
  return true
}

function selectTo(o, id, event) {
  if (o.mode === "edit" && !isAtEdge(event.target, event.key)) return false
  const next = o.neighbour(id, event.key === "ArrowUp" ? -1 : 1)
  if (!next) return false
  if (!o.selected.size) o.anchor = id
  o.focusOn(next)
  o.selectRange(o.anchor, next)
  return true
}

const IN_TITLE = {
  Enter: (o, id, field) => {
    const { value, selectionStart, selectionEnd } = field
    if (selectionEnd === 0 && value) addBefore(o, id)
    else split(o, id, value, selectionStart, selectionEnd)
    return true
  },
  "Shift+Enter": (o, id) => o.openField(id, "content_summary"),
  Tab: (o) => indent(o, targets(o)),
  "Shift+Tab": (o) => outdent(o, targets(o)),
  Backspace: (o, id, field) => field.selectionEnd === 0 && join(o, id),
  ArrowUp: (o, id, field) => step(o, id, field, "ArrowUp"),
  ArrowDown: (o, id, field) => step(o, id, field, "ArrowDown"),
  Escape: (o, id) => (o.selected.size ? o.clearSelection() : o.rowMode(id)),
}

const IN_FIELD = {
  Enter: (o, id, field) => {
    if (field.dataset.k === "notes") return false
    if (field.dataset.k === "content_summary") addAfter(o, id)
    else o.focusOn(id, AT_END)
    return true
  },
  Escape: (o, id) => o.focusOn(id, AT_END),
}

// These say by returning false that they left the key to the browser; the others take it.
const MAY_DECLINE = new Set(["Backspace", "ArrowUp", "ArrowDown", "Enter"])

function handled(handler, name, args) {
  if (!handler) return false
  const outcome = handler(...args)
  return !(outcome === false && MAY_DECLINE.has(name))
}

function dispatch(o, event, id) {
  const name = chord(event)
  const field = event.target
  if (o.readonly && !WALKING.has(event.key)) return false
  if (name in ANYWHERE && !(o.readonly && event.altKey)) {
    ANYWHERE[name](o, id)
    return true
  }
  if (name === "Shift+ArrowUp" || name === "Shift+ArrowDown") {
    const mayLeave = o.mode === "row" || field.dataset.k === "title"
    return mayLeave && selectTo(o, id, event)
  }
  if (o.mode === "row" && field.getAttribute("role") === "row") {
    if (!(name in IN_ROW)) return false
    IN_ROW[name](o, id)
    return true
  }
  if (o.readonly && event.key === "Tab") return false
  if (field.dataset.k === "title") return handled(IN_TITLE[name], name, [o, id, field])
  if (field.dataset.k || field.dataset.act) {
    if (field.dataset.act && name !== "Escape") return false
    return handled(IN_FIELD[name], name, [o, id, field])
  }
  return false
}

export function onKeydown(o, event) {
  // An input method owns the key while it composes; 229 is what it sends for "mine".
  if (event.isComposing || event.keyCode === 229) return
  const row = event.target.closest?.(".ol-row")
  const isHandled = row && dispatch(o, event, row.dataset.id)
  if (isHandled) event.preventDefault()
  // The page has one-letter shortcuts and cannot see that the key went into a text field.
  if (isHandled || !(event.ctrlKey || event.metaKey || event.altKey)) event.stopPropagation()
}

/** The outline's own title: Enter and ArrowDown go on to the first node. */
export function onNameKeydown(o, event) {
  if (event.isComposing || event.keyCode === 229) return
  const name = chord(event)
  const first = o.places[0]?.id
  const actions = {
    Enter: () => (first ? o.focusOn(first, 0) : addAfter(o, null)),
    ArrowDown: () => first && o.focusOn(first, 0),
    "Mod+Z": () => o.undo(),
    "Mod+Shift+Z": () => o.redo(),
    "Mod+Y": () => o.redo(),
  }
  if (!o.readonly && actions[name]) {
    actions[name]()
    event.preventDefault()
    event.stopPropagation()
  } else if (!(event.ctrlKey || event.metaKey || event.altKey)) event.stopPropagation()
}
