"""Every error that the pipeline raises on purpose.

PipelineError
    ConfigError
    InvalidRequest         what was asked cannot be done as it stands
        TooLarge
        ModelNeeded
    ForeignOrigin          another site's page asks
    KeyRefused
    Conflict               the same id was used for another request
        PlanChanged
    NotFound
        Expired
        Deleted
    IllegalTransition
        NotFinished
    UnreadableFile         a file or page could not be read, and why
    Cancelled
    ServiceUnavailable     (retryable)
        StoreUnavailable
        FormattingFailed
        ExportFailed
        RankingFailed
        ModelUnavailable
        ModelRateLimited
        QueueFull
        TooManyEdits
        ModelBusy
    ModelRejected          the endpoint refused: key, model name, quota, context length
    ModelAnswerInvalid     (retryable) an answer in the wrong shape, after all repairs
    CrashedTooOften
    LeftOut                a section is not written now, as was asked
    BudgetReached          what is finished is kept
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class PipelineError(Exception):
    """Base class: catch this at an entry point, a subclass anywhere else.

    `code` is stable, and is what the interface translates; `str(error)` says what happened and
    what to do; `details` are plain values for a translated sentence.
    """

    code: str = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "", details: Mapping[str, str | int] | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").split("\n", maxsplit=1)[0])
        self.details: dict[str, str | int] = dict(details or {})


class ConfigError(PipelineError):
    """The settings contradict each other, or one is missing."""

    code = "config"


class InvalidRequest(PipelineError):
    """What was asked cannot be done as it stands; `code` says which rule it breaks."""

    code = "invalid_request"

    def __init__(
        self, code: str, message: str, details: Mapping[str, str | int] | None = None
    ) -> None:
        super().__init__(message, details)
        self.code = code


class TooLarge(InvalidRequest):
    """A prompt, a file or an outline is above its limit."""


class ModelNeeded(InvalidRequest):
    """The offline author cannot do that; asking again changes nothing until a model is there."""

    code = "model_needed"

    def __init__(self, action: str, possible: Sequence[str]) -> None:
        super().__init__(
            self.code,
            f"{action!r} needs a model, and none is configured. Set OPENAI_BASE_URL (or "
            "OPENAI_API_KEY) and OPENAI_MODEL, and start again. Without a model there is: "
            f"{', '.join(possible)}.",
            {"action": action, "possible": ", ".join(possible)},
        )


class ForeignOrigin(PipelineError):
    """This address serves its own pages and programs, not the pages of other sites."""

    code = "foreign_origin"


class KeyRefused(PipelineError):
    """The API needs a key: send one of API_KEYS as `Authorization: Bearer …` or `X-API-Key`."""

    code = "key_refused"


class Conflict(PipelineError):
    """That job id is taken by another request."""

    code = "conflict"


class PlanChanged(Conflict):
    """Writing would do something else by now than what the author has seen and agreed to."""

    code = "plan_changed"


class NotFound(PipelineError):
    """It does not exist, or no longer."""

    code = "not_found"


class Expired(NotFound):
    """It was there, and its time is over."""

    code = "expired"


class Deleted(NotFound):
    """It was there, and somebody has deleted it; told for a day."""


class IllegalTransition(PipelineError):
    """A job was asked to move to a state that its present state does not allow."""

    code = "illegal_transition"


class NotFinished(IllegalTransition):
    """A job has no result yet, or ended without one."""

    code = "not_finished"


class UnreadableFile(PipelineError):
    """A file could not be read.

    `code` is one of `file_encrypted`, `file_scanned`, `file_damaged`, `file_too_large` (in bytes),
    `file_too_long` (in what it holds), `file_unsupported`, `file_timeout`, `file_empty`; of a page
    on the web also `address_refused`, `page_unavailable`, `page_unsupported`, `page_too_large`,
    `page_timeout`, `web_off`.
    """

    code = "file_damaged"

    def __init__(
        self, code: str, message: str, details: Mapping[str, str | int] | None = None
    ) -> None:
        super().__init__(message, details)
        self.code = code


class Cancelled(PipelineError):
    """The author stopped it."""

    code = "cancelled"


class BudgetReached(PipelineError):
    """The job's budget does not hold another call; raise it, and write the rest."""

    code = "budget_reached"


class LeftOut(PipelineError):
    """This section was left for later, as was asked; `code` says why it has no text."""

    def __init__(self, code: str) -> None:
        super().__init__("This section was left for later.")
        self.code = code


class CrashedTooOften(PipelineError):
    """The job's process died or lost Redis each time that it was tried; it is given up."""

    code = "crashed_too_often"


class ServiceUnavailable(PipelineError):
    """Something outside this process failed; the same call may work later."""

    code = "service_unavailable"
    retryable = True


class StoreUnavailable(ServiceUnavailable):
    """Redis did not answer."""

    code = "store_unavailable"


class FormattingFailed(ServiceUnavailable):
    """The program that formats references failed, or took too long."""

    code = "formatting_failed"


class ExportFailed(ServiceUnavailable):
    """A file of a document could not be built."""

    code = "export_failed"


class RankingFailed(ServiceUnavailable):
    """A service that ranks passages by meaning did not answer, not in its shape, or at random."""

    code = "ranking_failed"


class ModelUnavailable(ServiceUnavailable):
    """The model did not answer: a time-out, a 5xx, a dropped connection or a half stream."""

    code = "model_unavailable"


class ModelRateLimited(ServiceUnavailable):
    """The endpoint says that there were too many requests, and waiting did not help."""

    code = "model_rate_limited"


class QueueFull(ServiceUnavailable):
    """So many jobs wait that no more are taken for now; details say after how long to try."""

    code = "queue_full"

    def __init__(self, limit: int, retry_after_s: int) -> None:
        super().__init__(
            f"{limit:,} jobs wait already, and no more are taken. Try again in {retry_after_s} s, "
            "or raise MAX_QUEUED_JOBS or the number of workers.",
            {"limit": limit, "retry_after_s": retry_after_s},
        )


class TooManyEdits(ServiceUnavailable):
    """So many edits run in this process that no more are taken for now."""

    code = "too_many_edits"

    def __init__(self, limit: int, retry_after_s: int) -> None:
        super().__init__(
            f"{limit:,} edits run already, which is the most at once. "
            f"Send it again in {retry_after_s} s.",
            {"limit": limit, "retry_after_s": retry_after_s},
        )


class ModelBusy(ServiceUnavailable):
    """No call of the model became free for somebody who waits before a text."""

    code = "model_busy"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"All calls of the model were taken for {seconds} s. Try again, or stop a job.",
            {"seconds": seconds},
        )


class ModelRejected(PipelineError):
    """The endpoint refused the request; trying again changes nothing.

    `code` is one of `model_key_invalid`, `model_unknown`, `model_quota_exhausted`,
    `model_context_too_long`, `model_base_url_wrong`, `model_rejected`.
    """

    code = "model_rejected"

    def __init__(
        self, code: str, message: str, details: Mapping[str, str | int] | None = None
    ) -> None:
        super().__init__(message, details)
        self.code = code


class ModelAnswerInvalid(PipelineError):
    """The model's answer is not in the shape asked for, after all repairs."""

    code = "model_answer_invalid"
    retryable = True
