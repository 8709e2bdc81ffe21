"""The figures of the support check hold, and they move when the check gets worse."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from evals import support_cases, support_plants
from evals.support import auc, f1, rows
from evals.support_cases import Case, altered, labelled
from evals.support_plants import PLANTS
from pipeline.domain.documents import Language, Support
from pipeline.domain.support import Verdict

FOUL = {kind for kind, (is_fair, _) in PLANTS.items() if not is_fair}
MISSED = [
    "support, Chinese, roles: caught",
    "support, Chinese, wrong in other words: caught",
    "support, WiCE claims: flagged, F1",
]
"""What a comparison of words does not reach; `evals/data/support/README.md` says why."""


@pytest.mark.timeout(90)  # 1,600 sentences
def test_every_goal_of_the_support_check_is_met_but_those_that_are_told_as_missed() -> None:
    assert [row.name for row in rows() if row.met is False] == MISSED


@pytest.mark.timeout(60)  # all of them twice
@pytest.mark.parametrize("language", ["en", "zh"])
def test_cases_are_the_same_in_every_run_and_differ_from_their_passage_as_they_say(
    language: Language,
) -> None:
    cases = altered("tune", language)

    assert cases == altered("tune", language)
    for case in cases:
        if case.kind == "verbatim":
            assert case.sentence in case.passage.replace("\n", " ")
        if case.kind in {"number", "Latin name", "negation", "wrong passage", *FOUL}:
            assert case.sentence not in case.passage


@pytest.mark.parametrize("made_by", [support_cases, support_plants])
def test_what_is_changed_is_chosen_without_the_rules_of_the_check(made_by: ModuleType) -> None:
    text = Path(made_by.__file__ or "").read_text(encoding="utf-8")

    assert not re.search(
        r"pipeline\.domain\.(?:facts|support|quantities|claims|rewordings)\b", text
    )


def test_no_sentence_is_in_both_halves() -> None:
    claims = {half: {case.sentence for case in labelled(half)} for half in ("tune", "test")}

    assert claims["tune"].isdisjoint(claims["test"])
    assert {case.label for case in labelled("tune")} == {
        "supported",
        "partially_supported",
        "not_supported",
    }


def test_a_check_that_says_nothing_scores_nothing() -> None:
    fair = Case("verbatim", "en", "A.", "A.", "", True)
    foul = Case("number", "en", "B.", "A.", "", False)
    blind = [
        (fair, Verdict(Support.SUPPORTED, (), 1.0)),
        (foul, Verdict(Support.SUPPORTED, (), 1.0)),
    ]
    sees = [
        (fair, Verdict(Support.SUPPORTED, (), 1.0)),
        (foul, Verdict(Support.CHECK, ("number",), 1.0)),
    ]

    assert (f1(blind), auc(blind)) == (0.0, 0.5)
    assert (f1(sees), auc(sees)) == (1.0, 1.0)
