"""Jobs: submit, follow, cancel, fetch the result."""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from pipeline.domain.documents import Document, Language
from pipeline.domain.job_list import JobPlace
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    EventId,
    Job,
    JobEvent,
    JobId,
    JobKind,
    JobOptions,
    JobStatus,
    ManuscriptId,
    OutlineGenerationRequest,
    Priority,
    TaskFailed,
)
from pipeline.domain.language import detect_language
from pipeline.domain.outline import check, check_sections, leaves, tidied
from pipeline.domain.spending import Budget, Prices, without_price
from pipeline.domain.titles import title_of
from pipeline.errors import (
    Expired,
    IllegalTransition,
    InvalidRequest,
    NotFinished,
    PipelineError,
    TooLarge,
)
from pipeline.ports import JobQueue, JobStore
from pipeline.service.files import check_files

log = logging.getLogger(__name__)

TITLE_CHARS = 80
"""A prompt that names no subject is listed under its first words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken, from the settings."""

    prompt_chars: int
    nodes: int
    depth: int
    file_bytes: int
    keep: timedelta = timedelta(days=30)
    prices: Prices = field(default_factory=Prices)


class JobService:
    """The one door to jobs; safe to use from many threads."""

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        limits: Limits,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._queue = queue
        self._limits = limits
        self._now = now
        self._new_id = new_id
        self.on_ended: Callable[[Job], None] | None = None
        """Gets each job that ends without an engine, which tells of the others; may raise."""

    def submit_outline(
        self, request: OutlineGenerationRequest, manuscript_id: ManuscriptId | None = None
    ) -> Job:
        """Check the request, save the job and wake the engine; returns before it starts.

        Raises:
            InvalidRequest: `prompt_empty`, `budget_without_price`, and those of `check_files`.
            TooLarge: `prompt_too_long`, `file_too_large`.
            Conflict: The id is taken by another request.
            QueueFull: Too many jobs wait already.
        """
        prompt = request.task_prompt.strip()
        if not prompt:
            raise InvalidRequest(
                "prompt_empty", "The prompt is empty. Say what the document is about."
            )
        self._check_prompt(prompt)
        language = request.language or detect_language(prompt)
        title = title_of(prompt, language) or prompt.splitlines()[0][:TITLE_CHARS].strip()
        return self._submit(request, self._job(request, title, language, manuscript_id))

    def submit_document(
        self,
        request: DocumentGenerationRequest,
        manuscript_id: ManuscriptId | None = None,
        forget: Collection[str] | None = (),
    ) -> Job:
        """As `submit_outline`, and the rules of `pipeline.domain.outline.check` and beside it.

        `forget` names finished units of its manuscript that are made anew; None: all.
        """
        outline = tidied(request.outline)
        check(outline, max_nodes=self._limits.nodes, max_depth=self._limits.depth)
        check_sections(outline, [own.section_id for own in request.own_texts], request.gaps)
        self._check_prompt(request.task_prompt)
        tidy = request.model_copy(update={"outline": outline})
        words = " ".join([outline.title, *(p.node.title for p in leaves(outline.nodes)[:20])])
        language = request.language or detect_language(words)
        return self._submit(tidy, self._job(tidy, outline.title, language, manuscript_id), forget)

    def _check_prompt(self, prompt: str) -> None:
        if len(prompt) > self._limits.prompt_chars:
            raise TooLarge(
                "prompt_too_long",
                f"The prompt has {len(prompt):,} characters; at most {self._limits.prompt_chars:,} "
                "are taken. Put longer text into a file and attach it.",
                {"limit": self._limits.prompt_chars, "size": len(prompt)},
            )

    def _job(
        self,
        request: JobOptions,
        title: str,
        language: Language,
        manuscript_id: ManuscriptId | None,
    ) -> Job:
        is_outline = isinstance(request, OutlineGenerationRequest)
        return Job(
            id=JobId(request.job_id or self._new_id()),
            kind=JobKind.OUTLINE if is_outline else JobKind.DOCUMENT,
            title=title,
            language=language,
            priority=request.priority,
            manuscript_id=manuscript_id,
            created_at=self._now(),
            model=self._limits.prices.named(request.model),
            price=self._limits.prices.of(request.model),
        )

    def _submit(self, request: JobOptions, job: Job, forget: Collection[str] | None = ()) -> Job:
        check_files(request.context_files, most_bytes=self._limits.file_bytes)
        self._check_budget(request.budget, request.model)
        body = request.model_dump_json(exclude={"job_id"})
        said = request.model_dump_json(exclude={"job_id"}, exclude_defaults=True)
        stored = self._store.create(job, body, fingerprint(job.kind, said), forget=forget)
        self._queue.put(stored)
        return stored

    def _check_budget(self, budget: Budget, model: str | None) -> None:
        prices = self._limits.prices
        if prices.lacks(budget, model):
            raise without_price(model or prices.model or "")

    def job(self, job_id: JobId) -> Job:
        """Raises `NotFound`, and of it `Expired` for a job that ended some days ago."""
        return self._store.load(job_id)

    def recent(
        self,
        *,
        limit: int = 50,
        status: JobStatus | None = None,
        kind: JobKind | None = None,
        before: JobPlace | None = None,
    ) -> Sequence[Job]:
        """Jobs, newest first; the next page is what is `before` the last job's place."""
        return self._store.recent(limit=limit, status=status, kind=kind, before=before)

    def result(self, job_id: JobId) -> str:
        """The result as JSON. Raises `NotFinished`, and `NotFound` or of it `Expired`."""
        result = self._store.result(job_id)
        if result is not None:
            return result
        job = self._store.load(job_id)
        if job.status is JobStatus.COMPLETED:
            raise Expired(
                f"The result of job {job_id!r} has expired. Submit the request again.",
                {"job_id": job_id},
            )
        raise _not_finished(job, "result")

    def document(self, job_id: JobId) -> Document:
        """The document that a job wrote.

        Raises:
            InvalidRequest: `no_document`: the job makes an outline.
            NotFinished: It has not ended, or without a result.
            NotFound: Unknown, or `Expired`.
        """
        job = self._store.load(job_id)
        if job.kind is not JobKind.DOCUMENT:
            raise InvalidRequest(
                "no_document",
                f"Job {job_id!r} makes an outline. Ask for a job that writes a document.",
                {"job_id": job_id},
            )
        if job.status is not JobStatus.COMPLETED:
            raise _not_finished(job, "document")
        return DocumentResult.model_validate_json(self.result(job_id)).document

    def events(
        self, job_id: JobId, *, after: EventId, limit: int = 1000
    ) -> Sequence[tuple[EventId, JobEvent]]:
        return self._store.events(job_id, after=after, limit=limit)

    def cancel(self, job_id: JobId) -> Job:
        """Stop a job; finished sections stay stored. A finished job is returned as it is."""
        job = self._store.request_cancel(job_id)
        if job.status is JobStatus.CANCELLED and self.on_ended is not None:
            try:
                self.on_ended(job)
            except PipelineError as error:
                log.warning("Job %s is cancelled, but what follows it failed: %s", job_id, error)
        return job

    def prioritise(self, job_id: JobId, priority: Priority) -> Job:
        """Raises `NotFound`, and `IllegalTransition` when it has ended."""
        return self._store.prioritise(job_id, priority)

    def waiting_before(self, job_id: JobId) -> int:
        """How many jobs are taken up before this one; 0 also for one that does not wait."""
        return self._store.waiting_before(job_id)

    def keep(self, job_id: JobId, seconds: int | None = None) -> Job:
        """Keep an ended job, its result and its events for at least so long from now.

        Never shortens: who wants it gone deletes it.

        Args:
            job_id: The job, which has ended.
            seconds: None: as long as a job that ends now is kept.

        Raises:
            InvalidRequest: `keep_too_long`.
            IllegalTransition: It has not ended.
            NotFound: Unknown, or `Expired`.
        """
        most = round(self._limits.keep.total_seconds())
        if seconds is not None and not 0 < seconds <= most:
            raise InvalidRequest(
                "keep_too_long",
                f"A job can be kept for 1 to {most:,} s from now, not for {seconds:,}. "
                "Ask for less, or raise MAX_RESULT_TTL.",
                {"limit": most},
            )
        return self._store.keep(job_id, None if seconds is None else timedelta(seconds=seconds))

    def retry(
        self,
        job_id: JobId,
        *,
        new_id: str | None = None,
        fresh: bool = False,
        budget: Budget | None = None,
    ) -> Job:
        """Do a job again, as a new one: what it finished is kept, all else is made, also `gaps`.

        The new job counts its own spending, from nothing, within its own budget.

        Args:
            job_id: The job, which has ended.
            new_id: Of the new job; the same id again is the same retry. None: made by us.
            fresh: Make everything again, also what was finished.
            budget: Of the new job; where it sets nothing, the one of the ended job stays.

        Raises:
            InvalidRequest: `budget_without_price`.
            NotFound: Unknown, or `Expired`.
            IllegalTransition: It has not ended; or, `NotFinished`, it was refused when it came.
            Conflict: `new_id` is taken by another job.
            QueueFull: Too many jobs wait already.
        """
        ended = self._store.load(job_id)
        if not ended.status.is_final:
            raise IllegalTransition(f"Job {job_id!r} has not ended: wait for it, or cancel it.")
        request = self._asked_again(self._store.request(job_id), budget or Budget())
        model: str | None = json.loads(request).get("model")
        job = Job(
            id=JobId(new_id or self._new_id()),
            kind=ended.kind,
            title=ended.title,
            language=ended.language,
            priority=ended.priority,
            created_at=self._now(),
            model=self._limits.prices.named(model),
            price=self._limits.prices.of(model),
        )
        of_this_retry = fingerprint(ended.kind, json.dumps([request, job_id, fresh]))
        stored = self._store.create(job, request, of_this_retry, units_of=None if fresh else job_id)
        self._queue.put(stored)
        return stored

    def _asked_again(self, request: str, budget: Budget) -> str:
        asked: dict[str, object] = json.loads(request)
        if not asked.pop("gaps", None) and not budget.is_set:
            return request
        self._check_budget(budget, cast("str | None", asked.get("model")))
        if budget.tokens is not None:
            asked["budget_tokens"] = budget.tokens
        if budget.cost is not None:
            asked["budget_cost"] = budget.cost
        return json.dumps(asked, ensure_ascii=False)

    def refuse(self, job_id: JobId, kind: JobKind, error: PipelineError) -> bool:
        """Let who follows that id hear why a call by name came to nothing.

        The job stands as one that failed. False when the id belongs to another job, which goes
        its own way.
        """
        now = self._now()
        job = Job(id=job_id, kind=kind, created_at=now)
        event = TaskFailed(
            job_id=job_id,
            task_type=kind,
            at=now,
            error=str(error),
            code=error.code,
            retryable=error.retryable,
            details=error.details,
        )
        return self._store.refuse(job, event)

    def delete(self, job_id: JobId) -> None:
        """Raises `IllegalTransition` while the job runs."""
        self._store.delete(job_id)

    def ping(self) -> None:
        """Raises `StoreUnavailable`."""
        self._store.ping()


def _not_finished(job: Job, what: str) -> NotFinished:
    return NotFinished(
        f"Job {job.id!r} has no {what}: it is {job.status}.",
        {"job_id": job.id, "status": job.status},
    )


def fingerprint(kind: JobKind, body: str) -> str:
    """Equal for equal requests, whatever the order of their fields.

    What stands at its default is best left out: a later version knows more fields.
    """
    canonical = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{kind}\n{canonical}".encode("utf-8", "surrogatepass")).hexdigest()
