"""The bundled examples as digests and passages, and what the offline author makes of them."""

import re
from pathlib import Path

from pipeline.adapters.reading.extract import to_reading
from pipeline.adapters.reading.from_markdown import extract
from pipeline.adapters.reading.limits import Limits
from pipeline.domain.briefs import Commission, OutlineBrief, SourceDigest
from pipeline.domain.digests import digest
from pipeline.domain.documents import Passage, PassageId, Reading, Source, SourceId
from pipeline.domain.language import detect_language
from pipeline.domain.passages import source_of
from pipeline.domain.units import short_id

EXAMPLES = Path(__file__).parents[1] / "components" / "examples"


def example(name: str) -> tuple[SourceDigest, tuple[Passage, ...]]:
    """A bundled example as a digest and one passage for each of its paragraphs."""
    source = Source(id=SourceId(name), title=name, file_name=name)
    headings: list[tuple[int, str]] = []
    path: list[str] = []
    passages: list[Passage] = []
    for block in (EXAMPLES / name).read_text("utf-8").split("\n\n"):
        if match := re.match(r"(#+) (.+)", block):
            level = len(match[1])
            headings.append((level, match[2].strip()))
            path[level - 1 :] = [match[2].strip()]
            continue
        passages.append(
            Passage(
                id=PassageId(short_id(name, block)),
                source_id=source.id,
                text=block.strip(),
                heading_path=tuple(path),
                position=len(passages),
            )
        )
    return SourceDigest(source=source, headings=tuple(headings)), tuple(passages)


STORAGE, STORAGE_PASSAGES = example("grid-storage.md")
EVALUATION, EVALUATION_PASSAGES = example("llm-evaluation.zh.md")


def commission(prompt: str, *, has_material: bool = True, words: int = 3000) -> Commission:
    return Commission(
        prompt=prompt,
        language=detect_language(prompt),
        target_words=words,
        has_material=has_material,
    )


def text_of(name: str) -> str:
    """A bundled example as it stands."""
    return (EXAMPLES / name).read_text("utf-8")


def without_headings(text: str) -> str:
    """A Markdown text as plain paragraphs."""
    return "\n\n".join(part for part in text.split("\n\n") if not part.startswith("#"))


def reading_of(name: str, text: str) -> Reading:
    """What is read from a Markdown file."""
    data, limits = text.encode("utf-8"), Limits()
    return to_reading(name, data, extract(name, data, limits), limits)


def outline_brief(told: Commission, **files: str) -> OutlineBrief:
    """What an outline is proposed from; each file is named by its keyword, with its text."""
    readings = {SourceId(name): reading_of(f"{name}.md", text) for name, text in files.items()}
    return OutlineBrief(
        commission=told,
        digests=tuple(digest(source_of(name, read), read) for name, read in readings.items()),
        readings=readings,
    )
