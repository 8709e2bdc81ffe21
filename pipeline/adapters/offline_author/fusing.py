"""What fusing changes without a model: a sentence that two sections tell is told once."""

from dataclasses import dataclass

from pipeline.adapters.offline_author.pointing import needs
from pipeline.adapters.offline_author.sections import COVERS
from pipeline.adapters.offline_author.sentences import fingerprint
from pipeline.domain.briefs import ChapterBrief, ChapterEdits, Replacement
from pipeline.domain.citations import cited, without_markers
from pipeline.domain.documents import Language
from pipeline.domain.fusion import numbered_sentences
from pipeline.domain.terms import likeness, term_set

SAME = 0.85
"""From this likeness on two sentences say the same; near twins differ in a word or two."""

FEWEST_TERMS, FEWEST_LIKE = 3, 6
"""A shorter sentence may well stand twice; of near twins more is needed, or it may be chance."""

_LEAD_IN: dict[Language, str] = {"en": "In this chapter: {what}.", "zh": "本章内容：{what}。"}
_BETWEEN: dict[Language, str] = {"en": "; ", "zh": "；"}


@dataclass(frozen=True, slots=True)
class _Told:
    where: str
    text: str
    key: str
    terms: frozenset[str]


def edits_of(brief: ChapterBrief) -> ChapterEdits:
    """Remove each sentence that an earlier section has; the earlier one takes over its sources.

    It stays when the next one points at it.
    """
    told: list[_Told] = []
    removed: list[str] = []
    taken_over: dict[str, str] = {}
    for number, section in enumerate(brief.sections, start=1):
        before = list(told)
        sentences = numbered_sentences(section.text)
        for place, sentence in enumerate(sentences):
            text = section.text[sentence.start : sentence.end]
            plain = without_markers(text)
            here = _Told(f"{number}.{sentence.number}", text, fingerprint(plain), term_set(plain))
            twin = next((other for other in before if _is_same(here, other)), None)
            after = sentences[place + 1] if place + 1 < len(sentences) else None
            if twin is None or (after and needs(section.text[after.start : after.end])):
                told.append(here)
                continue
            removed.append(here.where)
            kept = taken_over.get(twin.where, twin.text)
            taken_over[twin.where] = _with_sources(kept, text)
    originals = {one.where: one.text for one in told}
    replacements = [
        Replacement(sentence=where, text=text)
        for where, text in taken_over.items()
        if text != originals[where]
    ]
    replacements += [Replacement(sentence=where, text="") for where in removed]
    return ChapterEdits(lead_in=_lead_in(brief), replacements=tuple(replacements))


def _is_same(one: _Told, other: _Told) -> bool:
    shorter = min(len(one.terms), len(other.terms))
    if one.key == other.key:
        return shorter >= FEWEST_TERMS
    return shorter >= FEWEST_LIKE and likeness(one.terms, other.terms) >= SAME


def _with_sources(kept: str, gone: str) -> str:
    """The sentence that stays, with the markers that only its twin has."""
    have = cited(kept)
    new = "".join(f"[@{i}]" for i in dict.fromkeys(cited(gone)) if i not in have)
    if not new or not have:
        return kept
    last = f"[@{have[-1]}]"
    place = kept.rfind(last) + len(last)
    return kept[:place] + new + kept[place:]


def _lead_in(brief: ChapterBrief) -> str:
    """What the chapter covers, when it has a summary that this author made from the material."""
    language = brief.commission.language
    if len(brief.sections) < 2 or not brief.summary.startswith(COVERS[language]):
        return ""
    # As a list: in a sentence "heat and hydrogen" and small initials would be guessed at.
    what = _BETWEEN[language].join(section.title for section in brief.sections)
    return _LEAD_IN[language].format(what=what)
