// The attached files: one row each, with what was read from it, its role, and its way out.

import { ROLES, isWorthRetrying } from "./draft.js"
import { assign, attribute, element, icon } from "./element.js"
import { suffix } from "./wording.js"

export class FileList {
  /** `on.role(entry, role)`, `on.remove(entry)` and `on.retry(entry)` are what the author does. */
  constructor(on) {
    this.on = on
    this.rows = new Map()
    this.node = element("ul", { className: "lc-files", role: "list", hidden: true })
  }

  /** Bring the rows in line with the entries; a row that stays keeps its focus. */
  draw(files, { wording, maxBytes, isBusy }) {
    attribute(this.node, "aria-label", wording.text("files"))
    const ids = new Set(files.map((entry) => entry.id))
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue
      row.node.remove()
      this.rows.delete(id)
    }
    for (const entry of files) {
      if (!this.rows.has(entry.id)) this.add(entry)
      drawRow(this.rows.get(entry.id), entry, { wording, maxBytes, isBusy })
    }
    assign(this.node, { hidden: !files.length })
  }

  add(entry) {
    const row = newRow(entry, this.on)
    this.rows.set(entry.id, row)
    this.node.append(row.node)
  }

  /** Where the focus goes when the row at `index` is gone; null when none is left. */
  neighbour(index) {
    const rows = [...this.rows.values()]
    return rows[Math.min(index, rows.length - 1)]?.remove ?? null
  }

  reveal(entry) {
    this.rows.get(entry.id)?.node.scrollIntoView({ block: "nearest" })
  }
}

function newRow(entry, on) {
  const tile = element("span", { className: "lc-tile", "aria-hidden": "true" })
  const name = element("span", { className: "lc-name" })
  const status = element("span", { className: "lc-status" })
  const role = element("select", { className: "lc-role" })
  const retry = element("button", { className: "lc-retry", type: "button" })
  const remove = element("button", { className: "lc-remove", type: "button" }, icon("remove"))
  const bar = element("span", { className: "lc-bar", "aria-hidden": "true" })
  role.append(...ROLES.map((value) => element("option", { value })))
  role.addEventListener("change", () => on.role(entry, role.value))
  retry.addEventListener("click", () => on.retry(entry))
  remove.addEventListener("click", () => on.remove(entry))
  const what = element("span", { className: "lc-what" }, name, status)
  const node = element("li", { className: "lc-file" }, tile, what, retry, role, remove, bar)
  return { node, tile, name, status, role, retry, remove, bar }
}

function drawRow(row, entry, { wording, maxBytes, isBusy }) {
  const name = entry.file_name
  const isFailed = entry.state === "failed"
  const canRetry = isWorthRetrying(entry)
  attribute(row.node, "data-state", entry.state)
  drawTile(row.tile, entry, isFailed)
  assign(row.name, { textContent: name, title: entry.url || name })
  assign(row.status, { textContent: wording.status(entry, maxBytes) })
  assign(row.retry, { textContent: wording.text("retry"), hidden: !canRetry, disabled: isBusy })
  attribute(row.retry, "aria-label", wording.text("retry_named", { name }))
  assign(row.remove, { disabled: isBusy, title: wording.text("remove", { name }) })
  attribute(row.remove, "aria-label", wording.text("remove", { name }))
  row.bar.style.transform = `scaleX(${entry.progress})`
  assign(row.role, { hidden: isFailed, disabled: isBusy })
  drawRole(row.role, entry, wording)
}

function drawTile(tile, entry, isFailed) {
  const letters = entry.url ? "" : suffix(entry.file_name)
  const content = isFailed ? "alert" : letters || (entry.url ? "globe" : "page")
  if (tile.dataset.content === content) return
  tile.dataset.content = content
  tile.replaceChildren(isFailed || !letters ? icon(content) : letters)
}

function drawRole(select, entry, wording) {
  attribute(select, "aria-label", wording.text("role", { name: entry.file_name }))
  for (const option of select.options) {
    assign(option, {
      textContent: wording.text(`role_${option.value}`),
      title: wording.text(`about_${option.value}`),
    })
  }
  assign(select, { value: entry.role, title: wording.text(`about_${entry.role}`) })
}
