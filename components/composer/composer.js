// The box of the first page: what to write, from which files; nothing typed in it is ever lost.

import { AddressRow, addressesIn } from "./address.js"
import { draftOf } from "./draft.js"
import { assign, attribute, element, icon } from "./element.js"
import { FileList } from "./filelist.js"
import { isComposing, listenForFiles } from "./gestures.js"
import { SubmitButton } from "./submit.js"
import { Wording } from "./wording.js"

const ANSWER_MS = 10000 // a working server has answered, or opened the next page, long before
const COUNTER_FROM = 0.9 // of the limit: earlier the number would only distract

const composers = new WeakMap()

export default function (component) {
  const root = component.parentElement
  if (!composers.has(root)) composers.set(root, new Composer(root))
  composers.get(root).update(component)
  return () => {
    if (root.isConnected) return // Streamlit also ends a run that a newer one overtook
    composers.get(root)?.close()
    composers.delete(root)
  }
}

class Composer {
  constructor(root) {
    this.shell = element("div", { className: "lc-root" })
    this.isBusy = false
    this.alert = null // { key, values } or { sentence }
    this.notice = null // { key, values }
    this.build()
    this.listen()
    root.append(this.shell)
  }

  build() {
    this.prompt = element("textarea", { className: "lc-prompt", rows: 4, name: "prompt" })
    attribute(this.prompt, "aria-describedby", "lc-hint lc-alert")
    this.list = new FileList({
      role: (entry, role) => this.draft.setRole(entry, role),
      remove: (entry) => this.remove(entry),
      retry: (entry) => this.draft.retry(entry, entry.url ? this.data.pages : this.data.upload),
    })
    this.addresses = new AddressRow({
      add: (addresses) => this.addPages(addresses),
      type: (text) => this.typedAddress(text),
      refuse: () => this.refuseAddress(),
      close: () => this.page.focus(),
    })
    this.picker = element("input", { type: "file", multiple: true, hidden: true, tabIndex: -1 })
    this.attachLabel = element("span", { className: "lc-attach-label" })
    this.attach = tool("attach", this.attachLabel)
    this.pageLabel = element("span", { className: "lc-attach-label" })
    this.page = tool("globe", this.pageLabel)
    this.counter = element("span", { className: "lc-counter" })
    this.submit = new SubmitButton(() => this.send())
    const actions = element(
      "div",
      { className: "lc-actions" },
      this.attach,
      this.page,
      this.picker,
      this.counter,
      this.submit.node,
    )
    this.dropText = element("span")
    const drop = element(
      "div",
      { className: "lc-drop", "aria-hidden": "true" },
      icon("drop"),
      this.dropText,
    )
    const parts = [this.prompt, this.list.node, this.addresses.node, actions, drop]
    this.box = element("div", { className: "lc-box" }, ...parts)
    this.shell.append(this.box, this.buildFoot())
  }

  buildFoot() {
    this.hint = element("p", { className: "lc-hint", id: "lc-hint" })
    this.shortcut = element("p", { className: "lc-shortcut" })
    this.alertText = element("p", { className: "lc-alert", id: "lc-alert", role: "alert" })
    this.noteText = element("span")
    this.noteButton = element("button", { className: "lc-link", type: "button" })
    this.note = element("p", { className: "lc-note", hidden: true }, this.noteText, " ", this.noteButton)
    this.live = element("p", { className: "lc-hidden", role: "status" })
    const tips = element("div", { className: "lc-tips" }, this.hint, this.shortcut)
    return element("div", { className: "lc-foot" }, this.alertText, this.note, tips, this.live)
  }

  listen() {
    this.prompt.addEventListener("input", () => this.typed())
    this.shell.addEventListener("keydown", (event) => this.key(event))
    this.attach.addEventListener("click", () => this.picker.click())
    this.page.addEventListener("click", () => this.addresses.open())
    this.picker.addEventListener("change", () => {
      this.addFiles([...this.picker.files])
      this.picker.value = ""
    })
    this.noteButton.addEventListener("click", () => this.noteAction())
    this.box.addEventListener("click", (event) => event.target === this.box && this.prompt.focus())
    this.forget = listenForFiles(
      this.box,
      (files, folders) => this.addFiles(files, folders),
      (text, area) => area === this.prompt && this.pasted(text),
    )
  }

  close() {
    clearTimeout(this.patience)
    this.unsubscribe?.()
    this.forget()
    this.draft?.saveWaiting()
  }

  // What the page says

