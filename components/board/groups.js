// Sections in their order, put together by chapter; a chapter that is a section has no group.

import { Card } from "./card.js"
import { fill, icon, make, setText } from "./elements.js"

export class Groups {
  constructor(words) {
    this.words = words
    this.cards = new Map()
    this.marks = new Map()
    this.element = make("div", { className: "lb-groups" })
  }

  /** Put all sections in their places; their cards stay the same elements. */
  arrange(story) {
    this.marks.clear()
    const groups = grouped(story, this.words.labels)
    this.element.replaceChildren(...groups.map((group) => this.makeGroup(group)))
  }

  paint(story) {
    for (const id of story.changed) this.cards.get(id)?.paint(story.sections.get(id))
    for (const [chapterId, mark] of this.marks) mark.hidden = !story.fused.has(chapterId)
  }

  makeGroup({ chapterId, title, sections }) {
    const cards = sections.map((section) => this.card(section, title))
    const list = make("ol", { className: "lb-list" }, ...cards)
    if (!title) return list
    const mark = make("span", { className: "lb-fused", hidden: true })
    mark.append(icon("done_all", "lb-icon"), this.words.labels.fused)
    this.marks.set(chapterId, mark)
    const { language, textLanguage } = this.words
    const isNamed = Boolean(sections[0].chapterTitle)
    const name = make("span", { dir: "auto", lang: isNamed ? textLanguage : language })
    setText(name, title)
    const heading = make("div", { className: "lb-chapter" }, make("h2", {}, name), mark)
    return make("section", {}, heading, list)
  }

  card(section, chapterTitle) {
    let card = this.cards.get(section.id)
    if (!card) {
      card = new Card(section, this.words)
      this.cards.set(section.id, card)
    }
    card.setLevel(chapterTitle ? "h3" : "h2")
    card.paint(section)
    return card.element
  }
}

function grouped(story, labels) {
  const groups = []
  for (const section of story.sections.values()) {
    const isOwnChapter = section.id === section.chapterId
    const key = isOwnChapter ? null : section.chapterId
    let group = groups.at(-1)
    if (!group || group.chapterId !== key) {
      group = { chapterId: key, title: chapterTitle(section, key, labels), sections: [] }
      groups.push(group)
    }
    group.sections.push(section)
  }
  return groups
}

function chapterTitle(section, key, labels) {
  if (key === null) return ""
  const number = section.number.split(".")[0]
  if (!section.chapterTitle) return fill(labels.chapter, { n: number })
  return `${number} ${section.chapterTitle}`.trim()
}
