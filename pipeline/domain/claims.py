"""The claims of a document: which sentences state something, and whether what they cite carries it.

A sentence that cites is compared with its passages. A sentence that cites nothing needs a source
when the author gave material, it states something checkable, and the passages that its own
paragraph cites do not carry it: one marker at the end of a paragraph is enough for all of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from pipeline.domain.documents import (
    Claim,
    Document,
    NodeId,
    Passage,
    PassageId,
    SectionStatus,
    SourceId,
    Support,
)
from pipeline.domain.facts import names
from pipeline.domain.language import count_words
from pipeline.domain.persons import US, says_i
from pipeline.domain.prose import Sentence, sentences
from pipeline.domain.quantities import quantities
from pipeline.domain.support import Ground, Verdict, ground, support
from pipeline.domain.units import short_id

SECTIONS_KEPT = 1024
"""A few long documents: a section that did not change is not compared again."""

SHORTEST_CLAIM = 6
"""Words, or characters in Chinese; below this it is a label or an exclamation."""

Opinion = Literal["", "supported", "unsupported"]

NO_PASSAGE = Verdict(Support.NOT_FOUND, ("passage",))
"""Of a sentence whose markers name passages that the document does not hold."""

_STATES = re.compile(
    r"\b(?:largest|smallest|highest|lowest|longest|oldest|fastest|biggest|best-known|most|least|"
    r"majority|more than|less than|fewer than|higher than|lower than|larger than|because|"
    r"caus(?:es?|ed)|leads? to|led to|results? in|resulted in|due to|according to|"
    r"increas(?:es|ed)|decreas(?:es|ed)|invented|founded|discovered|proved?n?|shows? that|"
    r"studies|research|found that)\b"
    r"|最[大小高低多少长早]|首次|首个|大多数|多数|超过|高于|低于|不足|导致|造成|使得|由于|因为|根据|(?<![数依证单票占])据"
    r"|增长|增加|下降|减少|研究表明|数据显示|证据表明|成立于|建于|位于|出生于|发明|发现|证明"
    r"|是[^，。；]{1,16}的(?:首都|首府|省会|总部|总统|总理|主席|创始人|创办者|发明者|发明人|作者|成员|前身|所在地|"
    r"发源地|故乡|产地|代表作|子公司|父亲|母亲|儿子|女儿)",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"^(?:this|the (?:next|following|previous|present)|in this|in the (?:next|following)|here|"
    r"below|each)\b[^.]{0,40}\b(?:sections?|chapters?|documents?|reports?|guides?|parts?|pages?|tables?|"
    r"lists?|steps?|figures?)\b|^(?:see|note|table|figure|chapter|section)\b"
    r"|^(?:本|下|以下|上)(?:文|节|章|部分|报告|方案|指南|面|列|表|图|述)|^(?:见|参见|如)?[图表]\s?\d",
    re.IGNORECASE,
)
_OWN_VIEW = re.compile(
    rf"\b(?:we|our|my|you|your)\b|{US}"
    r"|\b(?:should|must|recommend(?:s|ed)?|propos(?:e|es|ed|al)|suggests? that|let us|let's)\b"
    r"|我们|本项目|本方案|本文|我方|您|你|应当|应该|应[该在对将把]|建议|拟于|拟在|计划于|将于|必须",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\W*(?:sources?|references?|see(?: also)?|data|资料来源|数据来源|来源|出处|参见|参考|见)\W*",
    re.IGNORECASE,
)
_ENDS_OPEN = (":", "：", "?", "？", "…")


@dataclass(frozen=True, slots=True)
class _Cited:
    """A passage as a section cites it."""

    id: PassageId
    text: str
    context: str


def claims_of(document: Document) -> tuple[Claim, ...]:
    """Every claim of the document in reading order, with the opinions that still hold.

    Args:
        document: Its sections and passages are what counts; of `claims` only the opinions.
    """
    known = {passage.id: passage for passage in document.passages}
    titles = {source.id: source.title for source in document.sources}
    opinions = {claim.key: claim.opinion for claim in document.claims if claim.opinion}
    has_material = bool(document.sources)
    return tuple(
        claim.model_copy(update={"opinion": opinions[claim.key]})
        if claim.key in opinions
        else claim
        for section in document.sections
        if section.status is SectionStatus.DONE and section.content.strip()
        for claim in _section_claims(
            section.id, section.content, _cited_in(section.content, known, titles), has_material
        )
    )


def with_opinions(document: Document, opinions: Mapping[str, Opinion]) -> Document:
    """The document with what a model said of its claims, by their key."""
    claims = tuple(
        claim.model_copy(update={"opinion": opinions.get(claim.key, claim.opinion)})
        for claim in document.claims
    )
    return document.model_copy(update={"claims": claims})


def wording(document: Document, claim: Claim) -> str:
    """A claim's sentence as it reads, without markers and markup."""
    content = next(s.content for s in document.sections if s.id == claim.section_id)
    return next(s.text for s in sentences(content) if s.start == claim.start)


