// One section on the board: its state, the end of what is being written, the finished text.

import { fill, icon, make, makeButton, setText } from "./elements.js"
import { delaySentence } from "./delays.js"
import { opening, tail, withoutMarkers } from "./words.js"

const ICONS = {
  waiting: "schedule",
  researching: "manage_search",
  writing: "edit_note",
  checking: "fact_check",
  done: "check_circle",
  stopped: "pause_circle",
  failed: "error",
  left: "bookmark",
}

const LATE_ICON = "hourglass_top"

// Ids of sections may be any text; what an attribute refers to may not.
let cards = 0

export class Card {
  /**
   * @param {object} words `labels`, `unit` (a word count's label), `number` (a formatter),
   *     `language` of the labels and `textLanguage` of titles and texts
   */
  constructor(section, words) {
    this.words = words
    this.icon = icon("", "lb-icon")
    this.number = make("span", { className: "lb-number" })
    const lang = words.textLanguage
    this.title = make("span", { className: "lb-title", dir: "auto", lang })
    this.state = make("p", { className: "lb-state" })
    this.tail = make("span", { dir: "auto" })
    this.full = make("div", { className: "lb-full", lang, hidden: true, id: `lb-text-${++cards}` })
    this.toggle = this.makeToggle()
    this.heading = make("div", { className: "lb-name" })
    this.element = make(
      "li",
      { className: "lb-card" },
      make("div", { className: "lb-head" }, this.icon, this.heading, this.state),
      make("p", { className: "lb-tail" }, this.tail),
      this.full,
      this.toggle,
    )
    this.element.dataset.section = section.id
  }

  makeToggle() {
    const toggle = makeButton("lb-open", "", () => this.turn())
    toggle.hidden = true
    toggle.setAttribute("aria-controls", this.full.id)
    toggle.setAttribute("aria-expanded", "false")
    return toggle
  }

  /** The level of its heading depends on whether it stands below a chapter's. */
  setLevel(tag) {
    if (this.heading.firstChild?.localName === tag) return
    this.heading.replaceChildren(make(tag, {}, this.number, " ", this.title))
  }

  paint(section) {
    const { labels } = this.words
    this.section = section
    this.element.dataset.state = section.state
    this.element.classList.toggle("lb-card-late", Boolean(section.delay))
    setText(this.icon, section.delay ? LATE_ICON : ICONS[section.state])
    setText(this.number, section.number)
    setText(this.title, section.title)
    this.title.title = section.title
    setText(this.state, this.stateSentence(section))
    this.paintTail(section)
    const isReadable = section.state === "done" && section.text !== ""
    this.toggle.hidden = !isReadable
    setText(this.toggle, this.isOpen ? labels.close : labels.read)
    const action = this.isOpen ? labels.close_section : labels.read_section
    this.toggle.setAttribute("aria-label", fill(action, section))
    if (this.isOpen) this.paintFull()
  }

  stateSentence(section) {
    const { labels, unit, number } = this.words
    const state = labels[`state_${section.state}`]
    if (!section.words || section.state === "failed") return state
    return `${state} · ${fill(labels[unit], { n: number.format(section.words) })}`
  }

  paintTail(section) {
    const text = textShown(section)
    this.tail.lang = text ? this.words.textLanguage : this.words.language
    setText(this.tail, text || this.insteadOfText(section))
  }

  insteadOfText(section) {
    const { labels, unit, number } = this.words
    if (section.delay) return delaySentence(section.delay, this.words)
    if (section.state === "failed") return labels[`error_${section.code}`] ?? labels.error_section
    if (section.state === "done") return labels.no_text
    if (!section.target) return ""
    return fill(labels.planned, { n: fill(labels[unit], { n: number.format(section.target) }) })
  }

  get isOpen() {
    return !this.full.hidden
  }

  turn() {
    this.full.hidden = this.isOpen
    this.toggle.setAttribute("aria-expanded", String(this.isOpen))
    this.element.classList.toggle("lb-card-open", this.isOpen)
    this.paint(this.section)
  }

  paintFull() {
    if (this.painted === this.section.text) return
    this.painted = this.section.text
    const blocks = withoutMarkers(this.section.text).split(/\n\s*\n/).map((block) => block.trim())
    this.full.replaceChildren(...blocks.filter(Boolean).map((block) => {
      const heading = /^#{1,6}\s+(.*)$/.exec(block)
      const properties = heading ? { className: "lb-subhead" } : {}
      return make("p", { ...properties, dir: "auto" }, plain(heading ? heading[1] : block))
    }))
  }
}

/** A piece of its text, unless something else is to be said of it. */
function textShown(section) {
  if (section.delay || section.state === "failed") return ""
  return section.state === "done" ? opening(section.text) : tail(section.text)
}

/** A block of Markdown without the signs of emphasis; tables and lists keep their lines. */
function plain(block) {
  return block.replace(/\*\*|__|~~/g, "")
}
