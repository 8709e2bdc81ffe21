"""Which sources carry a section, and on which sections the material holds nothing."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.domain.documents import Language, NodeId, Outline, OutlineNode, Passage, SourceId
from pipeline.domain.language import detect_language
from pipeline.domain.outline import Place, leaves, walk
from pipeline.domain.terms import term_set

PASSAGES_PER_SECTION = 6
"""Of a search for a section; what is not in the best few is not what it is about."""

MOST_SOURCES = 3
"""Sources bound to one section by program: more of them and the order says nothing any more."""

BOTH_SHARES, TITLE_ALONE = 0.4, 0.12
"""From these on a passage is on a section: the weight of its title's terms that the passage holds
and that of its title's and summary's, added up, and that of its title's where it has no summary.
Set on the labelled sections of two bundled examples: those that are covered lay from 0.44 up, all
others but one below 0.39; `evals/coverage.py` measures on the two that they were not set on."""

SURE_SHARE = 0.5
"""A passage with this share is on the section even if a model, which saw a digest, says no."""

NEAREST = 0.6
"""A source whose best passage fits less than this share of the best one's is not near."""

_STRUCTURE_EN = """
    introduction overview background summary conclusion conclusions recommendations outlook purpose
    scope objectives goals next steps appendix glossary discussion findings results analysis case
    study key points approach method methods methodology framework principles current situation
    status challenges basics fundamentals concept concepts definition definitions working choosing
    plan planning plans measures measure role roles main general specific important
"""
_STRUCTURE_ZH = """
    引言 前言 绪论 概述 概况 背景 目标 目的 意义 总结 小结 结论 结语 展望 建议 附录 现状 原则
    思路 措施 对策 应对 方法 机制 体系 方案 总体 管理 设计 问题 情况 要求 工作 内容 规划 控制
    分析 研究 实施 介绍 说明 特殊 具体 主要
"""
_NOT_TELLING = term_set(_STRUCTURE_EN)
_NOT_TELLING_ZH = re.compile("|".join(_STRUCTURE_ZH.split()))


@dataclass(frozen=True, slots=True)
class Looked:
    """A section and the passages that a search for it found, best first."""

    place: Place
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the material says on an outline."""

    bound: Mapping[NodeId, tuple[SourceId, ...]] = field(default_factory=dict)
    """Sources to search first, by node: those that the proposal named, or the nearest ones."""
    carried: Mapping[NodeId, tuple[SourceId, ...]] = field(default_factory=dict)
    """The nearest sources of sections that are bound to none."""
    uncovered: tuple[NodeId, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The terms that tell a section from others; "Overview" takes those of the title above it."""

    title: frozenset[str]
    summary: frozenset[str]
    is_structure: bool
    """Its own title has none: whether the material speaks of it cannot be told by words."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well the best passage of one source fits a section, each from 0 to 1."""

    title: float = 0.0
    whole: float = 0.0

    def is_on(self, wanted: _Wanted) -> bool:
        if not wanted.summary:
            return self.title >= TITLE_ALONE
        return self.title + self.whole >= BOTH_SHARES

    @property
    def is_sure(self) -> bool:
        return max(self.title, self.whole) >= SURE_SHARE


def query_of(place: Place) -> str:
    """What to search for: the section's title and summary, and the title above it."""
    above = place.parent.title if place.parent else ""
    return f"{place.node.title} {place.node.content_summary} {above}".strip()


def coverage(
    outline: Outline,
    looked: Sequence[Looked],
    languages: Mapping[SourceId, Language],
    denied: Collection[NodeId] = (),
) -> Coverage:
    """Say which sources carry each section, from what was found for it.

    A section counts as uncovered when the proposal says so and no passage clearly speaks of it,
    or when its telling words occur in no passage. The latter says nothing where a source is in
    another language, or where the proposal names sources.

    Args:
        outline: The tree; the sources of its nodes are those that the proposal named.
        looked: Its sections with the passages found.
        languages: Every source with its language.
        denied: Nodes of which the proposal says that no source holds anything on them.
    """
    if not languages:
        return Coverage()
    bound = {p.node.id: p.node.source_ids for p in walk(outline.nodes) if p.node.source_ids}
    carried: dict[NodeId, tuple[SourceId, ...]] = {}
    uncovered: list[NodeId] = []
    subject = term_set(outline.title)
    for section, wanted, fits in _fitted(looked, subject):
        node_id = section.place.node.id
        if any(node.source_ids for node in section.place.path):
            continue
        is_denied = any(node.id in denied for node in section.place.path)
        near = _nearest(fits, wanted, is_denied=is_denied)
        if near and len(languages) > 1:
            bound[node_id] = near
        elif near:
            carried[node_id] = near
        elif is_denied or (not wanted.is_structure and _speaks_alike(section.place, languages)):
            uncovered.append(node_id)
    return Coverage(bound, carried, tuple(uncovered))


