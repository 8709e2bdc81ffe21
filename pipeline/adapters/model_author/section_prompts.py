"""The prompts for a section: its text, its parts when it is long, a correction of its length."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.adapters.model_author.markers import UNKNOWN, Markers
from pipeline.adapters.model_author.prompt_parts import (
    block,
    commission_part,
    conversation,
    lines,
    passages_part,
)
from pipeline.adapters.model_author.section_wording import SECTION, SHORTER
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import Neighbour, SectionBrief
from pipeline.domain.documents import Language
from pipeline.domain.language import split_sentences
from pipeline.domain.markdown import blocks

NEIGHBOURS_CHARS = 6_000
# Titles of the other sections; those of the same chapter come first, with their summaries.

AROUND = (0.85, 1.15)
# Of the length that is asked for: a range is kept better than "about", and leaves room to write.

WRITTEN_CHARS = 8_000
# Of what a long section has so far: a text up to this length is shown whole, a longer one in short.

END_CHARS = 1_500
# Of its end, word for word, so that the next part goes on from it.


@dataclass(frozen=True, slots=True)
class Part:
    """One of the calls that a section is written in; most sections need only one."""

    number: int
    count: int
    words: int


def section_messages(
    brief: SectionBrief, markers: Markers, part: Part | None = None, written: str = ""
) -> list[Message]:
    """Ask for the text of a section, or of one part of it, after what is written so far.

    The rules are the same for all sections of a job.
    """
    part = part or Part(1, 1, brief.target_words)
    words = SECTION[brief.commission.language]
    length = _range(words.length_of, brief.target_words)
    task = words.task
    if part.count > 1:
        length = words.length_of_part.format(
            words=part.words, number=part.number, count=part.count, all=brief.target_words
        )
        middle = words.first_part if part.number == 1 else words.next_part
        task = words.last_part if part.number == part.count else middle
    task = task.format(title=brief.title, number=part.number, count=part.count)
    return _asking(brief, markers, length, written, task)


def longer_messages(
    brief: SectionBrief, markers: Markers, written: str, *, have: int, words: int
) -> list[Message]:
    """Ask for what is to be added to a section that is too short."""
    told = SECTION[brief.commission.language]
    task = told.longer.format(title=brief.title, have=have, all=brief.target_words, words=words)
    return _asking(brief, markers, _range(told.length_of, words), written, task)


def shorter_messages(
    brief: SectionBrief, markers: Markers, written: str, *, have: int
) -> list[Message]:
    """Ask for a section that is too long once more, tightened."""
    language = brief.commission.language
    words = SHORTER[language]
    length = _range(words.words, brief.target_words, have=have)
    named = [
        (words.section, f"{brief.number} {brief.title}".strip()),
        (SECTION[language].summary, brief.summary),
        (SECTION[language].notes, brief.notes),
    ]
    shown = block("section", markers.shortened(written).replace(UNKNOWN, ""))
    system = f"{words.rules}\n\n{commission_part(brief.commission, with_length=False)}"
    return conversation(system, [lines(named, language), shown, length, words.task])


def instructions(language: Language) -> str:
    """All that a section's writer is told in our words; none of it belongs into a text."""
    words = SECTION[language]
    told = (words.role, words.rules, words.with_passages, words.without_passages, words.data)
    return "\n".join((*told, SHORTER[language].rules))


def continuing(asked: Sequence[Message], text: str, language: Language) -> list[Message]:
    """Ask for the rest of a text that was cut off."""
    return [
        *asked,
        Message(role="assistant", content=text),
        Message(role="user", content=SECTION[language].proceed),
    ]


def _asking(
    brief: SectionBrief, markers: Markers, length: str, written: str, task: str
) -> list[Message]:
    language = brief.commission.language
    words = SECTION[language]
    named: list[tuple[str, str]] = [
        (words.place, " › ".join(brief.path)),
        (words.section, f"{brief.number} {brief.title}".strip()),
        *((words.summary_above.format(title=a.title), a.summary) for a in brief.above),
        *((words.notes_above.format(title=a.title), a.notes) for a in brief.above),
        (words.summary, brief.summary),
        (words.notes, brief.notes),
        (words.length, length),
    ]
    parts = [
        _neighbours(list(brief.others), brief.number, language),
        passages_part(brief.passages, markers, language),
        lines(named, language),
        _written(markers.shortened(written).replace(UNKNOWN, ""), language),
        task,
    ]
    sources = words.with_passages if brief.passages else words.without_passages
    rules = f"{words.rules}{sources}{words.data}"
    frame = commission_part(brief.commission, with_length=False)
    return conversation(f"{words.role}\n\n{rules}\n\n{frame}", parts)


def _range(text: str, words: int, **values: int) -> str:
    least, most = (round(words * share) for share in AROUND)
    return text.format(words=words, least=least, most=most, **values)


def _written(text: str, language: Language) -> str:
    """What is there of a section: whole, or each paragraph by its first sentence and the end."""
    words = SECTION[language]
    if len(text) <= WRITTEN_CHARS:
        return f"{words.written}\n{block('section', text)}" if text else ""
    openings = [_opening(text[each.start : each.end]) for each in blocks(text[:-END_CHARS])]
    room = WRITTEN_CHARS - END_CHARS
    each = max(20, room // len(openings))
    short = "\n".join(f"- {opening[:each]}" for opening in openings)[:room]
    end = text[-END_CHARS:]
    return "\n".join(
        [words.written_in_short, block("section", short), words.written_end, block("section", end)]
    )


def _opening(paragraph: str) -> str:
    return next(iter(split_sentences(paragraph)), "")


def _neighbours(neighbours: Sequence[Neighbour], number: str, language: Language) -> str:
    """The other sections: those of this chapter with their summaries, then the titles of all."""
    chapter = number.partition(".")[0]
    near = [n for n in neighbours if n.number.partition(".")[0] == chapter]
    far = [n for n in neighbours if n.number.partition(".")[0] != chapter]
    named = [f"- {n.number} {n.title}{f': {n.summary}' if n.summary else ''}" for n in near]
    named += [f"- {n.number} {n.title}" for n in far]
    shown: list[str] = []
    left = NEIGHBOURS_CHARS
    for line in named:
        left -= len(line)
        if left < 0:
            shown.append("- …")
            break
        shown.append(" ".join(line.split()))
    return "\n".join([SECTION[language].neighbours, *shown]) if shown else ""
