"""What each column of an outline's table holds, told by its head and by its cells."""

import re
from collections.abc import Sequence
from typing import Literal, cast

from pipeline.domain.outline_numbers import is_plain_number, numbered, numbered_cells

Role = Literal["title", "level", "number", "row", "said", "count", "other"]
"""A number of a row says nothing of the section in it."""

HIGHEST = 2
"""Level of a section's heading: above it stands the outline's title."""

MAX_HEAD_CHARS = 200
"""With what stands in brackets behind it; a longer text is no name of a column."""

_DIGITS = "零一二三四五六七八九"
_LEVEL = re.compile(
    rf"(?:(?:H|L|level|heading|标题)\s*(\d)|([{_DIGITS}\d])级(?:标题)?)", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]|[:：*]+$")

_COUNTS = r"\b(?<!key )(?:words?|length|pages?)\b|字数|篇幅|页数"
_OTHERS = (
    r"\b(?:keywords?|key words|topics?|themes?|owners?|authors?|responsible|status|deadline|due|"
    r"dates?|types?|sources?|references?|literature|questions?|priority|"
    r"(?<!section )(?<!chapter )names?)\b|"
    r"关键词|主题|负责人|作者|状态|进度|截止|日期|时间|类型|来源|资料|文献|问题|优先级|(?<![章节])名称"
)
_TITLES = (
    r"\b(?:titles?|(?:sub-?)?(?:headings?|sections?|chapters?)|parts?|level\s*\d)\b|"
    r"[一二三四五六]级|标题|题目|章节|小节|部分|(?<![\u4e00-\u9fff])[篇章节](?:名称?)?(?![\u4e00-\u9fff])"
)
_SAID = (
    r"\b(?:summary|description|contents?|covers|notes?|comments?|remarks?)\b|"
    r"说明|内容|描述|摘要|概要|要点|备注"
)
_LEVELS = r"\blevels?\b(?!\s*\d)|层级|级别"
_NUMBERS = r"\b(?:no|nr|num|numbers?|numbering)\b\.?|[#№]|[编序]号|章节号"
_BESIDE = (
    r"\b(?:target|planned|estimated|suggested|proposed|working|approx|count|of|the|what|it|this|main|"
    r"key|short|brief|outline|name|\d)\b\.?|目标|建议|预计|计划|大致|主要|核心|简要|写作|本[章节]|名称"
)
_COUNT = re.compile(_COUNTS, re.IGNORECASE)
_OTHER = re.compile(_OTHERS, re.IGNORECASE)
_ROLE = re.compile(
    f"(?P<level>{_LEVELS})|(?P<number>{_NUMBERS})|(?P<said>{_SAID})|(?P<title>{_TITLES})",
    re.IGNORECASE,
)
_WORDS = "|".join([_LEVELS, _NUMBERS, _SAID, _TITLES, _COUNTS, _OTHERS, _BESIDE])
_PART = re.compile(r"(?:sub[- ]?(?!title)|子)(.+)")
_HEAD = re.compile(rf"(?:(?:{_WORDS})[\s/&、_-]*+)++", re.IGNORECASE)
"""Nothing but words of heads: `Word count`, but not `Methods and content`."""


