// The buttons above the outline, for those who do not know the keys yet.
import { addAfter, foldAll, indent, outdent, remove, shift, targets } from "./commands.js"
import { element, icon } from "./dom.js"

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform)

const BUTTONS = [
  ["add", "add", "Enter", (o) => addAfter(o, o.current)],
  null,
  ["outdent", "format_indent_decrease", "Shift+Tab", (o) => outdent(o, targets(o))],
  ["indent", "format_indent_increase", "Tab", (o) => indent(o, targets(o))],
  ["up", "arrow_upward", "Alt+ArrowUp", (o) => shift(o, targets(o), -1)],
  ["down", "arrow_downward", "Alt+ArrowDown", (o) => shift(o, targets(o), 1)],
  ["remove", "delete", "Control+Shift+Backspace", (o) => remove(o, targets(o))],
  null,
  ["undo", "undo", "Control+Z", (o) => o.undo()],
  ["redo", "redo", "Control+Shift+Z", (o) => o.redo()],
  null,
  ["fold_all", "unfold_less", null, (o) => foldAll(o)],
  ["details", "notes", null, (o) => o.toggleDetails()],
]

function keysShown(keys) {
  const shown = keys.replace("ArrowUp", "↑").replace("ArrowDown", "↓")
  return isMac
    ? shown.replace("Control+", "⌘").replace("Shift+", "⇧").replace("Alt+", "⌥")
    : shown.replace("Control", "Ctrl")
}

function makeButton(o, [name, iconName, keys, act]) {
  const label = o.t(name)
  const made = element(
    "button",
    {
      type: "button",
      class: "ol-tool",
      "aria-label": label,
      "aria-keyshortcuts": keys,
      title: keys ? `${label} (${keysShown(keys)})` : label,
      tabindex: "-1",
    },
    icon(iconName),
  )
  made.dataset.tool = name
  // The caret stays in the title while a button is clicked.
  made.onmousedown = (event) => event.preventDefault()
  made.onclick = () => act(o)
  return made
}

/** One tab stop; the arrow keys go from button to button. */
function onKeydown(event) {
  const buttons = [...event.currentTarget.querySelectorAll("button:not(:disabled)")]
  const at = buttons.indexOf(event.target)
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }
  if (!(event.key in next) || at < 0) return
  event.preventDefault()
  event.stopPropagation()
  buttons.at(next[event.key] % buttons.length).focus()
}

export function makeToolbar(o) {
  const bar = element("div", { class: "ol-bar", role: "toolbar", "aria-label": o.t("toolbar") })
  for (const spec of BUTTONS) {
    bar.append(spec ? makeButton(o, spec) : element("span", { class: "ol-gap" }))
  }
  bar.onkeydown = onKeydown
  bar.addEventListener("focusin", ({ target }) => {
    for (const button of bar.querySelectorAll("button")) {
      button.tabIndex = button === target ? 0 : -1
    }
  })
  return bar
}

export function drawToolbar(o, bar) {
  const hasTarget = targets(o).length > 0
  const disabled = {
    add: o.readonly,
    undo: o.readonly || !o.history.undoable.length,
    redo: o.readonly || !o.history.redoable.length,
    fold_all: !o.places.length,
    details: !o.places.length,
  }
  const buttons = [...bar.querySelectorAll("button")]
  for (const button of buttons) {
    button.disabled = disabled[button.dataset.tool] ?? (o.readonly || !hasTarget)
  }
  const details = buttons.at(-1)
  details.setAttribute("aria-pressed", String(!o.hidesDetails))
  const usable = buttons.filter((button) => !button.disabled)
  if (usable.length && !usable.some((button) => button.tabIndex === 0)) usable[0].tabIndex = 0
}
