"""Figures for a monitor, out of what Redis counts and holds: two round trips, whatever it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from pipeline.adapters.redis_connection import store_errors
from pipeline.adapters.redis_keys import COUNTS, ENGINES, RANK_MS, RUNNING
from pipeline.domain.figures import BUCKETS_S, Durations, Ending, Figures, TokenCount
from pipeline.domain.jobs import JobKind, Priority

KINDS = frozenset(kind.value for kind in JobKind)


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """What one engine told of itself last, and until when that holds."""

    until_ms: int
    jobs: int
    model_calls: int

    def __str__(self) -> str:
        return f"{self.until_ms} {self.jobs} {self.model_calls}"

    @classmethod
    def read(cls, text: str) -> "EngineLoad":
        """Later versions may add to it."""
        until_ms, jobs, calls = map(int, text.split(" ")[:3])
        return cls(until_ms, jobs, calls)


class RedisFigures:
    """Reads the figures; the client should fail quickly, for a monitor asks again soon."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    def read(self) -> Figures:
        """Raises `StoreUnavailable`."""
        with store_errors("tell its figures"):
            seconds, microseconds = self._redis.time()
            now_ms = seconds * 1000 + microseconds // 1000
            return self._read(now_ms)

    def engines(self) -> int:
        """How many engines take jobs now, and nothing else. Raises `StoreUnavailable`."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        pipe.hgetall(ENGINES)
        with store_errors("tell its engines"):
            (seconds, microseconds), told = pipe.execute()
        return len(_loads(told, seconds * 1000 + microseconds // 1000))

    def _read(self, now_ms: int) -> Figures:
        pipe = self._redis.pipeline(transaction=False)
        pipe.zcount(RUNNING, f"({now_ms}", "+inf")
        pipe.zcount(RUNNING, "(0", now_ms)
        pipe.hgetall(COUNTS)
        pipe.hgetall(ENGINES)
        pipe.info("memory")
        pipe.info("stats")
        for priority in Priority:
            least, most = -priority.rank * RANK_MS, f"({(1 - priority.rank) * RANK_MS}"
            pipe.zcount(RUNNING, least, most)
            pipe.zrangebyscore(RUNNING, least, most, start=0, num=1, withscores=True)
        answers = [_answer(each) for each in pipe.execute(raise_on_error=False)]
        running, orphaned, counts, engines, memory, stats, *waiting = answers
        loads = _loads(engines, now_ms)
        oldest = {p: found[0][1] for p, found in zip(Priority, waiting[1::2], strict=True) if found}
        return Figures(
            waiting=dict(zip(Priority, waiting[::2], strict=True)),
            oldest_waiting_s={
                priority: max(0.0, now_ms - score - priority.rank * RANK_MS) / 1000
                for priority, score in oldest.items()
            },
            running=running,
            orphaned=orphaned,
            ended=_endings(counts),
            took=_durations(counts, "took"),
            waited=_durations(counts, "waited"),
            tokens=_tokens(counts),
            engines=len(loads),
            engine_jobs=sum(load.jobs for load in loads),
            model_calls=sum(load.model_calls for load in loads),
            memory_bytes=int(memory.get("used_memory", 0)),
            most_memory_bytes=int(memory.get("maxmemory", 0)),
            evicted_keys=int(stats.get("evicted_keys", 0)),
        )


def _loads(told: Mapping[str, str], now_ms: int) -> list[EngineLoad]:
    """Of the engines that live."""
    loads = map(EngineLoad.read, told.values())
    return [load for load in loads if load.until_ms > now_ms]


def _answer(answer: Any) -> Any:
    """The answer to one command; the store in memory and some services do not know INFO."""
    if isinstance(answer, ResponseError) and "info" in str(answer).lower():
        return {}
    if isinstance(answer, Exception):
        raise answer
    return answer


def _endings(counts: Mapping[str, str]) -> dict[Ending, int]:
    """Fields are named as `redis_scripts` names them: `ended <kind> <status> <code>`."""
    ended = [(name.split(" "), int(n)) for name, n in counts.items() if name.startswith("ended ")]
    return {
        Ending(JobKind(kind), status, code): n
        for (_, kind, status, code), n in ended
        if kind in KINDS
    }


def _tokens(counts: Mapping[str, str]) -> dict[TokenCount, int]:
    """`tokens <kind> <input or output> <model>`; a model's name may have spaces."""
    found: dict[TokenCount, int] = {}
    for name, n in counts.items():
        what, kind, token_type, model = [*name.split(" ", 3), "", "", ""][:4]
        if what == "tokens" and kind in KINDS and token_type in {"input", "output"}:
            found[TokenCount(JobKind(kind), model, token_type)] = int(n)
    return found


def _durations(counts: Mapping[str, str], what: str) -> dict[JobKind, Durations]:
    """`<what> <kind> <bucket>`; what is longer than all of them counts in `count` alone."""
    found: dict[JobKind, Durations] = {}
    for kind in JobKind:
        count = int(counts.get(f"{what} {kind} count", 0))
        if count:
            buckets = {s: int(counts.get(f"{what} {kind} {s}", 0)) for s in BUCKETS_S}
            total_ms = int(counts.get(f"{what} {kind} ms", 0))
            found[kind] = Durations(buckets, count, total_ms / 1000)
    return found
