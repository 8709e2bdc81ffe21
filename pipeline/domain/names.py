"""Names of authors as CSL-JSON has them: of persons in two parts, all others as they stand."""

import re
from collections.abc import Sequence

from pipeline.domain.language import HAN

MAX_NAME_WORDS = 5
"""Longer than any person's name that a file gave: an organisation, or a sentence."""

_HAN_CHAR = re.compile(f"[{HAN}\u3040-\u30ff\uac00-\ud7af]")
_ORGANISATION = re.compile(
    r"\b(?:academy|agency|alliance|association|authority|bank|board|bureau|center|centre|college"
    r"|commission|committee|community|company|consortium|contributors|corporation|corp|council"
    r"|department|editors|federation|forum|foundation|government|group|gmbh|inc|initiative"
    r"|institut|institute|institution|laboratory|lab|library|limited|llc|ltd|magazine|ministry"
    r"|museum|network|news|newsroom|office|organisation|organization|press|project|publishing"
    r"|research|school|service|services|society|staff|standards|taskforce|team|times|trust|union"
    r"|universität|université|university|wikipedia)\b|[&@\d/]",
    re.IGNORECASE,
)
_ROLE = re.compile(r"(?:\s+(?:编著|主编|合著|著|编|译)|\s*[（(](?:编著|主编|合著|著|编|译)[）)])$")
"""What a Chinese title page puts behind a name; a style says it in its own words, or not."""

_FAMILY_TOO = frozenset(
    ["bank", "board", "college", "lab", "library", "news", "press", "school", "service", "trust"]
)
"""Words of organisations that are family names, too: behind a given name they are one."""

_GIVEN_WORDS = """
anna anne barbara charles christopher daniel david elizabeth emily emma george henry jack james jane
jennifer jessica john joseph karen linda lisa mark mary michael nancy patricia paul peter richard
robert sarah susan thomas william
"""
_GIVEN = frozenset(_GIVEN_WORDS.split())
"""Frequent enough to know a person by."""

_TITLE = re.compile(
    r"^(?:(?:dr|prof|professor|mr|mrs|ms|rev|hon|dipl|ing)\b\.?[\s-]*(?=\S))+", re.IGNORECASE
)
_AND_OTHERS = re.compile(r"[,\s]+(?:et\.? al\b\.?|and others)$|(?<=\S\S)\s*等人?$", re.IGNORECASE)
_CLEAR = r"Ph\.? ?D\.?|D\.?Phil\.?|[MB]\.?Sc\.?|M\.?Phil\.?|Dr\.? ?med\.?|P\.?Eng\.?|Esq\.?"
_DEGREE = re.compile(
    rf"([\w.'’-]+) ([\w.'’-]+),\s*(?:{_CLEAR}|M\.?D\.?|[MB]\.?A\.?|MBA|MPH|J\.?D\.?|RN|FRS|CPA)"
    r"(?=\s*(?:[,，;；&]|$|and\b))"
)
_CLEAR_DEGREE = re.compile(rf"(?<=\w)\s+(?:{_CLEAR})$")

_JOINING = frozenset({"of", "for", "the", "and", "on", "in", "at", "to"})
_PARTICLE_WORDS = """
af al ap auf av da dal das de degli dei del della den der des di do dos du el la las le los
't te ten ter van vom von y zu zum zur
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"[A-Z]{1,3}")

Name = dict[str, str]


def csl_names(authors: Sequence[str]) -> list[Name]:
    """The authors in their order, each once."""
    named = dict.fromkeys(" ".join(author.split()) for author in authors)
    return [csl_name(author) for author in named if author]


def csl_name(author: str) -> Name:
    """One author: family and given name where they are certain, or `literal`.

    A Chinese name stays whole: in every style it is written in one piece, and some styles put a
    stop between its parts (IEEE: `鲁迅.`).
    """
    author = without_titles(_ROLE.sub("", author))
    if _HAN_CHAR.search(author) or is_organisation(author):
        return {"literal": author}
    family, comma, given = (part.strip() for part in author.partition(","))
    if comma:
        return _inverted(family, given) if given else {"literal": family}
    words = author.split()
    suffix = [words.pop()] if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else []
    if len(words) < 2:
        return {"literal": author}
    if len(words) == 2 and _INITIALS.fullmatch(words[1]) and not words[0].isupper():
        return _parted(words[:1], words[1:])  # as indexes of papers have it: `Shelley MW`
    start = _family_start(words)
    return _parted(words[start:], words[:start], suffix)


def without_titles(names: str) -> str:
    """One name or several without titles, degrees and "et al."."""
    bare = _AND_OTHERS.sub("", names.strip())
    while (fewer := _DEGREE.sub(_without_degree, bare)) != bare:
        bare = fewer
    return _TITLE.sub("", _CLEAR_DEGREE.sub("", bare))


def _without_degree(match: re.Match[str]) -> str:
    """`Jane Doe, MA` has a degree; `van Dyke, MA` has two given names."""
    return match[0] if match[1] in _PARTICLES else f"{match[1]} {match[2]}"


def is_organisation(author: str) -> bool:
    """Whether a name in Latin letters is certainly not a person's."""
    words = author.split()
    if _is_person(author, words):
        return False
    return (
        bool(_ORGANISATION.search(author))
        or any(word in _JOINING for word in words)
        or len([word for word in words if word.lower() not in _PARTICLES]) > MAX_NAME_WORDS
    )


def _is_person(author: str, words: Sequence[str]) -> bool:
    """Whether a name with a word of organisations in it is a person's: `Bank, John`."""
    family, comma, given = author.partition(",")
    if comma:
        own = [word for word in family.split() if word.lower() not in _PARTICLES]
        return len(own) == 1 and bool(given.strip()) and not _ORGANISATION.search(given)
    return len(words) == 2 and words[0].lower() in _GIVEN and words[1].lower() in _FAMILY_TOO


def _inverted(family: str, given: str) -> Name:
    """`Smith, John`, or `Smith, Jr., John`."""
    first, comma, rest = (part.strip() for part in given.partition(","))
    if comma and rest and _SUFFIX.fullmatch(first):
        return _parted(family.split(), rest.split(), [first])
    return _parted(family.split(), given.split())


def _family_start(words: Sequence[str]) -> int:
    """Where the family name begins: at its first particle, or at the last word."""
    for place, word in enumerate(words[1:-1], start=1):
        if word in _PARTICLES:
            return place
    return len(words) - 1


def _parted(family: Sequence[str], given: Sequence[str], suffix: Sequence[str] = ()) -> Name:
    """The parts of a name; particles in small letters are parts of the family name by themselves.

    After a comma a suffix may follow the given name: `Shelley, Mary, Jr.`.
    """
    particles = [w for n, w in enumerate(family) if w in _PARTICLES and n < len(family) - 1]
    last = [word.rstrip(",") for word in given]
    if last and not suffix and _SUFFIX.fullmatch(last[-1]) and len(last) > 1:
        suffix = [last.pop()]
    parts = {
        "family": " ".join(word for word in family if word not in particles),
        "given": " ".join(last),
        "non-dropping-particle": " ".join(particles),
        "suffix": " ".join(suffix),
    }
    return {key: value for key, value in parts.items() if value}
