// Dragging rows by their handle: up and down chooses the place, left and right the level.
import { drop, targets } from "./commands.js"
import { element, icon, scroller } from "./dom.js"
import { TOP, flatten } from "./tree.js"

const START_PX = 4 // less is a click with an unsteady hand
const EDGE_PX = 48 // closer to the edge of what scrolls, it scrolls
const SCROLL_PX = 12

/** Where a drop would put nodes: between two rows, at the level that the pointer chose. */
export function dropPlace(tree, rows, index, wantedLevel) {
  const above = rows[index - 1]
  const below = rows[index]
  const deepest = above ? above.level + 1 : 1
  const level = Math.max(below?.level ?? 1, Math.min(deepest, wantedLevel))
  if (!above) return { parent: TOP, after: null, level }
  if (level === above.level + 1) return { parent: above.id, after: null, level }
  let after = above.id
  for (let at = above.level; at > level; at--) after = tree.get(after).parent
  return { parent: tree.get(after).parent, after, level }
}

class Drag {
  constructor(o, event, row) {
    this.o = o
    this.handle = event.target
    this.pointer = event.pointerId
    const id = row.dataset.id
    this.ids = o.selected.has(id) ? targets(o) : [id]
    this.level = o.place(id).level
    this.start = { x: event.clientX, y: event.clientY }
    this.last = this.start
    this.listeners = [
      [this.handle, "pointermove", (moved) => this.moved(moved)],
      [this.handle, "pointerup", () => this.end(true)],
      [this.handle, "pointercancel", () => this.end(false)],
      [window, "keydown", (pressed) => this.pressed(pressed)],
    ]
    for (const [target, type, listener] of this.listeners) {
      target.addEventListener(type, listener, true)
    }
    this.handle.setPointerCapture(this.pointer)
  }

  begin() {
    const { o } = this
    this.gone = new Set(this.ids.flatMap((id) => flatten(o.tree, id).map((node) => node.id)))
    this.rows = o.places.filter((place) => !this.gone.has(place.id))
    for (const id of this.gone) o.rows.get(id)?.classList.add("is-dragged")
    const first = o.tree.get(this.ids[0])
    const label = this.ids.length > 1 ? o.t.count("nodes", this.ids.length) : first.title
    this.ghost = element("div", { class: "ol-ghost" }, icon("drag_indicator"))
    this.ghost.append(label || o.t("untitled"))
    o.frame.append(this.ghost)
    this.scroller = scroller(o.frame)
    const indent = getComputedStyle(o.rows.get(this.ids[0])).getPropertyValue("--ol-indent")
    this.indent = parseFloat(indent)
    this.isDragging = true
    this.tick = requestAnimationFrame(() => this.scroll())
  }

  moved(event) {
    this.last = { x: event.clientX, y: event.clientY }
    const distance = Math.hypot(this.last.x - this.start.x, this.last.y - this.start.y)
    if (!this.isDragging && distance < START_PX) return
    if (!this.isDragging) this.begin()
    this.aim()
  }

  aim() {
    const { o, rows } = this
    const boxes = rows.map((place) => o.rows.get(place.id).getBoundingClientRect())
    const found = boxes.findIndex((box) => this.last.y < box.top + box.height / 2)
    const index = found < 0 ? rows.length : found
    const wanted = this.level + Math.round((this.last.x - this.start.x) / this.indent)
    this.target = dropPlace(o.tree, rows, index, wanted)
    const frame = o.frame.getBoundingClientRect()
    const tree = o.treeElement.getBoundingClientRect()
    const y = index > 0 ? boxes[index - 1].bottom : (boxes[0]?.top ?? tree.top)
    const left = tree.left - frame.left + (this.target.level - 1) * this.indent + 44
    o.dropLine.style.top = `${y - frame.top - 1}px`
    o.dropLine.style.left = `${left}px`
    o.dropLine.hidden = false
    this.ghost.style.left = `${this.last.x - frame.left + 14}px`
    this.ghost.style.top = `${this.last.y - frame.top + 10}px`
  }

  scroll() {
    const isPage = this.scroller === document.scrollingElement
    const box = isPage
      ? { top: 0, bottom: window.innerHeight }
      : this.scroller.getBoundingClientRect()
    const before = this.scroller.scrollTop
    if (this.last.y > box.bottom - EDGE_PX) this.scroller.scrollTop += SCROLL_PX
    else if (this.last.y < box.top + EDGE_PX) this.scroller.scrollTop -= SCROLL_PX
    if (this.scroller.scrollTop !== before) this.aim()
    this.tick = requestAnimationFrame(() => this.scroll())
  }

  pressed(event) {
    if (event.key !== "Escape") return
    event.preventDefault()
    event.stopPropagation()
    this.end(false)
  }

  end(isDropped) {
    const { o } = this
    for (const [target, type, listener] of this.listeners) {
      target.removeEventListener(type, listener, true)
    }
    o.drag = null
    if (!this.isDragging) return
    cancelAnimationFrame(this.tick)
    o.dropLine.hidden = true
    this.ghost.remove()
    for (const id of this.gone) o.rows.get(id)?.classList.remove("is-dragged")
    const ids = this.ids.filter((id) => o.tree.has(id))
    if (isDropped && this.target && ids.length) drop(o, ids, this.target)
    else o.render()
  }
}

export function onPointerdown(o, event) {
  const handle = event.target.closest?.(".ol-grip, .ol-number")
  const row = event.target.closest?.(".ol-row")
  if (!handle || o.readonly || event.button || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  o.drag = new Drag(o, event, row)
}
