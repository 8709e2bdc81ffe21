// Edits travel to the server as a log: sent, acknowledged, and kept until then.

const RETRY_MS = [1000, 2000, 4000, 8000, 15000] // an outage of any length costs one call in 15 s
const BEACON_BYTES = 60000 // browsers refuse beacons above 64 KB
const MAX_OPERATIONS = 1000 // in one call; the server takes five times as many

// What the server says of a call in which something can never be taken, and what the author hears
// when that was left out.
const UNREADABLE = {
  invalid_request: "change_unreadable",
  request_too_large: "change_too_large",
}

function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) || []
  } catch {
    return []
  }
}

function store(key, operations) {
  try {
    if (operations.length) sessionStorage.setItem(key, JSON.stringify(operations))
    else sessionStorage.removeItem(key)
  } catch {
    // A full or forbidden storage costs only the safety net for a reload during an outage.
  }
}

function jitter(ms) {
  return ms * (0.8 + 0.4 * Math.random())
}

export class Sync {
  /** `onSnapshot(snapshot)` gets what the server has, `onState()` is called on each change. */
  constructor({ post, live, client, onSnapshot, onState }) {
    this.post = new URL(post, document.baseURI).href
    this.live = live ? new URL(live, document.baseURI).href.replace(/^http/, "ws") : null
    this.key = `longhand.outline ${this.post}`
    this.client = client
    this.onSnapshot = onSnapshot
    this.onState = onState
    this.revision = -1
    this.seq = 0
    this.sent = 0
    this.failures = 0
    this.drops = 0
    this.problem = null
    this.most = MAX_OPERATIONS
    this.suspect = null
    this.closed = false
    // Edits of an earlier visit that were never acknowledged keep their client and numbers, so
    // that sending them twice (from a duplicated tab too) changes nothing.
    this.pending = stored(this.key)
    this.listen()
  }

  listen() {
    const hidden = () => document.visibilityState === "hidden" && this.leave()
    const retry = () => this.flush(0)
    this.listeners = [
      [window, "pagehide", () => this.leave()],
      [document, "visibilitychange", hidden],
      [window, "online", retry],
      [window, "pointerdown", retry],
    ]
    for (const [target, type, listener] of this.listeners) {
      target.addEventListener(type, listener, true)
    }
    this.connect()
  }

  close() {
    this.leave()
    this.closed = true
    clearTimeout(this.timer)
    clearTimeout(this.reconnect)
    this.socket?.close()
    for (const [target, type, listener] of this.listeners) {
      target.removeEventListener(type, listener, true)
    }
  }

  /** Add an operation to the log; typing in one field replaces what was not sent yet. */
  add(operation) {
    const last = this.pending.at(-1)
    const replaces =
      operation.t === "set" || operation.t === "name"
        ? last?.client === this.client &&
          last.seq > this.sent &&
          last.t === operation.t &&
          last.id === operation.id &&
          last.k === operation.k
        : false
    if (replaces) last.v = operation.v
    else this.pending.push({ ...operation, client: this.client, seq: ++this.seq })
  }

