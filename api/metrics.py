"""`GET /metrics` at the server's root, in the text format of Prometheus, version 0.0.4.

Written by hand: its client library counts within one process, and what counts here, jobs and
engines of all processes, is in Redis.
"""

from collections.abc import Iterator, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.access import check_key
from api.errors import of_pipeline
from pipeline.domain.figures import Durations, Figures, ProcessFigures
from pipeline.domain.jobs import JobKind, Priority
from pipeline.errors import KeyRefused, StoreUnavailable
from pipeline.runtime import runtime

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[str, Mapping[str, str], float]
"""What follows the metric's name (mostly nothing), labels, value."""


async def metrics_route(request: Request) -> Response:
    """All figures; where API_KEYS is set, for who sends one: they tell how busy a house is."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    bearer = credentials.strip() if scheme.lower() == "bearer" else ""
    try:
        check_key(bearer, request.headers.get("x-api-key", ""))
    except KeyRefused as error:
        return of_pipeline(error)
    try:
        figures = await run_in_threadpool(runtime().figures)
    except StoreUnavailable:
        figures = None
    process = _of_process(runtime().process(), runtime().engine.load().model_calls)
    text = "\n".join([*_of_all(figures), *process, ""])
    return Response(text, media_type=MEDIA_TYPE)


def _of_all(figures: Figures | None) -> Iterator[str]:
    yield from _metric(
        "redis_up",
        "gauge",
        "Whether Redis answers; without it nothing else of all is known.",
        [("", {}, figures is not None)],
    )
    if figures is not None:
        yield from _of_jobs(figures)
        yield from _of_tokens(figures)
        yield from _of_engines(figures)


def _of_jobs(figures: Figures) -> Iterator[str]:
    states = {
        "queued": sum(figures.waiting.values()),
        "running": figures.running,
        "orphaned": figures.orphaned,
    }
    yield from _metric(
        "jobs",
        "gauge",
        "Jobs that have not ended; orphaned: begun, and no engine holds them.",
        [("", {"status": name}, count) for name, count in states.items()],
    )
    yield from _metric(
        "jobs_waiting",
        "gauge",
        "Jobs that wait for an engine.",
        [("", {"priority": p}, figures.waiting.get(p, 0)) for p in Priority],
    )
    yield from _metric(
        "oldest_waiting_seconds",
        "gauge",
        "For how long the oldest waiting job has waited.",
        [("", {"priority": p}, figures.oldest_waiting_s.get(p, 0)) for p in Priority],
    )
    yield from _metric(
        "jobs_ended_total",
        "counter",
        "Jobs that have ended; code: why, unless completed.",
        [
            ("", {"task_type": ending.kind, "status": ending.status, "code": ending.code}, count)
            for ending, count in sorted(figures.ended.items())
        ],
    )
    yield from _metric(
        "job_duration_seconds",
        "histogram",
        "From the first start of a job to its end.",
        _histogram(figures.took),
    )
    yield from _metric(
        "job_wait_seconds",
        "histogram",
        "From the submission of a job to its first start.",
        _histogram(figures.waited),
    )


def _of_tokens(figures: Figures) -> Iterator[str]:
    yield from _metric(
        "model_tokens_total",
        "counter",
        "Tokens that models have read (input) and written (output) for jobs that have ended.",
        [
            ("", {"task_type": kind, "model": model, "token_type": token_type}, count)
            for (kind, model, token_type), count in sorted(figures.tokens.items())
        ],
    )


def _of_engines(figures: Figures) -> Iterator[str]:
    gauges = [
        ("engines", "Engines that live, in the app or in workers.", figures.engines),
        ("engine_jobs", "Jobs in these engines.", figures.engine_jobs),
        ("model_calls", "Calls of the model in flight in these engines.", figures.model_calls),
        ("redis_memory_bytes", "Memory that Redis uses.", figures.memory_bytes),
        ("redis_most_memory_bytes", "Its maxmemory; 0: no limit.", figures.most_memory_bytes),
    ]
    for name, told, value in gauges:
        yield from _metric(name, "gauge", told, [("", {}, value)])
    yield from _metric(
        "redis_evicted_keys_total",
        "counter",
        "Keys that Redis dropped for want of memory.",
        [("", {}, figures.evicted_keys)],
    )


def _of_process(process: ProcessFigures, model_calls: int) -> Iterator[str]:
    yield from _metric(
        "process_model_calls",
        "gauge",
        "Calls of the model in flight in this process.",
        [("", {}, model_calls)],
    )
    yield from _metric(
        "process_cpu_seconds_total",
        "counter",
        "Processor time of this process.",
        [("", {}, process.cpu_s)],
        prefix="",
    )
    yield from _metric(
        "process_threads",
        "gauge",
        "Threads of this process.",
        [("", {}, process.threads)],
        prefix="",
    )
    if process.memory_bytes is not None:
        yield from _metric(
            "process_resident_memory_bytes",
            "gauge",
            "Memory of this process.",
            [("", {}, process.memory_bytes)],
            prefix="",
        )


def _histogram(by_kind: Mapping[JobKind, Durations]) -> Iterator[Sample]:
    for kind, durations in by_kind.items():
        labels = {"task_type": kind.value}
        below = 0
        for bucket, count in sorted(durations.by_bucket.items()):
            below += count
            yield "_bucket", {**labels, "le": str(bucket)}, below
        yield "_bucket", {**labels, "le": "+Inf"}, durations.count
        yield "_sum", labels, durations.total_s
        yield "_count", labels, durations.count


def _metric(
    name: str,
    kind: str,
    told: str,
    samples: Sequence[Sample] | Iterator[Sample],
    *,
    prefix: str = "longhand_",
) -> Iterator[str]:
    yield f"# HELP {prefix}{name} {told}"
    yield f"# TYPE {prefix}{name} {kind}"
    for ending, labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{prefix}{name}{ending}{f'{{{inside}}}' if inside else ''} {value + 0}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
