// What the author has entered and not handed over yet: it outlives reruns, visits and reloads.

import { newId } from "./element.js"
import { Uploads, isWorthRetrying } from "./uploads.js"

const SAVE_MS = 250 // a browser that crashes costs a quarter of a second of typing
const SETTLED = new Set(["read", "failed"])
const NOT_SENT = "file_not_sent" // the code of a file that the page lost with a reload
const ROLES = ["content", "requirements", "style_guide", "outline"]

const drafts = new Map()

/** The one draft of that key: uploads go on in it while the author looks at another page. */
export function draftOf(key) {
  if (!drafts.has(key)) drafts.set(key, new Draft(key))
  return drafts.get(key)
}

export { ROLES, isWorthRetrying }

class Draft {
  constructor(key) {
    this.key = `longhand.draft ${key}`
    this.listeners = new Set()
    this.uploads = new Uploads({
      onChange: () => this.emit({ type: "files" }),
      onSettled: (entry) => this.settled(entry),
    })
    this.take(stored(this.key))
    window.addEventListener("pagehide", () => this.saveWaiting())
    document.addEventListener("visibilitychange", () => this.saveWaiting())
  }

  take(saved) {
    this.prompt = text(saved.prompt)
    this.address = text(saved.address) // of a page, not added yet
    this.files = entries(saved.files)
    this.replaced = saved.replaced
      ? { ...content(saved.replaced), why: text(saved.replaced.why) }
      : null
    this.example = "" // of this visit: a reload is a new session, which counts anew
    this.untouched = saved.untouched === true // it is an example, and nothing of the author's
    this.nonce = text(saved.nonce) // of a submission that has no answer yet
    this.edited = saved.edited === true // since that submission
  }

  get isEmpty() {
    return !this.prompt.trim() && !this.files.length
  }

  get isReading() {
    return this.files.some((entry) => !SETTLED.has(entry.state))
  }

  get wasSent() {
    return this.nonce !== "" && !this.edited && !this.isEmpty
  }

  get readFiles() {
    return this.files.filter((entry) => entry.state === "read")
  }

