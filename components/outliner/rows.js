// One row per visible node: making it, drawing it, and putting rows in order.
import { attribute, element, icon, text, value } from "./dom.js"
import { TOP, wordsBelow } from "./tree.js"

const MAX_CHARS = { title: "500", content_summary: "5000", notes: "5000" }

/** Visible nodes in reading order with their level, place and number. */
export function visible(tree, collapsed) {
  const found = []
  const visit = (id, level, above) => {
    const { kids } = tree.get(id)
    kids.forEach((kid, index) => {
      const number = above ? `${above}.${index + 1}` : String(index + 1)
      found.push({ id: kid, level, position: index + 1, size: kids.length, number })
      if (!collapsed.has(kid)) visit(kid, level + 1, number)
    })
  }
  visit(TOP, 1, "")
  return found
}

function button(name, iconName) {
  const glyph = icon(iconName)
  const made = element("button", { type: "button", class: `ol-act ol-${name}`, tabindex: "-1" }, glyph)
  made.dataset.act = name
  return { button: made, glyph }
}

function textarea(field, className) {
  const made = element("textarea", {
    class: className,
    rows: "1",
    maxlength: MAX_CHARS[field],
    tabindex: "-1",
  })
  made.dataset.k = field
  return made
}

/** Make a row; its parts are in `row.parts`. */
export function makeRow(id, t) {
  const parts = {
    grip: element("span", { class: "ol-grip ol-icon", "aria-hidden": "true", text: "drag_indicator" }),
    fold: element("button", { type: "button", class: "ol-fold", tabindex: "-1" }),
    foldIcon: icon(),
    number: element("span", { class: "ol-number", "aria-hidden": "true" }),
    title: textarea("title", "ol-title"),
    summary: textarea("content_summary", "ol-summary"),
    notes: textarea("notes", "ol-notes"),
    uncovered: element("span", { class: "ol-uncovered", hidden: true }, icon("search_off")),
    status: element("span", { class: "ol-status" }),
    describe: button("describe", "notes"),
    note: button("note", "edit_note"),
    sources: button("sources", "link"),
    sourceCount: element("span", { class: "ol-source-count" }),
    lock: button("lock", "lock_open"),
    words: element("input", {
      class: "ol-words",
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: "9",
      placeholder: "–",
      tabindex: "-1",
    }),
    unit: element("span", { class: "ol-unit", "aria-hidden": "true", text: t("unit") }),
  }
  parts.fold.append(parts.foldIcon)
  parts.sources.button.append(parts.sourceCount)
  parts.words.dataset.k = "target_words"
  const row = element("div", { class: "ol-row", role: "row", tabindex: "-1" })
  const noteLine = element("div", { class: "ol-note-line" }, icon("edit_note"), parts.notes)
  const lines = element("div", { class: "ol-text" }, parts.title, parts.summary, noteLine)
  row.append(
    element(
      "div",
      { class: "ol-main", role: "gridcell" },
      parts.grip,
      parts.fold,
      parts.number,
      lines,
      parts.uncovered,
    ),
    element(
      "div",
      { class: "ol-acts", role: "gridcell" },
      parts.status,
      parts.describe.button,
      parts.note.button,
      parts.sources.button,
      parts.lock.button,
    ),
    element("div", { class: "ol-target", role: "gridcell" }, parts.words, parts.unit),
  )
  row.dataset.id = id
  row.parts = parts
  return row
}

function drawTree(row, place, node, view) {
  const { parts } = row
  const isFolded = view.collapsed.has(place.id)
  attribute(row, "aria-level", place.level)
  attribute(row, "aria-posinset", place.position)
  attribute(row, "aria-setsize", place.size)
  attribute(row, "aria-expanded", node.kids.length ? !isFolded : null)
  attribute(row, "aria-selected", view.selected.has(place.id))
  const named = `${place.number} ${node.title || view.t("untitled")}`
  attribute(row, "aria-label", node.uncovered ? `${named}. ${view.t("uncovered")}` : named)
  if (row.level !== place.level) {
    row.style.setProperty("--level", place.level - 1)
    row.level = place.level
  }
  text(parts.number, place.number)
  text(parts.foldIcon, node.kids.length ? (isFolded ? "chevron_right" : "expand_more") : "")
  parts.fold.disabled = !node.kids.length
  attribute(parts.fold, "aria-label", view.t(isFolded ? "expand" : "collapse"))
}

function drawTexts(row, place, node, view) {
  const { parts } = row
  const fields = [
    [parts.title, node.title, "title"],
    [parts.summary, node.content_summary, "summary"],
    [parts.notes, node.notes, "notes"],
  ]
  parts.uncovered.hidden = !node.uncovered
  attribute(parts.title, "aria-description", node.uncovered ? view.t("uncovered") : null)
  for (const [field, wanted, label] of fields) {
    attribute(field, "aria-label", `${view.t(label)} ${place.number}`)
    attribute(field, "placeholder", view.t(`${label}_hint`))
    if (field !== view.composing) value(field, wanted, field === view.active)
    field.readOnly = view.readonly
  }
  const isOpen = (key) => view.opened?.id === place.id && view.opened.k === key
  row.classList.toggle("has-summary", Boolean(node.content_summary) || isOpen("content_summary"))
  row.classList.toggle("has-notes", Boolean(node.notes) || isOpen("notes"))
}

