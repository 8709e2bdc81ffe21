// What the events of a job add up to: sections, progress, the pace, the end. No DOM here.

import { addedWords, countWords } from "./words.js"

// A section without a target weighs as much as a usual one.
const USUAL_WORDS = 400

// A section that is not yet done never counts as whole, however long it grows.
const MOST_WHILE_WRITING = 0.9
const WHILE_CHECKING = 0.95

// Before this much has been seen an estimate would be a guess.
const SEEN_SHARE = 0.06
const SEEN_MS = 4_000

// Events that say nothing of a call that is late.
const PASSING = new Set(["text_delta", "usage"])

const SETTLED = new Set(["done", "failed", "left"])

export class Story {
  constructor() {
    this.sections = new Map()
    this.fused = new Set()
    this.progress = null
    this.delay = null
    this.attempt = 1
    this.ending = null
    this.spending = null
    this.changed = new Set()
    this.isReplanned = false
    this.pace = null
    this.shown = { words: 0, share: 0, msLeft: Infinity }
  }

  apply(event) {
    this.now = Date.parse(event.at)
    if (!event.section_id && !PASSING.has(event.type)) this.delay = null
    ACTS[event.type]?.(this, event)
  }

  /** Text was lost on the way: all that follows is told anew. */
  forgetText() {
    for (const section of this.sections.values()) this.restart(section)
  }

  section(id) {
    let section = this.sections.get(id)
    if (!section) {
      section = { id, title: "", number: "", chapterId: id, chapterTitle: "", state: "waiting" }
      this.sections.set(id, section)
      this.restart(section)
      this.isReplanned = true
    }
    return section
  }

  restart(section) {
    section.text = ""
    section.words = 0
    this.changed.add(section.id)
  }

  get done() {
    return [...this.sections.values()].filter((section) => section.state === "done").length
  }

  /** Words so far; what was shown once is never taken back. */
  get words() {
    const words = [...this.sections.values()].reduce((sum, { words }) => sum + words, 0)
    this.shown.words = Math.max(this.shown.words, words)
    return this.shown.words
  }

  /** The share of the work that is done, from 0 to 1; never falling. */
  get share() {
    this.shown.share = Math.max(this.shown.share, this.measure())
    return this.shown.share
  }

  /** Milliseconds left at the pace so far; it rises only after a delay. Null while nobody can tell. */
  get msLeft() {
    if (!this.pace || this.isLate) return null
    const gained = this.measure() - this.pace.share
    const spent = this.now - this.pace.since
    if (gained < SEEN_SHARE || spent < SEEN_MS) return null
    const left = (spent / gained) * (1 - this.measure())
    this.shown.msLeft = Math.min(this.shown.msLeft, left)
    return this.shown.msLeft
  }

  /** Whether a call waits, for how long nobody knows; a provider's limits are part of the pace. */
  get isLate() {
    const delays = [this.delay, ...[...this.sections.values()].map((section) => section.delay)]
    return delays.some((delay) => delay && delay.reason !== "limits")
  }

  measure() {
    let whole = 0
    let finished = 0
    for (const section of this.sections.values()) {
      const weight = section.target || USUAL_WORDS
      whole += weight
      finished += weight * sectionShare(section, weight)
    }
    return whole ? finished / whole : 0
  }

  startPace() {
    this.pace ??= { since: this.now, share: this.measure() }
  }
}

function sectionShare(section, weight) {
  if (SETTLED.has(section.state)) return 1
  if (section.state === "checking") return WHILE_CHECKING
  return Math.min(MOST_WHILE_WRITING, section.words / weight)
}

const ACTS = {
  task_started(story, event) {
    if (event.attempt > 1) {
      story.pace = null
      story.shown.msLeft = Infinity
    }
    story.attempt = event.attempt
  },

  task_progress(story, event) {
    story.progress = event
  },

  sections_planned(story, event) {
    const known = story.sections
    story.sections = new Map()
    for (const plan of event.sections) {
      const section = known.get(plan.id) ?? { id: plan.id, state: "waiting", text: "", words: 0 }
      Object.assign(section, {
        title: plan.title,
        number: plan.number,
        target: plan.target_words,
        chapterId: plan.chapter_id,
        chapterTitle: plan.chapter_title,
      })
      story.sections.set(plan.id, section)
      story.changed.add(plan.id)
    }
    story.isReplanned = true
  },

  /** It is over with the next event of its section, or of the job. */
  model_delayed(story, event) {
    story.shown.msLeft = Infinity
    if (!event.section_id) {
      story.delay = event
      return
    }
    story.section(event.section_id).delay = event
    story.changed.add(event.section_id)
  },

  section_state(story, event) {
    const section = story.section(event.section_id)
    section.delay = null
    section.title = event.title || section.title
    section.number = event.number || section.number
    const isLeft = event.state === "waiting" && event.code
    // what an attempt that died had begun is not gone on with
    if (isLeft || event.state === "researching" || event.state === "writing") story.restart(section)
    if (event.state === "writing") story.startPace()
    if (event.state === "done") {
      section.text = event.content || section.text
      section.words = event.word_count || countWords(section.text)
    }
    section.state = isLeft ? "left" : event.state
    section.code = event.code
    story.changed.add(section.id)
  },

  text_delta(story, event) {
    story.startPace()
    for (const [id, piece] of Object.entries(event.sections)) {
      const section = story.section(id)
      section.delay = null
      section.words += addedWords(section.text, piece)
      section.text += piece
      story.changed.add(id)
    }
  },

  chapter_fused(story, event) {
    story.fused.add(event.chapter_id)
  },

  usage(story, event) {
    story.spending = { usage: event.usage, budget: event.budget }
  },

  task_completed(story) {
    story.ending = { status: "completed", code: "", retryable: false }
  },

  task_failed(story, event) {
    const status = event.code === "cancelled" ? "cancelled" : "failed"
    story.ending = { status, code: event.code, retryable: event.retryable }
    for (const section of story.sections.values()) {
      if (SETTLED.has(section.state)) continue
      section.state = "stopped"
      section.delay = null
      story.changed.add(section.id)
    }
  },
}
