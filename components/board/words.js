// Words of a text, counted as the server counts them, and the part of it that is worth showing.

const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff"
const LETTER = `(?![${HAN}])[\\p{L}\\p{N}]`
const WORD = new RegExp(`[${HAN}]|(?:${LETTER})+(?:['’\\-.](?:${LETTER})+)*`, "gu")
const ENDS_OPEN = new RegExp(`${LETTER}['’\\-.]?$`, "u")
const GOES_ON = new RegExp(`^['’\\-.]?${LETTER}`, "u")

// Citation markers as they stand in a draft, whole or cut off at the end of what has arrived.
const MARKER = /[ \t]*\[(?:@[^[\]\s]*|S\d*)(?:\]|$)/g

export const TAIL_CHARS = 300

/** Each Han character is a word, and each run of other letters and digits. */
export function countWords(text) {
  return text.match(WORD)?.length ?? 0
}

/** Words that `piece` adds after `text`: a word that is continued is not counted again. */
export function addedWords(text, piece) {
  const words = countWords(piece)
  const continued = ENDS_OPEN.test(text.slice(-2)) && GOES_ON.test(piece.slice(0, 2))
  return continued ? words - 1 : words
}

/** Text without citation markers. */
export function withoutMarkers(text) {
  return text.replace(MARKER, "")
}

/** Text as one flowing line: no markers, no headings, no signs of Markdown. */
export function flowing(text) {
  return withoutMarkers(text)
    .replace(/^\s*(?:#{1,6}\s.*$|>\s|[-*+]\s|\|?[\s:|-]+\|\s*$)/gm, "")
    .replace(/\*+|`+|~~|\|/g, "")
    .replace(/\s+/g, " ")
    .trim()
}

/** The end of a text that is being written. */
export function tail(text) {
  const end = flowing(text.slice(-2 * TAIL_CHARS)).slice(-TAIL_CHARS)
  return text.length > TAIL_CHARS ? `… ${end}` : end
}

/** The beginning of a text that is finished. */
export function opening(text) {
  return flowing(text.slice(0, 2 * TAIL_CHARS)).slice(0, TAIL_CHARS)
}
