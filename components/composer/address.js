// Pages of the web as sources: the row in which an address is entered, and what is one.

import { assign, attribute, element, icon } from "./element.js"
import { isComposing } from "./gestures.js"

const SCHEMES = new Set(["http:", "https:"])
const HOST = /^[^\s/?#@]+\.[^\s/?#@.]{2,}(?:[:/?#]|$)/u // "example.org/a", as people write it
const MOST = 20 // a longer list of addresses is a text about addresses

/** The addresses of a text that holds nothing else; none for any other text. */
export function addressesIn(text, { isTyped = false } = {}) {
  const words = text.trim().split(/\s+/)
  const found = words.map((word) => addressOf(word, isTyped))
  return found.every(Boolean) && found.length <= MOST ? [...new Set(found)] : []
}

function addressOf(word, isTyped) {
  const hasScheme = /^https?:\/\//i.test(word)
  if (!hasScheme && !(isTyped && HOST.test(word))) return ""
  try {
    const address = new URL(hasScheme ? word : `https://${word}`)
    return SCHEMES.has(address.protocol) && address.hostname ? address.href : ""
  } catch {
    return ""
  }
}

/** Where a page comes from, as a person says it. */
export function hostOf(address) {
  try {
    return new URL(address).hostname.replace(/^www\./, "")
  } catch {
    return ""
  }
}

export class AddressRow {
  /** `on.add(addresses)`, `on.type(text)`, `on.refuse()` and `on.close()` tell what was done. */
  constructor(on) {
    this.on = on
    this.input = element("input", { className: "lc-address", type: "text", name: "address" })
    for (const [name, value] of [["inputmode", "url"], ["autocomplete", "off"], ["spellcheck", "false"]]) {
      attribute(this.input, name, value)
    }
    attribute(this.input, "aria-describedby", "lc-alert")
    this.addButton = element("button", { className: "lc-add", type: "button" })
    this.closeButton = element("button", { className: "lc-remove", type: "button" }, icon("remove"))
    this.node = element(
      "div",
      { className: "lc-page", hidden: true },
      icon("globe"),
      this.input,
      this.addButton,
      this.closeButton,
    )
    this.input.addEventListener("input", () => this.on.type(this.input.value))
    this.node.addEventListener("keydown", (event) => this.key(event))
    this.addButton.addEventListener("click", () => this.add())
    this.closeButton.addEventListener("click", () => this.close())
  }

  speak(wording) {
    attribute(this.input, "aria-label", wording.text("address"))
    attribute(this.input, "placeholder", wording.text("address_hint"))
    attribute(this.closeButton, "aria-label", wording.text("address_close"))
    assign(this.closeButton, { title: wording.text("address_close") })
    assign(this.addButton, { textContent: wording.text("address_add") })
  }

  draw({ text, isBusy, isInvalid }) {
    if (text) this.node.hidden = false
    assign(this.input, { readOnly: isBusy })
    if (this.input.value !== text) this.input.value = text
    attribute(this.input, "aria-invalid", isInvalid ? "true" : null)
    for (const button of [this.addButton, this.closeButton]) assign(button, { disabled: isBusy })
  }

  get isOpen() {
    return !this.node.hidden
  }

  open() {
    this.node.hidden = false
    this.input.focus()
  }

  close() {
    this.node.hidden = true
    this.on.type("")
    this.on.close()
  }

  key(event) {
    if (isComposing(event)) return
    if (event.key === "Escape") this.close()
    if (event.key !== "Enter" || event.target !== this.input || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    this.add()
  }

  add() {
    const addresses = addressesIn(this.input.value, { isTyped: true })
    if (addresses.length) this.on.add(addresses)
    else this.on.refuse()
    this.input.focus()
  }
}
