// Texts and numbers of the interface in the author's language.

/** `t(key, values)` fills `{name}`; `t.count(key, n)` picks `key_one` for 1 where there is one. */
export function translator(labels, language) {
  const numbers = new Intl.NumberFormat(language)
  const lists = new Intl.ListFormat(language, { type: "unit", style: "short" })
  const fill = (template, values) =>
    template.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === "number" ? numbers.format(value) : value
    })
  const t = (key, values = {}) => fill(labels[key] ?? key, values)
  t.count = (key, n) => t(n === 1 && labels[`${key}_one`] ? `${key}_one` : key, { n })
  t.has = (key) => key in labels
  t.number = (n) => numbers.format(n)
  t.list = (names) => lists.format(names)
  return t
}
