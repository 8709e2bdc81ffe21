// The formats of a document: each file is built by the server when its button is pressed.

import { icon, make, makeButton, setText } from "../board/elements.js"

const KEPT_MS = 60000 // a browser has begun to save a file long before

/** What became of each address; a menu that is closed meanwhile says it when it is open again. */
const tries = new Map()
const menus = new Map()

class Menu {
  constructor(parent, told) {
    this.told = told
    this.buttons = new Map()
    this.status = make("p", { className: "ld-status", role: "status" })
    this.problem = make("p", { className: "ld-problem", role: "alert" })
    const groups = told.groups.map((group) => this.drawGroup(group))
    this.root = make("div", { className: "ld", lang: told.language }, ...groups)
    this.root.append(this.status, this.problem)
    parent.append(this.root)
    this.paint()
  }

  drawGroup({ title, formats }) {
    const buttons = formats.map((format) => this.drawButton(format))
    const group = make("div", { className: "ld-group", role: "group" }, ...buttons)
    if (!title) return group
    group.prepend(make("p", { className: "ld-title", ariaHidden: "true" }, title))
    group.setAttribute("aria-label", title)
    return group
  }

  drawButton({ form, label, icon: sign, name }) {
    const address = `${this.told.address}/${form}`
    const button = makeButton("ld-button", label, () => build(address, name))
    button.prepend(icon(sign, "ld-icon"))
    this.buttons.set(address, button)
    return button
  }

  paint() {
    const { labels, problems } = this.told
    const own = [...this.buttons.keys()].map((address) => tries.get(address)).filter(Boolean)
    for (const [address, button] of this.buttons) {
      const isBuilding = Boolean(tries.get(address)?.isBuilding)
      button.setAttribute("aria-busy", String(isBuilding))
    }
    const failed = own.findLast((each) => each.problem)
    setText(this.status, own.some((each) => each.isBuilding) ? labels.building : "")
    const sentence = failed?.problem === "offline" ? labels.offline : problems[failed?.problem]
    setText(this.problem, failed ? (sentence ?? problems.internal) : "")
    if (failed) this.problem.scrollIntoView({ block: "nearest" }) // the menu scrolls on a phone
  }
}

/** A second press while it is being built builds nothing twice. */
async function build(address, name) {
  if (tries.get(address)?.isBuilding) return
  for (const [other, { isBuilding }] of tries) if (!isBuilding) tries.delete(other)
  note(address, { isBuilding: true, problem: "" })
  note(address, { isBuilding: false, problem: await take(address, name) })
}

function note(address, standing) {
  tries.set(address, standing)
  for (const { menu } of menus.values()) menu.paint()
}

/** Let the browser save the file, or return the code of why there is none. */
async function take(address, name) {
  try {
    const answer = await fetch(new URL(address, document.baseURI))
    if (!answer.ok) return await codeOf(answer)
    save(await answer.blob(), name)
    return ""
  } catch {
    return "offline"
  }
}

async function codeOf(answer) {
  try {
    return (await answer.json()).error.code
  } catch {
    return "internal"
  }
}

function save(file, name) {
  const link = make("a", { href: URL.createObjectURL(file), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}

export default function mount({ parentElement, data }) {
  const shown = menus.get(parentElement)
  if (shown?.data !== data) {
    shown?.menu.root.remove()
    menus.set(parentElement, { data, menu: new Menu(parentElement, JSON.parse(data)) })
  }
  return () => {
    menus.get(parentElement)?.menu.root.remove()
    menus.delete(parentElement)
  }
}
