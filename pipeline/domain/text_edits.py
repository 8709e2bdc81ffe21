"""An edit of a stretch of text: what is asked, what it has to keep, and what is told of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from pipeline.domain.citations import bracketed, cited
from pipeline.domain.delays import DelayReason
from pipeline.domain.documents import Usage, Value
from pipeline.domain.language import detect_language
from pipeline.domain.markdown import is_within, protected

EditAction = Literal["polish", "expand", "summarize", "continue_writing", "custom"]

LONGEST_TEXT = 20_000
"""Characters; one answer of a model holds hardly more, and longer texts have sections."""

LONGEST_COMMAND = 2_000
LONGEST_CONTEXT = 20_000

Kind = Literal["citation", "link", "code", "formula"]
Reason = Literal["empty", "lost", "invented", "other_language"]

_TARGET = re.compile(r"\]\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>()\[\]\"'`，。；：、！？（）【】《》“”‘’]+")
_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(?:`{3,}|~{3,})")


class TextEditRequest(Value):
    """What to do with a stretch of text."""

    action: EditAction
    text: str = Field(max_length=LONGEST_TEXT)
    """The text, as Markdown. Its citations, links, code and formulas survive."""
    command: str = Field(default="", max_length=LONGEST_COMMAND)
    """What to do, in the author's words. Needed for `custom`; the others heed it, too."""
    context: str = Field(default="", max_length=LONGEST_CONTEXT)
    """What stands around the text, or what else to know; it is read, and not changed."""
    model: str | None = Field(default=None, max_length=200)
    """A model's name at the configured endpoint. Unset: the configured one."""


class EditDelta(Value):
    """The next piece of the new text."""

    type: Literal["edit_delta"] = "edit_delta"
    text: str


class EditReset(Value):
    """The text starts over: the pieces so far are withdrawn."""

    type: Literal["edit_reset"] = "edit_reset"


class EditDelayed(Value):
    """The model's answer is late: it is asked again, or waits for the provider's limits.

    The fields are those of `delays.Delay`.
    """

    type: Literal["edit_delayed"] = "edit_delayed"
    reason: DelayReason
    wait_s: float = Field(default=0, ge=0)
    attempt: int = Field(default=0, ge=0)
    attempts: int = Field(default=0, ge=0)


class EditCompleted(Value):
    """The whole of it. After `continue_writing` it follows the text, else it replaces it."""

    type: Literal["edit_completed"] = "edit_completed"
    action: EditAction
    text: str
    author: str
    """Who wrote: `offline`, or the model's name."""
    left_out: tuple[str, ...] = ()
    """Citations, links, code and formulas of the text that are not in the new one."""
    usage: Usage | None = None
    """What the model's calls have used. None: none was asked."""


class EditProblem(Value):
    """An error as in every other answer of the API."""

    code: str
    message: str
    details: dict[str, str | int] = Field(default_factory=dict)


class EditFailed(Value):
    """There is no new text, and the pieces so far are void."""

    type: Literal["edit_failed"] = "edit_failed"
    error: EditProblem
    retryable: bool = False
    usage: Usage | None = None
    """What was used all the same."""


EditEvent = EditDelta | EditReset | EditDelayed | EditCompleted | EditFailed


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a new text is not taken."""

    reason: Reason
    pieces: tuple[str, ...] = ()
    """What was lost or invented, as it is written."""


def fault(edit: TextEditRequest, answer: str, *, is_last: bool = False) -> Fault | None:
    """What is wrong with a new text; None: it is taken. Long texts take a second of CPU time.

    The author's own command may mean to take something away; so a custom edit is asked again
    once when something is missing, and believed the second time (`is_last`).
    """
    if not answer.strip():
        return Fault("empty")
    own, now = pieces(edit.text), pieces(answer)
    if invented := _invented(edit, own, now):
        return Fault("invented", invented)
    if lost := _lost(edit, own, now, is_last=is_last):
        return Fault("lost", lost)
    if edit.action != "custom" and _language(answer) != _language(edit.text):
        return Fault("other_language")
    return None


def left_out(edit: TextEditRequest, answer: str) -> tuple[str, ...]:
    """What of the text the new one does not have; nothing where both stand beside each other."""
    return _missing(edit, pieces(edit.text), pieces(answer))


def pieces(text: str) -> Mapping[str, Kind]:
    """What only an author changes: citations, addresses, code and formulas, in order."""
    found: dict[str, Kind] = {f"[@{passage}]": "citation" for passage in cited(text)}
    found |= dict.fromkeys(bracketed(text), "citation")
    shield = protected(text)
    for start, end in shield:
        piece = text[start:end]
        if piece.startswith(("[", "![", "<")):
            target = _TARGET.search(piece)
            found[target[1] if target else piece.strip("<>")] = "link"
        elif piece.lstrip().startswith(("$", "\\")):
            found[piece.strip()] = "formula"
        elif piece.startswith("`") or _FENCE.match(piece):
            found["\n".join(line.strip() for line in piece.strip().split("\n"))] = "code"
    for address in _ADDRESS.finditer(text):
        if not is_within(shield, address.start()):
            found[address[0].rstrip(".,;:!?")] = "link"
    return found


def _invented(
    edit: TextEditRequest, own: Mapping[str, Kind], now: Mapping[str, Kind]
) -> tuple[str, ...]:
    """Citations and addresses that were not given: code and formulas a writer may add."""
    given = {**own, **pieces(edit.context), **pieces(edit.command)}
    return tuple(
        piece for piece, kind in now.items() if kind in {"citation", "link"} and piece not in given
    )


def _lost(
    edit: TextEditRequest, own: Mapping[str, Kind], now: Mapping[str, Kind], *, is_last: bool
) -> tuple[str, ...]:
    if edit.action == "summarize":  # it leaves out; but not where what is left comes from
        citations = tuple(piece for piece, kind in own.items() if kind == "citation")
        return () if set(citations) & now.keys() else citations
    if edit.action == "custom" and is_last:
        return ()
    return _missing(edit, own, now)


def _missing(
    edit: TextEditRequest, own: Mapping[str, Kind], now: Mapping[str, Kind]
) -> tuple[str, ...]:
    if edit.action == "continue_writing":
        return ()
    return tuple(piece for piece in own if piece not in now)


def _language(text: str) -> str:
    """Of what is said: code has none."""
    said, position = [], 0
    for start, end in protected(text):
        said.append(text[position:start])
        position = end
    return detect_language("".join([*said, text[position:]]))
