// The live board: what the events say, drawn once a frame, without a rerun of the page.

import { delaySentence } from "./delays.js"
import { fill, make, setText } from "./elements.js"
import { Feed } from "./feed.js"
import { Groups } from "./groups.js"
import { Bar, endingSentence, progressSentence, Status, summary } from "./progress.js"
import { spendingSentence } from "./spending.js"
import { Stop } from "./stop.js"
import { Story } from "./story.js"
import { Waiting } from "./waiting.js"

const GONE = { status: "gone", code: "not_found", retryable: false }

class Board {
  constructor(parent, data, setState) {
    this.labels = data.labels
    this.words = {
      labels: data.labels,
      phrases: data.phrases,
      reasons: data.reasons,
      language: data.language,
      textLanguage: data.document_language,
      unit: data.document_language === "zh" ? "characters" : "words",
      number: new Intl.NumberFormat(data.language),
    }
    this.isCompact = data.compact
    this.setState = setState
    this.startedMs = performance.now()
    this.story = new Story()
    this.bar = new Bar(data.labels.progress)
    this.status = new Status()
    this.stop = new Stop(`${data.live}/cancel`, this.stopLabels())
    this.waiting = new Waiting(`${data.live}/priority`, this.words)
    this.leave = make("p", { className: "lb-leave" }, data.labels.leave)
    this.resumed = make("p", { className: "lb-resumed", hidden: true })
    this.spending = make("p", { className: "lb-spending", hidden: !data.metered })
    this.groups = new Groups(this.words)
    this.root = this.isCompact ? this.drawCompact() : this.drawWhole(data.title)
    this.root.lang = data.language
    parent.append(this.root)
    setText(this.status.element, data.labels.starting)
    this.bar.paint(null)
    this.feed = new Feed(data.live, this.listeners())
    this.feed.open()
  }

  stopLabels() {
    const { labels } = this
    const [question, keep, failed] = this.isCompact
      ? [labels.stop_proposal, labels.keep_proposing, labels.stop_proposal_failed]
      : [labels.stop_question, labels.keep_writing, labels.stop_failed]
    return { ...labels, question, keep, failed }
  }

  drawCompact() {
    const { status, bar, spending, waiting, stop } = this
    const now = make("div", { className: "lb-top" }, status.element, stop.element)
    const parts = [now, bar.element, spending, waiting.element]
    return make("div", { className: "lb lb-compact" }, ...parts)
  }

  drawWhole(title) {
    this.summary = make("p", { className: "lb-summary" }, this.labels.starting)
    const heading = make("h1", { dir: "auto" }, fill(this.labels.heading, { title }))
    const words = make("div", {}, heading, this.summary, this.spending)
    const head = make("div", { className: "lb-top" }, words, this.stop.element)
    const now = make("div", { className: "lb-line" }, this.status.element, this.leave)
    const { bar, waiting, resumed, groups } = this
    const parts = [head, bar.element, now, waiting.element, resumed, groups.element]
    return make("div", { className: "lb" }, ...parts)
  }

  listeners() {
    return {
      event: (event) => this.hear(event),
      place: (name, place) => (name === "waiting" ? this.wait(place) : this.run(place)),
      batch: () => this.arrived(),
      gap: () => this.story.forgetText(),
      lost: () => this.lost(),
      back: () => this.back(),
      gone: () => this.gone(),
    }
  }

  hear(event) {
    if (event.type === "task_started") this.begin()
    this.story.apply(event)
  }

  begin() {
    if (this.isCompact) this.waiting.hide()
    else this.waiting.begin()
  }

  /** Another priority gives it another share of the model's calls. */
  run(place) {
    this.begin()
    if (!this.isCompact) this.waiting.offer(place.priority)
  }

  /** It waits to begin, or again because its process gave it back. */
  wait(place) {
    this.waiting.show(place)
    setText(this.status.element, "")
    if (!this.isCompact) setText(this.summary, this.labels.waiting)
  }

  arrived() {
    this.frame ??= requestAnimationFrame(() => this.paint())
    if (this.story.ending) this.finish()
  }

  paint() {
    this.frame = null
    const { story } = this
    if (!story.now) return
    if (!this.isCompact) this.paintSections()
    if (story.spending) setText(this.spending, spendingSentence(story.spending, this.words))
    this.bar.paint(this.share(), { isOver: Boolean(story.ending) })
    if (story.ending) this.status.sayNow(endingSentence(story.ending, this.labels))
    else if (story.delay) this.status.say(delaySentence(story.delay, this.words))
    else if (story.progress) this.status.say(progressSentence(story.progress, this.words))
    story.changed.clear()
  }

  paintSections() {
    const { story } = this
    if (story.isReplanned) this.groups.arrange(story)
    story.isReplanned = false
    this.groups.paint(story)
    this.paintResumed()
    setText(this.summary, summary(story, this.words))
    if (this.root.dataset.firstTextMs || !story.words) return
    this.root.dataset.firstTextMs = Math.round(performance.now() - this.startedMs)
  }

  /** Its process broke off, and another one goes on. */
  paintResumed() {
    const { attempt, ending } = this.story
    this.resumed.hidden = attempt < 2 || Boolean(ending)
    setText(this.resumed, fill(this.labels.resumed, { n: attempt }))
  }

  share() {
    const { ending, progress, sections } = this.story
    if (ending?.status === "completed") return 1
    if (sections.size && !this.isCompact) return this.story.share
    return progress?.total ? progress.done / progress.total : null
  }

  /** The page decides what comes next; a hidden tab paints nothing, so this does not wait. */
  finish() {
    this.feed.close()
    this.end()
    this.root.dataset.status = this.story.ending.status
    this.setState("finished", this.story.ending)
  }

  lost() {
    this.root.classList.add("lb-lost")
    this.status.sayNow(this.labels.lost)
  }

  back() {
    if (!this.root.classList.contains("lb-lost")) return
    this.root.classList.remove("lb-lost")
    this.status.sayNow(this.labels.back)
  }

  gone() {
    const { story, words } = this
    story.ending = GONE
    this.end()
    this.bar.paint(this.share(), { isOver: true })
    this.paintResumed()
    if (!this.isCompact) setText(this.summary, summary(story, words))
    this.status.sayNow(endingSentence(GONE, this.labels))
    this.setState("finished", GONE)
  }

  /** Nothing goes on any more that could be stopped, waited for or left. */
  end() {
    this.stop.end()
    this.waiting.hide()
    this.leave.hidden = true
  }

  dispose() {
    this.feed.close()
    this.status.stop()
    cancelAnimationFrame(this.frame)
    this.root.remove()
  }
}

const boards = new WeakMap()

export default function mount({ parentElement, data, setStateValue }) {
  const shown = boards.get(parentElement)
  if (shown?.data !== data) {
    shown?.board.dispose()
    const board = new Board(parentElement, JSON.parse(data), setStateValue)
    boards.set(parentElement, { data, board })
  }
  return () => {
    boards.get(parentElement)?.board.dispose()
    boards.delete(parentElement)
  }
}
