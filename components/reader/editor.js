// Editing one section's Markdown in place. What is typed outlives a reload until the server has it.

import { make, makeButton, setText } from "../board/elements.js"
import { forgetDraft, keepDraft } from "./drafts.js"

export class Editor {
  /** @param {object} on `saved()`, and `cancelled(text)` with what was typed, or null */
  constructor(section, context, on) {
    this.section = section
    this.context = context
    this.labels = context.labels
    this.on = on
    this.isSaved = false
    this.area = make("textarea", { className: "lr-source", lang: context.document_language })
    this.area.setAttribute("aria-label", `${section.number} ${section.title}`)
    this.hint = make("p", { className: "lr-hint" }, this.labels.hint)
    this.problem = make("p", { className: "lr-problem", role: "alert" })
    this.saveButton = makeButton("lr-primary", this.labels.save, () => this.save())
    const cancel = makeButton("lr-cancel", this.labels.cancel, () => this.cancel())
    const bar = make("div", { className: "lr-bar" }, this.hint, cancel, this.saveButton)
    this.element = make("div", { lang: context.language }, this.area, this.problem, bar)
    this.area.addEventListener("input", () => this.typed())
    this.area.addEventListener("keydown", (event) => this.pressed(event))
  }

  /** @param {string|null} draft unsaved text from before; then the focus stays where it is */
  open(draft) {
    this.area.value = draft ?? this.section.source
    this.fit()
    if (draft === null) {
      this.area.focus()
      return
    }
    this.typed()
    setText(this.hint, this.labels.restored)
  }

  fit() {
    this.area.style.height = "auto"
    this.area.style.height = `${this.area.scrollHeight + 2}px`
  }

  typed() {
    const { id, source } = this.section
    this.isKept = keepDraft(this.context.post, id, this.area.value, source)
    this.fit()
  }

  pressed(event) {
    // An input method confirms and cancels its own suggestions with these keys.
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === "Escape") this.cancel()
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      this.save()
    }
  }

  cancel() {
    if (this.isSaving) return
    forgetDraft(this.context.post, this.section.id)
    this.on.cancelled(this.area.value === this.section.source ? null : this.area.value)
  }

  async save() {
    if (this.isSaving) return
    if (this.area.value === this.section.source) {
      this.cancel()
      return
    }
    this.setSaving(true)
    const problem = await this.post()
    if (problem) {
      this.setSaving(false)
      setText(this.problem, this.words(problem))
      this.area.focus()
      return
    }
    forgetDraft(this.context.post, this.section.id)
    this.isSaved = true
    this.on.saved()
  }

  words(problem) {
    // After a reload there is no text to open where the browser keeps none.
    const code = problem === "conflict" && !this.isKept ? "conflict_copy" : problem
    return this.labels[`problem_${code}`] ?? this.labels.problem
  }

  setSaving(isSaving) {
    this.isSaving = isSaving
    this.area.readOnly = isSaving
    setText(this.problem, "")
    setText(this.saveButton, isSaving ? this.labels.saving : this.labels.save)
  }

  /** The code of what went wrong, or nothing. */
  async post() {
    const { revision } = this.context
    const body = { section_id: this.section.id, content: this.area.value, revision }
    try {
      const answer = await fetch(new URL(this.context.post, document.baseURI), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      })
      if (answer.ok) return ""
      return (await answer.json()).error.code
    } catch {
      return "offline"
    }
  }
}
