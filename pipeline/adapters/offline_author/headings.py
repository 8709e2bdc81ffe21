"""The heading structure of the author's files, cleaned and merged into chapters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.sentences import fingerprint
from pipeline.adapters.offline_author.terms import likeness, term_set
from pipeline.domain.briefs import SourceDigest

LONGEST_HEADING = 90
"""Characters; a longer one is a sentence that was set in bold."""

ALIKE = 0.6
"""From this share of common terms on two headings name the same subject."""

MANY_FILES = 4
"""From so many files on each is a chapter; of fewer, their own chapters are."""

_NUMBERING = re.compile(
    r"^(?:第\s*[一二三四五六七八九十百\d]+\s*[章节部分篇]\s*[:：、.]?\s*"
    r"|[一二三四五六七八九十]{1,3}[、.．]\s*|[（(][一二三四五六七八九十\d]{1,3}[)）]\s*"
    r"|(?:Chapter|Section|Part|Appendix)\s+(?:\d+|[IVXLC]+|[A-Z])\b\s*[:.\-–—]?\s*"
    r"|\d{1,2}(?:\.\d{1,2})+[.、)]?\s*|\d{1,2}[.、)]\s*|\d{1,2}\s+(?=[A-Z])"
    r"|\d{1,2}\s+(?=[\u4e00-\u9fff])(?!\d{1,2}\s*[个种大步条项年月])"
    r"|[IVX]{1,4}\.\s+|[A-Z]\.\s+)",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"^(?:references?|bibliography|works cited|literature|sources|citations|acknowledge?ments?|"
    r"(?:table of )?contents|toc|index|appendix|appendices|annex(?:es)?|licen[cs]e|copyright|"
    r"see also|further reading|external links|related (?:links|articles|pages|topics)|navigation|"
    r"menu|about the authors?|authors?|contact(?: us)?|disclaimer|funding|conflicts? of interest|"
    r"author contributions?|supplementary (?:material|information)|change ?log|notes|footnotes|"
    r"list of (?:figures|tables)|untitled|"
    r"(?:figure|fig\.?|table|图|表)\s*[\d.]+.*|"
    r"目录|参考文献|参考资料|引用|致谢|鸣谢|附录.{0,8}|索引|版权(?:声明|信息)?|另请参阅|相关(?:链接|阅读|文章)|"
    r"延伸阅读|扩展阅读|更多信息|联系(?:我们|方式)|免责声明|作者(?:简介|介绍)?|声明|注释|脚注|图目录|表目录|修订记录|更新日志)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Topic:
    """A heading with what is below it, and the files that have it."""

    title: str
    children: "list[Topic]" = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    position: int = 0
    """In reading order over all files."""
    named: list[str] = field(default_factory=list)
    """Headings below it that get no section of their own."""


def topics_of(digests: Sequence[SourceDigest]) -> list[Topic]:
    """The chapters that the files have, in order, those on the same subject as one.

    Of many files, each is a chapter; a file without headings is a chapter in any case.
    """
    trees = [(digest, _tree(digest)) for digest in digests]
    found: list[Topic] = []
    for digest, tree in trees:
        name = digest.source.file_name or digest.source.title
        title, chapters = _without_title(tree, digest.source.title)
        is_one = len(digests) >= MANY_FILES or not chapters
        tops = [Topic(title, chapters)] if is_one else chapters
        for topic in tops:
            for each in _all([topic]):
                each.files = [name]
            topic.position = len(found)
            _add(found, topic)
    return in_order(found)


def has_structure(digests: Sequence[SourceDigest]) -> bool:
    """Whether there are headings enough to make an outline of."""
    return sum(len(list(_all(_tree(digest)))) for digest in digests) >= 2


def in_order(topics: Sequence[Topic]) -> list[Topic]:
    """Introductions first, conclusions last, the others as the files have them."""
    rank = {"summary": 0, "intro": 1, "conclusion": 3}
    return sorted(topics, key=lambda topic: (rank.get(kind_of(topic.title), 2), topic.position))


def same_subject(one: str, other: str) -> bool:
    """Whether two titles name the same subject."""
    if fingerprint(one) == fingerprint(other):
        return True
    return likeness(term_set(one), term_set(other)) >= ALIKE


def _add(found: list[Topic], topic: Topic) -> None:
    """Add a topic, or what it has to the one on the same subject."""
    twin = next((other for other in found if same_subject(other.title, topic.title)), None)
    if twin is None:
        found.append(topic)
        return
    twin.files += [name for name in topic.files if name not in twin.files]
    for child in topic.children:
        _add(twin.children, child)


def _tree(digest: SourceDigest) -> list[Topic]:
    roots: list[Topic] = []
    path: list[tuple[int, Topic | None]] = []
    for level, raw in digest.headings:
        while path and path[-1][0] >= level:
            path.pop()
        title = clean_title(raw)
        dropped = not title or (bool(path) and path[-1][1] is None)
        topic = None if dropped else Topic(title)
        above = path[-1][1] if path else None
        if topic:
            siblings = above.children if above else roots
            _add(siblings, topic)
            topic = next(t for t in siblings if same_subject(t.title, title))
        path.append((level, topic))
    return roots


def clean_title(raw: str) -> str:
    """A heading without its number; empty for boilerplate and for what is no heading."""
    title = " ".join(raw.split()).strip("*_#` ")
    title = _NUMBERING.sub("", title, count=1).strip(" :：-–—.。")
    if len(title) > LONGEST_HEADING or _BOILERPLATE.match(title):
        return ""
    return title if any(c.isalpha() for c in title) else ""


def _without_title(tree: list[Topic], title: str) -> tuple[str, list[Topic]]:
    """The file's title and its chapters; a single top heading is the title."""
    if len(tree) == 1:
        return tree[0].title, tree[0].children
    first = tree[0] if tree else None
    if first and not first.children and same_subject(first.title, title):
        return first.title, tree[1:]
    return clean_title(title) or title, tree


def _all(topics: Sequence[Topic]) -> Iterator[Topic]:
    for topic in topics:
        yield topic
        yield from _all(topic.children)
