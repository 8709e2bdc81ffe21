// Small steps with elements; writes only what differs, so that redrawing stays cheap.

/** Make an element; `class`, `text` and attributes come from `props`. */
export function element(tag, props = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") made.textContent = value
    else if (value === true) made.setAttribute(name, "")
    else if (value !== false && value !== null) made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

/** An icon of Streamlit's own icon font, by its ligature. */
export function icon(name = "") {
  return element("span", { class: "ol-icon", "aria-hidden": "true", text: name })
}

export function attribute(target, name, value) {
  if (value === null) target.removeAttribute(name)
  else if (target.getAttribute(name) !== String(value)) target.setAttribute(name, value)
}

export function text(target, value) {
  if (target.textContent !== value) target.textContent = value
}

/** Set a field's value and keep the caret where it is. */
export function value(field, wanted, isActive) {
  if (field.value === wanted) return
  const caret = isActive ? field.selectionStart : null
  field.value = wanted
  if (caret !== null) field.setSelectionRange(caret, caret)
}

/** The element that has the focus inside a shadow root or a document. */
export function focused(host) {
  return host.getRootNode().activeElement
}

/** The nearest ancestor that scrolls, out of shadow roots too. */
export function scroller(host) {
  let at = host
  while (at) {
    at = at.parentElement || at.getRootNode().host
    if (!at) break
    const { overflowY } = getComputedStyle(at)
    if (/auto|scroll/.test(overflowY) && at.scrollHeight > at.clientHeight) return at
  }
  return document.scrollingElement
}
