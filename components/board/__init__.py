"""The live board: all sections while they are written, drawn without a rerun of the page."""

import json
from dataclasses import dataclass
from typing import Literal

from components.assets import component
from components.board.labels import LABELS, PROGRESS, WHY
from pipeline.domain.documents import Language, Value


@dataclass(frozen=True, slots=True)
class Look:
    """What of the board is drawn."""

    is_compact: bool = False
    """Only the latest sentence and a bar, for a job without sections."""
    is_metered: bool = False
    """With a place for what the calls of a model use."""


WHOLE = Look()


class Finished(Value):
    """How a job ended; `gone` says that its events are no longer kept."""

    status: Literal["completed", "failed", "cancelled", "gone"]
    code: str = ""
    retryable: bool = False


def board(
    *,
    key: str,
    live: str,
    title: str,
    language: Language,
    document_language: Language,
    look: Look = WHOLE,
) -> Finished | None:
    """Draw what a job is doing; the page runs again when the job has ended.

    Args:
        key: One per job, so that the end of one is not taken for the end of another.
        live: Relative address of the job's events, such as `live/jobs/<id>`; `<live>/cancel`
            stops the job.
        title: Of the document; the board draws it as the page's main heading.
        language: Of the interface.
        document_language: Of titles and texts; Chinese documents are measured in characters.
        look: What of it.
    """
    data = {
        "live": live,
        "title": title,
        "language": language,
        "document_language": document_language,
        "compact": look.is_compact,
        "metered": look.is_metered,
        "labels": LABELS[language],
        "phrases": PROGRESS[language],
        "reasons": WHY[language],
    }
    result = component("board")(
        key=key, data=json.dumps(data, ensure_ascii=False), on_finished_change=lambda: None
    )
    finished = result.get("finished")
    return None if finished is None else Finished.model_validate(finished)
