// The place of a job among others: in the queue until it begins, and its priority until it ends.

import { fill, make, setText } from "./elements.js"

const PRIORITIES = ["low", "normal", "high", "urgent"]

export class Waiting {
  /** @param {string} path relative address that takes `{"priority": …}` */
  constructor(path, words) {
    this.path = path
    this.words = words
    const { labels } = words
    this.sentence = make("p", { role: "status" })
    this.choice = make("select", { className: "lb-select" })
    for (const name of PRIORITIES) {
      this.choice.append(make("option", { value: name }, labels[`priority_${name}`]))
    }
    this.choice.addEventListener("change", () => this.choose())
    this.said = make("output", { className: "lb-taken" })
    this.problem = make("p", { className: "lb-problem", role: "alert" })
    const label = make("label", {}, labels.priority, " ", this.choice)
    this.element = make("div", { className: "lb-waiting", hidden: true })
    this.element.append(this.sentence, label, this.said, this.problem)
  }

  /** @param {{before: number, nobody?: boolean, priority: string}} place */
  show(place) {
    this.element.dataset.before = place.before
    setText(this.sentence, sentence(place, this.words))
    this.sentence.hidden = false
    this.offer(place.priority)
  }

  /** It waits no longer. */
  begin() {
    this.sentence.hidden = true
  }

  offer(priority) {
    this.element.hidden = false
    if (this.isSending) return
    if (this.taken !== priority) setText(this.said, "")
    this.choice.value = this.taken = priority
  }

  hide() {
    this.element.hidden = true
  }

  /** It is not disabled meanwhile, which would take the focus; the newest choice is sent last. */
  async choose() {
    if (this.isSending) return
    const { labels } = this.words
    this.setSending(true)
    while (this.choice.value !== this.taken) {
      const priority = this.choice.value
      if (!(await post(this.path, { priority }))) break
      this.taken = priority
      setText(this.said, fill(labels.priority_taken, { name: labels[`priority_${priority}`] }))
    }
    if (this.choice.value !== this.taken) setText(this.problem, labels.priority_failed)
    this.choice.value = this.taken
    this.setSending(false)
  }

  setSending(isSending) {
    this.isSending = isSending
    this.choice.setAttribute("aria-busy", String(isSending))
    if (!isSending) return
    setText(this.said, "")
    setText(this.problem, "")
  }
}

function sentence({ before, nobody }, { labels, number }) {
  if (nobody) return labels.waiting_nobody
  if (before === 0) return labels.waiting_next
  return before === 1
    ? labels.waiting_one
    : fill(labels.waiting_many, { n: number.format(before) })
}

async function post(path, body) {
  try {
    const answer = await fetch(new URL(path, document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    })
    return answer.ok
  } catch {
    return false
  }
}
