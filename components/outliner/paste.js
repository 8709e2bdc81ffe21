// Reading pasted text as nodes, by the rules of pipeline/domain/outline_text.py.
import { AT_END } from "./commands.js"
import { drawState } from "./frame.js"
import { newNode } from "./tree.js"

const TAB = "    "
const MAX_TITLE_CHARS = 500
const MAX_FIELD_CHARS = 20000 // the server takes no longer summary or note
const HAN_NUMBER = "一二三四五六七八九十百千零〇两"

const HEADING = /^(#{1,6})\s+(.+?)(?:\s+#+)?$/
const CHAPTER = new RegExp(
  `^第\\s*[${HAN_NUMBER}\\d]+\\s*(部分|部(?![分门])|[篇编章节])(?:[\\s:：、.]+|(?=\\S))(.+)$`,
)
const HAN_ITEM = new RegExp(`^[${HAN_NUMBER}]+[、.．]\\s*(.+)$`)
const HAN_PARENS = new RegExp(`^[（(][${HAN_NUMBER}]+[）)]\\s*(.+)$`)
const UNIT =
  String.raw`(?:°|℃|℉|%|‰|(?:[kMGTmµn]?(?:Hz|Pa|eV)|[kMGTmµ](?:Wh?|B|V)|[kcmµn]?m[²³]?|[kmµ]?g|[kMG]bps|dB|` +
  String.raw`degrees?|(?:kilo)?met(?:er|re)s?|miles?|tons?|tonnes?|hours?|days?|weeks?|months?|years?|times|` +
  String.raw`percent|per cent|thousand|million|billion|trillion|dollars?|euros?)` +
  String.raw`(?=[\s,;:，。、/^)-]|$)|(?:万亿?|亿)(?=[\s,，。、元吨人个次辆台户千公平立美欧日港]|$)|` +
  String.raw`公里|千瓦|兆瓦|摄氏度|百分点)`
const AMOUNT = new RegExp(String.raw`^\d+\.\d+\s+${UNIT}`)
const PLACE = /^(\d{1,4})(?:\.(\d{1,4}))?(?=[\s.、)）])/
const DECIMAL = /^(?!\d+\.\d+\s+[°℃℉%‰])(\d+(?:\.\d+)+)[.、)）]?\s+(.+)$/
const NUMBER = /^\d+(?:[.)）]\s+|、\s*)(.+)$/
const BARE_NUMBER = /^\d{1,2}\s+(.+)$/
const PARENS = /^[（(]\d+[）)]\s*(.+)$/
const BULLET = /^[-*+•·]\s+(.+)$/

const MARKS_ONLY = /^[-=*_](?:[ \t]*[-=*_])*[ \t]*$/

const RANK_OF_PART = { 部: 200, 部分: 200, 篇: 200, 编: 200, 章: 210, 节: 220 }

/** Which lines or headings begin with an amount: no number before them leads up to theirs. */
function amountsOf(rows) {
  const texts = rows.map((row) => row.match(HEADING)?.[2] ?? row)
  const placed = texts.map((text) => {
    const place = text.match(PLACE)
    return place ? [Number(place[1]), Number(place[2] ?? 0)] : null
  })
  const places = new Set(placed.map(String))
  const counted = new Set()
  const amounts = new Set()
  texts.forEach((text, i) => {
    const [chapter, number] = placed[i] ?? []
    const isCounted =
      counted.has(`${chapter},${number - 1}`) || (number === 1 && places.has(`${chapter},2`))
    if (AMOUNT.test(text) && !isCounted) amounts.add(text)
    else if (placed[i]) counted.add(`${chapter},${number}`)
  })
  return amounts
}

function withoutNumber(title, amounts) {
  if (amounts.has(title)) return title
  for (const pattern of [CHAPTER, HAN_ITEM, HAN_PARENS, DECIMAL, NUMBER]) {
    const found = title.match(pattern)
    if (found) return found.at(-1)
  }
  return title
}

function readItem(text, indent, hasDecimals) {
  const number = text.match(NUMBER) || (hasDecimals ? text.match(BARE_NUMBER) : null)
  if (number && hasDecimals) return { text: number[1], rank: 400, isStructure: true }
  const rank = 1000 + 10 * indent
  if (number) return { text: number[1], rank }
  const parens = text.match(PARENS)
  if (parens) return { text: parens[1], rank: rank + 1 }
  const bullet = text.match(BULLET)
  if (bullet) return { text: bullet[1], rank: rank + 3 }
  if (text.startsWith(">")) {
    return { text: text.replace(/^[> ]+/, ""), rank: rank + 2, isNote: true }
  }
  return { text, rank: rank + 2, isPlain: true }
}

