"""Jobs come through many kills whole: nothing lost, doubled, redone or left hanging."""

import pytest

from pipeline.adapters.embedded_redis import find_binary
from tests.crash.kinds import kill_at_each_kind, kinds
from tests.crash.soak import soak
from tests.crash.sweep import sweep
from tests.crash.whole import sweep as sweep_whole

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")

KILLS = 200
WHOLE_KILLS = 24


@pytest.mark.timeout(120)
def test_a_few_kills_cost_nothing_that_was_finished() -> None:
    tally = sweep(6, seed=1)

    assert tally.is_clean, str(tally)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(900)
def test_two_hundred_kills_cost_nothing_that_was_finished(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tally = sweep(KILLS, seed=20)

    with capsys.disabled():
        print(f"\n{tally}")  # noqa: T201  what continuous integration shows of it
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


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(300)
def test_a_kill_at_every_kind_of_event_costs_nothing_that_was_finished() -> None:
    tally, missing = kill_at_each_kind(seed=7)

    assert not missing
    assert tally.kills["engine"] == len(kinds())
    assert tally.is_clean, str(tally)
    assert tally.is_quick, str(tally)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(400)
def test_app_workers_and_redis_are_killed_and_readers_who_come_back_miss_nothing() -> None:
    found = sweep_whole(WHOLE_KILLS, seed=2)

    assert found.is_clean, str(found)
    assert found.kills.total() >= 20  # now and then Redis is down already
    assert set(found.kills) == {"the app", "a worker", "Redis"}
    assert found.takeovers
    assert found.reconnections


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(200)
def test_twenty_jobs_at_once_come_through_kills_and_cancels() -> None:
    tally, _ = soak(minutes=0.3, seed=3, jobs=20)

    assert tally.is_clean, str(tally)
    assert tally.jobs >= 20
    assert tally.kills.total() >= 2
