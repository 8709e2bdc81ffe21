// The list of references, each with the ways back to where it is cited.

import { fill, make, makeButton } from "../board/elements.js"

export class References {
  /** @param {(number: number, sectionId: string) => void} onBack */
  constructor(onBack) {
    this.onBack = onBack
    this.element = make("section", { className: "lr-references" })
  }

  update(references, labels, citedIn) {
    this.element.hidden = references.length === 0
    const heading = make("h2", {}, labels.references)
    const items = references.map((reference) =>
      this.item(reference, labels, citedIn.get(reference.number) ?? []),
    )
    this.element.replaceChildren(heading, make("ol", {}, ...items))
  }

  item(reference, labels, sections) {
    const [first] = sections
    const name = `[${reference.number}]`
    const words = make("div", {}, entry(reference))
    if (!first) return make("li", {}, make("span", { className: "lr-number" }, name), words)
    const number = makeButton("lr-back lr-number", name, () => this.onBack(reference.number, first.id))
    number.setAttribute("aria-label", fill(labels.first, reference))
    const backs = sections.map((section) => this.back(reference.number, section, labels))
    words.append(make("div", { className: "lr-backs" }, labels.cited_in, ...backs))
    return make("li", {}, number, words)
  }

  back(number, section, labels) {
    const goBack = () => this.onBack(number, section.id)
    const button = makeButton("lr-back", section.number || section.title, goBack)
    button.setAttribute("aria-label", fill(labels.back, { ...section, reference: number }))
    return button
  }
}

/** In the document's citation style where there is an entry in it; the server cleaned its HTML. */
function entry({ html, text }) {
  const shown = make("span", { dir: "auto" }, html ? "" : text)
  if (html) shown.innerHTML = html
  return shown
}
