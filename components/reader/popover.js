// What a citation rests on: the passage, its source, and its place there.

import { fill, make, makeButton } from "../board/elements.js"

// Room that is left between the popover, its citation and the edge of the window.
const GAP_PX = 6

export class Popover {
  constructor() {
    this.element = make("div", { className: "lr-popover", role: "dialog", tabIndex: -1 })
    this.element.hidden = true
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close({ isReturning: true })
    })
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.isOwn(event.relatedTarget)) this.close()
    })
    this.pressed = (event) => {
      if (!this.isOwn(event.target)) this.close()
    }
    document.addEventListener("pointerdown", this.pressed)
  }

  isOwn(node) {
    return this.element.contains(node) || node === this.button
  }

  toggle(button, citation) {
    const isSame = button === this.button
    this.close({ isReturning: isSame })
    if (!isSame) this.open(button, citation)
  }

  open(button, citation) {
    this.button = button
    button.setAttribute("aria-expanded", "true")
    this.draw(citation)
    this.element.setAttribute("aria-label", fill(this.labels.citation, citation))
    this.element.hidden = false
    this.place(button)
    this.element.focus({ preventScroll: true })
  }

  draw(citation) {
    const close = makeButton("lr-close", "×", () => this.close({ isReturning: true }))
    close.setAttribute("aria-label", this.labels.close)
    const name = `[${citation.number}] ${citation.title}`
    const title = make("p", { className: "lr-source-title", dir: "auto" }, name)
    const quote = make("blockquote", { dir: "auto", tabIndex: 0 }, citation.text)
    const place = make("p", { className: "lr-place", dir: "auto" }, citation.place)
    this.element.replaceChildren(close, title, quote, place)
    if (!citation.url) return
    const address = { href: citation.url, target: "_blank", rel: "noopener noreferrer" }
    this.element.append(make("p", {}, make("a", address, this.labels.open)))
  }

  place(button) {
    const frame = this.element.offsetParent.getBoundingClientRect()
    const mark = button.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.element
    const isBelow = mark.bottom + height + GAP_PX < innerHeight || mark.top < height
    const top = isBelow ? mark.bottom + GAP_PX : mark.top - height - GAP_PX
    const left = Math.min(mark.left - frame.left - 2 * GAP_PX, frame.width - width)
    this.element.style.top = `${top - frame.top}px`
    this.element.style.left = `${Math.max(0, left)}px`
  }

  close({ isReturning = false } = {}) {
    const button = this.button
    if (!button) return
    this.button = null
    this.element.hidden = true
    button.setAttribute("aria-expanded", "false")
    if (isReturning) button.focus({ preventScroll: true })
  }

  dispose() {
    document.removeEventListener("pointerdown", this.pressed)
  }
}
