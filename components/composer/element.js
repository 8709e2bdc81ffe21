// Small pieces of DOM: text is always set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg"

// Drawn for a 20 x 20 grid, with round strokes.
const ICONS = {
  attach: "M16 9.5l-6.2 6.2a3.9 3.9 0 0 1-5.5-5.5l6.6-6.6a2.6 2.6 0 0 1 3.7 3.7L8 13.9a1.3 1.3 0 0 1-1.9-1.9l5.7-5.6",
  remove: "M6 6l8 8M14 6l-8 8",
  send: "M10 16V5M5.5 9 10 4.5 14.5 9",
  alert: "M10 6.2v4.6M10 13.8v.1M10 2.8a7.2 7.2 0 1 0 0 14.4a7.2 7.2 0 1 0 0-14.4",
  page: "M5.5 3h6l3 3v11h-9zM11.5 3v3h3",
  globe:
    "M10 2.8a7.2 7.2 0 1 0 0 14.4a7.2 7.2 0 1 0 0-14.4M2.9 10h14.2M10 2.8c2.4 2.2 2.9 4.6 2.9 7.2s-.5 5-2.9 7.2c-2.4-2.2-2.9-4.6-2.9-7.2s.5-5 2.9-7.2",
  drop: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
}

/** An element with properties (`aria-…` and `data-…` as attributes) and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value)
    else made[name] = value
  }
  made.append(...children)
  return made
}

/** An icon that assistive technology skips: the control that holds it has its own name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", "0 0 20 20")
  svg.setAttribute("class", "lc-icon")
  svg.setAttribute("aria-hidden", "true")
  const path = document.createElementNS(SVG, "path")
  path.setAttribute("d", ICONS[name])
  svg.append(path)
  return svg
}

/** Set a property only where it differs, so that a redraw moves no caret and speaks no word. */
export function assign(target, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (target[name] !== value) target[name] = value
  }
}

export function attribute(target, name, value) {
  if (value === null) target.removeAttribute(name)
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value)
}

/** An id that is unique in practice; `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
