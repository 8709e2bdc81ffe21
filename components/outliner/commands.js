// What the author can do to nodes; each is one change that can be undone.
import { TOP, ancestors, flatten, newNode, sibling } from "./tree.js"

export const AT_END = Number.MAX_SAFE_INTEGER

/** The selected nodes without those below another one, or the current node. */
export function targets(o) {
  const ids = o.selected.size
    ? o.places.map((place) => place.id).filter((id) => o.selected.has(id))
    : o.current
      ? [o.current]
      : []
  const wanted = new Set(ids)
  return ids.filter((id) => !ancestors(o.tree, id).some((above) => wanted.has(above)))
}

function announceTitle(o, key) {
  const place = o.place(o.current)
  if (place) o.say(o.t(key, { level: place.level, position: place.position, size: place.size }))
}

export function addAfter(o, id) {
  const parent = id ? o.tree.get(id).parent : TOP
  const node = newNode(parent)
  const after = id || o.tree.get(TOP).kids.at(-1) || null
  o.mode = "edit"
  o.change([{ t: "ins", parent, after, nodes: [node] }], { focus: node.id, caret: 0 })
}

export function addBefore(o, id) {
  const node = newNode(o.tree.get(id).parent)
  const after = sibling(o.tree, id, -1) ?? null
  o.change([{ t: "ins", parent: node.parent, after, nodes: [node] }], { focus: id, caret: 0 })
}

/** Enter: the text behind the caret becomes the next node. */
export function split(o, id, title, start, end) {
  const node = newNode(o.tree.get(id).parent, { title: title.slice(end).trimStart() })
  const operations = [{ t: "ins", parent: node.parent, after: id, nodes: [node] }]
  if (end < title.length || start < end) {
    operations.unshift({ t: "set", id, k: "title", v: title.slice(0, start).trimEnd() })
  }
  o.change(operations, { focus: node.id, caret: 0 })
}

/** Backspace at the start: a node without others below it joins the one above. */
export function join(o, id) {
  const above = o.neighbour(id, -1)
  const node = o.tree.get(id)
  if (!above || node.kids.length) return false
  const before = o.tree.get(above).title
  const operations = [{ t: "del", id }]
  if (node.title) operations.unshift({ t: "set", id: above, k: "title", v: before + node.title })
  o.change(operations, { focus: above, caret: before.length })
  return true
}

export function indent(o, ids) {
  const operations = []
  for (const id of ids) {
    const above = sibling(o.tree, id, -1)
    const previous = operations.at(-1)
    if (above && !ids.includes(above)) {
      o.collapsed.delete(above)
      operations.push({ t: "mv", id, parent: above, after: o.tree.get(above).kids.at(-1) ?? null })
    } else if (above && previous) {
      operations.push({ t: "mv", id, parent: previous.parent, after: previous.id })
    }
  }
  if (o.change(operations, { focus: o.current })) announceTitle(o, "moved")
}

export function outdent(o, ids) {
  const operations = []
  for (const id of [...ids].reverse()) {
    const { parent } = o.tree.get(id)
    if (parent === TOP) continue
    operations.push({ t: "mv", id, parent: o.tree.get(parent).parent, after: parent })
  }
  if (o.change(operations, { focus: o.current })) announceTitle(o, "moved")
}

function moveInto(ids, parent, first) {
  let after = first
  return ids.map((id) => {
    const operation = { t: "mv", id, parent, after }
    after = id
    return operation
  })
}

/** One place up or down; past the first or last sibling into the neighbouring parent. */
export function shift(o, ids, step) {
  if (!ids.length) return
  const edge = step < 0 ? ids[0] : ids.at(-1)
  const { parent } = o.tree.get(edge)
  const next = sibling(o.tree, edge, step)
  let operations = []
  if (next) {
    const after = step < 0 ? (sibling(o.tree, next, -1) ?? null) : next
    operations = moveInto(ids, parent, after)
  } else if (parent !== TOP) {
    const aunt = sibling(o.tree, parent, step)
    if (!aunt) return
    o.collapsed.delete(aunt)
    operations = moveInto(ids, aunt, step < 0 ? (o.tree.get(aunt).kids.at(-1) ?? null) : null)
  }
  if (o.change(operations, { focus: o.current })) announceTitle(o, "moved")
}

/** Put nodes at a place that was chosen by dragging. */
export function drop(o, ids, { parent, after }) {
  o.collapsed.delete(parent)
  o.current = ids[0]
  if (o.change(moveInto(ids, parent, after), { focus: ids[0] })) announceTitle(o, "moved")
}

export function remove(o, ids) {
  if (!ids.length) return
  const gone = new Set(ids.flatMap((id) => flatten(o.tree, id).map((node) => node.id)))
  const at = o.index.get(ids[0])
  const isKept = (place) => !gone.has(place.id)
  const next = o.places.slice(0, at).findLast(isKept) ?? o.places.slice(at).find(isKept)
  o.selected.clear()
  const operations = ids.map((id) => ({ t: "del", id }))
  if (o.change(operations, { focus: next?.id ?? null, caret: AT_END })) {
    o.say(o.t.count("deleted", gone.size))
  }
}

export function toggleLock(o, ids) {
  const isLocked = !ids.every((id) => o.tree.get(id).locked)
  const operations = ids.map((id) => ({ t: "set", id, k: "locked", v: isLocked }))
  if (o.change(operations)) o.say(o.t(isLocked ? "locked" : "unlocked"))
}

/** Fold or unfold; `isFolded` undefined turns it over. Says whether anything changed. */
export function fold(o, id, isFolded = !o.collapsed.has(id)) {
  if (!o.tree.get(id).kids.length || isFolded === o.collapsed.has(id)) return false
  if (isFolded) o.collapsed.add(id)
  else o.collapsed.delete(id)
  const hidesFocus = isFolded && o.current && ancestors(o.tree, o.current).includes(id)
  o.render()
  if (hidesFocus) o.focusOn(id, AT_END)
  return true
}

export function foldAll(o) {
  const parents = flatten(o.tree).filter((node) => o.tree.get(node.id).kids.length)
  const isFolding = parents.some((node) => !o.collapsed.has(node.id))
  o.collapsed = new Set(isFolding ? parents.map((node) => node.id) : [])
  const hidden = o.current && ancestors(o.tree, o.current).filter((id) => o.collapsed.has(id))
  if (hidden?.length) o.current = hidden.at(-1)
  o.render()
}
