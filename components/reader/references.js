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
    const number = make("span", { className: "lr-number" }, `[${reference.number}]`)
    const words = make("div", {}, make("span", { dir: "auto" }, reference.text))
    if (sections.length) {
      const backs = sections.map((section) => this.back(reference.number, section, labels))
      words.append(make("div", { className: "lr-backs" }, labels.cited_in, ...backs))
    }
    return make("li", {}, number, words)
  }

  back(number, section, labels) {
    const goBack = () => this.onBack(number, section.id)
    const button = makeButton("lr-back", section.number || section.title, goBack)
    button.setAttribute("aria-label", fill(labels.back, { ...section, reference: number }))
    return button
  }
}
