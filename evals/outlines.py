"""Outlines compared with human ones: the headings of a text are hidden, and are the truth."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evals.manuals import Manual, manuals
from evals.table import Row
from pipeline.adapters.offline_author.outlines import proposed
from pipeline.domain.briefs import Commission, OutlineBrief
from pipeline.domain.digests import digest
from pipeline.domain.documents import Block, Language, ProposedNode, Reading, SourceId
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.passages import source_of, split_into_passages
from pipeline.domain.terms import STOP_WORDS, term_set
from pipeline.domain.units import short_id

WORDS_PER_SECTION = 350
"""The length that is asked for: as many sections of this size as the human outline has."""

PARTS = 3
"""Files that a text is split into, where its headings are kept."""

Titles = Callable[["HumanText"], Sequence[str]]


@dataclass(frozen=True, slots=True)
class HumanText:
    """A text with the outline that people gave it."""

    name: str
    language: Language
    title: str
    blocks: tuple[Block, ...]

    @property
    def truth(self) -> list[str]:
        return [block.text for block in self.blocks if block.kind == "heading"]

    @property
    def sections(self) -> int:
        """Headings with none below them."""
        levels = [block.level for block in self.blocks if block.kind == "heading"]
        return sum(1 for one, after in zip(levels, [*levels[1:], 0], strict=True) if after <= one)

    @property
    def plain(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind != "heading")


def texts(half: str) -> list[HumanText]:
    """The texts of one half: `tune` may be looked at while rules are made, `test` not."""
    return [_text(manual) for manual in manuals(half)]


def rows() -> list[Row]:
    """Recall and precision of titles on the half that no rule was tuned on."""
    found: list[Row] = []
    for language, name in (("en", "English"), ("zh", "Chinese")):
        chosen = [text for text in texts("test") if text.language == language]
        ours = scores(chosen, offline_titles)
        naive = {label: scores(chosen, titles) for label, titles in NAIVE.items()}
        best = max(recall for recall, _ in naive.values())
        others = ", ".join(f"{label} {recall:.3f}" for label, (recall, _) in naive.items())
        found += [
            Row(
                f"outline, headings hidden, {name}: recall",
                ours[0],
                "",
                "≥ 1.2 × best naive",
                ours[0] >= 1.2 * best,
                others,
            ),
            Row(
                f"outline, headings hidden, {name}: precision",
                ours[1],
                "",
                "",
                None,
                ", ".join(f"{label} {precision:.3f}" for label, (_, precision) in naive.items()),
            ),
        ]
        kept = scores(chosen, titles_with_headings)
        found.append(
            Row(
                f"outline, headings kept in {PARTS} files, {name}: recall",
                kept[0],
                "",
                "≥ 0.900",
                kept[0] >= 0.9,
                f"precision {kept[1]:.3f}; all headings as they stand 1.000; {len(chosen)} texts",
            )
        )
    return found


def scores(chosen: Sequence[HumanText], titles: Titles) -> tuple[float, float]:
    """Mean soft recall and precision over the texts.

    Each heading is matched with one title at most, the likest pairs first: a title that is a
    little like everything answers one heading only. A pair counts for its likeness, 0 to 1.
    """
    pairs = [(text.truth, titles(text)) for text in chosen]
    matched = [_matched(truth, made) for truth, made in pairs]
    recall = sum(m / len(truth) for m, (truth, _) in zip(matched, pairs, strict=True))
    precision = sum(m / max(1, len(made)) for m, (_, made) in zip(matched, pairs, strict=True))
    return recall / len(pairs), precision / len(pairs)


def offline_titles(text: HumanText) -> list[str]:
    """Ours, from the text without its headings."""
    readings = {SourceId("s1"): _reading(text.name, text, text.plain)}
    return _all_titles(proposed(_brief(text, readings)).nodes)


def titles_with_headings(text: HumanText) -> list[str]:
    """Ours, from the text as several files that have their headings."""
    size = -(-len(text.blocks) // PARTS)
    starts = range(0, len(text.blocks), size)
    parts = [text.blocks[start : start + size] for start in starts]
    readings = {
        SourceId(f"s{number}"): _reading(f"{text.name} {number}", text, part)
        for number, part in enumerate(parts, start=1)
    }
    return _all_titles(proposed(_brief(text, readings)).nodes)


def first_sentences(text: HumanText) -> list[str]:
    """Naive: the first sentences of as many equal stretches, cut to a heading's length."""
    found = []
    plain, count = text.plain, len(text.truth)
    for number in range(count):
        block = plain[number * len(plain) // count]
        sentence = split_sentences(block.text)[0]
        found.append(sentence[:20] if text.language == "zh" else " ".join(sentence.split()[:8]))
    return found


def frequent_words(text: HumanText) -> list[str]:
    """Naive: the word groups that occur most, two English words or four Chinese characters."""
    seen: Counter[str] = Counter()
    for block in text.plain:
        if text.language == "zh":
            for run in re.findall(r"[\u4e00-\u9fff]{4,}", block.text):
                seen.update(run[i : i + 4] for i in range(len(run) - 3))
        else:
            words = re.findall(r"[A-Za-z][A-Za-z\-]+", block.text.lower())
            pairs = pairwise(words)
            seen.update(f"{a} {b}" for a, b in pairs if not {a, b} & STOP_WORDS)
    return [phrase for phrase, _ in seen.most_common(len(text.truth))]


def genre_shape(text: HumanText) -> list[str]:
    """Naive: the chapters that any guide has."""
    brief = OutlineBrief(commission=_commission(text, has_material=False))
    return _all_titles(proposed(brief).nodes)


NAIVE: Mapping[str, Titles] = {
    "first sentences": first_sentences,
    "frequent words": frequent_words,
    "genre": genre_shape,
}


def _matched(truth: Sequence[str], made: Sequence[str]) -> float:
    """The likeness of all pairs, none of which shares a heading or a title with another."""
    wanted, there = [term_set(title) for title in truth], [term_set(title) for title in made]
    pairs = sorted(
        ((_alike(w, t), i, j) for i, w in enumerate(wanted) for j, t in enumerate(there)),
        reverse=True,
    )
    total = 0.0
    left, right = set(range(len(wanted))), set(range(len(there)))
    for likeness, i, j in pairs:
        if likeness and i in left and j in right:
            total += likeness
            left.discard(i)
            right.discard(j)
    return total


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Terms in common, twice, by the terms of both: Dice's coefficient."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _text(manual: Manual) -> HumanText:
    tops = [block for block in manual.blocks if block.kind == "heading" and block.level == 1]
    title = tops[0].text if len(tops) == 1 else manual.name.partition("-")[2]
    hidden = tops if len(tops) == 1 else []
    blocks = tuple(block for block in manual.blocks if block not in hidden)
    return HumanText(manual.name, manual.language, title, blocks)


def _reading(name: str, text: HumanText, blocks: Sequence[Block]) -> Reading:
    return Reading(
        sha256=short_id(name, *(block.text for block in blocks)),
        title=text.title,
        file_name=f"{name}.txt",
        language=text.language,
        blocks=tuple(blocks),
        words=sum(count_words(block.text) for block in blocks),
    )


def _commission(text: HumanText, *, has_material: bool = True) -> Commission:
    ask = f"写一份关于{text.title}的指南" if text.language == "zh" else f"A guide to {text.title}"
    return Commission(
        prompt=ask,
        language=text.language,
        target_words=WORDS_PER_SECTION * text.sections,
        has_material=has_material,
    )


def _brief(text: HumanText, readings: Mapping[SourceId, Reading]) -> OutlineBrief:
    sources = {name: source_of(name, reading) for name, reading in readings.items()}
    passages = [p for name, r in readings.items() for p in split_into_passages(name, r)]
    return OutlineBrief(
        commission=_commission(text),
        digests=tuple(digest(sources[name], reading) for name, reading in readings.items()),
        passages=tuple(passages[:24]),
        readings=readings,
    )


def _all_titles(nodes: Sequence[ProposedNode]) -> list[str]:
    return [t for node in nodes for t in (node.title, *_all_titles(node.children))]
