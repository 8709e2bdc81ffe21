"""`python -m evals`: measure the quality of what Longhand makes, without a key or a network.

The command succeeds whatever it finds: a goal that is missed is printed as missed.
"""

import argparse
import logging
import time
from collections.abc import Callable, Mapping

from evals import checks, citations, coverage, drafts, meaning, outlines, retrieval, support
from evals.table import Row, markdown, plain

PARTS: Mapping[str, Callable[[], list[Row]]] = {
    "citations": citations.rows,
    "support": support.rows,
    "retrieval": retrieval.rows,
    "meaning": meaning.rows,
    "outlines": outlines.rows,
    "drafts": drafts.rows,
    "checks": checks.rows,
    "coverage": coverage.rows,
}
"""What is measured, by name, in the order of the table."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="print a table of Markdown")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=[], help="just these")
    given = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)  # services that fail on purpose are in the table
    begun = time.perf_counter()
    rows = [row for part in given.only or PARTS for row in PARTS[part]()]
    print(markdown(rows) if given.markdown else plain(rows))
    if not given.markdown:
        print(f"\nIt took {time.perf_counter() - begun:.0f} s.")


if __name__ == "__main__":
    main()
