"""Read the author's files and find what fits: the first step of both graphs."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain.briefs import (
    REQUIREMENTS_CHARS,
    STYLE_CHARS,
    Commission,
    SourceDigest,
)
from pipeline.domain.digests import digest
from pipeline.domain.documents import (
    ContextFile,
    FileProblem,
    FileRole,
    Outline,
    Passage,
    Reading,
    SourceId,
)
from pipeline.domain.jobs import Job, JobOptions
from pipeline.domain.language import detect_language
from pipeline.domain.outline import walk
from pipeline.domain.queries import fused, queries_of_prompt, speaks_of
from pipeline.errors import InvalidRequest, NotFound, PipelineError, UnreadableFile
from pipeline.graphs.other_languages import search_terms
from pipeline.graphs.tools import Tools
from pipeline.graphs.web_research import found_pages, read_file
from pipeline.ports import Material

PASSAGES_FOR_OUTLINE = 24
"""Passages beside the digests of all files; more of them adds length and little else."""

FOR_MEANING = 1 / 3
"""Of the places for what words find so many more are for what is near in meaning: fewer hold no
answer that words miss, more would make prompts long where a service knows little."""

PROMPT_CHARS = 1_000
"""Of a prompt, to be put into other words: it begins with its subject."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The author's files, read and sorted by what they are for."""

    material: Material
    requirements: str
    style: str
    own_outline: Reading | None
    own_outline_name: str
    problems: tuple[FileProblem, ...]


async def read_files(
    files: Sequence[ContextFile], tools: Tools, web_queries: Sequence[str] = ()
) -> Desk:
    """Read every file; one that cannot be read is announced, and the job goes on without it.

    With `web_queries`, pages that searches find for them are material, too.

    Raises:
        InvalidRequest: `no_readable_file`: files were given and not one could be read.
    """
    read: list[tuple[ContextFile, Reading]] = []
    problems: list[FileProblem] = []
    for done, file in enumerate(files, start=1):
        tools.progress("research", "reading", name=file.file_name, done=done, total=len(files))
        try:
            reading = await read_file(file, tools)
        except (UnreadableFile, NotFound) as error:
            tools.file_read(file, None, error)
            problems.append(
                FileProblem(
                    file_id=file.file_id,
                    file_name=file.file_name,
                    code=error.code,
                    message=str(error),
                )
            )
        else:
            tools.file_read(file, reading)
            read.append((file, reading))
    if files and not read:
        reasons = " ".join(f"{p.file_name}: {p.message}" for p in problems)
        raise InvalidRequest("no_readable_file", f"None of the files could be read. {reasons}")
    pages = await found_pages(web_queries, [reading for _, reading in read], tools)
    desk = await _sorted(read, pages, tuple(problems), tools)
    _tell_cuts(desk, tools)
    return desk


def _tell_cuts(desk: Desk, tools: Tools) -> None:
    """Say which guides are longer than what a prompt has of them."""
    for key, text, limit in (
        ("requirements_cut", desk.requirements, REQUIREMENTS_CHARS),
        ("style_cut", desk.style, STYLE_CHARS),
    ):
        if len(text) > limit:
            tools.progress("research", key, chars=len(text), limit=limit)


async def _sorted(
    read: Sequence[tuple[ContextFile, Reading]],
    pages: Mapping[SourceId, Reading],
    problems: tuple[FileProblem, ...],
    tools: Tools,
) -> Desk:
    def text(role: FileRole) -> str:
        return "\n\n".join(plain(r) for f, r in read if f.file_type is role)

    content = {SourceId(f.file_id): r for f, r in read if f.file_type is FileRole.CONTENT}
    outlines = [(f, r) for f, r in read if f.file_type is FileRole.OUTLINE]

    def trouble(error: PipelineError) -> None:
        tools.progress("research", "words_only", reason=error.code)

    return Desk(
        material=await tools.shelf.material({**pages, **content}, trouble),
        requirements=text(FileRole.REQUIREMENTS),
        style=text(FileRole.STYLE_GUIDE),
        own_outline=outlines[0][1] if outlines else None,
        own_outline_name=outlines[0][0].file_name if outlines else "",
        problems=problems,
    )


def plain(reading: Reading) -> str:
    return "\n".join(block.text for block in reading.blocks)


def commission(
    options: JobOptions, job: Job, desk: Desk, tools: Tools, *, title: str, prompt: str
) -> Commission:
    """What holds for the whole job, from its request and the author's files."""
    return Commission(
        prompt=prompt,
        title=title,
        language=job.language,
        document_type=options.document_type,
        audience=options.audience,
        tone=options.tone,
        target_words=options.target_words or tools.default_target_words,
        requirements=desk.requirements,
        style=desk.style,
        model=options.model,
        has_material=bool(desk.material.sources),
    )


