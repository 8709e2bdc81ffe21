"""Planted defects: each is found where it was planted, and nothing is found without it."""

import random

import pytest

from evals.checks import QUIET, document_of
from evals.planted_defects import PLANTS
from pipeline.domain.checking import findings_of
from pipeline.domain.documents import Language

TEXTS: dict[Language, list[str]] = {
    "en": [
        "Water rises twice a day.\n\nThe Moon pulls it.",
        "Old mills ground corn.",
        "Boats wait for high water outside.",
    ],
    "zh": [
        "海水每天涨落两次。\n\n月球吸引海水。",
        "旧时的磨坊用来磨谷物。",
        "船只在港外等候涨潮。",
    ],
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_defect_is_found_where_it_stands_and_only_when_it_is_planted(
    name: str, language: Language
) -> None:
    contents = list(TEXTS[language])

    place, kind = PLANTS[name](contents, language, random.Random(7))  # noqa: S311  no secret
    before = findings_of(document_of(TEXTS[language], language))
    after = findings_of(document_of(contents, language))

    assert [one.kind for one in before if one.kind not in QUIET] == []
    assert (f"n{place + 1}", kind) in {(one.section_id, one.kind) for one in after}
