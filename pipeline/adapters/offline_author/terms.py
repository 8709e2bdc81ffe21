"""The domain's terms under the name that this package's modules know them by."""

from pipeline.domain.terms import (
    HAN_STOPS,
    STOP_PAIRS,
    STOP_WORDS,
    likeness,
    share,
    stem,
    term_set,
    terms,
)

__all__ = [
    "HAN_STOPS",
    "STOP_PAIRS",
    "STOP_WORDS",
    "likeness",
    "share",
    "stem",
    "term_set",
    "terms",
]
