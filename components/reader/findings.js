// What the checks found, by kind; each sentence leads to its place.

import { fill, make, makeButton, setText } from "../board/elements.js"

export class Findings {
  /** @param {(place: {section: string, mark: string}) => void} onPlace */
  constructor(onPlace) {
    this.onPlace = onPlace
    this.summary = make("summary", {})
    this.groups = make("div", {})
    this.element = make("details", { className: "lr-findings" }, this.summary, this.groups)
  }

  update(groups, labels) {
    const count = groups.reduce((sum, group) => sum + group.findings.length, 0)
    this.element.hidden = count === 0
    const label = count === 1 ? labels.findings_one : labels.findings
    setText(this.summary, fill(label, { n: count }))
    this.groups.replaceChildren(...groups.map((group) => this.group(group, labels)))
  }

  group({ kind, name, findings }, labels) {
    const id = `lr-group-${kind}`
    const heading = make("p", { className: "lr-group", id }, name)
    const items = findings.map((finding) => this.item(finding, labels))
    return make("div", {}, heading, make("ul", { "aria-labelledby": id }, ...items))
  }

  item({ number, words, places, other }, labels) {
    const [first, second] = places
    const line = makeButton("lr-finding", "", () => this.onPlace(first))
    line.append(make("span", { className: "lr-number" }, number), " ", words)
    const item = make("li", { dir: "auto" }, line)
    if (second) {
      const see = fill(labels.see_other, { other })
      item.append(" ", makeButton("lr-finding lr-other", see, () => this.onPlace(second)))
    }
    return item
  }
}
