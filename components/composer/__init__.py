"""The box of the first page: what to write, from which files, and for what each of them is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError

from components.assets import component
from components.composer.labels import labels
from pipeline.domain.documents import Language
from pipeline.domain.manuscripts import AttachedFile
from pipeline.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Submission:
    """What the author sent off: the prompt without outer space, and the files that were read."""

    prompt: str
    files: tuple[AttachedFile, ...]
    nonce: str
    """Of this submission; the same one sent again, after no answer came, has the same."""


@dataclass(frozen=True, slots=True)
class Example:
    """What fills the box when an example was clicked; each click has a nonce of its own."""

    nonce: str
    prompt: str
    files: tuple[AttachedFile, ...] = ()


_SUBMISSION = TypeAdapter(Submission)


def composer(  # noqa: PLR0913  each is a plain value that the page has at hand
    *,
    key: str,
    upload: str,
    pages: str | None,
    language: Language,
    max_file_bytes: int,
    max_prompt_chars: int,
    draft_key: str,
    problem: tuple[str, str] | None = None,
    accepted: str = "",
    example: Example | None = None,
) -> Submission | None:
    """Draw the box and return what was sent off with it, in the one run after that.

    What is typed, attached and chosen is kept in the browser until `accepted` names its nonce.

    Args:
        upload: Where files are posted, one each: a URL relative to the page.
        pages: Where the address of a web page is posted, as `{"url": …}`; it answers as `upload`
            does. None: no pages are taken.
        max_file_bytes: Larger files are refused in the browser.
        max_prompt_chars: A longer prompt is kept, and cannot be sent.
        draft_key: Under which the browser keeps it; two boxes with one key share their content.
        problem: The nonce of a submission that was refused, and the sentence that says why.
        accepted: The nonce of the last submission that was taken; its content is cleared.
        example: What replaces the content, once; the author can undo it.

    Raises:
        InvalidRequest: The browser sent something else than a submission.
    """
    refused, sentence = problem or ("", "")
    # One string: lists and dicts in a component's data are searched for dataframes on each run.
    data = json.dumps(
        {
            "upload": upload,
            "pages": pages,
            "language": language,
            "labels": labels(language),
            "max_file_bytes": max_file_bytes,
            "max_prompt_chars": max_prompt_chars,
            "draft_key": draft_key,
            "problem": {"nonce": refused, "sentence": sentence} if refused else None,
            "accepted": accepted,
            "example": _example_data(example) if example else None,
        },
        ensure_ascii=False,
    )
    result = component("composer")(key=key, data=data, on_submitted_change=_heard)
    return None if result.submitted is None else read_submission(result.submitted)


def read_submission(value: object) -> Submission:
    """Check what the browser sent.

    Raises:
        InvalidRequest: It is no submission.
    """
    try:
        return _SUBMISSION.validate_python(value)
    except ValidationError as error:
        raise InvalidRequest(
            "invalid_submission",
            "What the browser sent is no submission: reload the page, its scripts may be old.",
        ) from error


def _heard() -> None:
    """Streamlit answers with a trigger only where something listens to it."""


def _example_data(example: Example) -> Mapping[str, JsonValue]:
    files = [file.model_dump(mode="json") for file in example.files]
    return asdict(example) | {"files": files}
