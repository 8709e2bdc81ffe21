"""The second opinion: a model is asked about cited sentences that their passages may not carry."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from itertools import islice

from pipeline.domain.briefs import CLAIMS_PER_CALL, MOST_CLAIMS, ReviewBrief
from pipeline.domain.claims import Opinion, with_opinions, wording
from pipeline.domain.documents import Claim, Document, PassageId, Support
from pipeline.errors import PipelineError
from pipeline.graphs.tools import Tools

log = logging.getLogger(__name__)

STEP = "second_opinion"


async def reviewed(document: Document, tools: Tools, *, model: str | None) -> Document:
    """The document with the model's opinions; what it cannot be asked about stays without one."""
    if tools.reviewer is None:
        tools.progress(STEP, "no_reviewer")
        return document
    briefs = await asyncio.to_thread(_briefs, document)
    if not briefs:
        return document
    if len(briefs) > MOST_CLAIMS:
        tools.progress(
            STEP, "too_many_to_review", number=len(briefs) - MOST_CLAIMS, limit=MOST_CLAIMS
        )
    asked = list(islice(briefs.items(), MOST_CLAIMS))
    tools.progress(STEP, "reviewing", number=len(asked))
    batches = [
        asked[start : start + CLAIMS_PER_CALL] for start in range(0, len(asked), CLAIMS_PER_CALL)
    ]
    answers = await asyncio.gather(*(_opinions(batch, tools, model) for batch in batches))
    opinions = {key: opinion for answer in answers for key, opinion in answer.items()}
    said = list(opinions.values())
    supported, unsupported = said.count("supported"), said.count("unsupported")
    tools.progress(
        STEP,
        "reviewed",
        supported=supported,
        unsupported=unsupported,
        open=len(asked) - supported - unsupported,
    )
    return with_opinions(document, opinions)


def _briefs(document: Document) -> dict[str, ReviewBrief]:
    """What to ask, by the claim's key, in reading order; the same wording is asked about once."""
    texts = {passage.id: passage.text for passage in document.passages}
    return {
        claim.key: ReviewBrief(sentence=wording(document, claim), passages=_cited(claim, texts))
        for claim in document.claims
        if claim.support in {Support.CHECK, Support.NOT_FOUND} and _cited(claim, texts)
    }


def _cited(claim: Claim, texts: Mapping[PassageId, str]) -> tuple[str, ...]:
    return tuple(texts[i] for i in claim.passage_ids if i in texts)


async def _opinions(
    batch: Sequence[tuple[str, ReviewBrief]], tools: Tools, model: str | None
) -> dict[str, Opinion]:
    """Opinions by key; none, and a word about it, when the model fails."""
    assert tools.reviewer is not None  # noqa: S101  asked by the caller
    try:
        async with tools.call():
            carried = await tools.reviewer.review(
                [brief for _, brief in batch], language=tools.job.language, model=model
            )
    except PipelineError as error:
        log.warning("Job %s: no second opinion: %s", tools.job.id, error)
        tools.progress(STEP, "not_reviewed", number=len(batch), reason=error.code)
        return {}
    return {
        key: "supported" if is_carried else "unsupported"
        for (key, _), is_carried in zip(batch, carried, strict=True)
        if is_carried is not None
    }
