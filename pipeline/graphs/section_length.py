"""A section's length: one correction, taken only where it makes the text better."""

import logging

from pipeline.domain.briefs import SectionBrief
from pipeline.domain.citations import checked
from pipeline.domain.documents import Draft, Passage, PassageId, SectionStatus
from pipeline.domain.lengths import refusal, wants_correction, words_in
from pipeline.domain.outline import Place
from pipeline.errors import PipelineError
from pipeline.graphs.tools import Tools

log = logging.getLogger(__name__)


async def to_length(brief: SectionBrief, draft: Draft, place: Place, tools: Tools) -> Draft:
    """The draft, or a better one nearer to its target; asked for once.

    A correction that fails or is refused is not told: the text stands as it was written, and
    the document's checks name its length.
    """
    if not wants_correction(words_in(draft.text), brief.target_words):
        return draft
    tools.journal.tell(tools.section(place, SectionStatus.CHECKING))
    try:
        async with tools.call(place):
            text = await tools.author.resize_section(brief, draft.text)
    except PipelineError as error:
        log.info("Job %s: section %s keeps its length: %s", tools.job.id, place.number, error.code)
        return draft
    if text == draft.text:
        return draft
    resized = checked(text, known(brief))
    told = [p.text for p in brief.passages]
    told += [brief.commission.requirements, brief.commission.style, brief.summary, brief.notes]
    if why := refusal(draft, resized, target=brief.target_words, told=told):
        log.info("Job %s: section %s keeps its length: %s", tools.job.id, place.number, why)
        return draft
    unknown = draft.unknown_markers + resized.unknown_markers
    return resized.model_copy(update={"unknown_markers": unknown})


def known(brief: SectionBrief) -> dict[PassageId, Passage]:
    """What a text of this section may cite."""
    return {passage.id: passage for passage in brief.passages}
