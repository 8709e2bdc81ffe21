// From values to words in the author's language.

import { hostOf } from "./address.js"

const LOCALES = { en: "en", zh: "zh-CN" }
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"]
const STEP = 1000 // as file managers count, and as the limit is given
const LONG_SUFFIX = 4 // what fits on a file's tile

export class Wording {
  constructor(labels, language) {
    this.labels = labels
    this.language = language
    this.locale = LOCALES[language] || LOCALES.en
    this.plural = new Intl.PluralRules(this.locale)
    this.numbers = new Intl.NumberFormat(this.locale)
    this.percents = new Intl.NumberFormat(this.locale, { style: "percent" })
  }

  has(key) {
    return Object.hasOwn(this.labels, key)
  }

  text(key, values = {}) {
    const filled = (whole, name) => (name in values ? String(values[name]) : whole)
    return (this.labels[key] ?? key).replace(/\{(\w+)\}/g, filled)
  }

  number(n) {
    return this.numbers.format(n)
  }

  count(key, n) {
    return this.text(`${key}_${this.plural.select(n)}`, { n: this.number(n) })
  }

  size(bytes) {
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
    const value = bytes / STEP ** power
    const digits = value < 10 && power > 1 ? 1 : 0
    return new Intl.NumberFormat(this.locale, {
      style: "unit",
      unit: UNITS[power],
      unitDisplay: power ? "short" : "long",
      maximumFractionDigits: digits,
    }).format(value)
  }

  /** Why a file is not used. */
  reason(code, maxBytes) {
    return this.text(this.has(code) ? code : "refused", { size: this.size(maxBytes) })
  }

  /** One line about a file: how far it is, what was read, or why it could not be. */
  status(file, maxBytes) {
    if (file.state === "failed") return this.reason(file.error_code, maxBytes)
    if (file.url && file.state !== "read") return this.text("state_fetching")
    if (file.state === "uploading") {
      const percent = this.percents.format(file.progress)
      return `${this.size(file.size_bytes)} · ${this.text("state_uploading", { percent })}`
    }
    if (file.state !== "read") {
      return `${this.size(file.size_bytes)} · ${this.text(`state_${file.state}`)}`
    }
    return this.measures(file).join(" · ")
  }

  measures(file) {
    const parts = file.url
      ? [this.text("web_page"), hostOf(file.url)]
      : [this.size(file.size_bytes)]
    if (file.pages) parts.push(this.count(hasSlides(file) ? "slides" : "pages", file.pages))
    if (file.words) parts.push(this.count("words", file.words))
    if (file.headings) parts.push(this.count("headings", file.headings))
    const notes = file.notes ?? []
    parts.push(...notes.map((note) => `note_${note}`).filter((key) => this.has(key)).map((key) => this.text(key)))
    return parts
  }
}

function hasSlides(file) {
  return /\.pptx$/i.test(file.file_name)
}

/** The letters on a file's tile: its suffix where it is short enough to be read. */
export function suffix(name) {
  const found = /\.([\p{L}\p{N}]{1,5})$/u.exec(name)
  return found && found[1].length <= LONG_SUFFIX ? found[1].toUpperCase() : ""
}
