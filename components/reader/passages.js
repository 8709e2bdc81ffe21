// What the popover shows: the passages that something rests on, and why a sentence is marked.

import { fill, make } from "../board/elements.js"

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
    make("blockquote", { dir: "auto", tabIndex: 0 }, citation.text),
    make("p", { className: "lr-place", dir: "auto" }, citation.place),
  ]
  if (citation.url) {
    const address = { href: citation.url, target: "_blank", rel: "noopener noreferrer" }
    nodes.push(make("p", {}, make("a", address, labels.open)))
  }
  return nodes
}
