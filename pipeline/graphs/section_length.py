"""A section's length: one correction, taken only where it makes the text better."""

import asyncio
import logging

from pipeline.domain.briefs import SectionBrief
from pipeline.domain.citations import checked
from pipeline.domain.documents import Draft, Passage, PassageId, SectionStatus
from pipeline.domain.lengths import refusal, wants_correction, words_in
from pipeline.domain.outline import Place
from pipeline.errors import PipelineError
from pipeline.graphs.tools import Tools

log = logging.getLogger(__name__)

AT_ONCE = 20_000
"""Characters that are checked in milliseconds, at the worst in a second. Whoever waits meanwhile
may be cancelled, and with it goes a text that was written and paid for; a text of usual length is
stored before."""


async def to_length(brief: SectionBrief, text: str, place: Place, tools: Tools) -> Draft:
    """The draft that a text is, or a better one nearer to its target; asked for once.

    A correction that fails or is refused is told: the text stands as it was written.
    """
    draft = await _checked(text, brief)
    if not wants_correction(words_in(draft.text), brief.target_words):
        return draft
    tools.journal.tell(tools.section(place, SectionStatus.CHECKING))
    try:
        async with tools.call(place):
            text = await tools.author.resize_section(brief, draft.text)
    except PipelineError as error:
        _tell("length_failed", error.code, place, tools)
        return draft
    if text == draft.text:
        return draft
    resized = await _checked(text, brief)
    told = [p.text for p in brief.passages]
    told += [brief.commission.requirements, brief.commission.style, brief.summary, brief.notes]
    # what was told may be whole books, and each of their words is looked at
    why = await asyncio.to_thread(refusal, draft, resized, target=brief.target_words, told=told)
    if why:
        _tell("length_refused", why, place, tools)
        return draft
    unknown = draft.unknown_markers + resized.unknown_markers
    return resized.model_copy(update={"unknown_markers": unknown})


async def _checked(text: str, brief: SectionBrief) -> Draft:
    if len(text) <= AT_ONCE:
        return checked(text, known(brief))
    return await asyncio.to_thread(checked, text, known(brief))


def _tell(key: str, why: str, place: Place, tools: Tools) -> None:
    log.info("Job %s: section %s keeps its length: %s", tools.job.id, place.number, why)
    tools.progress("write", key, section=place.node.id, number=place.number, title=place.node.title)


def known(brief: SectionBrief) -> dict[PassageId, Passage]:
    """What a text of this section may cite."""
    return {passage.id: passage for passage in brief.passages}