function drawWords(row, place, node, view) {
  const { words } = row.parts
  const isSum = node.kids.length > 0
  const count = wordsBelow(view.tree, place.id)
  const shown = count ? view.number(count) : ""
  if (words !== view.active) value(words, shown, false)
  words.readOnly = view.readonly || isSum
  row.classList.toggle("has-sum", isSum)
  row.classList.toggle("has-words", Boolean(count))
  attribute(words, "aria-label", `${view.t(isSum ? "words_below" : "words")} ${place.number}`)
}

/** In words: which sources are bound, and whether only they are used; or what is missing. */
function saidOfSources(node, view) {
  if (node.uncovered) return view.t("uncovered_hint")
  if (!node.source_ids.length) return view.t("bind")
  const names = node.source_ids.map((id) => view.sourceNames.get(id) ?? view.t("source_gone"))
  const said = `${view.t.count("sources", names.length)}: ${view.t.list(names)}`
  return node.sources_only ? `${said}. ${view.t("use_only")}` : said
}

function drawActions(row, place, node, view) {
  const { parts } = row
  const count = node.source_ids.length
  text(parts.status, node.status ? view.t(node.status) : "")
  text(parts.sourceCount, count ? String(count) : "")
  const isOnly = count > 0 && node.sources_only
  text(parts.sources.glyph, node.uncovered ? "search_off" : isOnly ? "filter_alt" : "link")
  text(parts.lock.glyph, node.locked ? "lock" : "lock_open")
  const acts = [
    [parts.describe.button, view.t("describe"), false],
    [parts.note.button, view.t("note"), false],
    [parts.sources.button, saidOfSources(node, view), count > 0 || node.uncovered],
    [parts.lock.button, view.t("lock"), node.locked],
  ]
  for (const [button, said, isSet] of acts) {
    attribute(button, "aria-label", said)
    attribute(button, "title", said)
    button.classList.toggle("is-set", isSet)
    button.disabled = view.readonly
  }
  attribute(parts.lock.button, "aria-pressed", node.locked)
}

function drawTabStops(row, place, view) {
  const { parts } = row
  const isCurrent = place.id === view.tabStop
  const inRow = isCurrent && view.mode === "edit" ? 0 : -1
  row.tabIndex = isCurrent && view.mode === "row" ? 0 : -1
  const stops = [
    parts.title,
    parts.summary,
    parts.notes,
    parts.words,
    ...[parts.describe, parts.note, parts.sources, parts.lock].map((act) => act.button),
  ]
  for (const stop of stops) if (stop.tabIndex !== inRow) stop.tabIndex = inRow
  row.classList.toggle("is-current", isCurrent)
}

/** All that a row shows; comparing it is much cheaper than asking the page what stands there. */
function factsOf(row, place, node, view) {
  return [
    place.level,
    place.position,
    place.size,
    place.number,
    node.title,
    node.content_summary,
    node.notes,
    node.locked,
    node.status,
    node.source_ids.join(" "),
    node.sources_only,
    node.uncovered,
    view.sourceNames,
    node.kids.length,
    wordsBelow(view.tree, place.id),
    view.collapsed.has(place.id),
    view.selected.has(place.id),
    view.opened?.id === place.id && view.opened.k,
    view.tabStop === place.id && view.mode,
    view.active === row.parts.words,
    view.composing,
  ]
}

/** Draw a row if what it shows has changed. */
export function drawRow(row, place, view) {
  const node = view.tree.get(place.id)
  const facts = factsOf(row, place, node, view)
  if (row.facts && facts.every((fact, index) => fact === row.facts[index])) return
  row.facts = facts
  drawTree(row, place, node, view)
  drawTexts(row, place, node, view)
  drawWords(row, place, node, view)
  drawActions(row, place, node, view)
  drawTabStops(row, place, view)
}

/** Put rows into order without moving the one that has the focus: moving it would blur it. */
export function orderRows(container, rows, active) {
  const fixed = Math.max(0, rows.findIndex((row) => row.contains(active)))
  if (!rows.length) return
  if (rows[fixed].parentNode !== container) container.append(rows[fixed])
  for (let i = fixed - 1; i >= 0; i--) {
    if (rows[i].nextSibling !== rows[i + 1]) container.insertBefore(rows[i], rows[i + 1])
  }
  for (let i = fixed + 1; i < rows.length; i++) {
    if (rows[i].previousSibling !== rows[i - 1]) rows[i - 1].after(rows[i])
  }
}

const canSizeFields = CSS.supports("field-sizing", "content")

/** Fit the height of text fields to their text where the browser cannot. */
export function fitRow(row) {
  if (canSizeFields) return
  const { title, summary, notes } = row.parts
  for (const field of [title, summary, notes]) {
    field.style.height = "auto"
    field.style.height = `${field.scrollHeight}px`
  }
}
