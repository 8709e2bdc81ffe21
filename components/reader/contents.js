// The contents beside the text: where one is, and the way to anywhere else.

import { make, makeButton, setText } from "../board/elements.js"

// A section counts as being read when it crosses this band of the window.
const READING_BAND = "-12% 0px -70% 0px"

export class Contents {
  /** @param {(id: string) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose
    this.links = new Map()
    this.visible = new Set()
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
    this.visible.clear()
    const options = { rootMargin: READING_BAND }
    this.observer = new IntersectionObserver((entries) => this.moved(entries), options)
    const text = this.element.parentElement
    for (const element of text.querySelectorAll(".lr-section")) this.observer.observe(element)
  }

  moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.visible.add(target.dataset.section)
      else this.visible.delete(target.dataset.section)
    }
    const current = [...this.links.keys()].find((id) => this.visible.has(id))
    if (current) this.mark(current)
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
    this.mark(link.dataset.to)
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
