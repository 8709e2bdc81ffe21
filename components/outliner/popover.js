// Choosing the sources that a node is bound to.
import { element } from "./dom.js"

const MANY = 8 // from this many sources on, a field narrows the list
const GAP_PX = 4

function place(popover, button) {
  const box = button.getBoundingClientRect()
  const { width, height } = popover.getBoundingClientRect()
  const left = Math.min(box.left, window.innerWidth - width - GAP_PX)
  const fitsBelow = box.bottom + GAP_PX + height < window.innerHeight
  const top = fitsBelow ? box.bottom + GAP_PX : Math.max(GAP_PX, box.top - GAP_PX - height)
  popover.style.left = `${Math.max(GAP_PX, left)}px`
  popover.style.top = `${top}px`
}

function choices(o, id) {
  const bound = o.tree.get(id).source_ids
  const lost = bound.filter((sourceId) => !o.sourceNames.has(sourceId))
  return [...o.sources, ...lost.map((sourceId) => [sourceId, o.t("source_gone")])]
}

function option(o, id, [sourceId, title]) {
  const box = element("input", { type: "checkbox" })
  box.checked = o.tree.get(id).source_ids.includes(sourceId)
  box.onchange = () => {
    const node = o.tree.get(id)
    if (!node) return
    const others = node.source_ids.filter((bound) => bound !== sourceId)
    const v = box.checked ? [...others, sourceId] : others
    const operations = [{ t: "set", id, k: "source_ids", v }]
    if (!v.length) operations.push({ t: "set", id, k: "sources_only", v: false })
    o.change(operations)
    drawUse(o, id)
  }
  return element("label", { class: "ol-source" }, box, element("span", { text: title }))
}

function useChoice(o, id, isOnly) {
  const box = element("input", { type: "radio", name: "ol-use", value: String(isOnly) })
  box.onchange = () => o.change([{ t: "set", id, k: "sources_only", v: isOnly }])
  return element(
    "label",
    { class: "ol-source" },
    box,
    element("span", { text: o.t(isOnly ? "use_only" : "use_first") }),
  )
}

/** Whether the bound sources come first or alone: a choice once there are some. */
function makeUse(o, id) {
  return element(
    "fieldset",
    { class: "ol-use" },
    element("legend", { class: "ol-spoken", text: o.t("use") }),
    useChoice(o, id, false),
    useChoice(o, id, true),
  )
}

function drawUse(o, id) {
  const node = o.tree.get(id)
  const use = o.popover?.querySelector(".ol-use")
  if (!node || !use) return
  use.hidden = !node.source_ids.length
  for (const box of use.querySelectorAll("input")) {
    box.checked = box.value === String(node.sources_only)
  }
}

function filterField(o, options) {
  const field = element("input", {
    type: "search",
    class: "ol-filter",
    "aria-label": o.t("filter_sources"),
    placeholder: o.t("filter_sources"),
  })
  field.oninput = () => {
    const wanted = field.value.toLowerCase()
    for (const made of options) made.hidden = !made.textContent.toLowerCase().includes(wanted)
  }
  return field
}

export function openSources(o, id, button) {
  o.popover?.remove()
  const options = choices(o, id).map((choice) => option(o, id, choice))
  const popover = element("div", {
    class: "ol-popover",
    role: "dialog",
    "aria-label": o.t("bind"),
    popover: "auto",
  })
  popover.append(element("p", { class: "ol-popover-head", text: o.t("bind_hint") }))
  if (options.length >= MANY) popover.append(filterField(o, options))
  if (options.length) popover.append(element("div", {}, ...options), makeUse(o, id))
  else popover.append(element("p", { class: "ol-none", text: o.t("no_sources") }))
  popover.tabIndex = -1
  popover.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return
    popover.remove()
    if (button.isConnected) button.focus({ preventScroll: true })
  })
  popover.addEventListener("keydown", (event) => event.stopPropagation())
  o.frame.append(popover)
  o.popover = popover
  drawUse(o, id)
  popover.showPopover()
  place(popover, button)
  ;(popover.querySelector("input") || popover).focus({ preventScroll: true })
}
