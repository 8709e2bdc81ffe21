"""Sentences and the passages that they cite, where it is known whether one carries the other.

Two kinds: claims that people labelled (WiCE), and sentences taken from a text and then altered in
one way each. `data/support/README.md` says where the texts come from.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain.documents import Block, Language, Passage, Reading, SourceId
from pipeline.domain.facts import names
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.markdown import blocks
from pipeline.domain.passages import split_into_passages

DATA = Path(__file__).parent / "data" / "support"
TEXTS = Path(__file__).parent / "data" / "outlines"

SEED = 20_26
SHORTEST = 10
"""Words or characters: a shorter sentence states too little to alter."""
LONGEST = 60
"""Words; a longer one is a list or a listing."""

PER_KIND = 60
"""Cases of each kind and language: enough for a share to be right within some percent."""


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    language: Language
    sentence: str
    passage: str
    context: str
    is_fair: bool
    """Whether the passage carries the sentence."""
    label: str = ""
    """What a person said of it."""


def labelled(half: str) -> list[Case]:
    """Claims of Wikipedia with pages that they cite, labelled by people."""
    lines = (DATA / f"wice-{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Case(
            "labelled",
            "en",
            claim["claim"].strip(),
            "\n".join(claim["evidence"]),
            claim["title"],
            claim["label"] == "supported",
            claim["label"],
        )
        for claim in map(json.loads, lines)
    ]


def altered(half: str, language: Language) -> list[Case]:
    """Sentences of real texts, as they stand and altered, with the passage that they are from."""
    passages = _passages(half, language)
    rng = random.Random(f"{SEED} {half} {language}")
    cases: list[Case] = []
    for kind in KINDS:
        order = rng.sample(passages, len(passages))
        made = (case for each in order for case in _made(kind, each, passages, rng))
        cases += [case for case, _ in zip(made, range(PER_KIND), strict=False)]
    return cases


Alter = Callable[[str, Passage, Sequence[Passage], random.Random], str]


def _made(
    kind: str, passage: Passage, passages: Sequence[Passage], rng: random.Random
) -> Iterator[Case]:
    """At most one case of a kind from each passage."""
    language: Language = "zh" if re.search("[\u4e00-\u9fff]", passage.text) else "en"
    is_fair, alter = KINDS[kind]
    fit = [s for s in split_sentences(passage.text) if SHORTEST <= count_words(s) <= LONGEST]
    rng.shuffle(fit)
    for sentence in fit:
        if text := alter(sentence, passage, passages, rng):
            cited = rng.choice(passages) if kind == "wrong passage" else passage
            if kind == "wrong passage" and cited.id == passage.id:
                continue
            context = " › ".join(cited.heading_path)
            yield Case(kind, language, text, cited.text, context, is_fair)
            return


def _verbatim(sentence: str, *_: object) -> str:
    return sentence


def _merged(sentence: str, passage: Passage, _: object, rng: random.Random) -> str:
    others = [
        s
        for s in split_sentences(passage.text)
        if s != sentence and SHORTEST <= count_words(s) <= LONGEST
    ]
    if not others:
        return ""
    other = rng.choice(others)
    if re.search("[\u4e00-\u9fff]", sentence):
        return f"{sentence.rstrip('。！？')}，同时{other}"
    return f"{sentence.rstrip('.!?:')}, and {other[0].lower()}{other[1:]}"


def _shortened(sentence: str, *_: object) -> str:
    """Without what stands in parentheses and before the first comma."""
    text = re.sub(r"\s?[（(][^（）()]*[）)]", "", sentence)
    rest = re.split("[,，]", text, maxsplit=1)[-1]
    rest = rest.strip()
    if text == rest == sentence or count_words(rest) < SHORTEST:
        return ""
    return rest[:1].upper() + rest[1:]


_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-]|\.\d)|\d+(?=[年月日个公米元名人项张%])")


def _with_another_number(sentence: str, passage: Passage, _: object, rng: random.Random) -> str:
    found = [m for m in _NUMBER.finditer(sentence) if m.start() > 0]
    if not found:
        return ""
    match = rng.choice(found)
    digits = match[0]
    place = rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
    for step in rng.sample(range(1, 10), 9):
        new = f"{digits[:place]}{(int(digits[place]) + step) % 10}{digits[place + 1 :]}"
        if new[0] != "0" and new not in passage.text:
            return sentence[: match.start()] + new + sentence[match.end() :]
    return ""


def _with_another_name(
    sentence: str, passage: Passage, passages: Sequence[Passage], rng: random.Random
) -> str:
    own = [m for m in re.finditer(r"\b[A-Z]\w{2,}\b", sentence) if m[0].lower() in names(sentence)]
    if not own:
        return ""
    other = rng.choice(passages)
    others = [
        m[0]
        for m in re.finditer(r"\b[A-Z]\w{2,}\b", other.text)
        if m[0].lower() in names(other.text) and m[0].lower() not in passage.text.lower()
    ]
    if not others:
        return ""
    match = rng.choice(own)
    return sentence[: match.start()] + rng.choice(others) + sentence[match.end() :]


_AUXILIARY = re.compile(r"\b(is|are|was|were|can|could|will|would|should|must|may|does|has been)\b")
_HAN_AUXILIARY = re.compile(
    r"(?<!不)(?<!但)(?<!还)(可以|能够|需要|应该|允许|支持|会(?!议|员|计)|是(?!否))"
)


def _denied(sentence: str, *_: object) -> str:
    if re.search(r"\b(not|no|never|cannot)\b|n't|不|没|无|未", sentence):
        return ""
    if match := _HAN_AUXILIARY.search(sentence):
        return f"{sentence[: match.start()]}不{sentence[match.start() :]}"
    if match := _AUXILIARY.search(sentence):
        return f"{sentence[: match.end()]} not{sentence[match.end() :]}"
    return ""


KINDS: dict[str, tuple[bool, Alter]] = {
    "verbatim": (True, _verbatim),
    "merged": (True, _merged),
    "shortened": (True, _shortened),
    "wrong passage": (False, _verbatim),
    "number": (False, _with_another_number),
    "name": (False, _with_another_name),
    "negation": (False, _denied),
}


def _passages(half: str, language: Language) -> list[Passage]:
    found: list[Passage] = []
    for path in sorted((TEXTS / half).glob(f"{language}-*.md")):
        text = path.read_text(encoding="utf-8")
        found += _split(path.stem, [_block(text[b.start : b.end]) for b in blocks(text)], language)
    if language == "zh":
        lines = (DATA / f"cmrc-{half}.jsonl").read_text(encoding="utf-8").splitlines()
        for entry in map(json.loads, lines):
            whole = [_block(f"# {entry['title']}"), _block(entry["text"])]
            found += _split(entry["id"], whole, language)
    return found


def _block(text: str) -> Block:
    level = len(text) - len(text.lstrip("#"))
    if level:
        return Block(kind="heading", text=text.lstrip("# "), level=level)
    return Block(kind="paragraph", text=text)


def _split(name: str, parts: Sequence[Block], language: Language) -> list[Passage]:
    reading = Reading(sha256=name, title=name, language=language, blocks=tuple(parts))
    return split_into_passages(SourceId(name), reading)
