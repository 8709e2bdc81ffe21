// What the job has used so far, as a sentence: tokens, cost, and how much of the budget.

import { fill } from "./elements.js"

const SMALLEST = 0.01

/** "Used so far: 41,200 tokens, $0.12 of $1.00 (12%)" */
export function spendingSentence({ usage, budget }, words) {
  const { labels, number } = words
  const tokens = usage.tokens_in + usage.tokens_out
  const plain = number.format(tokens)
  const counted = usage.estimated ? fill(labels.about, { n: plain }) : plain
  const parts = [
    withShare(tokens, budget.tokens, labels, (most) =>
      fill(labels.tokens, { n: ofMost(counted, most && number.format(most), labels) }),
    ),
  ]
  if (usage.cost !== null) {
    const money = (amount) => inMoney(amount, usage.currency, words)
    parts.push(
      withShare(usage.cost, budget.cost, labels, (most) =>
        ofMost(money(usage.cost), most && money(most), labels),
      ),
    )
  }
  return fill(labels.used, { what: parts.join(labels.comma) })
}

function ofMost(used, most, labels) {
  return most ? fill(labels.of_budget, { used, most }) : used
}

/** What is said of an amount; of a budget, how much of it that is, too. */
function withShare(used, most, labels, say) {
  if (!most) return say(null)
  const percent = Math.round((100 * used) / most)
  return fill(labels.share, { what: say(most), percent })
}

function inMoney(amount, currency, { language, labels }) {
  const format = new Intl.NumberFormat(language, { style: "currency", currency })
  if (amount > 0 && amount < SMALLEST) return fill(labels.less, { n: format.format(SMALLEST) })
  return format.format(amount)
}
