"""An outline without a model: of what the files hold, of what is asked for, or by genre."""

from collections.abc import Sequence

from pipeline.adapters.offline_author.demands import Demand, demands_of
from pipeline.adapters.offline_author.fitting import fitted
from pipeline.adapters.offline_author.genres import kind_of, questions, shape
from pipeline.adapters.offline_author.headings import Topic, same_subject
from pipeline.adapters.offline_author.naming import Namer
from pipeline.adapters.offline_author.placing import answering, placed
from pipeline.adapters.offline_author.query import Query, read_query
from pipeline.adapters.offline_author.questions import Kind
from pipeline.adapters.offline_author.sections import COVERS, FOREIGN, LITTLE
from pipeline.adapters.offline_author.sentences import tellable_words
from pipeline.adapters.offline_author.targets import targets
from pipeline.adapters.offline_author.topics import topics_of
from pipeline.domain.briefs import Commission, OutlineBrief
from pipeline.domain.documents import Language, ProposedNode, ProposedOutline
from pipeline.domain.terms import share, term_set

WORDS_PER_SECTION = 350
"""What a reader takes in at once; the length asked for says how many sections there are."""

FEWEST_SECTIONS = 4
"""Of a document with material, however short it shall be."""

STRANGE = 0.5
"""Share of a title's terms below which it names something that the material does not speak of."""

PHRASES = 4
"""Named in a summary; they shall be read at a glance."""

_UNTITLED: dict[Language, str] = {"en": "Untitled document", "zh": "未命名文档"}
_REQUIRED: dict[Language, str] = {"en": "Required: {text}", "zh": "要求：{text}"}


def proposed(brief: OutlineBrief) -> ProposedOutline:
    """The outline of the material; of what has no parts the shape of the genre, with questions.

    Files in another language than the document are left out: their headings and sentences could
    not be told in it.
    """
    query = read_query(brief.commission)
    demands = demands_of(brief.commission.requirements)
    language = brief.commission.language
    own = {name: read for name, read in brief.readings.items() if read.language == language}
    made = _of_material(query, demands, brief.model_copy(update={"readings": own}))
    if made is None:
        note = FOREIGN[language] if brief.readings and not own else ""
        made = _by_genre(query, demands, language, note)
    left_out = tuple(name for name in brief.readings if name not in own)
    return made.model_copy(update={"left_out": left_out})


def _of_material(
    query: Query, demands: Sequence[Demand], brief: OutlineBrief
) -> ProposedOutline | None:
    """None where there is nothing, or no more than a sentence or two, which name nothing."""
    language = brief.commission.language
    sections = max(FEWEST_SECTIONS, round(brief.commission.target_words / WORDS_PER_SECTION))
    topics = topics_of(brief.readings, language, sections) if brief.readings else []
    if topics:
        titles = {name: reading.title for name, reading in brief.readings.items()}
        of_several = titles if len(titles) > 1 else {}
        topics = fitted(placed(topics, query, demands, of_several), brief, sections)
    if not topics:
        return None
    title = query.title or brief.digests[0].source.title or _UNTITLED[language]
    scribe = _Scribe(topics, brief.commission, len(brief.digests) > 1)
    return ProposedOutline(title=title, nodes=tuple(scribe.node(topic) for topic in topics))


def _by_genre(
    query: Query, demands: Sequence[Demand], language: Language, note: str
) -> ProposedOutline:
    """The usual chapters, each with what it must answer; the first of them with the note."""
    gap = "" if language == "zh" else " "

    def node(title: str, kind: Kind, below: Sequence[tuple[str, Kind]] = ()) -> ProposedNode:
        return ProposedNode(
            title=title,
            content_summary=gap.join(questions(kind, language, title)),
            children=tuple(node(*child) for child in below),
        )

    nodes = [node(*chapter) for chapter in shape(query.genre, language)]
    named = [node(title, kind_of(title)) for title in query.asked or query.topics]
    if named:
        ends = [each for each in nodes if kind_of(each.title) == "conclusion"]
        starts = [each for each in nodes if kind_of(each.title) in {"intro", "summary"}]
        have = [each.title for each in named]
        around = [[e for e in part if e.title not in have] for part in (starts, ends)]
        nodes = [*around[0], *named, *around[1]]
    topics = [Topic(each.title, position=i) for i, each in enumerate(nodes)]
    by_title = {each.title: each for each in nodes}
    found: list[ProposedNode] = []
    for topic in answering(topics, demands):
        own = by_title.get(topic.title) or node(topic.title, kind_of(topic.title))
        parts = ("" if found else note, _asked(topic, language), own.content_summary)
        summary = gap.join(part for part in parts if part)
        found.append(own.model_copy(update={"content_summary": summary}))
    return ProposedOutline(title=query.title or _UNTITLED[language], nodes=tuple(found))


def _asked(topic: Topic, language: Language) -> str:
    """The requirements that a node answers, as a part of its summary."""
    gap = "" if language == "zh" else " "
    stop = "。" if language == "zh" else "."
    texts = [
        text if text.endswith(tuple(".。!！?？;；")) else text + stop for text in topic.demands
    ]
    return _REQUIRED[language].format(text=gap.join(texts)) if texts else ""


class _Scribe:
    """Turns topics into nodes, each with what the material has on it."""

    def __init__(
        self, topics: Sequence[Topic], commission: Commission, names_sources: bool
    ) -> None:
        leaves = [each for topic in topics for each in topic.walk() if not each.children]
        self._places = {id(leaf): number for number, leaf in enumerate(leaves)}
        self._namer = Namer([leaf.all_texts() for leaf in leaves], commission.language)
        self._known = term_set(" ".join(text for leaf in leaves for text in leaf.all_texts()))
        self._language = commission.language
        self._names_sources = names_sources
        carried = [tellable_words(leaf.all_texts()) for leaf in leaves]
        self._targets = targets(carried, commission.target_words)

    def node(self, topic: Topic) -> ProposedNode:
        return ProposedNode(
            title=topic.title,
            content_summary=self._summary(topic),
            target_words=None if topic.children else self._targets[self._places[id(topic)]],
            source_ids=tuple(topic.sources) if self._names_sources else (),
            is_uncovered=not topic.words and self._is_strange(topic.title),
            children=tuple(self.node(child) for child in topic.children),
        )

    def _is_strange(self, title: str) -> bool:
        """Whether the files know few words of a title; the subject of all of them is no part."""
        return share(term_set(title), self._known) < STRANGE

    def _summary(self, topic: Topic) -> str:
        below = topic.named or [child.title for child in topic.children]
        names = [name for name in below if not same_subject(name, topic.title)]
        names = names or [child.title for child in topic.children]
        if not names:
            names = self._namer.topics(self._places[id(topic)], PHRASES, without=topic.title)
        names = names[:1] + [self._namer.lower(name) for name in names[1:]]
        gap = "" if self._language == "zh" else " "
        covers = f"{COVERS[self._language]}{_list(names, self._language)}" if names else ""
        asked = _asked(topic, self._language)
        nothing = "" if topic.words else LITTLE[self._language]
        return gap.join(part for part in (covers, nothing, asked) if part)


def _list(names: Sequence[str], language: Language) -> str:
    """An enumeration as a sentence's end."""
    if language == "zh":
        return "、".join(names) + "。"
    comma = "; " if any("," in name for name in names) else ", "
    return comma.join(names) + "."
