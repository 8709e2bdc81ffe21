// The head of the board: the sentence, the bar, what is going on now, the connection.

import { canFill, fill, make, setText } from "./elements.js"

// A screen reader that is told more often never gets to the end of a sentence.
const STATUS_PAUSE_MS = 4_000

const MINUTE_MS = 60_000

/** A progress bar; without a value it says that something goes on, not how far it is. */
export class Bar {
  constructor(label) {
    this.fill = make("span", { className: "lb-fill" })
    this.element = make("div", { className: "lb-bar", role: "progressbar" }, this.fill)
    this.element.setAttribute("aria-label", label)
    this.element.setAttribute("aria-valuemin", "0")
    this.element.setAttribute("aria-valuemax", "100")
  }

  /** A job that is over, and of which nobody knows how far it came, has no bar. */
  paint(share, { isOver = false } = {}) {
    this.element.hidden = isOver && share === null
    this.element.classList.toggle("lb-bar-open", share === null)
    if (share === null) {
      this.element.removeAttribute("aria-valuenow")
      this.fill.style.width = ""
      return
    }
    const percent = Math.round(share * 100)
    this.element.setAttribute("aria-valuenow", String(percent))
    this.fill.style.width = `${percent}%`
  }
}

/** A sentence that is read out: the first at once, then the newest one after a pause. */
export class Status {
  constructor() {
    this.element = make("p", { className: "lb-now", role: "status", dir: "auto" })
    this.next = ""
  }

  say(sentence) {
    this.next = sentence
    if (this.timer) return
    setText(this.element, sentence)
    this.timer = setTimeout(() => {
      this.timer = 0
      if (this.next !== this.element.textContent) this.say(this.next)
    }, STATUS_PAUSE_MS)
  }

  /** Say what cannot wait. */
  sayNow(sentence) {
    this.stop()
    this.say(sentence)
  }

  stop() {
    clearTimeout(this.timer)
    this.timer = 0
  }
}

/** "7 of 12 sections, 5,420 words, about 2 minutes left". */
export function summary(story, words) {
  const { labels, unit, number } = words
  if (!story.sections.size) return story.ending ? "" : labels.starting
  const total = story.sections.size
  const parts = [fill(total === 1 ? labels.sections_one : labels.sections, { done: story.done, total })]
  if (story.words) parts.push(fill(labels[unit], { n: number.format(story.words) }))
  const left = story.ending ? "" : timeLeft(story.msLeft, labels)
  if (left) parts.push(left)
  return parts.join(labels.comma)
}

function timeLeft(ms, labels) {
  if (ms === null) return ""
  if (ms > 1.5 * MINUTE_MS) return fill(labels.minutes_left, { n: Math.round(ms / MINUTE_MS) })
  return ms > 0.75 * MINUTE_MS ? labels.minute_left : labels.seconds_left
}

/**
 * Where a job stands, in the language of the page; what this version has no words for, as from
 * another one, stays in the language of the job.
 *
 * @param {object} event the event `task_progress`
 */
export function progressSentence({ key, values, progress }, { phrases, reasons }) {
  const phrase = phrases[key]
  if (!phrase || !canFill(phrase, values)) return progress
  return fill(phrase, { ...values, reason: reasons[values.reason] ?? reasons.internal })
}

/** What the end of a job is called. */
export function endingSentence(ending, labels) {
  if (ending.status === "completed" || ending.status === "gone") return labels[ending.status]
  return labels[`error_${ending.code}`] ?? labels.error_internal
}
