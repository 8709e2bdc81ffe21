// The Stop button, with its one question.

import { make, makeButton, setText } from "./elements.js"

export class Stop {
  /**
   * @param {string} path relative address that stops the job
   * @param {object} labels of the board, with `question`, `keep` and `failed` of this kind of job
   */
  constructor(path, labels) {
    this.path = path
    this.labels = labels
    this.button = makeButton("lb-button", labels.stop, () => this.isStopping || this.ask(true))
    this.keep = makeButton("lb-button", labels.keep, () => this.ask(false))
    this.confirm = makeButton("lb-button lb-danger", labels.stop, () => this.stop())
    const question = make("p", { id: "lb-question" }, labels.question)
    this.dialog = make("div", { className: "lb-ask", hidden: true, role: "alertdialog" })
    this.dialog.append(question, this.keep, this.confirm)
    this.dialog.setAttribute("aria-labelledby", question.id)
    this.problem = make("p", { className: "lb-problem", role: "alert" })
    this.element = make("div", { className: "lb-stop" }, this.button, this.dialog, this.problem)
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.ask(false)
    })
  }

  ask(isAsked) {
    this.dialog.hidden = !isAsked
    this.button.hidden = isAsked
    const target = isAsked ? this.keep : this.button
    target.focus()
  }

  async stop() {
    setText(this.problem, "")
    this.ask(false)
    this.setStopping(true)
    const isTaken = await post(this.path)
    if (isTaken || this.isOver) return
    this.setStopping(false)
    setText(this.problem, this.labels.failed)
  }

  setStopping(isStopping) {
    this.isStopping = isStopping
    this.button.setAttribute("aria-disabled", String(isStopping))
    setText(this.button, isStopping ? this.labels.stopping : this.labels.stop)
  }

  /** The job has ended: there is nothing left to stop. */
  end() {
    this.isOver = true
    this.element.hidden = true
  }
}

async function post(path) {
  try {
    const answer = await fetch(new URL(path, document.baseURI), { method: "POST" })
    return answer.ok
  } catch {
    return false
  }
}
