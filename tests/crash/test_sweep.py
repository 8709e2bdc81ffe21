"""Jobs come through many kills whole: nothing lost, doubled, redone or left hanging."""

import pytest

from pipeline.adapters.embedded_redis import find_binary
from tests.crash.engines import LEASE
from tests.crash.sweep import sweep

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")

KILLS = 200
MOST_TAKEOVER_S = LEASE.total_seconds() + 2
MOST_CANCEL_S = 0.5


@pytest.mark.timeout(120)
def test_a_few_kills_cost_nothing_that_was_finished() -> None:
    tally = sweep(6, seed=1)

    assert tally.is_clean, tally.rows()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_two_hundred_kills_cost_nothing_that_was_finished() -> None:
    tally = sweep(KILLS, seed=20)

    assert tally.is_clean, tally.rows()
    assert tally.kills.total() >= 0.95 * KILLS  # now and then Redis is down already
    assert tally.kills["redis"] > 20
    assert tally.kills["both"]
    assert tally.takeovers > 50
    assert tally.drains > 10
    assert tally.cancelled > 5
    assert tally.retries > 3
    assert len(tally.takeover_s) > 20
    assert max(tally.takeover_s) <= MOST_TAKEOVER_S, tally.rows()
    assert tally.cancel_s
    assert max(tally.cancel_s) <= MOST_CANCEL_S, tally.rows()
