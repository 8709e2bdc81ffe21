"""Checks a page with axe, and names what it finds."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

KNOWN: tuple[str, ...] = ()
"""Violations of Streamlit's own that are known, with their reason here; none at present."""

_RUN = """async ([selector, rules]) => {
  const found = await axe.run(document, { runOnly: rules })
  const root = document.querySelector(selector)
  // A path of several selectors leads into a shadow root, and only components have one.
  const isOwn = ([target]) => Array.isArray(target) ||
    root?.contains(document.querySelector(target))
  return found.violations.flatMap((rule) => rule.nodes
    .filter((node) => isOwn(node.target))
    .map((node) => `${rule.id}: ${node.target.flat().join(" ")} ${node.failureSummary}`))
}"""


def violations(page: Page, selector: str) -> list[str]:
    """What axe finds in a component, also inside its shadow root; not in the page around it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate(_RUN, [selector, RULES])
    return [str(line) for line in found]


_RUN_ON_ALL = """async (rules) => {
  const found = await axe.run(document, { runOnly: rules })
  return found.violations.flatMap((rule) => rule.nodes
    .map((node) => `${rule.id}: ${node.target.flat().join(" ")}`))
}"""


def page_violations(page: Page, known: Collection[str] = ()) -> list[str]:
    """What axe finds in a whole page, but for what starts like one of `known`."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate(_RUN_ON_ALL, RULES)
    return [str(line) for line in found if not str(line).startswith(tuple(known))]
