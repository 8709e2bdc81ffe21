"""What the simulated endpoint says: JSON for a schema, or text with the markers of the prompt."""

import json
import random
import re
from collections.abc import Mapping
from typing import Any

from pipeline.domain.language import detect_language

TEXT_TOKENS = 400
# A section of a usual length; what the figures in the design are given for.

MARKER_EVERY = 28
# Tokens between two citations: about one for each sentence or two.

_MARKER = re.compile(r'<passage id="(S\d+)"|\[(S\d+)\]')
_SOURCE = re.compile(r'<source id="(S\d+)"')
_SENTENCE = re.compile(r"⟦(\d+\.\d+)⟧([^⟦\n]+)")
_SCHEMA_IN_PROMPT = re.compile(r"JSON Schema[^\n]*:\n(\{.*)", re.DOTALL)

_ASKED = re.compile(r"(?:Length: about|it may have about|篇幅：约|篇幅：现在写约|应约) (\d+)")
_CORRECTION = re.compile(r"came out too long|is too short:|篇幅过长|太短：")

_EDITED = re.compile(r"<text>\n(.*?)\n</text>", re.DOTALL)
_BRACKETS = re.compile(r" ?\[[^\]]*\]")

LENGTHS = {"asked": 1.0, "short": 0.4, "long": 2.0}
"""Faults of length: the share of the words asked for; a correction gets what it asks for."""

_EN_TEXT = (
    "the record shows that steady change in water supply demand over time shapes how a city "
    "plans storage and use of power while costs fall and rules adapt to new forms of risk"
)
_ZH_TEXT = (
    "数据 表明 城市 供水 系统 需求 变化 影响 储能 规划 成本 下降 政策 调整 风险 评估 方法 结果 技术"
)
_HEADINGS = {
    "en": ("Background", "Present state", "Methods", "Findings", "Risks", "Costs", "Outlook"),
    "zh": ("研究背景", "现状", "方法", "主要发现", "风险", "成本", "展望"),
}


def answer_tokens(
    request: Mapping[str, Any], *, seed: int, tokens: int, fault: str = ""
) -> list[str]:
    """The answer to a request as pieces of about one token; equal for equal requests."""
    prompt = "\n".join(str(message.get("content", "")) for message in request["messages"])
    chance = random.Random(seed if fault == "echoing" else f"{seed}:{prompt}")
    asked = str(request["messages"][-1].get("content", ""))
    language = detect_language(prompt)
    schema = _schema(request, prompt)
    if edited := _EDITED.findall(prompt):
        return re.findall(r"\s*\S{1,8}", _edit(edited[-1], request, fault))
    if schema is not None:
        value = _Maker(chance, language, asked).make(schema, schema.get("$defs", {}), "")
        return re.findall(r".{1,4}", json.dumps(value, ensure_ascii=False))
    markers = [f"[{given or cited}]" for given, cited in _MARKER.findall(asked)]
    if fault in LENGTHS:
        tokens = _as_asked(prompt, asked, LENGTHS[fault], language) or tokens
    return _text(chance, language, markers, tokens)


def _edit(text: str, request: Mapping[str, Any], fault: str) -> str:
    """The text that is to be edited as it is; some faults lose or add what stands in brackets."""
    is_corrected = any(message.get("role") == "assistant" for message in request["messages"])
    if fault == "lost" or (fault == "losing" and not is_corrected):
        text = _BRACKETS.sub("", text)
    if fault == "inventing" and not is_corrected:
        text = f"{text} [99]"
    return text


def _as_asked(prompt: str, asked: str, share: float, language: str) -> int:
    """Tokens of a text that keeps to the length in its prompt, or misses it by a share."""
    found = _ASKED.search(asked)
    if not found:
        return 0
    words = int(found[1]) * (1.0 if _CORRECTION.search(prompt) else share)
    return max(1, round(words / (2 if language == "zh" else 1)))  # its Chinese words have two


def _schema(request: Mapping[str, Any], prompt: str) -> Mapping[str, Any] | None:
    asked = request.get("response_format") or {}
    if asked.get("type") == "json_schema":
        schema: Mapping[str, Any] = asked["json_schema"]["schema"]
        return schema
    if found := _SCHEMA_IN_PROMPT.search(prompt):
        value, _ = json.JSONDecoder().raw_decode(found.group(1))
        in_words: Mapping[str, Any] = value
        return in_words
    return None


def _text(chance: random.Random, language: str, markers: list[str], tokens: int) -> list[str]:
    """Sentences of a dozen words, some with a citation, each marker in its turn, in paragraphs."""
    words, stop, space = (_ZH_TEXT, "。", "") if language == "zh" else (_EN_TEXT, ".", " ")
    vocabulary = words.split()
    pieces: list[str] = []
    starts = True
    for i in range(tokens):
        word = chance.choice(vocabulary)
        ends = i % 14 == 13 or i == tokens - 1
        is_cited = bool(markers) and ends and i % MARKER_EVERY > 14
        cited = markers[i // MARKER_EVERY % len(markers)] if is_cited else ""
        mark = f"{space}{cited}" if cited else ""
        lead = "" if starts else space
        pieces.append(f"{lead}{word.capitalize() if starts else word}{mark}{stop if ends else ''}")
        starts = ends and i % 70 == 69
        if starts:
            pieces[-1] += "\n\n"
        elif ends and language == "en":
            pieces[-1] += " "
            starts = True
    return pieces


class _Maker:
    """Makes a value for a JSON Schema; names of fields decide what a string says."""

    def __init__(self, chance: random.Random, language: str, prompt: str) -> None:
        self._chance = chance
        self._language = language
        self._at = ("1.1", "")
        self._sentences: list[tuple[str, str]] = _SENTENCE.findall(prompt)
        self._sources: list[str] = _SOURCE.findall(prompt)

    def make(self, schema: Mapping[str, Any], defs: Mapping[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self.make(defs[schema["$ref"].rsplit("/", maxsplit=1)[-1]], defs, name)
        if schema.get("type") == "object":
            return {key: self.make(part, defs, key) for key, part in schema["properties"].items()}
        if schema.get("type") == "array":
            count = self._count(name)
            return [self.make(schema["items"], defs, name) for _ in range(count)]
        return self._string(name) if schema.get("type") == "string" else self._chance.randint(1, 9)

    def _count(self, name: str) -> int:
        if name == "edits":
            return min(3, len(self._sentences))
        if name == "sources":
            return min(2, len(self._sources))
        return self._chance.randint(3, 5) if name == "chapters" else self._chance.randint(0, 3)

    def _string(self, name: str) -> str:
        if name == "title":
            return self._chance.choice(_HEADINGS[self._language])
        if name == "sources":
            return self._chance.choice(self._sources)
        if name == "sentence" and self._sentences:
            self._at = self._chance.choice(self._sentences)
            return self._at[0]
        if name == "replacement":
            lead = "总的来说，" if self._language == "zh" else "On the whole: "
            return lead + self._at[1].strip()
        return "".join(_text(self._chance, self._language, [], 14)).strip()