  flush(delay) {
    if (this.closed || !this.pending.length) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), delay)
    this.onState()
  }

  /** The oldest operations of one client, as they are sent; none while one is under suspicion. */
  batch() {
    if (this.suspect) return { client: this.suspect.client, ops: [], revision: -1 }
    const client = this.pending[0].client
    const end = this.pending.findIndex((operation) => operation.client !== client)
    const ops = this.pending.slice(0, end < 0 ? this.most : Math.min(end, this.most))
    if (client === this.client) this.sent = Math.max(this.sent, ops.at(-1).seq)
    const { revision } = this
    return { client, ops: ops.map(({ client: _, ...operation }) => operation), revision }
  }

  async send() {
    if (this.busy || this.closed || !this.pending.length) return
    this.busy = true
    store(this.key, this.pending)
    const batch = this.batch()
    let answer = null
    try {
      const response = await fetch(this.post, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(batch),
      })
      const body = await response.json().catch(() => null)
      if (response.ok && body) answer = body
      else this.problem = this.refusal(response, body)
    } catch {
      this.problem = { code: "offline" }
    }
    this.busy = false
    if (this.closed) return
    if (answer) this.succeeded(batch, answer)
    else if (batch.ops.length && UNREADABLE[this.problem.code]) this.narrow(batch)
    else this.failed()
  }

  refusal(response, body) {
    const isFinal = response.status >= 400 && response.status < 500 && response.status !== 429
    if (response.status === 413) return { code: "request_too_large", isFinal } // also of a proxy
    if (!isFinal || !body?.error) return { code: "offline" }
    return { code: body.error.code, message: body.error.message, isFinal: true }
  }

  succeeded(batch, answer) {
    const { suspect } = this
    this.failures = 0
    this.acknowledge({ [batch.client]: answer.ack })
    if (suspect) this.leaveOut(suspect)
    else if (answer.refused) this.takenBack(answer.refused)
    else if (this.isTold(batch)) this.problem = null
    this.take(answer, Boolean(suspect || answer.refused))
    if (this.pending.length) this.flush(0)
    else this.most = MAX_OPERATIONS
    this.onState()
  }

  /** Something in it cannot be taken: find what by halves, so that all else is saved. */
  narrow({ client, ops }) {
    const { code } = this.problem
    this.problem = null
    if (ops.length > 1) this.most = Math.ceil(ops.length / 2)
    // Only if the server takes a call without it, it is to blame, and not the call.
    else this.suspect = { client, seq: ops[0].seq, code: UNREADABLE[code] }
    this.flush(0)
  }

  leaveOut({ client, seq, code }) {
    this.suspect = null
    this.most = MAX_OPERATIONS
    this.pending = this.pending.filter((each) => each.client !== client || each.seq !== seq)
    store(this.key, this.pending)
    this.takenBack({ code })
  }

  takenBack(problem) {
    this.problem = { ...problem, until: this.seq }
  }

  /** What was taken back is said until something that was done after it is saved. */
  isTold({ client, ops }) {
    if (this.problem?.until === undefined) return true
    return client === this.client && ops.at(-1)?.seq > this.problem.until
  }

  /** A lost connection is tried again by itself; a refusal waits for the next edit. */
  failed() {
    this.suspect = null
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]
    if (!this.problem.isFinal) this.flush(jitter(wait))
    this.onState()
  }

  acknowledge(acks) {
    const before = this.pending.length
    this.pending = this.pending.filter(({ client, seq }) => seq > (acks[client] ?? 0))
    if (before !== this.pending.length) store(this.key, this.pending)
  }

  /** Take a snapshot unless it is older than what is here; `nodes` may be null (in step). */
  take(snapshot, isForced = false) {
    if (snapshot.ack && typeof snapshot.ack === "object") this.acknowledge(snapshot.ack)
    const isNewer = snapshot.revision > this.revision
    this.revision = Math.max(this.revision, snapshot.revision)
    if ((isNewer || isForced) && snapshot.nodes) this.onSnapshot(snapshot)
  }

  /** Send what is left without waiting: the page may be gone in a moment. */
  leave() {
    store(this.key, this.pending)
    if (!this.pending.length || this.closed) return
    const body = JSON.stringify(this.batch())
    if (body.length > BEACON_BYTES) this.send()
    else navigator.sendBeacon(this.post, new Blob([body], { type: "application/json" }))
  }

  connect() {
    if (!this.live || this.closed) return
    const socket = new WebSocket(this.live)
    this.socket = socket
    socket.onmessage = ({ data }) => {
      this.drops = 0
      if (!data) return
      this.take(JSON.parse(data))
      this.onState()
    }
    socket.onclose = () => {
      if (this.closed) return
      const wait = RETRY_MS[Math.min(this.drops++, RETRY_MS.length - 1)]
      this.reconnect = setTimeout(() => this.connect(), jitter(wait))
    }
  }
}
