// Editing one section's Markdown in place. What is typed is kept until the server has it.

import { make, makeButton, setText } from "../board/elements.js"

function draftKey(post, id) {
  return `longhand:draft:${post}:${id}`
}

/** Text of this section that was typed and never saved, or null. */
export function keptDraft(post, section) {
  const draft = sessionStorage.getItem(draftKey(post, section.id))
  return draft === section.source ? null : draft
}

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

  get key() {
    return draftKey(this.context.post, this.section.id)
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
    sessionStorage.setItem(this.key, this.area.value)
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
    sessionStorage.removeItem(this.key)
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
      setText(this.problem, this.labels[`problem_${problem}`] ?? this.labels.problem)
      this.area.focus()
      return
    }
    sessionStorage.removeItem(this.key)
    this.isSaved = true
    this.on.saved()
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