def has_head(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns, so that it is no section itself.

    A lone 摘要 at the left may be the first section as well, and so may one 问题.
    """
    if any(numbered(cell).rank for cell in first):
        return False
    for name, *below in zip(first, *others, strict=True):
        if any(below) and all(map(stated_level, filter(None, below))):
            return not stated_level(name)
    known = [
        _role_of_head(name) if _is_known(name) and _can_be_above(name, cells) else None
        for name, *cells in zip(first, *others, strict=True)
    ]
    if _with_parts(first):
        return True
    is_sure = not {"title", "level", "number", "count"}.isdisjoint(known) or "said" in known[1:]
    return is_sure or sum(role is not None for role in known) > 1


def roles_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Role]:
    """What the columns hold. `head` is empty cells where the table has none.

    As soon as one column is known, a column that is not is no level of sections.
    """
    columns = [[row[at] for row in rows if row[at]] for at in range(len(head))]
    roles = [_role(name, cells) for name, cells in zip(head, columns, strict=True)]
    paired = _with_parts(head)
    if "title" not in {role for at, role in enumerate(roles) if at not in paired}:
        roles = ["title" if at in paired else role for at, role in enumerate(roles)]
    end = roles.index("title") if "title" in roles else len(roles)
    if "number" not in roles:
        for at in range(min(end + 1, len(roles))):
            if roles[at] in {"title", "other"} and _are_numbers(head[at], columns[at]):
                roles[at] = "number"
                break
    if "title" not in roles:
        is_unknown = not any(head) and not {"level", "number"} & set(roles)
        for at in _titles(roles, columns, is_unknown=is_unknown):
            roles[at] = "title"
    return roles


def stated_level(cell: str) -> int:
    """The level that a cell such as `H1` or 二级 states; 0 where it states none."""
    if not (found := _LEVEL.fullmatch(cell)):
        return 0
    said = found[1] or found[2]
    return HIGHEST - 1 + (int(said) if said.isdigit() else _DIGITS.index(said))


def level_of(cell: str) -> int:
    """The level in a cell of a column of levels, where a digit is enough."""
    return HIGHEST - 1 + int(cell) if re.fullmatch(r"\d{1,2}", cell) else stated_level(cell)


def _titles(
    roles: Sequence[Role], columns: Sequence[Sequence[str]], *, is_unknown: bool
) -> list[int]:
    """Which columns hold titles where no head says it: all, or the first that can.

    Where numbers in the first tell the levels, the others do not.
    """
    filled = [at for at, cells in enumerate(columns) if cells]
    if is_unknown and filled:
        others = [cell for at in filled[1:] for cell in columns[at]]
        tells = len(_ranks(columns[filled[0]])) > 1 and not any(_ranks(others))
        return filled[:1] if tells else filled
    wanted: Sequence[Role] = ("other", "said", "count", "number", "level")
    return [at for role in wanted for at in filled if roles[at] == role][:1]


def _ranks(cells: Sequence[str]) -> set[int]:
    return {found.rank for found in numbered_cells(cells).values()} - {0}


def _role(name: str, cells: Sequence[str]) -> Role:
    role = _role_of_head(name)
    if cells and all(map(stated_level, cells)):
        return "level"
    if role == "level" and not all(map(level_of, cells)):
        return "other"
    return role


def _role_of_head(name: str) -> Role:
    """By the last word that tells it: `Section notes` are notes."""
    bare = _bare(name)
    if _COUNT.search(bare):
        return "count"
    told = [] if _OTHER.search(bare) else [found.lastgroup for found in _ROLE.finditer(bare)]
    return cast("Role", told[-1]) if told else "other"


def _is_known(name: str) -> bool:
    bare = _bare(name)
    is_telling = any(pattern.search(bare) for pattern in (_COUNT, _OTHER, _ROLE))
    return is_telling and _HEAD.fullmatch(bare) is not None


def _with_parts(head: Sequence[str]) -> set[int]:
    """Columns of which one holds parts of what the other holds: `Topic` and `Subtopic`.

    So do `H1` and `H2`, but not behind another column, where they may be half-years.
    """
    names = [_bare(name).strip().lower() for name in head]
    wholes = {
        at: name for at, name in enumerate(names) if _role_of_head(name) in {"other", "title"}
    }
    levels = [at for at, name in wholes.items() if stated_level(name)]
    is_first = levels[:1] == [at for at, name in wholes.items() if name][:1]
    found = set(levels) if is_first and len(levels) > 1 else set()
    for at, name in wholes.items():
        if part := _PART.fullmatch(name):
            above = [other for other, whole in wholes.items() if whole == part[1]]
            found |= {at, *above} if above else set()
    return found


def _can_be_above(name: str, cells: Sequence[str]) -> bool:
    """Whether a name is above what it names: a `Title page` has no figures below it."""
    is_count = _role_of_head(name) == "count"
    return not (is_count and any(cells) and not re.search(r"\d", " ".join(cells)))


def _bare(name: str) -> str:
    return _IN_BRACKETS.sub("", name) if len(name) <= MAX_HEAD_CHARS else ""


def _are_numbers(name: str, cells: Sequence[str]) -> bool:
    """Whether cells are nothing but numbers of sections; 1, 2, 3 may be of anything else."""
    if not cells or any(not found.rank or found.title for found in map(numbered, cells)):
        return False
    is_plain = not name or _role_of_head(name) == "title"
    return is_plain or not all(map(is_plain_number, cells))
