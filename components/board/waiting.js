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
    this.problem = make("p", { className: "lb-problem", role: "alert" })
    const label = make("label", {}, labels.priority, " ", this.choice)
    this.element = make("div", { className: "lb-waiting", hidden: true })
    this.element.append(this.sentence, label, this.problem)
  }

  /** @param {{before: number, priority: string}} place */
  show(place) {
    this.element.dataset.before = place.before
    setText(this.sentence, sentence(place.before, this.words))
    this.sentence.hidden = false
    this.offer(place.priority)
  }

  /** It waits no longer. */
  begin() {
    this.sentence.hidden = true
  }

  offer(priority) {
    this.element.hidden = false
    if (!this.choice.disabled) this.choice.value = this.taken = priority
  }

  hide() {
    this.element.hidden = true
  }

  async choose() {
    setText(this.problem, "")
    this.choice.disabled = true
    const isTaken = await post(this.path, { priority: this.choice.value })
    this.choice.disabled = false
    if (isTaken) this.taken = this.choice.value
    else {
      this.choice.value = this.taken
      setText(this.problem, this.words.labels.priority_failed)
    }
  }
}

function sentence(before, { labels, number }) {
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
