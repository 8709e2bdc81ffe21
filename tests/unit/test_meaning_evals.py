"""Ranking by meaning with simulated services: none takes anything, a good one brings much."""

import pytest

from evals.meaning import rows

MISSED = ["ranking by meaning, mediocre service: recall in other words, en"]
"""One answer of twelve, which words have sixth or seventh, is not what such embeddings have first.
Without ranking by meaning only five would be given, so that nothing is lost beside words alone."""


@pytest.mark.long
@pytest.mark.timeout(180)
def test_every_goal_of_ranking_by_meaning_is_met_but_those_that_are_told_as_missed() -> None:
    assert [row.name for row in rows() if row.met is False] == MISSED