  update({ data: raw, setTriggerValue }) {
    this.trigger = setTriggerValue
    if (raw === this.raw) return
    this.raw = raw
    this.data = JSON.parse(raw)
    if (this.data.language !== this.wording?.language) this.speak()
    if (this.data.draft_key !== this.draftKey) this.open(this.data.draft_key)
    this.hear()
    this.draw()
  }

  speak() {
    this.wording = new Wording(this.data.labels, this.data.language)
    const { wording } = this
    const size = wording.size(this.data.max_file_bytes)
    const keys = /Mac|iP(hone|ad|od)/.test(navigator.platform) ? "⌘ Enter" : "Ctrl + Enter"
    attribute(this.shell, "lang", this.data.language)
    attribute(this.prompt, "aria-label", wording.text("prompt"))
    attribute(this.prompt, "placeholder", wording.text("placeholder"))
    attribute(this.attach, "aria-label", wording.text("attach"))
    this.attachLabel.textContent = wording.text("attach")
    attribute(this.page, "aria-label", wording.text("add_page"))
    this.pageLabel.textContent = wording.text("add_page")
    this.addresses.speak(wording)
    this.dropText.textContent = wording.text("drop")
    this.hint.textContent = wording.text("hint", { size })
    this.shortcut.textContent = wording.text("shortcut", { keys })
    this.submit.speak(wording)
  }

  open(key) {
    this.unsubscribe?.()
    this.draftKey = key
    this.draft = draftOf(key)
    this.unsubscribe = this.draft.subscribe((event) => this.changed(event))
    this.prompt.value = this.draft.prompt
    this.draft.resume(this.data.pages)
  }

  /** The answer to a submission, and an example that was clicked. */
  hear() {
    const { accepted, problem, example } = this.data
    if (accepted && accepted === this.draft.nonce) {
      this.draft.accept(accepted)
      this.rest()
    }
    if (problem && this.draft.refuse(problem.nonce)) {
      this.rest()
      this.alert = { sentence: problem.sentence }
    }
    if (example && !this.isBusy && this.draft.fill(example)) this.announce("filled")
  }

  // What happens in the draft

  changed({ type, entry }) {
    if (type === "replaced") {
      assign(this.prompt, { value: this.draft.prompt })
      this.alert = null
      this.notice = null
    } else if (type === "duplicate") {
      this.notice = { key: "duplicate", values: { name: entry.file_name } }
      this.announce("duplicate", this.notice.values)
    } else if (type === "settled") {
      this.say(`${entry.file_name}: ${this.wording.status(entry, this.data.max_file_bytes)}`)
    }
    this.draw()
  }

  // What the author does

  typed() {
    this.alert = null
    this.notice = null
    this.draft.type(this.prompt.value)
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return
    event.preventDefault()
    this.send()
  }

  addFiles(files, folders = []) {
    if (this.isBusy) return
    this.notice = null
    const isFolder = new Set(folders)
    this.draft.attach(files, {
      url: this.data.upload,
      refusal: (file) => (isFolder.has(file) ? "folder" : this.refusal(file)),
    })
    const last = this.draft.files.at(-1)
    if (last) this.list.reveal(last)
  }

  addPages(addresses) {
    if (this.isBusy) return []
    this.alert = null
    this.notice = null
    this.draft.typeAddress("")
    const added = this.draft.attachPages(addresses, this.data.pages)
    if (added.length) this.list.reveal(added.at(-1))
    return added
  }

  typedAddress(text) {
    if (this.alert?.key === "not_an_address") this.alert = null
    this.draft.typeAddress(text)
    this.draw()
  }

  refuseAddress() {
    this.alert = { key: "not_an_address" }
    this.draw()
  }

  /** Addresses and nothing else are pages to read, unless the author says that they are text. */
  pasted(text) {
    const addresses = this.data.pages && !this.isBusy ? addressesIn(text) : []
    if (!addresses.length) return false
    const added = this.addPages(addresses)
    if (added.length) {
      const asText = () => this.keepAsText(added, text)
      this.notice = { key: "pasted_page", action: "pasted_as_text", act: asText }
      this.draw()
    }
    return true
  }

  keepAsText(added, text) {
    for (const entry of added) this.draft.remove(entry)
    this.notice = null
    this.prompt.focus()
    const { selectionStart, selectionEnd } = this.prompt
    this.prompt.setRangeText(text, selectionStart, selectionEnd, "end")
    this.typed()
  }

  refusal(file) {
    if (file.size > this.data.max_file_bytes) return "file_too_large"
    return file.size ? "" : "file_empty"
  }

