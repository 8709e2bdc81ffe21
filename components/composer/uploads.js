// Files and pages on their way: a few at a time, with progress, each of them stoppable.

const AT_ONCE = 4 // more share the same line, and a browser opens six connections to a host
const PATIENCE_MS = 15 * 60 * 1000 // 50 MB over a line of 0.5 Mbit/s
const PAGE_PATIENCE_MS = 2 * 60 * 1000 // the server gives up on a page long before
const TRANSIENT = ["network", "server", "file_timeout", "page_timeout", "page_unavailable"]
const SPOKEN = ["file_", "page_", "address_", "web_"] // what the server's codes on sources begin with

/** Whether the same file or page may well be read when it is tried again. */
export function isWorthRetrying(entry) {
  const isHere = Boolean(entry.file || entry.url)
  return isHere && entry.state === "failed" && TRANSIENT.includes(entry.error_code)
}

export class Uploads {
  /** `onChange(entry)` is called on each step, `onSettled(entry)` when the answer is there. */
  constructor({ onChange, onSettled }) {
    this.onChange = onChange
    this.onSettled = onSettled
    this.waiting = []
    this.running = new Map()
  }

  add(entry, url) {
    Object.assign(entry, { state: "waiting", progress: 0, error_code: "" })
    this.waiting.push({ entry, url })
    this.next()
  }

  remove(entry) {
    this.waiting = this.waiting.filter((job) => job.entry !== entry)
    const request = this.running.get(entry)
    this.running.delete(entry)
    request?.abort()
    this.next()
  }

  next() {
    while (this.waiting.length && this.running.size < AT_ONCE) this.send(this.waiting.shift())
  }

  send({ entry, url }) {
    const request = new XMLHttpRequest()
    this.running.set(entry, request)
    request.onload = () => this.settle(entry, answer(request))
    request.onerror = () => this.settle(entry, { error_code: "network" })
    request.ontimeout = request.onerror
    if (entry.url) this.ask(request, entry, url)
    else this.upload(request, entry, url)
  }

  upload(request, entry, url) {
    const target = new URL(url, document.baseURI)
    target.searchParams.set("name", entry.file_name)
    request.open("POST", target)
    request.timeout = PATIENCE_MS
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.upload.onprogress = (event) => this.progress(entry, event.loaded, event.total)
    request.upload.onload = () => this.step(entry, { state: "reading", progress: 1 })
    request.send(entry.file)
    this.step(entry, { state: "uploading" })
  }

  /** The server fetches a page; how far it is cannot be seen. */
  ask(request, entry, url) {
    request.open("POST", new URL(url, document.baseURI))
    request.timeout = PAGE_PATIENCE_MS
    request.setRequestHeader("Content-Type", "application/json")
    request.send(JSON.stringify({ url: entry.url }))
    this.step(entry, { state: "fetching", progress: 1 })
  }

  progress(entry, loaded, total) {
    if (total) this.step(entry, { progress: loaded / total })
  }

  step(entry, values) {
    if (!this.running.has(entry)) return
    Object.assign(entry, values)
    this.onChange(entry)
  }

  settle(entry, values) {
    if (!this.running.delete(entry)) return
    Object.assign(entry, values, { state: values.error_code ? "failed" : "read" })
    if (!isWorthRetrying(entry)) entry.file = null
    this.onSettled(entry)
    this.next()
  }
}

/** What the server said, as the values of an entry; `error_code` is empty when all is well. */
function answer(request) {
  let body = null
  try {
    body = JSON.parse(request.responseText)
  } catch {
    // A proxy answers in HTML: its status says enough.
  }
  if (request.status === 200 && body && typeof body.error_code === "string") return measured(body)
  return { error_code: refusal(request.status, body?.error?.code) }
}

function measured(body) {
  const { file_id, size_bytes, pages, words, headings, error_code, notes = [] } = body
  const read = { file_id, size_bytes, pages, words, headings, error_code, notes }
  if (!body.url) return read
  return { ...read, url: body.url, file_name: body.file_name || body.url }
}

function refusal(status, code) {
  if (SPOKEN.some((start) => String(code).startsWith(start))) return code
  if (status === 413) return "file_too_large"
  return status >= 500 || status === 429 ? "server" : "refused"
}