function meansMore(line) {
  const bare = line.replace(/^\\+/, "")
  return MARKS_ONLY.test(bare) || !readLine(bare, new Set(), 0, true).isPlain
}

function readLine(text, amounts, indent, hasDecimals) {
  if (text.startsWith("\\") && meansMore(text)) {
    return { text: text.slice(1), rank: 1000 + 10 * indent + 2, isPlain: true }
  }
  let found = text.match(HEADING)
  if (found) {
    const title = withoutNumber(found[2], amounts)
    return { text: title, rank: 100 + found[1].length, isStructure: true }
  }
  found = text.match(CHAPTER)
  if (found) return { text: found[2], rank: RANK_OF_PART[found[1]], isStructure: true }
  found = text.match(HAN_ITEM)
  if (found) return { text: found[1], rank: 300, isStructure: true }
  found = text.match(HAN_PARENS)
  if (found) return { text: found[1], rank: 310, isStructure: true }
  found = amounts.has(text) ? null : text.match(DECIMAL)
  if (found) {
    const dots = found[1].split(".").length - 1
    return { text: found[2], rank: 400 + dots, isStructure: true }
  }
  return readItem(text, indent, hasDecimals)
}

function readLines(text) {
  const rows = text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .map((row) => row.replaceAll("\t", TAB).trimEnd())
    .filter((row) => row.trim())
  const amounts = amountsOf(rows.map((row) => row.trim()))
  const hasDecimals = rows.some((row) => !amounts.has(row.trim()) && DECIMAL.test(row.trim()))
  return rows.map((row) => {
    const indent = row.length - row.trimStart().length
    return readLine(row.trim(), amounts, indent, hasDecimals)
  })
}

/** As much of a text as the server takes: it counts code points. */
function cut(text, limit) {
  if (text.length <= limit) return text
  return Array.from(text.slice(0, 2 * limit)).slice(0, limit).join("")
}

function makeItem({ text, rank }) {
  const title = cut(text, MAX_TITLE_CHARS)
  const summary = title === text ? [] : [text]
  return { title, rank, summary, notes: [], children: [] }
}

/** Items with `title`, `summary`, `notes` (lists of lines) and `children`. */
export function parse(text) {
  const lines = readLines(text)
  const hasStructure = lines.some((line) => line.isStructure)
  const top = { rank: -1, children: [] }
  const stack = [top]
  for (const line of lines) {
    const last = stack.at(-1)
    if (line.isNote && last !== top) last.notes.push(line.text)
    else if (line.isPlain && hasStructure && last !== top) last.summary.push(line.text)
    else {
      while (stack.at(-1).rank >= line.rank) stack.pop()
      const item = makeItem(line)
      stack.at(-1).children.push(item)
      stack.push(item)
    }
  }
  return top.children
}

function nodesOf(item, parent) {
  const root = newNode(parent, {
    title: item.title,
    content_summary: cut(item.summary.join("\n"), MAX_FIELD_CHARS),
    notes: cut(item.notes.join("\n"), MAX_FIELD_CHARS),
  })
  return [root, ...item.children.flatMap((child) => nodesOf(child, root.id))]
}

function isTooLong(lines) {
  const text = lines.join("\n")
  return cut(text, MAX_FIELD_CHARS) !== text
}

function losesText({ summary, notes, children }) {
  return isTooLong(summary) || isTooLong(notes) || children.some(losesText)
}

/** Pasting several lines into a title makes nodes after it; one line is left to the browser. */
export function onPaste(o, event) {
  if (event.target.dataset?.k !== "title" || o.readonly) return
  const raw = event.clipboardData.getData("text/plain")
  const pasted = raw.toWellFormed?.() ?? raw
  const items = pasted.split("\n").filter((line) => line.trim()).length > 1 ? parse(pasted) : []
  if (!items.length) return
  event.preventDefault()
  const id = event.target.closest(".ol-row").dataset.id
  const { parent, title, kids } = o.tree.get(id)
  let after = id
  let count = 0
  const operations = items.map((item) => {
    const nodes = nodesOf(item, parent)
    const operation = { t: "ins", parent, after, nodes }
    after = nodes[0].id
    count += nodes.length
    return operation
  })
  const first = operations[0].nodes[0].id
  if (!title && !kids.length) operations.push({ t: "del", id })
  o.change(operations, { focus: first, caret: AT_END })
  o.say(o.t.count("pasted", count))
  if (!items.some(losesText)) return
  o.warning = { code: "pasted_cut", limit: MAX_FIELD_CHARS }
  drawState(o)
}
