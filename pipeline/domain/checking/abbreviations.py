"""Abbreviations that a text uses and never spells out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.domain.documents import Document, Finding
from pipeline.domain.markdown import protected
from pipeline.domain.prose import SECTIONS_KEPT

FEWEST_USES = 2
"""Once is an aside; twice, and the reader has to know it."""

_KNOWN = """
    AI API APP ASCII AC BBC BC CD CEO CFO CPU CSS CSV CTO DC DIY DNA DNS DVD EU FAQ FBI GB GDP GIF
    GMT GPS GPU GW GWh HDMI HIV HTML HTTP HTTPS ID IBM IEEE IP ISBN ISO IT JPEG JPG JSON KB KPI KW
    LCD LED MB MIT MP MW MWh NASA NATO NGO OECD OK OS PC PDF PDFS PHD PHP PIN PNG PM PPT PR QR RAM
    RNA ROM SMS SQL SSD SSH SSL TB TCP TLS TV UDP UK UN UNESCO UNICEF URL US USA USB USD UTC UTF UI
    UX VAT VIP VPN WHO WIFI WTO WWW XML YAML ZIP CNY RMB EUR GBP COVID AIDS ATM CAD CCTV CT DHL ECG
    IMF IOS IQ MBA MRI NBA PVC SARS SIM SOS GNU README RFC GET POST PUT FTP DHCP SMTP NTP CLI GUI
    TODO TBD FIXME XXX II III IV NB PS AM PM BC AD CE BCE
"""
KNOWN = frozenset(_KNOWN.upper().split())
"""What a general reader needs no explanation for."""

_SHORT = re.compile(
    r"(?<![A-Za-z0-9_.&/#@-])[A-Z][A-Z0-9]{1,4}(?:s(?![A-Za-z]))?(?![A-Za-z0-9_/&-])"
)
_ROMAN = re.compile(r"[IVXLCDM]+$")
_MARKER = re.compile(r"[\[【]\s*@[^\]】]*[\]】]")
_CAPITAL_LINE = re.compile(r"^[^a-z\u4e00-\u9fff]{12,}$", re.MULTILINE)
_LATIN = re.compile(r"[A-Za-z]+")
_LINKS = frozenset(["of", "and", "the", "for", "in", "on", "a", "an", "de", "to", "with", "or"])
"""Words that a long form may have and its abbreviation not."""

WORDS_NEAR = 3
"""Words that may stand between an abbreviation and its long form: `…, called ABC for short`."""

REACH = 160
"""Characters before and after a use in which its long form is looked for."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one section says of abbreviations."""

    uses: tuple[tuple[str, int, int], ...]
    explained: frozenset[str]
    small: frozenset[str]
    """Words in small letters: what also occurs as one is emphasis."""


def abbreviations(document: Document) -> Iterator[Finding]:
    """Each at its first use; `values` has `abbreviation` and `count`."""
    read = [(section.id, _read(section.content)) for section in document.sections]
    titles = [document.title, *(section.title for section in document.sections)]
    title = _read("\n".join(titles))
    initials = " ".join(both for each in titles for both in _initials(_LATIN.findall(each)))
    explained = title.explained.union(*(each.explained for _, each in read))
    small = title.small.union(*(each.small for _, each in read))
    uses: dict[str, list[Finding]] = {}
    for section_id, each in read:
        for name, start, end in each.uses:
            finding = Finding(kind="abbreviation", section_id=section_id, start=start, end=end)
            uses.setdefault(name, []).append(finding)
    for name, found in uses.items():
        is_told = name in explained or name.lower() in small or name.lower() in initials
        if len(found) >= FEWEST_USES and not is_told:
            values = {"abbreviation": name, "count": len(found)}
            yield found[0].model_copy(update={"values": values})


@lru_cache(maxsize=SECTIONS_KEPT)
def _read(content: str) -> _Read:
    text = _blanked(content)
    uses = [
        (name, match.start(), match.end())
        for match in _SHORT.finditer(text)
        if (name := match[0].rstrip("s")) not in KNOWN and not _ROMAN.match(name)
    ]
    words = _LATIN.findall(text)
    first: dict[str, tuple[int, int]] = {}
    for name, start, end in uses:
        first.setdefault(name, (start, end))
    spelled = {name for name, (start, end) in first.items() if _is_spelled(text, name, start, end)}
    marked = {name for name, start, end in uses if _is_explained(text, start, end)}
    return _Read(
        uses=tuple(uses),
        explained=frozenset(spelled | marked),
        small=frozenset(word for word in words if word.islower()),
    )


def _is_explained(text: str, start: int, end: int) -> bool:
    """Whether it stands in parentheses behind its long form, or its long form follows it."""
    before, after = text[max(0, start - 2) : start].strip(), text[end : end + 12].strip()
    if before.endswith(("(", "（")):
        return True
    return after.startswith(
        ("(", "（", "，即", ", that is", ", short for", "是指", "（即", " stands")
    )


def _is_spelled(text: str, name: str, start: int, end: int) -> bool:
    """Whether words directly before or after it begin with its letters."""
    near = len(name) + WORDS_NEAR
    before = _LATIN.findall(text, max(0, start - REACH), start)
    after = _LATIN.findall(text, end, end + REACH)
    runs = [
        *(each[-near:] for each in _initials(before)),
        *(each[:near] for each in _initials(after)),
    ]
    return any(name.lower() in run for run in runs)


def _initials(words: Sequence[str]) -> tuple[str, str]:
    """The first letters of all words, and of those that do not just link others."""
    lower = [word.lower() for word in words]
    return "".join(w[0] for w in lower), "".join(w[0] for w in lower if w not in _LINKS)


def _blanked(content: str) -> str:
    """The text, each character in its place, without code, links, markers and lines in capitals."""
    spans = [*protected(content)]
    spans += [match.span() for match in _MARKER.finditer(content)]
    spans += [match.span() for match in _CAPITAL_LINE.finditer(content)]
    pieces = list(content)
    for start, end in spans:
        pieces[start:end] = " " * (end - start)
    return "".join(pieces)
