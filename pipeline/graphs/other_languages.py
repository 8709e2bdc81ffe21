"""What sections are called in the other languages of the material: asked once for a whole job."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import TypeAdapter

from pipeline.domain.documents import Language
from pipeline.domain.units import content_key
from pipeline.errors import PipelineError
from pipeline.graphs.phrases import reason
from pipeline.graphs.tools import Tools
from pipeline.ports import Material

UNIT = "search_terms"

VERSION = 1
"""Raise it when titles are asked for in another way: stored units are then not reused."""

TITLES_PER_CALL = 60
"""What a model answers within some seconds; an outline of a thousand sections takes 17 calls."""

_TERMS = TypeAdapter(list[str])

Key = TypeVar("Key")


async def search_terms(
    titles: Mapping[Key, str], material: Material, tools: Tools, *, model: str | None = None
) -> dict[Key, tuple[str, ...]]:
    """What to search for each title in sources that are not in the document's language.

    Empty without such sources, with an author that knows no other language, and when the author
    could not be asked, which is said: names and numbers are then found as ever. A job that is taken
    over does not ask again then: with other passages, finished sections would be written anew.
    """
    languages = sorted({r.language for r in material.readings.values()} - {tools.job.language})
    found: dict[Key, tuple[str, ...]] = {}
    for language in languages:
        asked = list(dict.fromkeys(titles.values()))
        terms = dict(zip(asked, await _asked(asked, language, tools, model), strict=True))
        for key, title in titles.items():
            if terms[title] != title:
                found[key] = (*found.get(key, ()), terms[title])
    return found


async def _asked(
    titles: Sequence[str], language: Language, tools: Tools, model: str | None
) -> Sequence[str]:
    """The author's answer, from an earlier attempt too; the titles themselves when it failed."""
    unit = f"{UNIT}:{language}"
    author = model or tools.author.name
    key = content_key(UNIT, version=VERSION, author=author, titles=list(titles))
    if (stored := tools.journal.finished(unit, key)) is not None:
        return _TERMS.validate_python(stored)
    in_vain = content_key(UNIT, asked=key, job=tools.job.id)  # another job may have more luck
    if tools.journal.finished(unit, in_vain) is not None:
        return titles
    parts = [
        titles[start : start + TITLES_PER_CALL] for start in range(0, len(titles), TITLES_PER_CALL)
    ]
    try:
        answers = await asyncio.gather(*(_ask(part, language, tools, model) for part in parts))
    except PipelineError as error:
        why = reason(tools.job.language, error.code)
        tools.progress("research", "no_search_terms", reason=why)
        await tools.journal.finish(unit, in_vain, list(titles))
        return titles
    terms = [each for answer in answers for each in answer]
    if terms != list(titles):
        await tools.journal.finish(unit, key, list(terms))
    return terms


async def _ask(
    titles: Sequence[str], language: Language, tools: Tools, model: str | None
) -> Sequence[str]:
    async with tools.slots.slot():
        terms = await tools.author.search_terms(titles, language, model=model)
    return terms if len(terms) == len(titles) else titles
