// A small dialog at a button of the text: what a citation rests on, why a sentence is marked.

import { make, makeButton } from "../board/elements.js"

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

  /** @param {{name: string, nodes: Node[]}} content */
  toggle(button, content) {
    const isSame = button === this.button
    this.close({ isReturning: isSame })
    if (!isSame) this.open(button, content)
  }

  /** Show something else; the button in it that led there keeps the focus. */
  replace(button, content) {
    const { activeElement } = document
    const isInside = this.element.contains(activeElement)
    this.close()
    this.open(button, content)
    if (isInside) this.element.querySelector(`.${activeElement.className.split(" ").at(-1)}`)?.focus()
  }

  open(button, { name, nodes }) {
    this.button = button
    button.setAttribute("aria-expanded", "true")
    const close = makeButton("lr-close", "×", () => this.close({ isReturning: true }))
    close.setAttribute("aria-label", this.labels.close)
    this.element.replaceChildren(close, ...nodes)
    this.element.setAttribute("aria-label", name)
    this.element.hidden = false
    this.place(button)
    this.element.scrollTop = 0
    this.element.focus({ preventScroll: true })
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
