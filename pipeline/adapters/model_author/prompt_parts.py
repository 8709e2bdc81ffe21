"""What several prompts have in common: the whole document's frame, passages, named lines."""

from collections.abc import Sequence

from pipeline.adapters.model_author import wording
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import REQUIREMENTS_CHARS, STYLE_CHARS, Commission
from pipeline.domain.documents import Language, Passage
from pipeline.domain.passages import size_of

PASSAGES_SIZE = 24_000
# Characters, where a Han character counts for two as it does for a model: some 6,000 to 9,000
# tokens of material, which fit beside the rest into a context of 16,000.


def conversation(system: str, parts: Sequence[str]) -> list[Message]:
    return [
        Message(role="system", content=system.strip()),
        Message(role="user", content="\n\n".join(part for part in parts if part)),
    ]


def commission_part(commission: Commission, *, with_length: bool = True) -> str:
    """What holds for the whole document; its length would mislead who writes a part of it."""
    words = wording.COMMISSION[commission.language]
    named = [
        (words.title, commission.title),
        (words.document_type, commission.document_type),
        (words.audience, commission.audience),
        (words.tone, commission.tone),
        (words.length, str(commission.target_words or "") if with_length else ""),
    ]
    cut = words.cut
    blocks = [
        words.intro,
        lines(named, commission.language),
        block("query", commission.prompt),
        block("requirements", shortened(commission.requirements, REQUIREMENTS_CHARS, cut)),
        block("style_guide", shortened(commission.style, STYLE_CHARS, cut)),
    ]
    return "\n".join(block for block in blocks if block)


def fitting(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """As many of them as fit into one prompt, one at least."""
    kept: list[Passage] = []
    left = PASSAGES_SIZE
    for passage in passages:
        left -= size_of(passage.text)
        if left < 0 and kept:
            break
        kept.append(passage)
    return tuple(kept)


def passages_part(passages: Sequence[Passage], markers: Markers, language: Language) -> str:
    """The passages between clear delimiters, best first, as many as fit."""
    shown: list[str] = []
    for passage in fitting(passages):
        place = " › ".join(title for title in passage.heading_path if title)
        name = markers.name(passage.id)
        shown.append(block("passage", passage.text[:PASSAGES_SIZE], place, name))
    return "\n".join([wording.PASSAGES[language], *shown]) if shown else ""


def lines(named: Sequence[tuple[str, str]], language: Language) -> str:
    colon = "：" if language == "zh" else ": "
    return "\n".join(f"{name}{colon}{value}" for name, value in named if value.strip())


def block(tag: str, text: str, title: str = "", name: str = "") -> str:
    """Text of others between delimiters that it cannot close itself."""
    if not text.strip():
        return ""
    inside = text.strip().replace(f"</{tag}", f"‹/{tag}")
    attributes = f' id="{name}"' if name else ""
    if title:
        attributes += ' title="{}"'.format(" ".join(title.replace('"', "'").split()))
    return f"<{tag}{attributes}>\n{inside}\n</{tag}>"


def shortened(text: str, limit: int, mark: str) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n{mark}"