def is_flagged(claim: Claim) -> bool:
    """Whether an author should look at it."""
    return claim.support is not Support.SUPPORTED


def _cited_in(
    content: str, known: Mapping[PassageId, Passage], titles: Mapping[SourceId, str]
) -> tuple[_Cited, ...]:
    ids = dict.fromkeys(i for sentence in sentences(content) for i in sentence.cites)
    passages = [known[i] for i in ids if i in known]
    return tuple(
        _Cited(p.id, p.text, " ".join([titles.get(p.source_id, ""), *p.heading_path]))
        for p in passages
    )


@lru_cache(maxsize=SECTIONS_KEPT)
def _section_claims(
    section_id: NodeId, content: str, cited: tuple[_Cited, ...], has_material: bool
) -> tuple[Claim, ...]:
    grounds = {each.id: ground(each.text, each.context) for each in cited}
    found: list[Claim] = []
    for _, block in groupby(sentences(content), key=lambda sentence: sentence.block):
        found += _block_claims(section_id, list(block), grounds, has_material)
    return tuple(found)


def _block_claims(
    section_id: NodeId,
    block: Sequence[Sentence],
    grounds: Mapping[PassageId, Ground],
    has_material: bool,
) -> Iterator[Claim]:
    near = _resolved([i for sentence in block for i in sentence.cites], grounds)
    for sentence in block:
        if _CREDIT.fullmatch(sentence.text):
            continue
        if sentence.cites:
            theirs = _resolved(sentence.cites, grounds)
            verdict = support(sentence.text, theirs) if theirs else NO_PASSAGE
            yield _claim(section_id, sentence, verdict.support, verdict.reasons)
        elif has_material and _needs_source(sentence, block, near):
            yield _claim(section_id, sentence, Support.NEEDS_SOURCE)


def _resolved(ids: Sequence[PassageId], grounds: Mapping[PassageId, Ground]) -> list[Ground]:
    return [grounds[i] for i in dict.fromkeys(ids) if i in grounds]


def _needs_source(sentence: Sentence, block: Sequence[Sentence], near: Sequence[Ground]) -> bool:
    if sentence.kind == "quote" or not states_something(sentence.text):
        return False
    if sentence.kind == "table":
        # One row stands for a table that cites nothing at all.
        return not near and sentence is next(s for s in block if states_something(s.text))
    return not (near and support(sentence.text, near).support is Support.SUPPORTED)


def states_something(text: str) -> bool:
    """Whether a sentence states what a reader could look up: figures, names, comparisons, causes.

    Questions, announcements, lead-ins to a list, and what the author wants or recommends are none.
    """
    if count_words(text) < SHORTEST_CLAIM or text.rstrip("*_ ”’\"'").endswith(_ENDS_OPEN):
        return False
    if _ANNOUNCES.search(text) or _OWN_VIEW.search(text) or says_i(text):
        return False
    return bool(quantities(text) or names(text) or _STATES.search(text))


def _claim(
    section_id: NodeId, sentence: Sentence, verdict: Support, reasons: tuple[str, ...] = ()
) -> Claim:
    return Claim(
        section_id=section_id,
        start=sentence.start,
        end=sentence.end,
        support=verdict,
        passage_ids=sentence.cites,
        reasons=reasons,
        key=short_id(sentence.text, *sentence.cites),
    )
