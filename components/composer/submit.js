// The button that sends the box off, and what it says meanwhile.

import { attribute, element, icon } from "./element.js"

const KEYS = ["submit", "submit_reading", "submit_busy"]

export class SubmitButton {
  constructor(onClick) {
    // Every text lies in one cell, so that the button's width never changes.
    this.texts = KEYS.map(() => element("span"))
    const texts = element("span", { className: "lc-submit-texts" }, ...this.texts)
    const spinner = element("span", { className: "lc-spinner" })
    const mark = element("span", { className: "lc-mark", "aria-hidden": "true" }, icon("send"), spinner)
    this.node = element("button", { className: "lc-submit", type: "button" }, texts, mark)
    this.node.addEventListener("click", onClick)
  }

  speak(wording) {
    KEYS.forEach((key, at) => (this.texts[at].textContent = wording.text(key)))
  }

  draw({ isBusy, isReading }) {
    const shown = isBusy ? "submit_busy" : isReading ? "submit_reading" : "submit"
    KEYS.forEach((key, at) => attribute(this.texts[at], "data-shown", key === shown ? "" : null))
    attribute(this.node, "aria-disabled", isBusy || isReading ? "true" : null)
    attribute(this.node, "data-working", isBusy || isReading ? "" : null)
  }
}
