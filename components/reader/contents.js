// The contents beside the text: where one is, and the way to anywhere else.

import { make, makeButton, setText } from "../board/elements.js"

// The section being read is the last one that begins above this share of the window.
const READING_LINE = 0.3

export class Contents {
  /** @param {(id: string) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose
    this.links = new Map()
    this.chosen = null
    this.list = make("ol", { className: "lr-list", id: "lr-contents" })
    this.toggle = makeButton("lr-toggle", "", () => this.open(!this.isOpen))
    this.toggle.setAttribute("aria-controls", this.list.id)
    this.toggle.setAttribute("aria-expanded", "false")
    this.name = make("p", { className: "lr-contents-name" })
    this.element = make("nav", { className: "lr-contents" }, this.name, this.toggle, this.list)
    this.element.addEventListener("click", (event) => this.clicked(event))
  }

  update(sections, labels) {
    const lines = sections.map(({ id, number, title, level }) => [id, number, title, level])
    const drawn = JSON.stringify([labels.contents, lines])
    if (this.drawn === drawn) return
    this.drawn = drawn
    this.element.setAttribute("aria-label", labels.contents)
    setText(this.name, labels.contents)
    setText(this.toggle, labels.contents)
    this.links = new Map(sections.map((section) => [section.id, this.makeLink(section)]))
    this.list.replaceChildren(...[...this.links.values()].map((link) => make("li", {}, link)))
    this.observe()
  }

  makeLink(section) {
    const title = make("span", { dir: "auto" }, section.title)
    const number = make("span", { className: "lr-number" }, section.number)
    const link = make("a", { href: `#${section.id}` }, number, " ", title)
    link.dataset.to = section.id
    link.style.setProperty("--depth", section.level - 1)
    return link
  }

  observe() {
    this.observer?.disconnect()
    const options = { rootMargin: `0px 0px -${100 * (1 - READING_LINE)}% 0px` }
    this.observer = new IntersectionObserver(() => this.follow(), options)
    const text = this.element.parentElement
    this.sections = [...text.querySelectorAll(".lr-section")]
    for (const section of this.sections) this.observer.observe(section)
  }

  /** Mark the section being read; one that was chosen near the end cannot come up to the line. */
  follow() {
    const line = READING_LINE * innerHeight
    const begun = this.sections.filter((section) => section.getBoundingClientRect().top <= line)
    const top = this.chosen?.getBoundingClientRect().top ?? 0
    if (top <= line || top >= innerHeight) this.chosen = null
    const current = this.chosen ?? begun.at(-1) ?? this.sections[0]
    if (current) this.mark(current.dataset.section)
  }

  mark(current) {
    for (const [id, link] of this.links) {
      if (id === current) link.setAttribute("aria-current", "location")
      else link.removeAttribute("aria-current")
    }
  }

  clicked(event) {
    const link = event.target.closest("a")
    if (!link) return
    event.preventDefault()
    this.open(false)
    this.onChoose(link.dataset.to)
    this.chosen = this.sections.find((section) => section.dataset.section === link.dataset.to)
    this.follow()
  }

  get isOpen() {
    return this.element.classList.contains("lr-contents-open")
  }

  /** Only where there is no room for the contents at the side. */
  open(isOpen) {
    this.element.classList.toggle("lr-contents-open", isOpen)
    this.toggle.setAttribute("aria-expanded", String(isOpen))
  }

  dispose() {
    this.observer?.disconnect()
  }
}
