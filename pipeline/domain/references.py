"""What a source is in the reference list: its CSL-JSON, its entry, and which are the same work."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import cast
from urllib.parse import urlsplit

from pydantic import JsonValue

from pipeline.domain.addresses import canonical
from pipeline.domain.documents import CitationStyle, Language, Source, SourceId
from pipeline.domain.dois import bare_doi
from pipeline.domain.language import HAN
from pipeline.domain.names import csl_names

Item = dict[str, JsonValue]
"""An item of CSL-JSON."""

TAGS: Mapping[Language, str] = {"en": "en-US", "zh": "zh-CN"}
"""Languages as CSL names them."""

MAX_FIELD_CHARS = 500
"""Of any text in an item: longer titles are abstracts."""

ALIKE = 0.85
"""Of two titles' letters, in order: two letters in a title of thirteen may be misread."""

MIN_TITLE_LETTERS = 4
"""A shorter title begins many others."""

_HAN_CHAR = re.compile(f"[{HAN}]")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?![\d-])")
_COUNTED: Mapping[Language, tuple[str, str]] = {"en": ("pages", "slides"), "zh": ("页", "张幻灯片")}
_MARKUP = re.compile(r"\\([!-/:-@\[-`{-~])|\*")


def title_of(source: Source) -> str:
    """What a source is called, at least by its file or address."""
    return source.title.strip() or source.file_name or source.url


def language_of(source: Source) -> Language:
    """The language in which a source is listed: its title's."""
    return "zh" if _HAN_CHAR.search(title_of(source)) else "en"


def entry_text(source: Source, style: CitationStyle, language: Language) -> str:
    """A source's entry without its number, as plain text.

    A source without an entry in the style gets the plain one: title, file, address, pages.
    """
    if style != "numeric" and source.entry:
        return without_markup(source.entry)
    title = title_of(source)
    unit = _COUNTED[language][has_slides(source.file_name)]
    pages = f"{source.pages} {unit}"
    details = [
        source.file_name if source.file_name != title else "",
        source.url if source.url != title else "",
        pages if source.pages and source.pages > 1 else "",
    ]
    kept = [detail for detail in details if detail]
    if language == "zh":
        return f"{title}（{'，'.join(kept)}）" if kept else title
    return f"{title} ({', '.join(kept)})" if kept else title


def has_slides(file_name: str) -> bool:
    """Whether what counts in a file are slides, not pages."""
    return file_name.lower().endswith(".pptx")


def without_markup(entry: str) -> str:
    """An entry, which is inline Markdown of emphasis and escapes, as plain text."""
    return _MARKUP.sub(lambda match: match[1] or "", entry)


def csl_item(source: Source) -> Item:
    """The source as an item of CSL-JSON, with only what is known of it."""
    known = source.publication
    url = source.url or known.url
    names = csl_names([author[:MAX_FIELD_CHARS] for author in known.authors])
    item: dict[str, object] = {
        "id": source.id,
        "type": "webpage" if known.type == "document" and url else known.type,
        "title": title_of(source)[:MAX_FIELD_CHARS],
        "author": names,
        "issued": csl_date(known.issued),
        "publisher": known.publisher[:MAX_FIELD_CHARS],
        "container-title": known.container[:MAX_FIELD_CHARS],
        "volume": known.volume,
        "issue": known.issue,
        "page": known.pages,
        "DOI": bare_doi(known.doi),
        "URL": url,
        "accessed": csl_date(known.accessed) if url else {},
        "number-of-pages": source.pages,
        "language": _tag(source),
        "custom": {"file_name": source.file_name} if source.file_name else {},
    }
    return cast(Item, {key: value for key, value in item.items() if value})


def _tag(source: Source) -> str:
    """The title's language; a Latin title with other letters than English has may be any."""
    language = language_of(source)
    return TAGS[language] if language == "zh" or title_of(source).isascii() else ""


def csl_date(iso: str) -> dict[str, list[list[int]]]:
    """A date as far as it is known; nothing for what is no date."""
    match = _DATE.match(iso)
    if match is None:
        return {}
    year, month, day = (int(part or 0) for part in match.groups())
    if not year:
        return {}
    parts = [year]
    if 1 <= month <= 12:
        parts += [month, *([day] if 1 <= day <= monthrange(year, month)[1] else [])]
    return {"date-parts": [parts]}


def works(sources: Sequence[Source]) -> dict[SourceId, SourceId]:
    """For each source one that stands for all that are the same work: by content, DOI or address.

    What a file says of itself, or a page of its address, is a claim: it is believed of two only
    where their titles are alike. What two are each the same as makes them the same, too.
    """
    first: dict[SourceId, SourceId] = {}
    seen: dict[str, list[tuple[Source, bool]]] = {}

    def root(name: SourceId) -> SourceId:
        while first[name] != name:
            name = first[name]
        return name

    for source in sources:
        if source.id in first:
            continue
        first[source.id] = source.id
        for key, is_claim in _keys(source):
            known = seen.setdefault(key, [])
            for other, was_claim in known:
                if not (is_claim or was_claim) or _titles_alike(source, other):
                    first[root(source.id)] = root(other.id)
                    break
            known.append((source, is_claim))
    return {name: root(name) for name in first}


def _keys(source: Source) -> list[tuple[str, bool]]:
    """What a work is known by, and whether that is only claimed.

    A page's claim to be its site's front page is not believed.
    """
    known = source.publication
    keys = [(f"sha256 {source.sha256}", False)] if source.sha256 else []
    if doi := bare_doi(known.doi):
        keys.append((f"doi {doi.lower()}", not source.url))
    if source.url:
        keys.append((f"url {canonical(source.url)}", False))
    if known.url and urlsplit(canonical(known.url)).path:
        keys.append((f"url {canonical(known.url)}", True))
    return keys


def _titles_alike(one: Source, other: Source) -> bool:
    """Whether they are called the same, but for signs, a subtitle or a misread letter."""
    shorter, longer = sorted(map(_letters, (one, other)), key=len)
    if len(shorter) >= MIN_TITLE_LETTERS and longer.startswith(shorter):
        return True
    return SequenceMatcher(None, shorter, longer, autojunk=False).ratio() >= ALIKE


def _letters(source: Source) -> str:
    return "".join(c for c in title_of(source)[:MAX_FIELD_CHARS].casefold() if c.isalnum())