  subscribe(listener) {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  emit(event) {
    for (const listener of this.listeners) listener(event)
  }

  // What the author does

  type(prompt) {
    this.prompt = prompt
    this.edit({ type: "prompt" })
  }

  /** Take files; `refusal(file)` is the code of why one is not even sent, or empty. */
  attach(files, { url, refusal }) {
    for (const file of files) {
      const entry = this.found(fresh(file))
      this.files.push(entry)
      const code = refusal(file)
      if (code) this.settled(Object.assign(entry, { state: "failed", error_code: code, file: null }))
      else this.uploads.add(entry, url)
    }
    this.edit({ type: "files" })
  }

  /** The same file again that a reload had lost is for what that was for. */
  found(entry) {
    const { file_name, size_bytes } = entry
    const isLost = (one) =>
      one.error_code === NOT_SENT && one.file_name === file_name && one.size_bytes === size_bytes
    const lost = this.files.find(isLost)
    this.files = this.files.filter((one) => one !== lost)
    return lost ? { ...entry, role: lost.role } : entry
  }

  /** Take pages of the web; one that is there already is not fetched again. */
  attachPages(addresses, url) {
    const added = []
    for (const address of addresses) {
      const twin = this.files.find((entry) => entry.url === address)
      if (twin) this.emit({ type: "duplicate", entry: twin })
      else added.push({ ...blank(), file_name: address, url: address, state: "waiting" })
    }
    this.files.push(...added)
    for (const entry of added) this.uploads.add(entry, url)
    this.edit({ type: "files" })
    return added
  }

  /** Go on with the pages that were being fetched when the browser went away. */
  resume(url) {
    for (const entry of this.files.filter((one) => one.state === "paused")) {
      if (url) this.uploads.add(entry, url)
      else this.settled(Object.assign(entry, { state: "failed", error_code: "web_off" }))
    }
  }

  typeAddress(address) {
    this.address = address
    this.saveSoon()
  }

  retry(entry, url) {
    this.uploads.add(entry, url)
    this.edit({ type: "files" })
  }

  remove(entry) {
    this.uploads.remove(entry)
    this.files = this.files.filter((other) => other !== entry)
    this.edit({ type: "files" })
  }

  setRole(entry, role) {
    entry.role = role
    this.edit({ type: "files" })
  }

  edit(event) {
    this.edited = true
    this.untouched = false
    this.saveSoon()
    this.emit(event)
  }

  settled(entry) {
    const isTwin = (other) => other !== entry && other.file_id === entry.file_id
    const isHere = this.files.includes(entry) // not in a box that an example replaced meanwhile
    if (isHere && entry.state === "read" && this.readFiles.some(isTwin)) {
      this.remove(entry)
      this.emit({ type: "duplicate", entry })
      return
    }
    this.saveSoon()
    this.emit({ type: "settled", entry })
  }

  // What the page does

  /** Put an example into the box, once; what stood there is kept for `undo`. */
  fill(example) {
    if (this.example === example.nonce) return false
    const keeps = !this.isEmpty && !this.untouched
    if (keeps) this.replaced = { prompt: this.prompt, files: this.files, why: "replaced" }
    this.replace({ prompt: text(example.prompt), files: entries(example.files) })
    this.untouched = true
    this.example = example.nonce
    this.save()
    return true
  }

  /** Give back what was replaced; what the author made of the replacement is kept in turn. */
  undo() {
    const kept = this.untouched || this.isEmpty ? null : { ...this.current(), why: "undone" }
    this.replace(this.replaced)
    this.replaced = kept
    this.save()
  }

  clear() {
    this.replaced = { ...this.current(), why: "cleared" }
    this.replace({ prompt: "", files: [] })
    this.save()
  }

  current() {
    return { prompt: this.prompt, files: this.files }
  }

  replace({ prompt, files }) {
    this.prompt = prompt
    this.files = files
    this.edited = true
    this.untouched = false
    this.emit({ type: "replaced" })
  }

  /** A submission begins; the same content sent again has the same nonce, so it counts once. */
  submit() {
    if (!this.nonce || this.edited) this.nonce = newId()
    this.edited = false
    this.save()
    const { nonce } = this
    return { prompt: this.prompt.trim(), files: this.readFiles.map(onWire), nonce }
  }

  /** The server took it: what is unchanged since is no longer a draft. */
  accept(nonce) {
    if (!nonce || nonce !== this.nonce) return false
    const isDone = !this.edited
    this.nonce = ""
    if (isDone) {
      this.replaced = null
      this.replace({ prompt: "", files: [] })
    }
    this.save()
    return isDone
  }

  /** The server refused it; true the first time that this is heard. */
  refuse(nonce) {
    if (!nonce || nonce !== this.nonce) return false
    this.nonce = ""
    this.save()
    return true
  }

  // Keeping

  saveSoon() {
    this.timer ??= setTimeout(() => this.save(), SAVE_MS)
  }

  saveWaiting() {
    if (this.timer) this.save()
  }

  save() {
    clearTimeout(this.timer)
    this.timer = undefined
    const { prompt, address, untouched, nonce, edited } = this
    const replaced = this.replaced && { ...this.replaced, files: kept(this.replaced.files) }
    const saved = { prompt, address, files: kept(this.files), replaced, untouched, nonce, edited }
    try {
      localStorage.setItem(this.key, JSON.stringify(saved))
    } catch {
      // A full or forbidden storage costs only what a reload would have brought back.
    }
  }
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || {}
  } catch {
    return {}
  }
}

function text(value) {
  return typeof value === "string" ? value : ""
}

function content(saved) {
  return { prompt: text(saved.prompt), files: entries(saved.files) }
}

function fresh(file) {
  const { name, size } = file
  return { ...blank(), file_name: name, size_bytes: size, file, state: "waiting" }
}

function blank() {
  return {
    id: newId(),
    file_id: "",
    file_name: "",
    url: "", // of a page of the web
    role: "content",
    size_bytes: 0,
    pages: null,
    words: 0,
    headings: 0,
    notes: [],
    error_code: "",
    state: "read",
    progress: 0,
    file: null,
  }
}

/** Entries of what was here before: from storage, or of an example; pages go on being fetched. */
function entries(files) {
  const known = Array.isArray(files) ? files.filter((file) => file?.file_name || file?.url) : []
  return known.map((file) => {
    const entry = { ...blank(), ...onWire(file), error_code: text(file.error_code) }
    if (!ROLES.includes(entry.role)) entry.role = ROLES[0]
    if (!entry.file_id) entry.state = "paused"
    if (!entry.file_id && !entry.url) entry.error_code = NOT_SENT
    if (entry.error_code) entry.state = "failed"
    return entry
  })
}

/**
 * What a reload brings back. A file that was not read is gone with the page, which its row then
 * says, unless it was refused; an address can be asked again.
 */
function kept(files) {
  const stays = files.filter((entry) => entry.state !== "failed" || entry.url || isMissing(entry))
  return stays.map((entry) => ({ ...onWire(entry), error_code: entry.error_code }))
}

function isMissing(entry) {
  return entry.error_code === NOT_SENT || isWorthRetrying(entry)
}

function onWire({ file_id, file_name, url = "", role, size_bytes, pages, words, headings, notes = [] }) {
  return { file_id, file_name, url, role, size_bytes, pages, words, headings, notes }
}
