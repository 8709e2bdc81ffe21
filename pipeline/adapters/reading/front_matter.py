"""YAML or TOML before a Markdown text: its title, authors and date, and where it appeared."""

import re
from itertools import pairwise

from pipeline.adapters.reading.publications import described
from pipeline.domain.addresses import is_web_address
from pipeline.domain.documents import Publication

MAX_CHARS = 20_000
"""Longer front matter is a document between two rules."""

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_VALUE = re.compile(r"['\"]?([\w-]{1,40})['\"]?[ \t]*[:=][ \t]*(.*)")
_KEY = re.compile(r"[^:]{1,60}:(?:\s|$)")
_USUAL = re.compile(
    r"^['\"]?(?:title|authors?|date(?: \w+)?|tags|aliases|标题|作者|日期)['\"]?[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(
    r"^['\"]?(?:title|tags|aliases|标题)['\"]?[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_OPEN = re.compile(r"[^:]{1,60}:[ \t]*[|>]?[-+]?[ \t]*$")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?:name:[ \t]*)?(.*)")
_JOURNAL = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|none|n/a|是|否|无)$)[^{]*[^\W\d_]", re.IGNORECASE
)
"""A name: `journal: false` says that there is none."""

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#(?:[ \t][^'\"\]]{0,200})?$")
"""Behind a value; `Issue #5` and what stands in quotes or lists are values."""

_OF_LIST = re.compile(r"\"[^\"]*\"|'[^']*'|[^,]+")


def without_front_matter(text: str) -> tuple[str, Publication, str]:
    """The title, what else the front matter says, and the text behind it.

    Only its plain lines and lists are looked at: what a full reader of YAML would make of a
    hostile file is nobody's need.
    """
    front = _FRONT_MATTER.match(text[:MAX_CHARS])
    if front is None or (front[1] == "---" and not _is_yaml(front[2])):
        return "", Publication(), text
    values = _values(front[2])

    def first(*keys: str) -> str:
        return next((value for key in keys for value in values.get(key, ())), "")

    journal = first("journal", "container-title", "期刊", "期刊名称", "刊名")
    if not _JOURNAL.match(journal):
        journal = ""
    addresses = (first(key) for key in ("canonical_url", "canonical", "url", "source"))
    publication = described(
        type="article-journal" if journal else "document",
        authors=[name for key in ("author", "authors", "作者") for name in values.get(key, ())],
        issued=first("date", "published", "year", "日期"),
        publisher=first("publisher", "institution"),
        container=journal,
        volume=first("volume", "卷") if journal else "",
        issue=first("issue", "number", "期") if journal else "",
        pages=first("pages", "page", "页码").replace("--", "-") if journal else "",
        doi=first("doi"),
        url=next(filter(is_web_address, addresses), ""),
    )
    return first("title", "标题"), publication, text[front.end() :]


def _is_yaml(front: str) -> bool:
    """Whether it is keys and their values, and no section of a text that begins with a rule.

    Front matter begins right below its rule; other text at the margin is no YAML. Where it has a
    usual key, it may begin with a key of several words, and lack spaces; where it names the file,
    it may begin with a comment. A list stands below a key that has no value of its own.
    """
    lines = front.split("\n")
    is_usual, is_named = bool(_USUAL.search(front)), bool(_NAMED.search(front))
    first = next((line for line in lines if not (is_named and line.startswith("#"))), "")
    begins = _VALUE.match(first) or (is_usual and first[:1] != "#" and _KEY.match(first))
    filled = [line for line in lines if line.strip()]
    return bool(begins) and all(
        _goes_on_from(before, line) if _ITEM.match(line) else _stands(line, is_usual=is_usual)
        for before, line in pairwise(["", *filled])
    )


def _goes_on_from(before: str, item: str) -> bool:
    return item[0].isspace() or bool(
        _OPEN.match(before) or _ITEM.match(before) or before[:1] == " "
    )


def _stands(line: str, *, is_usual: bool) -> bool:
    is_value = is_usual and bool(_VALUE.match(line))
    return line[0].isspace() or line[0] in "#[]{}" or bool(_KEY.match(line)) or is_value


def _values(front: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    key = ""
    for line in front.split("\n"):
        if found := _VALUE.match(line):
            key, value = found[1].lower(), _COMMENT.sub("", found[2]).strip()
            is_list = value.startswith("[") and value.endswith("]")
            parts = _OF_LIST.findall(value[1:-1]) if is_list else [value]
            values[key] = [bare for part in parts if (bare := _bare(part))]
        elif key and (item := _ITEM.match(line)):
            values[key].append(_bare(_COMMENT.sub("", item[1])))
    return values


def _bare(value: str) -> str:
    """A value without its quotes."""
    value = value.strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1].strip() if is_quoted else value
