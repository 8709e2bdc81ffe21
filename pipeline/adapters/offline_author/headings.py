"""The heading structure of the author's files, cleaned, with the text below each heading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.adapters.offline_author.sentences import fingerprint, is_running_text
from pipeline.adapters.offline_author.title_text import clean_title, may_be_boilerplate, numbers_of
from pipeline.domain.documents import Reading, SourceId
from pipeline.domain.language import count_words
from pipeline.domain.terms import likeness, term_set

ALIKE = 0.6
"""From this share of common terms on two headings name the same subject."""

FEWEST_HEADINGS = 2
"""Fewer say nothing of how a text is built: one is its title."""

WORDS_PER_HEADING = 1_500
"""From so many words for each heading on, a text is built by something else than its headings."""

ENOUGH_WORDS = 20
"""Of running text; a heading with less below it has nothing that a section can be made of."""


@dataclass(slots=True, eq=False)
class Topic:
    """A heading, or a subject without one, with what is below it and where it comes from."""

    title: str
    children: "list[Topic]" = field(default_factory=list)
    sources: list[SourceId] = field(default_factory=list)
    position: int = 0
    """In reading order over all files."""
    texts: list[str] = field(default_factory=list)
    """Paragraphs that stand directly below it; they only become more."""
    demands: list[str] = field(default_factory=list)
    """Sentences of a requirements file that it answers."""
    folded: "list[Topic]" = field(default_factory=list)
    """Below it, without a section of their own."""
    named: list[str] = field(default_factory=list)
    """Titles of those."""
    is_asked: bool = False
    """The prompt or a requirements file names it."""
    _counted: tuple[int, int] = (0, 0)
    """Of how many of its paragraphs the words are counted, and how many these are."""

    @property
    def words(self) -> int:
        """Of the text below it, its children's too; each paragraph is counted once."""
        paragraphs, words = self._counted
        words += sum(count_words(text) for text in self.texts[paragraphs:])
        self._counted = len(self.texts), words
        return words + sum(child.words for child in (*self.children, *self.folded))

    def all_texts(self) -> list[str]:
        below = (*self.children, *self.folded)
        return [*self.texts, *(text for child in below for text in child.all_texts())]

    def walk(self) -> "Iterator[Topic]":
        yield self
        for child in self.children:
            yield from child.walk()


def tree_of(
    source_id: SourceId, reading: Reading, *, keeps_top: bool = False
) -> tuple[str, list[Topic]]:
    """The file's title and its chapters, with the text below each; boilerplate is left out.

    A single top heading is taken for the title; with `keeps_top` only where the file is called so.
    """
    root = Topic("", sources=[source_id])
    path: list[tuple[int, Topic | None]] = [(0, root)]
    kinds = _kinds_of_text(reading)
    numbers = numbers_of(block.text for block in reading.blocks if block.kind == "heading")
    for number, block in enumerate(reading.blocks):
        if block.kind != "heading":
            if path[-1][1] is not None and block.kind in kinds:
                path[-1][1].texts.append(block.text)
            continue
        while len(path) > 1 and path[-1][0] >= block.level:
            path.pop()
        above = path[-1][1]
        title = clean_title(block.text, numbers)
        topic = None
        if title and above is not None:
            topic = next((t for t in above.children if same_subject(t.title, title)), None)
            if topic is None:
                topic = Topic(title, sources=[source_id], position=number)
                above.children.append(topic)
        path.append((block.level, topic))
    tops = root.children = _without_lists(root.children)
    if keeps_top and len(tops) == 1 and not same_subject(tops[0].title, reading.title):
        return clean_title(reading.title) or reading.title, tops
    return _without_title(root, reading.title)


def has_structure(reading: Reading) -> bool:
    """Whether the headings say how the text is built."""
    count = sum(
        1 for block in reading.blocks if block.kind == "heading" and clean_title(block.text)
    )
    return count >= FEWEST_HEADINGS and reading.words / count <= WORDS_PER_HEADING


def with_text(topics: Sequence[Topic]) -> list[Topic]:
    """The topics on which the material says something.

    A lone child is taken into its parent, unless each of both has text of its own.
    """
    kept: list[Topic] = []
    for topic in topics:
        topic.children = with_text(topic.children)
        if len(topic.children) == 1 and not topic.children[0].children:
            only = topic.children[0]
            if topic.words - only.words < ENOUGH_WORDS:
                topic.texts += only.texts
                topic.children = []
        if topic.words >= ENOUGH_WORDS:
            kept.append(topic)
    return kept


def same_subject(one: str, other: str) -> bool:
    """Whether two titles name the same subject."""
    (text, terms), (other_text, other_terms) = _compared(one), _compared(other)
    if text == other_text:
        return True
    return not terms.isdisjoint(other_terms) and likeness(terms, other_terms) >= ALIKE


@lru_cache(maxsize=20_000)
def _compared(title: str) -> tuple[str, frozenset[str]]:
    """What titles are compared by; each heading of a book is compared with all those beside it."""
    return fingerprint(title), term_set(title)


def add(found: list[Topic], topic: Topic) -> None:
    """Add a topic, or what it has to the one on the same subject."""
    twin = next((other for other in found if same_subject(other.title, topic.title)), None)
    if twin is None:
        found.append(topic)
        return
    twin.sources += [name for name in topic.sources if name not in twin.sources]
    twin.texts += topic.texts
    for child in topic.children:
        add(twin.children, child)


def _without_lists(topics: Sequence[Topic]) -> list[Topic]:
    """The topics, but of those called Sources or 声明 only such as tell something."""
    kept = [
        topic
        for topic in topics
        if not may_be_boilerplate(topic.title) or is_running_text(topic.all_texts())
    ]
    for topic in kept:
        topic.children = _without_lists(topic.children)
    return kept


def _kinds_of_text(reading: Reading) -> frozenset[str]:
    """What a section can be made of; tables only where there is nothing else."""
    running = frozenset({"paragraph", "list"})
    return running if any(b.kind in running for b in reading.blocks) else frozenset({"table"})


def _without_title(root: Topic, title: str) -> tuple[str, list[Topic]]:
    """A single top heading is the title; text before the first heading stands below none."""
    tops = root.children
    if len(tops) == 1:
        return tops[0].title, tops[0].children
    is_bare = tops and not tops[0].children and not tops[0].texts
    if is_bare and same_subject(tops[0].title, title):
        return tops[0].title, tops[1:]
    return clean_title(title) or title, tops
