// What stands around the rows: the outline's title, the empty state, the footer, the notices.
import { element, icon, text } from "./dom.js"
import { TOP, flatten, wordsBelow } from "./tree.js"

const MAX_NAME_CHARS = "500"

/** Make everything but the rows; the parts are set on the outliner. */
export function makeFrame(o) {
  o.nameField = element("textarea", { class: "ol-name", rows: "1", maxlength: MAX_NAME_CHARS })
  o.nameField.dataset.k = "name"
  o.treeElement = element("div", { class: "ol-tree", role: "treegrid" })
  o.treeElement.setAttribute("aria-multiselectable", "true")
  o.emptyText = element("span")
  o.emptyAdd = element("button", { type: "button", class: "ol-button" })
  o.empty = element("div", { class: "ol-empty", hidden: true }, o.emptyText, o.emptyAdd)
  o.dropLine = element("div", { class: "ol-drop", hidden: true })
  o.countText = element("span", { class: "ol-count" })
  o.stateIcon = icon()
  o.stateText = element("span")
  o.state = element("span", { class: "ol-state" }, o.stateIcon, o.stateText)
  o.noticeText = element("span")
  o.retry = element("button", { type: "button", class: "ol-button" })
  o.notice = element("div", { class: "ol-notice", hidden: true }, icon("error"), o.noticeText, o.retry)
  o.alert = element("div", { role: "status", class: "ol-alert" }, o.notice)
  o.foot = element("div", { class: "ol-foot" }, o.countText, o.state)
  o.spoken = element("div", { class: "ol-spoken", "aria-live": "polite" })
  o.frame = element("div", { class: "ol-frame" })
  o.frame.append(o.nameField, o.treeElement, o.empty, o.dropLine, o.alert, o.foot, o.spoken)
}

export function drawEmpty(o) {
  o.empty.hidden = o.places.length > 0
  o.treeElement.hidden = !o.places.length
  text(o.emptyText, o.t(o.growing ? "empty_growing" : "empty"))
  text(o.emptyAdd, o.t("add"))
  o.emptyAdd.hidden = o.readonly || o.growing
}

export function drawCount(o) {
  const leaves = flatten(o.tree).filter((node) => !o.tree.get(node.id).kids.length).length
  const words = wordsBelow(o.tree, TOP)
  const parts = [o.t.count("sections", leaves)]
  if (words) parts.push(o.t.count("total_words", words))
  text(o.countText, parts.join(" · "))
}

function stateOf(o) {
  const { pending, problem } = o.sync
  if (problem?.code === "offline" && pending.length) return ["offline", "cloud_off"]
  if (problem?.isFinal && pending.length) return ["unsaved", "cloud_off"]
  if (pending.length) return ["saving", "sync"]
  return o.growing ? ["growing", "progress_activity"] : ["saved", "cloud_done"]
}

/** Whether all is saved, and what stands in the way. */
export function drawState(o) {
  if (!o.sync) return
  const [state, iconName] = stateOf(o)
  const { problem } = o.sync
  const notice = problem && problem.code !== "offline" ? problem : o.warning
  o.state.dataset.state = state
  text(o.stateIcon, iconName)
  text(o.stateText, o.t(state))
  if (notice) {
    const { code, limit } = notice
    text(o.noticeText, o.t(o.t.has(code) ? code : "refused", { limit }))
  }
  o.notice.hidden = !notice
  text(o.retry, o.t("retry"))
  o.retry.hidden = !problem?.isFinal
}
