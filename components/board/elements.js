// Making elements, and filling in labels. Text is always set as text, never as HTML.

/** An element with properties and children: strings become text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value
    else element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

/** A button that says and does something. */
export function makeButton(className, label, onClick) {
  const button = make("button", { type: "button", className }, label)
  button.addEventListener("click", onClick)
  return button
}

/** One of the icons of Streamlit's own icon font. */
export function icon(name, className) {
  return make("span", { className, ariaHidden: "true", translate: false }, name)
}

/** Set a text only when it is another one: untouched nodes cost no layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

const PLACES = /\{(\w+)\}/g

/** A label with its `{places}` filled in. */
export function fill(label, values) {
  return label.replace(PLACES, (place, name) => values[name] ?? place)
}

/** Whether there is a value for each of a label's `{places}`. */
export function canFill(label, values) {
  return [...label.matchAll(PLACES)].every(([, name]) => name in values)
}
