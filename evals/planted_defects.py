"""Defects planted in texts that people wrote: whether the checks find them there, too.

One wording of each kind and language, and each is found where it stands alone: what is missed was
hidden by the text around it. Of defects that people and models make this says nothing.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from pipeline.domain.documents import Language

Contents = list[str]
Planted = tuple[int, str]
"""In which section it must be found, and the kind of finding."""

Plant = Callable[[Contents, Language, random.Random], Planted]

_TEXTS: Mapping[str, Mapping[Language, Sequence[str]]] = {
    "abbreviation": {
        "en": ("The QZV decides, and without the QZV nothing moves.",),
        "zh": ("QZV 决定一切，没有 QZV 就无法继续。",),
    },
    "another language": {
        "en": ("这一段仍然是中文，而整篇文档应当使用英文书写，作者没有看出来。",),
        "zh": ("This long paragraph was left in English although all of it is in Chinese.",),
    },
    "open fence": {"en": ("```\nls -l",), "zh": ("```\nls -l",)},
    "broken table": {
        "en": ("| a | b |\n| --- | --- |\n| one | two | three | four |",),
        "zh": ("| 甲 | 乙 |\n| --- | --- |\n| 一 | 二 | 三 | 四 |",),
    },
    "note without text": {
        "en": ("The council agreed.[^q7]",),
        "zh": ("委员会表示同意。[^q7]",),
    },
    "leftover of a model": {
        "en": ("As an AI language model, I cannot browse the web.",),
        "zh": ("作为一个人工智能语言模型，我无法浏览网页。",),
    },
    "TODO": {"en": ("TODO: fill in the figures of last year.",), "zh": ("TODO：补充去年的数据。",)},
    "placeholder": {
        "en": ("Contact [insert name here] by mail.",),
        "zh": ("请联系【此处填写姓名】。",),
    },
}
_KINDS = {
    "abbreviation": "abbreviation",
    "another language": "language",
    "open fence": "markdown",
    "broken table": "markdown",
    "note without text": "markdown",
    "leftover of a model": "leftover",
    "TODO": "leftover",
    "placeholder": "leftover",
}
_PAIRS: Mapping[str, Mapping[Language, tuple[str, str]]] = {
    "number": {
        "en": (
            "The harbour of Saint-Malo handled 412 ships in the winter of that year.",
            "The harbour of Saint-Malo handled 472 ships in the winter of that year.",
        ),
        "zh": ("那年冬天圣马洛港共接待船只412艘次。", "那年冬天圣马洛港共接待船只472艘次。"),
    },
    "share": {
        "en": (
            "One third of the fishermen of the harbour own their boats.",
            "Two thirds of the fishermen of the harbour own their boats.",
        ),
        "zh": ("港口三分之一的渔民拥有自己的渔船。", "港口三分之二的渔民拥有自己的渔船。"),
    },
    "negation": {
        "en": (
            "The dam harms the spawning grounds of the salmon upstream.",
            "The dam does not harm the spawning grounds of the salmon upstream.",
        ),
        "zh": ("大坝损害上游鲑鱼的产卵场所。", "大坝不损害上游鲑鱼的产卵场所。"),
    },
    "repetition": {
        "en": (
            "Silt settles behind the dam and has to be taken out by boats every third winter.",
            "Silt settles behind the dam and has to be taken out by boats every third winter.",
        ),
        "zh": ("泥沙沉积在大坝后方的水库里，每隔几年必须用船清理出去。",) * 2,
    },
}


def _alone(name: str) -> Plant:
    def plant(contents: Contents, language: Language, rng: random.Random) -> Planted:
        place = rng.randrange(len(contents))
        paragraphs = contents[place].split("\n\n")
        text = rng.choice(_TEXTS[name][language])
        at = len(paragraphs) if name == "open fence" else rng.randint(0, len(paragraphs))
        contents[place] = "\n\n".join([*paragraphs[:at], text, *paragraphs[at:]])
        return place, _KINDS[name]

    return plant


def _twice(name: str) -> Plant:
    def plant(contents: Contents, language: Language, rng: random.Random) -> Planted:
        places = sorted(rng.sample(range(len(contents)), 2))
        for place, text in zip(places, _PAIRS[name][language], strict=True):
            contents[place] += f"\n\n{text}"
        return places[1], "repetition" if name == "repetition" else "contradiction"

    return plant


_FENCE = "open fence"
PLANTS: Mapping[str, Plant] = {
    **{name: _alone(name) for name in _TEXTS if name != _FENCE},
    **{name: _twice(name) for name in _PAIRS},
    _FENCE: _alone(_FENCE),
}
"""Twelve kinds. An open fence is last: what follows it is code, where nothing else is found."""
