// One section of the document: heading, text, the gap of a failed one, the way into the editor.

import { fill, icon, make, makeButton } from "../board/elements.js"
import { draftAside, forgetAside, keptDraft } from "./drafts.js"
import { Editor } from "./editor.js"

const DEEPEST_HEADING = 6

// Punctuation that closes; a citation is a box, after which a browser would break the line.
const CLOSING = /^[。，、；：！？）】」』》”’.,;:!?)\]]+/

// By then the page shows what became of it; if not, the author is not left waiting.
const PAGE_ANSWERS_MS = 8_000

export class SectionView {
  constructor(id) {
    this.id = id
    this.body = make("div", { className: "lr-body" })
    this.head = make("div", { className: "lr-head" })
    this.element = make("section", { className: "lr-section" }, this.head, this.body)
    this.element.dataset.section = id
  }

  update(section, context) {
    const drawn = JSON.stringify([section, context.post, context.can_retry, context.language])
    this.section = section
    this.context = context
    if (this.editor?.isSaved) this.closeEditor()
    // Another section was saved: this one's editor works on the document as it now is.
    if (this.editor && this.editor.section.source === section.source) this.editor.context = context
    if (this.editor || this.drawn === drawn) return
    const hadFocus = this.body.contains(document.activeElement)
    this.drawn = drawn
    this.draw()
    if (hadFocus) this.editButton?.focus()
  }

  draw() {
    const { section, context } = this
    const isEditable = context.post !== null && section.is_leaf
    this.drawHead(isEditable)
    this.drawBody()
    if (!isEditable) return
    const draft = keptDraft(context.post, section)
    const aside = draftAside(context.post, section)
    if (draft !== null) this.openEditor(draft)
    else if (aside !== null) this.body.prepend(this.offer(aside))
  }

  drawHead(isEditable) {
    const { section, context } = this
    const tag = `h${Math.min(DEEPEST_HEADING, section.level + 1)}`
    const title = make("span", { dir: "auto" }, section.title)
    this.heading = make(tag, { tabIndex: -1 }, section.number, " ", title)
    this.head.replaceChildren(this.heading)
    this.editButton = null
    if (!isEditable) return
    this.editButton = makeButton("lr-edit", icon("edit", "lr-icon"), () => this.openEditor())
    this.editButton.append(context.labels.edit)
    this.editButton.setAttribute("aria-label", fill(context.labels.edit_section, section))
    this.head.append(this.editButton)
  }

  drawBody() {
    // The HTML was made and cleaned by the server; see rendering.py.
    this.body.innerHTML = this.section.html
    this.body.lang = this.context.document_language
    for (const cite of this.citations()) keepTogether(cite)
    if (this.section.failure) this.body.prepend(this.gap())
    this.context.onDrawn(this)
  }

  gap() {
    const { section, context } = this
    const gap = make("div", { className: "lr-gap", lang: context.language })
    const name = make("strong", {}, context.labels.gap)
    const words = make("div", {}, name, make("p", {}, section.failure))
    gap.append(icon("error", "lr-icon"), words)
    if (context.can_retry) gap.append(this.retryButton())
    return gap
  }

  retryButton() {
    const { section, context } = this
    const retry = makeButton("lr-retry", context.labels.retry, () => {
      retry.disabled = true
      retry.textContent = context.labels.retrying
      context.onRetry(section.id)
      setTimeout(() => {
        retry.disabled = false
        retry.textContent = context.labels.retry
      }, PAGE_ANSWERS_MS)
    })
    retry.setAttribute("aria-label", fill(context.labels.retry_section, section))
    return retry
  }

  citations() {
    return [...this.body.querySelectorAll(".lr-cite")]
  }

  /** The pieces of text that carry a mark's name. */
  pieces(name) {
    return [...this.body.querySelectorAll(`.lr-mark[data-marks~="${name}"]`)]
  }

  reveal() {
    this.element.scrollIntoView({ block: "start" })
    this.heading.focus({ preventScroll: true })
  }

  openEditor(draft = null) {
    if (this.editor) return
    this.editor = new Editor(this.section, this.context, {
      cancelled: (discarded) => this.cancel(discarded),
      saved: () => this.saved(),
    })
    this.editButton.hidden = true
    this.body.replaceChildren(this.editor.element)
    this.editor.open(draft)
  }

  cancel(discarded) {
    this.closeEditor()
    this.update(this.section, this.context)
    if (discarded !== null) this.body.prepend(this.wayBack(discarded))
    this.editButton?.focus()
  }

  wayBack(discarded) {
    const { labels } = this.context
    return this.way(labels.discarded, labels.bring_back, () => this.openEditor(discarded))
  }

  /** Of a text that this section had before: the author sees the new one first. */
  offer(aside) {
    const { labels, post } = this.context
    return this.way(labels.set_aside, labels.open_aside, () => {
      forgetAside(post, this.id)
      this.openEditor(aside)
    })
  }

  way(sentence, label, onClick) {
    const button = makeButton("lr-undo", label, () => {
      onClick()
      this.editor.area.focus()
    })
    const line = make("p", { className: "lr-hint", role: "status", lang: this.context.language })
    line.append(sentence, " ", button)
    return line
  }

  /** The page runs again with the new text; when that is the old one, nothing tells us so. */
  saved() {
    this.context.onSaved(this.id)
    setTimeout(() => {
      if (this.editor?.isSaved) this.update(this.section, this.context)
    }, PAGE_ANSWERS_MS)
  }

  closeEditor() {
    this.editor = null
    this.drawn = null
  }
}

/** Keep a citation and the punctuation after it on one line. */
function keepTogether(cite) {
  const isLast = !cite.nextSibling && cite.parentElement.matches(".lr-mark")
  const next = isLast ? cite.parentElement.nextSibling : cite.nextSibling
  const closing = next instanceof Text && CLOSING.exec(next.data)
  if (!closing) return
  next.splitText(closing[0].length)
  const kept = make("span", { className: "lr-kept" })
  cite.before(kept)
  kept.append(cite, next)
}
