"""Sentences and the passages that they cite, where it is known whether one carries the other.

Claims that people labelled (WiCE), sentences put in other words by hand, sentences of a text that
are altered in one way each, and errors that are planted (`support_plants.py`).
`data/support/README.md` says where the texts come from.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from evals.manuals import manuals
from evals.support_plants import LATIN_NAME, PLANTS
from pipeline.domain.documents import Block, Language, Passage, Reading, SourceId
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.passages import split_into_passages

DATA = Path(__file__).parent / "data" / "support"

REWORDED, REWORDED_WRONG = "other words", "wrong in other words"

SEED = 20_26
SHORTEST = 10
"""Words or characters: a shorter sentence states too little to alter."""
LONGEST = 60
"""Words; a longer one is a list or a listing."""

PER_PASSAGE = 4
"""Cases of a kind from one passage, where there are too few passages."""

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
        for claim in _entries(f"wice-{half}")
    ]


def altered(half: str, language: Language) -> list[Case]:
    """Sentences of real texts, as they stand and altered, with the passage that they are from."""
    passages = _passages(half, language)
    rng = random.Random(f"{SEED} {half} {language}")
    cases: list[Case] = []
    for kind in KINDS:
        order = rng.sample(passages, len(passages))
        cases += _in_turn([list(_made(kind, each, passages, rng)) for each in order])
    for kind in PLANTS:
        order = rng.sample(passages, len(passages))
        cases += _in_turn([_few(_planted(kind, language, each, rng)) for each in order])
    return [*cases, *_reworded(half, language)]


Alter = Callable[[str, Passage, Sequence[Passage], random.Random], str]


def _made(
    kind: str, passage: Passage, passages: Sequence[Passage], rng: random.Random
) -> Iterator[Case]:
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


def _few(cases: Iterator[Case]) -> list[Case]:
    return list(islice(cases, PER_PASSAGE))


def _in_turn(of_passages: Sequence[Sequence[Case]]) -> list[Case]:
    """One case of each passage, then a second of each, and so on."""
    rows = zip_longest(*(cases[:PER_PASSAGE] for cases in of_passages))
    return list(islice((case for row in rows for case in row if case), PER_KIND))


def _planted(kind: str, language: Language, passage: Passage, rng: random.Random) -> Iterator[Case]:
    is_fair, plant = PLANTS[kind]
    for sentence in split_sentences(passage.text):
        is_fit = SHORTEST <= count_words(sentence) <= LONGEST and sentence in passage.text
        if is_fit and (pair := plant(sentence, language, rng)):
            text = passage.text.replace(sentence, pair[0])
            context = " › ".join(passage.heading_path)
            yield Case(kind, language, pair[1], text, context, is_fair)


def _reworded(half: str, language: Language) -> list[Case]:
    if language == "en":
        return []  # the claims of WiCE are that
    texts = {entry["id"]: entry for entry in _entries(f"cmrc-{half}")}
    return [
        Case(
            REWORDED if each["is_fair"] else REWORDED_WRONG,
            "zh",
            each["sentence"],
            texts[each["passage"]]["text"],
            texts[each["passage"]]["title"],
            each["is_fair"],
        )
        for each in _entries(f"reworded-{half}")
    ]


def _entries(name: str) -> list[dict[str, Any]]:
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


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


_NUMBER = re.compile(
    r"(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-]|\.\d)|\d+(?=[年月日个公米元名人项张%])"
    r"|(?<=[\u4e00-\u9fff])[二三四五六七八九](?=[个种条张名位项大座届次台月日年])"
)


def _with_another_number(sentence: str, passage: Passage, _: object, rng: random.Random) -> str:
    found = [m for m in _NUMBER.finditer(sentence) if m.start() > 0]
    if not found:
        return ""
    match = rng.choice(found)
    digits = match[0]
    if not digits[0].isascii():
        others = [each for each in "二三四五六七八九" if each not in passage.text]
        return (
            sentence[: match.start()] + rng.choice(others) + sentence[match.end() :]
            if others
            else ""
        )
    place = rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
    for step in rng.sample(range(1, 10), 9):
        new = f"{digits[:place]}{(int(digits[place]) + step) % 10}{digits[place + 1 :]}"
        if new[0] != "0" and new not in passage.text:
            return sentence[: match.start()] + new + sentence[match.end() :]
    return ""


def _with_another_name(
    sentence: str, passage: Passage, passages: Sequence[Passage], rng: random.Random
) -> str:
    own = list(LATIN_NAME.finditer(sentence))
    there = passage.text.lower()
    others = [m[0] for m in LATIN_NAME.finditer(rng.choice(passages).text)]
    others = [name for name in others if name.lower() not in there]
    if not own or not others:
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
    "Latin name": (False, _with_another_name),
    "negation": (False, _denied),
}


def _passages(half: str, language: Language) -> list[Passage]:
    found: list[Passage] = []
    for manual in manuals(half, language):
        found += _split(manual.name, manual.blocks, language)
    if language == "zh":
        for entry in _entries(f"cmrc-{half}"):
            title = Block(kind="heading", text=entry["title"], level=1)
            whole = [title, Block(kind="paragraph", text=entry["text"])]
            found += _split(entry["id"], whole, language)
    return found


def _split(name: str, parts: Sequence[Block], language: Language) -> list[Passage]:
    reading = Reading(sha256=name, title=name, language=language, blocks=tuple(parts))
    return split_into_passages(SourceId(name), reading)
