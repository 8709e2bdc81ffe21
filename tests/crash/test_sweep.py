"""Jobs come through many kills whole: nothing lost, doubled, redone or left hanging."""

import pytest

from pipeline.adapters.embedded_redis import find_binary
from tests.crash.sweep import sweep

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")

KILLS = 200


@pytest.mark.timeout(120)
def test_a_few_kills_cost_nothing_that_was_finished() -> None:
    tally = sweep(6, seed=1)

    assert tally.is_clean, str(tally)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_two_hundred_kills_cost_nothing_that_was_finished() -> None:
    tally = sweep(KILLS, seed=20)

    assert tally.is_clean, str(tally)
    assert tally.kills.total() >= 0.95 * KILLS  # now and then Redis is down already
    assert tally.kills["redis"] > 20
    assert tally.kills["both"]
    assert tally.takeovers > 50
    assert tally.drains > 10
    assert tally.cancelled > 5
    assert tally.retries > 3
    assert len(tally.takeover_s) > 20
    assert tally.cancel_s
    assert tally.is_quick, str(tally)
