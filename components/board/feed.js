// The events of one job over a WebSocket: resumed where it broke off, each event once.

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

// The server sends an empty frame now and then; a connection silent for longer is dead.
const SILENCE_MS = 60_000

// The server says with this code that there is no such job: asking again changes nothing.
const NO_SUCH_JOB = 4404

const START = "0-0"

/** Whether event id `a` ("<epoch>-<sequence>") comes after `b`. */
function isAfter(a, b) {
  const [epochA, numberA] = a.split("-").map(Number)
  const [epochB, numberB] = b.split("-").map(Number)
  return epochA > epochB || (epochA === epochB && numberA > numberB)
}

export class Feed {
  /**
   * @param {string} path relative address of the job's live route
   * @param {object} on `event(event)`, `place(name, place)`, `gap()`, `batch()`, `lost()`, `back()`, `gone()`
   */
  constructor(path, on) {
    this.path = path
    this.on = on
    this.last = START
    this.failures = 0
    this.isClosed = false
    this.wake = () => this.retryNow()
    window.addEventListener("online", this.wake)
  }

  open() {
    const address = new URL(this.path, document.baseURI)
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
    address.searchParams.set("after", this.last)
    const socket = new WebSocket(address)
    this.socket = socket
    socket.onopen = () => {
      this.listen()
      this.on.back()
    }
    socket.onmessage = (message) => this.receive(message.data)
    socket.onclose = (event) => {
      if (this.socket === socket) this.reconnect(event.code)
    }
  }

  close() {
    this.isClosed = true
    window.removeEventListener("online", this.wake)
    clearTimeout(this.silence)
    clearTimeout(this.pause)
    this.socket?.close()
  }

  listen() {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => this.socket.close(), SILENCE_MS)
  }

  receive(frame) {
    this.listen()
    if (frame === "" || this.isClosed) return
    this.failures = 0
    for (const [id, event] of JSON.parse(frame)) {
      if (id === "waiting" || id === "running") {
        this.on.place(id, event)
      } else if (id === "gap") {
        this.last = START
        this.on.gap()
      } else if (isAfter(id, this.last)) {
        this.last = id
        this.on.event(event)
      }
    }
    this.on.batch()
  }

  reconnect(code) {
    clearTimeout(this.silence)
    if (this.isClosed) return
    if (code === NO_SUCH_JOB) {
      this.close()
      this.on.gone()
      return
    }
    this.on.lost()
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures)
    this.failures += 1
    // Half of the pause is random, so that many viewers do not come back at one moment.
    this.pause = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2))
  }

  retryNow() {
    if (this.isClosed || this.socket?.readyState !== WebSocket.CLOSED) return
    clearTimeout(this.pause)
    this.open()
  }
}