  remove(entry) {
    const index = this.draft.files.indexOf(entry)
    this.draft.remove(entry)
    this.announce("removed", { name: entry.file_name })
    const target = this.list.neighbour(index) ?? this.attach
    target.focus()
  }

  noteAction() {
    if (this.notice?.act) {
      this.notice.act()
      return
    }
    if (this.draft.replaced) {
      this.draft.undo()
      this.announce("undone")
    } else this.draft.clear()
    this.prompt.focus()
  }

  send() {
    if (this.isBusy) return
    this.alert = this.objection()
    if (this.alert) {
      this.draw()
      this.prompt.focus()
      return
    }
    this.isBusy = true
    this.notice = null
    this.patience = setTimeout(() => this.unanswered(), ANSWER_MS)
    this.announce("submit_busy")
    this.trigger("submitted", this.draft.submit())
    this.draw()
  }

  /** Why what stands in the box cannot be sent as it is, or null. */
  objection() {
    const limit = this.data.max_prompt_chars
    if (!this.draft.prompt.trim()) return { key: "empty" }
    if (lengthOf(this.draft.prompt) > limit) {
      return { key: "too_long", values: { limit: this.wording.number(limit) } }
    }
    return this.draft.isReading ? { key: "still_reading" } : null
  }

  unanswered() {
    this.rest()
    this.alert = { key: "no_answer" }
    this.draw()
  }

  rest() {
    clearTimeout(this.patience)
    this.isBusy = false
  }

  // Drawing

  draw() {
    const { wording, draft, isBusy } = this
    const maxBytes = this.data.max_file_bytes
    this.list.draw(draft.files, { wording, maxBytes, isBusy })
    attribute(this.shell, "data-busy", isBusy ? "" : null)
    assign(this.prompt, { readOnly: isBusy })
    assign(this.attach, { disabled: isBusy })
    assign(this.page, { disabled: isBusy, hidden: !this.data.pages })
    const isInvalid = this.alert?.key === "not_an_address"
    this.addresses.draw({ text: draft.address, isBusy, isInvalid })
    this.drawLength()
    this.drawAlert()
    this.drawNote()
    this.submit.draw({ isBusy, isReading: draft.isReading })
    grow(this.prompt)
  }

  drawLength() {
    const limit = this.data.max_prompt_chars
    const used = lengthOf(this.draft.prompt)
    const isShown = used > limit * COUNTER_FROM
    const values = { used: this.wording.number(used), limit: this.wording.number(limit) }
    assign(this.counter, { textContent: isShown ? this.wording.text("counter", values) : "" })
    attribute(this.counter, "data-over", used > limit ? "" : null)
    if (used > limit && !this.alert) this.alert = this.objection()
  }

  drawAlert() {
    const { alert, wording } = this
    const sentence = alert ? alert.sentence ?? wording.text(alert.key, alert.values) : ""
    assign(this.alertText, { textContent: sentence })
    const isInvalid = ["empty", "too_long"].includes(alert?.key)
    attribute(this.prompt, "aria-invalid", isInvalid ? "true" : null)
    attribute(this.shell, "data-alert", alert ? "" : null)
  }

  drawNote() {
    const note = this.currentNote()
    assign(this.note, { hidden: !note })
    if (!note) return
    assign(this.noteText, { textContent: this.wording.text(note.key, note.values) })
    assign(this.noteButton, { textContent: note.action ?? "", hidden: !note.action })
  }

  currentNote() {
    const { draft, wording } = this
    if (this.notice?.action) return { ...this.notice, action: wording.text(this.notice.action) }
    if (this.notice) return this.notice
    if (this.isBusy) return null
    if (draft.replaced) return { key: draft.replaced.why, action: wording.text("undo") }
    if (draft.wasSent && !this.alert) return { key: "sent_before", action: wording.text("clear") }
    return null
  }

  announce(key, values) {
    this.say(this.wording.text(key, values))
  }

  say(sentence) {
    this.live.textContent = sentence
  }
}

function tool(name, label) {
  return element("button", { className: "lc-attach", type: "button" }, icon(name), label)
}

/** Characters as the server counts them: one for each code point. */
function lengthOf(prompt) {
  let length = 0
  for (const character of prompt.trim()) length += character ? 1 : 0
  return length
}

/** Where CSS cannot size the box to its text. */
function grow(area) {
  if (CSS.supports("field-sizing", "content")) return
  area.style.height = "auto"
  area.style.height = `${area.scrollHeight}px`
}
