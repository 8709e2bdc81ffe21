// What the popover shows: the passages that something rests on, and why a sentence is marked.

import { fill, make } from "../board/elements.js"

// Below the head of a table in Markdown.
const RULE = /^\|(?: --- \|)+$/

/** What a citation opens. */
export function ofCitation(citation, labels) {
  return { name: fill(labels.citation, citation), nodes: passage(citation, labels) }
}

/** What a marked sentence opens: why it is marked, beside the passages that it cites. */
export function ofClaim(claim, citations, labels) {
  const says = claim.says.map((sentence) => make("li", {}, sentence))
  const nodes = [
    make("p", { className: "lr-source-title" }, claim.title),
    make("ul", { className: "lr-says" }, ...says),
  ]
  const cited = claim.passages.map((id) => citations[id]).filter(Boolean)
  if (cited.length) nodes.push(make("p", { className: "lr-place" }, labels.cites))
  for (const citation of cited) nodes.push(...passage(citation, labels))
  return { name: claim.title, nodes }
}

function passage(citation, labels) {
  const title = `[${citation.number}] ${citation.title}`
  const nodes = [
    make("p", { className: "lr-source-title", dir: "auto" }, title),
    make("blockquote", { dir: "auto", tabIndex: 0 }, ...quoted(citation.text)),
    make("p", { className: "lr-place", dir: "auto" }, citation.place),
  ]
  if (citation.url) {
    const address = { href: citation.url, target: "_blank", rel: "noopener noreferrer" }
    nodes.push(make("p", {}, make("a", address, labels.open)))
  }
  return nodes
}

/** The text of a passage: the rows of a table as a table, everything else as it stands. */
function quoted(text) {
  return text.split(/\n\n+/).map((block) => {
    const lines = block.split("\n")
    if (!lines.every((line) => line.startsWith("| "))) return make("p", {}, block)
    const isHeaded = lines.length > 1 && RULE.test(lines[1])
    const rows = isHeaded ? [lines[0], ...lines.slice(2)] : lines
    return make("table", {}, ...rows.map((line, at) => row(line, isHeaded && at === 0)))
  })
}

function row(line, isHead) {
  const cells = line.replace(/^\| | \|$/g, "").split(" | ")
  const unescaped = cells.map((cell) => cell.replaceAll("\\|", "|").trim())
  return make("tr", {}, ...unescaped.map((cell) => make(isHead ? "th" : "td", {}, cell)))
}
