// The outline editor: what is shown is the server's snapshot with the edits that it has not seen.
import { AT_END, addAfter, fold, toggleLock } from "./commands.js"
import { attribute, focused, text, value } from "./dom.js"
import { onPointerdown } from "./drag.js"
import { drawCount, drawEmpty, drawState, makeFrame } from "./frame.js"
import { History } from "./history.js"
import { onKeydown, onNameKeydown } from "./keyboard.js"
import { onPaste } from "./paste.js"
import { openSources } from "./popover.js"
import { drawRow, fitRow, makeRow, orderRows, visible } from "./rows.js"
import { Sync } from "./sync.js"
import { drawToolbar, makeToolbar } from "./toolbar.js"
import { TOP, ancestors, apply, build, newId } from "./tree.js"
import { translator } from "./words.js"

const TYPING_MS = 300 // typing is sent when it pauses this long
const MAX_WORDS = 1000000

const instances = new WeakMap()

class Outliner {
  constructor() {
    this.tree = build([])
    this.history = new History()
    this.collapsed = new Set()
    this.selected = new Set()
    this.rows = new Map()
    this.places = []
    this.index = new Map()
    this.current = null
    this.anchor = null
    this.opened = null
    this.composing = null
    this.mode = "edit"
    this.growing = false
    this.sources = []
    this.sourceNames = new Map()
    makeFrame(this)
    this.listen()
    this.frame.outliner = this
  }

  listen() {
    const { treeElement: tree, nameField: name } = this
    tree.addEventListener("keydown", (event) => onKeydown(this, event))
    tree.addEventListener("pointerdown", (event) => onPointerdown(this, event))
    tree.addEventListener("paste", (event) => onPaste(this, event))
    tree.addEventListener("click", (event) => this.onClick(event))
    tree.addEventListener("focusin", (event) => this.onFocusin(event))
    tree.addEventListener("focusout", (event) => this.onFocusout(event))
    name.addEventListener("keydown", (event) => onNameKeydown(this, event))
    name.addEventListener("focusout", () => this.sync?.flush(0))
    for (const field of [tree, name]) {
      field.addEventListener("input", (event) => this.onInput(event))
      field.addEventListener("compositionstart", (event) => {
        this.composing = event.target
      })
      field.addEventListener("compositionend", (event) => {
        this.composing = null
        this.onInput(event)
      })
    }
    this.emptyAdd.onclick = () => addAfter(this, null)
    this.retry.onclick = () => this.sync.flush(0)
  }

  /** Called on each run of the page's script; most calls bring nothing new. */
  update(json) {
    if (json === this.json) return
    this.json = json
    const data = JSON.parse(json)
    this.sources = data.sources
    this.sourceNames = new Map(data.sources)
    if (this.language !== data.language || this.readonly !== data.readonly) this.dress(data)
    if (this.address !== data.post) this.open(data)
    this.sync.take(data.snapshot)
    this.render()
    if (this.request !== data.save_request) this.known = this.sync.problem
    this.request = data.save_request
    this.sync.flush(0)
    this.answer()
  }

  dress({ labels, language, readonly }) {
    this.language = language
    this.readonly = readonly
    this.t = translator(labels, language)
    this.number = this.t.number
    for (const row of this.rows.values()) row.remove()
    this.rows.clear()
    this.bar?.remove()
    this.bar = makeToolbar(this)
    this.bar.hidden = readonly
    this.nameField.after(this.bar)
    this.nameField.readOnly = readonly
    attribute(this.nameField, "aria-label", this.t("name"))
    attribute(this.nameField, "placeholder", this.t("name_hint"))
    attribute(this.treeElement, "aria-label", this.t("outline"))
    attribute(this.treeElement, "aria-readonly", readonly || null)
  }

  open({ post, live }) {
    this.sync?.close()
    this.address = post
    this.history.clear()
    this.selected.clear()
    this.collapsed.clear()
    this.current = null
    this.sync = new Sync({
      post,
      live,
      client: newId(),
      onSnapshot: (snapshot) => this.onSnapshot(snapshot),
      onState: () => {
        drawState(this)
        this.answer()
      },
    })
  }

  /** Tell the page once whether everything is saved, when it has asked for that. */
  answer() {
    if (!this.request || this.answered === this.request) return
    const { pending, problem } = this.sync
    if (pending.length && !problem?.isFinal) return
    this.answered = this.request
    const isRefused = pending.length > 0 || (problem && problem !== this.known)
    this.report("saved", isRefused ? -this.request : this.request)
  }

