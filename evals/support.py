"""The support check against labels: what it flags, and what it flags wrongly."""

from collections.abc import Sequence

from evals.support_cases import Case, altered, labelled
from evals.table import Row
from pipeline.domain.documents import Language, Support
from pipeline.domain.support import Verdict, ground, support

LANGUAGES: Sequence[tuple[Language, str]] = (("en", "English"), ("zh", "Chinese"))

MOST_FALSE_ALARMS = {
    "verbatim": 0.02,
    "merged": 0.10,
    "shortened": 0.05,
    "same share in another form": 0.05,
    "other words": 0.15,
}
"""Shares. An author who meets more of them stops looking."""

LEAST_CAUGHT = {
    "wrong passage": 0.95,
    "number": 0.85,
    "Latin name": 0.90,
    "negation": 0.90,
    "fraction": 0.90,
    "Han name": 0.80,
    "roles": 0.80,
    "unit": 0.90,
    "sign or ratio": 0.90,
    "month and day": 0.90,
    "direction": 0.80,
    "wrong in other words": 0.60,
}
"""Shares. The last two of these need more than a comparison of words, and are held to less."""

ABOVE_FLAGGING_ALL = 0.05
"""F1 on claims that people labelled; a check that gains less tells an author nothing new."""

WEIGHT_OF_REASONS, WEIGHT_OF_MISSING = 0.2, 0.8
"""What is taken off the share of words that were found: where anything is wanting but words, and by
the share of figures and names that are missing. Of 70 pairs those with the best mean of the three
areas (English, Chinese, claims) on the tuning halves."""

Judged = Sequence[tuple[Case, Verdict]]


def rows() -> list[Row]:
    """Figures on the half that no threshold was chosen on."""
    found: list[Row] = []
    for language, name in LANGUAGES:
        judged = _judged(altered("test", language))
        found += [
            _at_least(f"support, altered {name} sentences: flagged, F1", f1(judged), 0.95, judged),
            _at_least(f"support, altered {name} sentences: AUC", auc(judged), 0.95, judged),
            *_shares(judged, name),
        ]
    return [*found, *_of_claims(_judged(labelled("test")))]


def f1(judged: Judged) -> float:
    """Of flagging, where a passage does not carry its sentence."""
    hits = sum(_is_flagged(verdict) for case, verdict in judged if not case.is_fair)
    flagged = sum(_is_flagged(verdict) for _, verdict in judged)
    foul = sum(not case.is_fair for case, _ in judged)
    return 2 * hits / (flagged + foul)


def auc(judged: Judged) -> float:
    """How often a sentence that is carried ranks above one that is not; ties count half."""
    fair = [_rank(verdict) for case, verdict in judged if case.is_fair]
    foul = [_rank(verdict) for case, verdict in judged if not case.is_fair]
    won = sum((one > other) + 0.5 * (one == other) for one in fair for other in foul)
    return won / (len(fair) * len(foul))


def _shares(judged: Judged, name: str) -> list[Row]:
    """False alarms of what is fair, and what is caught of each alteration."""
    found: list[Row] = []
    for kind in dict.fromkeys(case.kind for case, _ in judged):
        of_kind = [(case, verdict) for case, verdict in judged if case.kind == kind]
        share = sum(_is_flagged(verdict) for _, verdict in of_kind) / len(of_kind)
        if kind in MOST_FALSE_ALARMS:
            most = MOST_FALSE_ALARMS[kind]
            what, goal, met = "false alarms", f"≤ {most:.0%}", share <= most
        else:
            least = LEAST_CAUGHT[kind]
            what, goal, met = "caught", f"≥ {least:.0%}", share >= least
        title = f"support, {name}, {kind}: {what}"
        found.append(Row(title, 100 * share, "%", goal, met, f"{len(of_kind)} sentences"))
    return found


def _of_claims(judged: Judged) -> list[Row]:
    """Claims that people labelled: the hard case, where words differ and most labels are mixed."""
    supported = sum(case.is_fair for case, _ in judged)
    alone = 2 * (len(judged) - supported) / (2 * len(judged) - supported)
    note = f"{len(judged)} claims, {supported} supported"
    return [
        Row(
            "support, WiCE claims: flagged, F1",
            f1(judged),
            "",
            f"≥ {alone + ABOVE_FLAGGING_ALL:.3f}",
            f1(judged) >= alone + ABOVE_FLAGGING_ALL,
            f"{note}; flagging all: {alone:.3f}",
        ),
        Row(
            "support, WiCE claims: AUC",
            auc(judged),
            "",
            "",
            None,
            f"{note}; chance 0.500; an order by the verdict, which the product does not show",
        ),
    ]


def _at_least(name: str, value: float, goal: float, judged: Judged) -> Row:
    return Row(name, value, "", f"≥ {goal:.3f}", value >= goal, f"{len(judged)} sentences")


def _judged(cases: Sequence[Case]) -> Judged:
    return [(case, support(case.sentence, [ground(case.passage, case.context)])) for case in cases]


def _is_flagged(verdict: Verdict) -> bool:
    return verdict.support is not Support.SUPPORTED


def _rank(verdict: Verdict) -> float:
    is_wanting = any(reason != "words" for reason in verdict.reasons)
    return verdict.score - WEIGHT_OF_REASONS * is_wanting - WEIGHT_OF_MISSING * verdict.missing
