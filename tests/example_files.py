"""The bundled examples as digests and passages, and what the offline author makes of them."""

import re
from pathlib import Path

from pipeline.domain.briefs import Commission, SourceDigest
from pipeline.domain.documents import Passage, PassageId, Source, SourceId
from pipeline.domain.language import detect_language
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
