"""Find pages on the web and read them: a step of the research, when the author asked for it.

What was found is stored as a unit, so that a job that is taken over or done again reads the same
pages. What stands in a page is material to cite and nothing else: no code looks for orders in it.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence

from pydantic import JsonValue

from pipeline.domain.addresses import canonical, is_web_address
from pipeline.domain.documents import ContextFile, Reading, SourceId
from pipeline.domain.jobs import SourceFound
from pipeline.domain.passages import source_of
from pipeline.domain.units import content_key, short_id
from pipeline.domain.web import WebHit
from pipeline.errors import NotFound, UnreadableFile
from pipeline.graphs.tools import Tools
from pipeline.ports import Web

log = logging.getLogger(__name__)

UNIT = "web"

VERSION = 1
"""Raise it when the way that pages are chosen changes: stored units are then not reused."""

HITS_PER_QUERY = 10
"""The first page of any search; what follows is rarely opened by people either."""

TRIED_PER_PAGE = 2
"""Pages that are tried for each that may be read: about a third of them refuse programs."""

FEWEST_WORDS = 80
"""Below it a page is a notice about cookies or a login, not a text."""

Pages = dict[SourceId, Reading]


async def read_file(file: ContextFile, tools: Tools) -> Reading:
    """Read a file; a page that it names is fetched once in the life of the job.

    Raises:
        UnreadableFile: With the reason.
        NotFound: An upload that is gone.
    """
    if not is_web_address(file.storage_url or ""):
        return await tools.shelf.read(file)
    unit, key = f"page:{file.file_id}", content_key("page", url=file.storage_url)
    stored = tools.journal.finished(unit, key)
    if isinstance(stored, str):
        try:
            return await tools.shelf.read(_stored_page(file.file_id, file.file_name, stored))
        except NotFound:
            log.info("job %s: a page that was read is not stored any more", tools.job.id)
    reading = await tools.shelf.read(file)
    await tools.journal.finish(unit, key, reading.sha256)
    return reading


async def found_pages(queries: Sequence[str], known: Collection[Reading], tools: Tools) -> Pages:
    """Pages that the configured searches find for the queries, none of which is known already."""
    if not queries:
        return {}
    if tools.web is None:
        tools.progress("research", "web_unset")
        return {}
    key = content_key(UNIT, version=VERSION, queries=list(queries), language=tools.job.language)
    in_vain = content_key(UNIT, found=key, job=tools.job.id)  # another job may have more luck
    if tools.journal.finished(UNIT, in_vain) is not None:
        return {}
    pages = await _stored_pages(tools.journal.finished(UNIT, key), tools)
    if not pages:
        hits = await _hits(queries, known, tools.web, tools)
        pages = await _read(hits, tools.web, tools) if hits else {}
    tools.progress("research", "web_read" if pages else "web_nothing", number=len(pages))
    value: JsonValue = [[source_id, reading.title] for source_id, reading in pages.items()]
    events = [_found(source_id, reading, tools) for source_id, reading in pages.items()]
    await tools.journal.finish(UNIT, key if pages else in_vain, value, *events)
    return pages


def _found(source_id: SourceId, reading: Reading, tools: Tools) -> SourceFound:
    return SourceFound(
        job_id=tools.job.id,
        task_type=tools.job.kind,
        at=tools.now(),
        source=source_of(source_id, reading),
        notes=reading.notes,
    )


async def _stored_pages(stored: JsonValue, tools: Tools) -> Pages:
    """The pages of a finished unit; none when one of them is not stored any more."""
    pages: Pages = {}
    for each in stored if isinstance(stored, list) else ():
        sha256, title = each if isinstance(each, list) else (None, None)
        file = _stored_page(str(sha256), str(title), str(sha256))
        try:
            reading = await tools.shelf.read(file)
        except NotFound:
            log.info("job %s: a page that was found is not stored any more", tools.job.id)
            return {}
        # Where a page has no title of its own, the shelf makes one of a file's name.
        pages[SourceId(file.file_id)] = reading.model_copy(update={"title": str(title)})
    return pages


def _stored_page(file_id: str, name: str, sha256: str) -> ContextFile:
    return ContextFile(
        file_id=file_id, file_name=name[:255] or file_id, storage_url=f"file:{sha256}"
    )


async def _hits(
    queries: Sequence[str], known: Collection[Reading], web: Web, tools: Tools
) -> list[WebHit]:
    """What the searches found and the author has not given; failures are said, not raised."""
    tools.progress(
        "research", "web_searching", names=", ".join(map(_shown, web.names)), number=len(queries)
    )
    answer = await web.search(queries, language=tools.job.language, limit=HITS_PER_QUERY)
    for name, code in answer.failed.items():
        tools.progress("research", "web_failed", name=_shown(name), reason=code)
    have = {canonical(reading.publication.url) for reading in known if reading.publication.url}
    return [hit for hit in answer.hits if canonical(hit.url) not in have]


def _shown(provider: str) -> str:
    return {"searxng": "SearXNG", "arxiv": "arXiv"}.get(provider, provider.capitalize())


async def _read(hits: Sequence[WebHit], web: Web, tools: Tools) -> Pages:
    """The first pages that can be read, at most `web.most_pages`; those that cannot are counted."""
    most = web.most_pages
    waiting = list(hits[: most * TRIED_PER_PAGE])
    tools.progress("research", "web_reading", number=min(most, len(waiting)))
    chosen: dict[str, Reading] = {}
    tried = 0
    while waiting and len(chosen) < most:
        batch, waiting = waiting[: most - len(chosen)], waiting[most - len(chosen) :]
        tried += len(batch)
        for reading in await _read_at_once(batch, web, tools):
            chosen.setdefault(_text_key(reading), reading)
    if tried > len(chosen):
        tools.progress("research", "web_unread", number=tried - len(chosen))
    return {SourceId(reading.sha256): reading for reading in chosen.values()}


async def _read_at_once(batch: Sequence[WebHit], web: Web, tools: Tools) -> list[Reading]:
    """Those of the pages that could be read, in their order."""
    answers = await asyncio.gather(
        *(_page(hit, web, tools) for hit in batch), return_exceptions=True
    )
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer  # all have ended by now: none runs on unseen
    return [answer for answer in answers if isinstance(answer, Reading)]


async def _page(hit: WebHit, web: Web, tools: Tools) -> Reading | None:
    try:
        reading = await web.fetch(hit.url, hit.publication)
    except UnreadableFile as error:
        log.info("job %s: a page that was found could not be read: %s", tools.job.id, error.code)
        return None
    return reading if reading.words >= FEWEST_WORDS else None


def _text_key(reading: Reading) -> str:
    """The same for the same text, wherever it stands."""
    return short_id(*(block.text for block in reading.blocks))
