// The reader: the finished document with its contents, citations, marks, references and gaps.

import { fill, make, setText } from "../board/elements.js"
import { Contents } from "./contents.js"
import { Findings } from "./findings.js"
import { Marks } from "./marks.js"
import { ofCitation } from "./passages.js"
import { Popover } from "./popover.js"
import { References } from "./references.js"
import { SectionView } from "./sections.js"

class Reader {
  constructor(parent) {
    this.views = new Map()
    this.text = make("article", { className: "lr-text" })
    this.integrity = make("p", { className: "lr-integrity" })
    this.sections = make("div", {})
    this.contents = new Contents((id) => this.goTo(id))
    this.popover = new Popover()
    this.references = new References((number, id) => this.goToCitation(number, id))
    this.findings = new Findings((place) => this.goToPlace(place))
    const frame = make("div", { className: "lr-frame" }, this.contents.element, this.text)
    this.root = make("div", { className: "lr" }, frame, this.popover.element)
    this.marks = new Marks(this.root, this.popover)
    const head = make("div", { className: "lr-top" }, this.integrity, this.findings.element)
    this.text.append(head, this.marks.element, this.sections, this.references.element)
    this.text.addEventListener("click", (event) => this.clicked(event))
    parent.append(this.root)
  }

  update(data, { setStateValue, setTriggerValue }) {
    this.data = data
    const context = {
      ...data,
      onSaved: (id) => setStateValue("edited", `${id} ${Date.now()}`),
      onRetry: (id) => setTriggerValue("retry", id),
      onDrawn: (view) => this.dress(view),
    }
    this.root.lang = data.language
    setText(this.integrity, data.integrity)
    this.integrity.hidden = !data.integrity
    this.arrange(context)
    this.contents.update(data.sections, data.labels)
    this.references.update(data.references, data.labels, this.citedIn())
    this.findings.update(data.findings, data.labels)
    this.popover.close()
    this.popover.labels = data.labels
    this.marks.update(data)
  }

  arrange(context) {
    const left = new Set(this.views.keys())
    context.sections.forEach((section, index) => {
      left.delete(section.id)
      let view = this.views.get(section.id)
      if (!view) {
        view = new SectionView(section.id)
        this.views.set(section.id, view)
      }
      const place = this.sections.children[index]
      if (place !== view.element) this.sections.insertBefore(view.element, place ?? null)
      view.update(section, context)
    })
    for (const id of left) {
      this.views.get(id).element.remove()
      this.views.delete(id)
    }
  }

  /** A section was drawn anew, by the page or because its editor was closed. */
  dress(view) {
    for (const button of view.citations()) {
      const citation = this.data.citations[button.dataset.passage]
      button.setAttribute("aria-label", fill(this.data.labels.citation, citation))
      button.setAttribute("aria-haspopup", "dialog")
      button.setAttribute("aria-expanded", "false")
    }
    this.marks.attach(view)
  }

  /** For each reference's number, the sections that cite it, in order. */
  citedIn() {
    const sections = new Map()
    for (const section of this.data.sections) {
      for (const button of this.views.get(section.id).citations()) {
        const { number } = this.data.citations[button.dataset.passage]
        const known = sections.get(number) ?? []
        if (known.at(-1) !== section) sections.set(number, [...known, section])
      }
    }
    return sections
  }

  clicked(event) {
    const button = event.target.closest(".lr-cite")
    if (!button) {
      this.marks.clicked(event.target)
      return
    }
    const citation = this.data.citations[button.dataset.passage]
    this.popover.toggle(button, ofCitation(citation, this.data.labels))
  }

  goTo(id) {
    this.views.get(id).reveal()
  }

  /** Show the stretch of text that a finding is about, or its section. */
  goToPlace({ section, mark }) {
    const view = this.views.get(section)
    for (const old of this.root.querySelectorAll(".lr-found")) old.classList.remove("lr-found")
    const [first, ...more] = view.pieces(mark)
    if (!first) {
      view.reveal()
      return
    }
    for (const piece of [first, ...more]) piece.classList.add("lr-found")
    first.tabIndex = -1
    first.scrollIntoView({ block: "center" })
    first.focus({ preventScroll: true })
  }

  goToCitation(number, id) {
    const isIt = (button) => this.data.citations[button.dataset.passage].number === number
    const button = this.views.get(id).citations().find(isIt)
    button?.scrollIntoView({ block: "center" })
    button?.focus({ preventScroll: true })
  }

  dispose() {
    this.contents.dispose()
    this.popover.dispose()
    this.marks.dispose()
    this.root.remove()
  }
}

const readers = new WeakMap()

export default function mount(component) {
  const { parentElement, data } = component
  let shown = readers.get(parentElement)
  if (!shown) {
    shown = { reader: new Reader(parentElement) }
    readers.set(parentElement, shown)
  }
  if (shown.data !== data) shown.reader.update(JSON.parse(data), component)
  shown.data = data
  return () => {
    shown.reader.dispose()
    readers.delete(parentElement)
  }
}
