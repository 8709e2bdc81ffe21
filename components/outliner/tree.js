// The outline as a tree and the operations on it; the twin of pipeline/domain/working_tree.py.

export const TOP = ""

const FIELDS = {
  title: "",
  content_summary: "",
  notes: "",
  target_words: null,
  source_ids: [],
  sources_only: false,
  locked: false,
  uncovered: false,
}

// By these the author says what a node is about, or what it is written from.
const SETTLING = new Set(["title", "source_ids", "sources_only"])

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return "n" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

export function newNode(parent, values = {}) {
  return { ...FIELDS, ...values, id: newId(), parent, status: "" }
}

/** Build a tree (Map of id to node with `kids`) from flat nodes in reading order. */
export function build(nodes, title = "") {
  const tree = new Map([[TOP, { id: TOP, parent: null, kids: [], title }]])
  for (const node of nodes) {
    const parent = tree.get(node.parent) || tree.get(TOP)
    tree.set(node.id, { ...FIELDS, ...node, parent: parent.id, kids: [] })
    parent.kids.push(node.id)
  }
  return tree
}

/** The nodes of a subtree in reading order, without `kids`. */
export function flatten(tree, id = TOP) {
  const found = []
  const visit = (nodeId) => {
    const { kids, ...node } = tree.get(nodeId)
    if (nodeId !== TOP) found.push(node)
    kids.forEach(visit)
  }
  visit(id)
  return found
}

export function isInside(tree, id, ancestor) {
  for (let at = id; at !== null && at !== undefined; at = tree.get(at)?.parent) {
    if (at === ancestor) return true
  }
  return false
}

export function ancestors(tree, id) {
  const found = []
  for (let at = tree.get(id)?.parent; at; at = tree.get(at).parent) found.push(at)
  return found
}

/** The sibling `step` places on, or undefined. */
export function sibling(tree, id, step) {
  const kids = tree.get(tree.get(id).parent).kids
  return kids[kids.indexOf(id) + step]
}

/** Words that a node's sections aim at together. */
export function wordsBelow(tree, id) {
  const node = tree.get(id)
  if (id !== TOP && !node.kids.length) return node.target_words || 0
  return node.kids.reduce((sum, kid) => sum + wordsBelow(tree, kid), 0)
}

function detach(tree, id) {
  const node = tree.get(id)
  const kids = tree.get(node.parent).kids
  const index = kids.indexOf(id)
  kids.splice(index, 1)
  return { parent: node.parent, after: index > 0 ? kids[index - 1] : null }
}

function attach(tree, id, parent, after) {
  const target = tree.get(parent) || tree.get(TOP)
  const index = after === null ? 0 : target.kids.indexOf(after) + 1 || target.kids.length
  target.kids.splice(index, 0, id)
  tree.get(id).parent = target.id
}

function isSame(one, other) {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other
  return one.length === other.length && one.every((item, at) => item === other[at])
}

function setField(tree, { id, k, v }) {
  const node = id === TOP ? undefined : tree.get(id)
  if (!node || isSame(node[k], v)) return null
  const inverse = { t: "set", id, k, v: node[k] }
  node[k] = v
  node.status = ""
  if (SETTLING.has(k)) node.uncovered = false
  return inverse
}

function insert(tree, { parent, after, nodes }) {
  const [root, ...below] = nodes
  if (!root.id || tree.has(root.id)) return null
  tree.set(root.id, { ...FIELDS, ...root, kids: [] })
  attach(tree, root.id, parent, after ?? null)
  const inserted = new Set([root.id])
  for (const node of below) {
    if (!node.id || tree.has(node.id) || !inserted.has(node.parent)) continue
    tree.set(node.id, { ...FIELDS, ...node, kids: [] })
    tree.get(node.parent).kids.push(node.id)
    inserted.add(node.id)
  }
  return { t: "del", id: root.id }
}

function remove(tree, { id }) {
  if (id === TOP || !tree.has(id)) return null
  const nodes = flatten(tree, id)
  const place = detach(tree, id)
  for (const node of nodes) tree.delete(node.id)
  return { t: "ins", nodes, ...place }
}

function move(tree, { id, parent, after }) {
  if (id === TOP || !tree.has(id) || !tree.has(parent) || isInside(tree, parent, id)) return null
  const place = detach(tree, id)
  attach(tree, id, parent, after ?? null)
  return { t: "mv", id, ...place }
}

function name(tree, { v }) {
  const top = tree.get(TOP)
  if (top.title === v) return null
  const inverse = { t: "name", v: top.title }
  top.title = v
  return inverse
}

const APPLY = { set: setField, ins: insert, del: remove, mv: move, name }

/** Apply one operation; returns its inverse, or null when it changed nothing. */
export function apply(tree, operation) {
  return APPLY[operation.t](tree, operation)
}