  close() {
    this.sync?.close()
    this.frame.remove()
  }

  onSnapshot({ nodes, title, growing }) {
    this.tree = build(nodes, title)
    for (const operation of this.sync.pending) apply(this.tree, operation)
    if (growing !== undefined) this.growing = growing
    this.render()
  }

  /** Do operations as one step that can be undone. Says whether anything changed. */
  change(operations, { group = null, delay = 0, focus, caret } = {}) {
    if (this.readonly) return false
    const inverses = this.run(operations)
    if (!inverses.length) return false
    this.history.push(inverses, { group, focus: this.current })
    this.render()
    if (focus) this.focusOn(focus, caret)
    this.sync.flush(delay)
    return true
  }

  run(operations) {
    const inverses = []
    this.warning = null
    for (const operation of operations) {
      const inverse = apply(this.tree, operation)
      if (!inverse) continue
      inverses.unshift(inverse)
      this.sync.add(operation)
    }
    return inverses
  }

  undo(isRedo = false) {
    const step = this.history.step(isRedo, this.current, (inverses) => this.run(inverses))
    if (!step) return
    this.selected.clear()
    this.render()
    const first = step.inverses[0]
    const touched = [step.focus, first?.id, first?.nodes?.[0].id]
    const focus = touched.find((id) => id && this.tree.has(id))
    if (focus && first?.t !== "name") this.focusOn(focus)
    this.say(this.t(isRedo ? "redone" : "undone"))
    this.sync.flush(0)
  }

  redo() {
    this.undo(true)
  }

  render() {
    this.places = visible(this.tree, this.collapsed)
    const before = this.index
    this.index = new Map(this.places.map((place, at) => [place.id, at]))
    for (const id of this.selected) if (!this.tree.has(id)) this.selected.delete(id)
    this.active = focused(this.frame)
    const hadFocus = this.rows.get(this.current)?.contains(this.active)
    if (this.current && !this.index.has(this.current)) {
      const at = Math.min(before.get(this.current) ?? 0, this.places.length - 1)
      this.current = this.places[at]?.id ?? null
      if (hadFocus && this.current) queueMicrotask(() => this.focusOn(this.current, AT_END))
    }
    this.tabStop = this.current ?? this.places[0]?.id
    this.drawRows()
    if (this.composing !== this.nameField) {
      value(this.nameField, this.tree.get(TOP).title, this.active === this.nameField)
    }
    attribute(this.treeElement, "data-mode", this.mode)
    attribute(this.frame, "data-growing", this.growing)
    drawEmpty(this)
    drawCount(this)
    drawState(this)
    drawToolbar(this, this.bar)
  }

  drawRows() {
    for (const [id, row] of this.rows) {
      if (this.index.has(id)) continue
      row.remove()
      this.rows.delete(id)
    }
    const rows = this.places.map(({ id }) => {
      if (!this.rows.has(id)) this.rows.set(id, makeRow(id, this.t))
      return this.rows.get(id)
    })
    orderRows(this.treeElement, rows, this.active)
    this.places.forEach((place, at) => drawRow(rows[at], place, this))
    rows.forEach(fitRow)
  }

  redraw(id) {
    const place = this.place(id)
    if (place) drawRow(this.rows.get(id), place, this)
  }

  place(id) {
    return this.places[this.index.get(id)]
  }

  neighbour(id, step) {
    return this.places[this.index.get(id) + step]?.id
  }

  say(words) {
    this.spoken.textContent = ""
    requestAnimationFrame(() => text(this.spoken, words))
  }

  /** Put the focus into a node's title (or on its row), unfolding what hides it. */
  focusOn(id, caret) {
    const hiding = ancestors(this.tree, id).filter((above) => this.collapsed.delete(above))
    if (hiding.length) this.render()
    const row = this.rows.get(id)
    if (!row) return
    const target = this.mode === "row" ? row : row.parts.title
    if (focused(this.frame) !== target) target.focus({ preventScroll: true })
    if (caret !== undefined && target !== row) {
      const at = Math.min(caret, target.value.length)
      target.setSelectionRange(at, at)
    }
    row.scrollIntoView({ block: "nearest" })
  }

  focusName() {
    this.nameField.focus()
    this.nameField.setSelectionRange(AT_END, AT_END)
  }