def tell_unread_sources(outline: Outline, desk: Desk, tools: Tools) -> None:
    """Say for which nodes none of the bound sources could be read, or not all of them."""
    there = {source.id for source in desk.material.sources}
    names = {problem.file_id: problem.file_name for problem in desk.problems}
    for place in walk(outline.nodes):
        for source_id in place.node.source_ids:
            if source_id not in there:
                tools.progress(
                    "research",
                    "bound_unread_only" if place.node.sources_only else "bound_unread",
                    section=place.node.id,
                    number=place.number,
                    title=place.node.title,
                    name=names.get(source_id, source_id),
                )


async def digests(desk: Desk) -> tuple[SourceDigest, ...]:
    """Every source at a glance, so that none is left out of the proposal."""
    material = desk.material
    return tuple(
        [
            await asyncio.to_thread(digest, source, material.readings[source.id])
            for source in material.sources
        ]
    )


async def passages_for(
    prompt: str, desk: Desk, tools: Tools, *, model: str | None = None
) -> tuple[Passage, ...]:
    """What fits the prompt best in all of the author's files."""
    asked = {"prompt": prompt[:PROMPT_CHARS]}
    abroad = await search_terms(asked, desk.material, tools, model=model)
    queries = (*queries_of_prompt(prompt), *abroad.get("prompt", ()))
    return await passages_on(queries, desk.material, limit=PASSAGES_FOR_OUTLINE)


async def passages_on(
    queries: Sequence[str],
    material: Material,
    *,
    limit: int,
    first: Sequence[SourceId] = (),
    only: bool = False,
) -> tuple[Passage, ...]:
    """What fits the queries best, joined by reciprocal rank fusion; best first.

    Sources named by `first` were bound by the author: what speaks of the queries in them comes
    before all others; with `only` nothing else is searched. A search by words finds hardly
    anything in sources of another language, though a writer that reads both can use them: such
    bound sources have half of the places, and where nothing at all matches, openings come.

    Where the material is ranked by meaning, too, what that brings comes behind all that words
    found: in a third of `limit` beside it, and in places that words leave empty.
    """
    there = {source.id for source in material.sources}
    bound = tuple(source_id for source_id in first if source_id in there)
    if limit <= 0 or not (bound if only else there):
        return ()
    own = await _matches(queries, material, limit, bound) if bound else []
    by_words = own if only else await _with_others(own, queries, material, limit, bound)
    found = _once(by_words)[:limit]
    most = limit + math.ceil(limit * FOR_MEANING)
    asked = _longest(queries)
    if bound and not only:
        half = (most - len(found) + 1) // 2
        found += await material.nearest(asked, beside=found, limit=half, within=bound)
    within = bound if only else ()
    room = most - len(found)
    found += await material.nearest(asked, beside=found, limit=room, within=within)
    if len(found) < limit and (bound or not found):
        found = _once([*found, *await material.search("", limit=limit, within=bound)])[:limit]
    return tuple(found)


async def _with_others(
    own: Sequence[Passage],
    queries: Sequence[str],
    material: Material,
    limit: int,
    bound: Sequence[SourceId],
) -> list[Passage]:
    """What was found in bound sources, as far as it fits, what others have, and the rest of it."""
    fitting = await asyncio.to_thread(_fitting, own, queries)
    if not fitting and (foreign := _foreign(bound, queries, material)):
        half = (limit + 1) // 2
        room = max(0, half - len(own))
        near = await material.nearest(_longest(queries), beside=own, limit=room, within=foreign)
        openings = await material.search("", limit=limit, within=foreign)
        fitting = [*own, *near, *openings][:half]
    return [*fitting, *await _matches(queries, material, limit, ()), *own]


def _once(passages: Sequence[Passage]) -> list[Passage]:
    return list({passage.id: passage for passage in passages}.values())


def _longest(queries: Sequence[str]) -> str:
    """It says most of what is wanted; meaning does not need it said in several ways."""
    return max((query for query in queries if query.strip()), key=len, default="")


def _fitting(passages: Sequence[Passage], queries: Sequence[str]) -> list[Passage]:
    """Those that speak of the queries; a long section has hundreds to be looked at."""
    return [p for p in passages if speaks_of(" ".join([*p.heading_path, p.text]), queries)]


def _foreign(
    sources: Sequence[SourceId], queries: Sequence[str], material: Material
) -> list[SourceId]:
    """Those of the sources that are in another language than the queries."""
    asked = detect_language("".join(queries[:1]))
    return [each for each in sources if material.readings[each].language != asked]


async def _matches(
    queries: Sequence[str], material: Material, limit: int, within: Sequence[SourceId]
) -> list[Passage]:
    """Passages that have words of the queries, one list out of one search for each query."""
    wanted = [query for query in queries if query.strip()]
    rankings = await asyncio.gather(
        *(material.search(query, limit=limit, within=within) for query in wanted)
    )
    found = {passage.id: passage for ranking in rankings for passage in ranking}
    return [found[each] for each in fused([[p.id for p in ranking] for ranking in rankings])]
