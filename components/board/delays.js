// Why a model's answer is late, as a sentence.

import { fill } from "./elements.js"

/** @param {object} delay the event `model_delayed` */
export function delaySentence(delay, { labels, number }) {
  const why = labels[`delay_${delay.reason}`] ?? labels.delay_unavailable
  if (!delay.attempt) return why
  const seconds = number.format(Math.max(1, Math.round(delay.wait_s)))
  return fill(labels.delay_again, { why, s: seconds, n: delay.attempt, of: delay.attempts })
}