  openField(id, k) {
    this.mode = "edit"
    this.opened = { id, k }
    this.redraw(id)
    const { parts } = this.rows.get(id)
    const field = k === "notes" ? parts.notes : parts.summary
    field.focus()
    field.setSelectionRange(AT_END, AT_END)
  }

  edit(id) {
    this.mode = "edit"
    this.selected.clear()
    this.render()
    this.focusOn(id, AT_END)
  }

  rowMode(id) {
    this.mode = "row"
    this.render()
    this.focusOn(id)
    this.say(this.t("row_mode"))
  }

  select(id) {
    if (!this.selected.delete(id)) this.selected.add(id)
    this.anchor = id
    this.render()
    this.say(this.t.count("selected", this.selected.size))
  }

  selectRange(from, to) {
    const [first, last] = [this.index.get(from), this.index.get(to)].sort((a, b) => a - b)
    this.selected = new Set(this.places.slice(first, last + 1).map((place) => place.id))
    this.render()
    this.say(this.t.count("selected", this.selected.size))
  }

  clearSelection() {
    if (!this.selected.size) return
    this.selected.clear()
    this.render()
  }

  toggleDetails() {
    this.hidesDetails = !this.hidesDetails
    this.frame.classList.toggle("hides-details", this.hidesDetails)
    drawToolbar(this, this.bar)
  }

  onInput(event) {
    const field = event.target
    if (event.isComposing || this.composing || !field.dataset?.k) return
    const { k } = field.dataset
    const typed = field.value.toWellFormed?.() ?? field.value
    const oneLine = typed.replace(/\s*\n\s*/g, " ")
    if ((k === "title" || k === "name") && oneLine !== typed) field.value = oneLine
    const options = { delay: TYPING_MS }
    if (k === "name") {
      this.change([{ t: "name", v: oneLine }], { ...options, group: "name" })
      return
    }
    const { id } = field.closest(".ol-row").dataset
    let v = k === "title" ? oneLine : typed
    if (k === "target_words") {
      const digits = typed.normalize("NFKC").replace(/\D/g, "")
      v = digits ? Math.min(Number(digits), MAX_WORDS) : null
    }
    this.change([{ t: "set", id, k, v }], { ...options, group: `${id} ${k}` })
  }

  onFocusin(event) {
    const row = event.target.closest(".ol-row")
    if (!row) return
    const before = this.current ?? this.tabStop
    const wasRowMode = this.mode === "row"
    this.current = this.tabStop = row.dataset.id
    this.active = event.target
    if (event.target !== row) this.mode = "edit"
    if (event.target.dataset.k === "target_words") event.target.select()
    if (wasRowMode !== (this.mode === "row")) attribute(this.treeElement, "data-mode", this.mode)
    if (before !== this.current) this.redraw(before)
    this.redraw(this.current)
    drawToolbar(this, this.bar)
  }

  onFocusout(event) {
    this.sync?.flush(0)
    const { id, k } = this.opened ?? {}
    const row = event.target.closest(".ol-row")
    this.active = null
    if (event.target.dataset.k === k && row?.dataset.id === id) this.opened = null
    if (row && this.rows.get(row.dataset.id) === row) this.redraw(row.dataset.id)
  }

  onClick(event) {
    const row = event.target.closest(".ol-row")
    if (!row) return
    const { id } = row.dataset
    if (event.target.closest(".ol-fold")) fold(this, id)
    else if (event.target.closest(".ol-act")) this.onAct(id, event.target.closest(".ol-act"))
    else if (event.ctrlKey || event.metaKey) this.select(id)
    else if (event.shiftKey && this.anchor) this.selectRange(this.anchor, id)
    else {
      this.anchor = id
      this.clearSelection()
      if (event.target.closest(".ol-number, .ol-main") && !event.target.dataset.k) {
        this.focusOn(id, AT_END)
      }
    }
  }

  onAct(id, button) {
    const acts = {
      describe: () => this.openField(id, "content_summary"),
      note: () => this.openField(id, "notes"),
      sources: () => openSources(this, id, button),
      lock: () => toggleLock(this, [id]),
    }
    acts[button.dataset.act]()
  }
}

export default function mount({ parentElement, data, setStateValue }) {
  let outliner = instances.get(parentElement)
  if (!outliner) {
    outliner = new Outliner()
    instances.set(parentElement, outliner)
    parentElement.append(outliner.frame)
  }
  outliner.report = setStateValue
  outliner.update(data)
  return () => {
    instances.delete(parentElement)
    outliner.close()
  }
}
