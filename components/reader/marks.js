// The marked sentences: shown on demand, each with a sign that opens what was found about it.

import { fill, make, makeButton, setText } from "../board/elements.js"
import { ofClaim } from "./passages.js"

// Colour is not the only carrier: each kind has its sign, and its own line under the text.
const SIGNS = { check: "?", not_found: "!", needs_source: "[?]" }

// A sentence that begins above this share of the window has been read.
const READING_LINE = 0.2

export class Marks {
  /** @param {import("./popover.js").Popover} popover */
  constructor(root, popover) {
    this.root = root
    this.popover = popover
    this.claims = new Map()
    this.toggle = makeButton("lr-show", "", () => this.show(!this.isShown))
    this.back = makeButton("lr-step lr-step-back", "‹", () => this.go(-1))
    this.place = make("span", { className: "lr-number" })
    this.on = makeButton("lr-step lr-step-on", "›", () => this.go(1))
    this.steps = make("span", { className: "lr-steps" }, this.back, this.place, this.on)
    this.element = make("div", { className: "lr-tools" }, this.toggle, this.steps)
    this.pressed = (event) => this.press(event)
    document.addEventListener("keydown", this.pressed)
    this.show(false)
  }

  get isShown() {
    return this.root.classList.contains("lr-marking")
  }

  /** Every sign in reading order. */
  get signs() {
    return [...this.root.querySelectorAll(".lr-body .lr-sign")]
  }

  update({ labels, citations }) {
    this.labels = labels
    this.citations = citations
    const count = this.signs.length
    this.element.hidden = count === 0
    setText(this.toggle, fill(labels.show_marks, { n: count }))
    name(this.back, labels.previous_mark, labels.mark_keys)
    name(this.on, labels.next_mark, labels.mark_keys)
    this.setPlace(-1)
    if (count === 0) this.show(false)
  }

  /** Put a sign behind each marked sentence of a section that was drawn anew. */
  attach(view) {
    for (const claim of view.section.claims) {
      const pieces = view.pieces(claim.name)
      if (!pieces.length || pieces[0].dataset.kind) continue
      for (const piece of pieces) piece.dataset.kind = claim.kind
      const sign = makeButton("lr-sign", SIGNS[claim.kind], () => this.open(sign))
      sign.dataset.kind = claim.kind
      sign.setAttribute("aria-label", claim.title)
      sign.setAttribute("aria-haspopup", "dialog")
      sign.setAttribute("aria-expanded", "false")
      // Joined, so that no line begins with a sign.
      pieces.at(-1).after(make("span", { className: "lr-joint" }, "\u2060", sign))
      this.claims.set(sign, claim)
    }
  }

  /** The sign of the marked sentence that a click hit, if marks are shown. */
  clicked(node) {
    const piece = this.isShown && node.closest(".lr-mark[data-kind]")
    if (!piece || node.closest("a, button") || !getSelection().isCollapsed) return
    const signs = this.signs.filter((sign) => piece.compareDocumentPosition(sign) & 4)
    const names = piece.dataset.marks.split(" ")
    const own = signs.find((sign) => names.includes(this.claims.get(sign).name))
    if (own) this.open(own)
  }

  show(isShown) {
    this.root.classList.toggle("lr-marking", isShown)
    this.toggle.setAttribute("aria-pressed", String(isShown))
    this.steps.hidden = !isShown
    if (!isShown) this.popover.close()
  }

  press(event) {
    if (event.key !== "F8" || !this.isShown) return
    event.preventDefault()
    this.go(event.shiftKey ? -1 : 1)
  }

  go(step) {
    const { signs } = this
    if (!signs.length) return
    const at = signs.indexOf(this.current)
    const next = at < 0 ? this.nearest(signs, step) : (at + step + signs.length) % signs.length
    signs[next].scrollIntoView({ block: "center" })
    this.open(signs[next], { isStep: true })
  }

  /** Where to begin: at the first sign below what has been read, or the last one above. */
  nearest(signs, step) {
    const line = READING_LINE * innerHeight
    const below = signs.findIndex((sign) => sign.getBoundingClientRect().top >= line)
    if (step > 0) return Math.max(below, 0)
    return (below < 0 ? signs.length : below || signs.length) - 1
  }

  open(sign, { isStep = false } = {}) {
    const content = ofClaim(this.claims.get(sign), this.citations, this.labels)
    const at = this.signs.indexOf(sign)
    this.current = sign
    this.setPlace(at)
    content.nodes.push(this.ways(at))
    if (isStep) this.popover.replace(sign, content)
    else this.popover.toggle(sign, content)
  }

  /** The way to the marks before and after, inside the popover. */
  ways(at) {
    const back = makeButton("lr-step lr-step-back", "‹", () => this.go(-1))
    const on = makeButton("lr-step lr-step-on", "›", () => this.go(1))
    name(back, this.labels.previous_mark, this.labels.mark_keys)
    name(on, this.labels.next_mark, this.labels.mark_keys)
    const place = make("span", { className: "lr-number" }, this.placeText(at))
    return make("div", { className: "lr-steps lr-ways" }, back, place, on)
  }

  setPlace(at) {
    if (at < 0) this.current = null
    setText(this.place, at < 0 ? "" : this.placeText(at))
  }

  placeText(at) {
    return fill(this.labels.mark_of, { at: at + 1, n: this.signs.length })
  }

  dispose() {
    document.removeEventListener("keydown", this.pressed)
  }
}

function name(button, label, hint) {
  button.setAttribute("aria-label", label)
  button.title = `${label}. ${hint}`
}