def unbound(found: Coverage) -> Coverage:
    """The same for an outline that stays as its author made it: nothing is bound."""
    return Coverage({}, {**found.carried, **found.bound}, found.uncovered)


def with_sources(outline: Outline, bound: Mapping[NodeId, tuple[SourceId, ...]]) -> Outline:
    """The outline with its nodes bound to these sources; other nodes stay as they are."""

    def bind(node: OutlineNode) -> OutlineNode:
        return node.model_copy(
            update={
                "source_ids": bound.get(node.id, node.source_ids),
                "children": tuple(bind(child) for child in node.children),
            }
        )

    return outline.model_copy(update={"nodes": tuple(bind(node) for node in outline.nodes)})


def sections_by_source(
    outline: Outline, carried: Mapping[NodeId, tuple[SourceId, ...]]
) -> Counter[SourceId]:
    """How many sections each source carries: by what is bound to them or above, or was found."""
    counted: Counter[SourceId] = Counter()
    for place in leaves(outline.nodes):
        chosen = (node.source_ids for node in reversed(place.path) if node.source_ids)
        counted.update(set(next(chosen, carried.get(place.node.id, ()))))
    return counted


def _fitted(
    looked: Sequence[Looked], subject: frozenset[str]
) -> Iterator[tuple[Looked, _Wanted, dict[SourceId, _Fit]]]:
    """Each section with what it wants and how well each source fits it."""
    terms = {
        passage.id: term_set(" ".join((*passage.heading_path, passage.text)))
        for section in looked
        for passage in section.passages
    }
    frequency = Counter(term for found in terms.values() for term in found)

    def share(wanted: Collection[str], have: Collection[str]) -> float:
        """By weight: a term that many of the passages hold tells little."""
        weights = {t: math.log(1 + len(terms) / (1 + frequency[t])) for t in wanted}
        held = sum(weight for term, weight in weights.items() if term in have)
        return held / sum(weights.values()) if weights else 0.0

    for section in looked:
        wanted = _wanted(section.place, subject)
        fits: dict[SourceId, _Fit] = {}
        for passage in section.passages:
            held, before = terms[passage.id], fits.get(passage.source_id, _Fit())
            fits[passage.source_id] = _Fit(
                title=max(before.title, share(wanted.title, held)),
                whole=max(before.whole, share(wanted.title | wanted.summary, held)),
            )
        yield section, wanted, fits


def _wanted(place: Place, subject: frozenset[str]) -> _Wanted:
    titles = [_telling(node.title) - subject for node in reversed(place.path)]
    title = next((found for found in titles if found), frozenset[str]())
    summary = _telling(place.node.content_summary) - subject - title
    return _Wanted(title, summary, is_structure=not titles[0])


def _telling(text: str) -> frozenset[str]:
    found = term_set(_NOT_TELLING_ZH.sub(" ", text)) - _NOT_TELLING
    return frozenset(term for term in found if not term.replace(".", "").isdigit())


def _nearest(
    fits: Mapping[SourceId, _Fit], wanted: _Wanted, *, is_denied: bool
) -> tuple[SourceId, ...]:
    """The sources that are on the section, best first."""
    scores = {
        source_id: fit.title + fit.whole
        for source_id, fit in fits.items()
        if (fit.is_sure if is_denied else fit.is_on(wanted))
    }
    near = [each for each, score in scores.items() if score >= NEAREST * max(scores.values())]
    return tuple(sorted(near, key=scores.__getitem__, reverse=True)[:MOST_SOURCES])


def _speaks_alike(place: Place, languages: Mapping[SourceId, Language]) -> bool:
    """Whether all sources are in the section's own language, so that words can be compared."""
    own = detect_language(f"{place.node.title} {place.node.content_summary}")
    return all(language == own for language in languages.values())
