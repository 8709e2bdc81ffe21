"""What sections are called in the other languages of the material: asked once for a whole job."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import TypeAdapter

from pipeline.domain.documents import Language, NodeId
from pipeline.domain.outline import Place
from pipeline.domain.units import content_key
from pipeline.errors import PipelineError
from pipeline.graphs.tools import Tools
from pipeline.ports import Material

UNIT = "search_terms"

VERSION = 2
"""Raise it when titles are asked for in another way: stored units are then not reused."""

TITLES_PER_CALL = 60
"""What a model answers within some seconds; an outline of a thousand sections takes 17 calls."""

_TERMS = TypeAdapter(dict[str, str])

Key = TypeVar("Key")


def titles_of(sections: Sequence[Place]) -> dict[NodeId, str]:
    """What sections are called, under all that stands above them."""
    return {place.node.id: " › ".join(node.title for node in place.path) for place in sections}


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
    """The author's answers, those of earlier jobs too; a title itself where it could not say.

    It is only asked for titles that are new: others keep their terms when the outline changes.
    """
    unit = f"{UNIT}:{language}"
    key = content_key(UNIT, version=VERSION, author=model or tools.author.name)
    stored = tools.journal.finished(unit, key)
    known = {} if stored is None else _TERMS.validate_python(stored)
    missing = [title for title in titles if title not in known]
    in_vain = content_key(UNIT, asked=[key, *missing], job=tools.job.id)
    failed = f"{unit}:in_vain"  # with the job in its key: another job may have more luck
    if missing and tools.journal.finished(failed, in_vain) is None:
        try:
            answers = await _answers(missing, language, tools, model)
        except PipelineError as error:
            tools.progress("research", "no_search_terms", reason=error.code)
            await tools.journal.finish(failed, in_vain, True)
        else:
            known |= answers
            if any(title != term for title, term in answers.items()):
                now = {title: known[title] for title in titles}
                await tools.journal.finish(unit, key, {**now})
    return [known.get(title, title) for title in titles]


async def _answers(
    titles: Sequence[str], language: Language, tools: Tools, model: str | None
) -> dict[str, str]:
    parts = [
        titles[start : start + TITLES_PER_CALL] for start in range(0, len(titles), TITLES_PER_CALL)
    ]
    answers = await asyncio.gather(*(_ask(part, language, tools, model) for part in parts))
    return dict(zip(titles, [each for answer in answers for each in answer], strict=True))


async def _ask(
    titles: Sequence[str], language: Language, tools: Tools, model: str | None
) -> Sequence[str]:
    async with tools.call():
        terms = await tools.author.search_terms(titles, language, model=model)
    return terms if len(terms) == len(titles) else titles
