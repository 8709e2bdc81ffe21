"""Writing again: what is said before is what then happens, and nothing unchanged is written."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain.briefs import ChapterBrief, SectionBrief
from pipeline.domain.changes import Changes, SectionChange
from pipeline.domain.documents import (
    ContextFile,
    Document,
    FileRole,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    Reading,
    SourceId,
)
from pipeline.domain.jobs import DocumentGenerationRequest, DocumentResult, JobKind
from pipeline.domain.outline import leaves
from pipeline.domain.units import StoredUnit
from pipeline.errors import PipelineError
from pipeline.graphs.changes import GraphPlanner
from pipeline.graphs.work import GraphWork
from pipeline.ports import Author, Material, Shelf
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextMaterial,
    TextShelf,
    job_of,
)

FILE = ContextFile(
    file_id="f1", file_name="潮汐.md", content="# 潮汐\n\n潮汐能很贵。\n\n鱼会受伤。"
)


def node(name: str, *children: OutlineNode, **fields: object) -> OutlineNode:
    values = {"id": NodeId(name), "title": f"Title {name}", "children": children, **fields}
    return OutlineNode.model_validate(values)


def tree(*nodes: OutlineNode) -> Outline:
    return Outline(title="潮汐能", nodes=nodes)


TREE = tree(
    node("一", node("a"), node("b")),
    node("二", node("c"), node("d")),
    node("三", node("e")),
)


@dataclass
class Desk:
    """Writes documents one after the other, and says before what it would do."""

    journal: ListJournal = field(default_factory=ListJournal)
    before: Document | None = None
    times: int = 0
    shelf: Shelf = field(default_factory=TextShelf)

    def request(self, outline: Outline, **options: object) -> DocumentGenerationRequest:
        asked = {"outline": outline, "context_files": (FILE,), "target_words": 800, **options}
        return DocumentGenerationRequest.model_validate(asked)

    def plan(self, request: DocumentGenerationRequest, author: Author | None = None) -> Changes:
        units = {name: StoredUnit(*unit) for name, unit in self.journal.units.items()}
        planner = GraphPlanner(
            author or ScriptedAuthor(), self.shelf, ScriptedBibliographer(), lambda: NOW, 800
        )
        return planner.changes(job_of(JobKind.DOCUMENT), request, units, self.before)

    def write(
        self, request: DocumentGenerationRequest, author: ScriptedAuthor | None = None
    ) -> tuple[list[str], list[str]]:
        """The ids of the sections that were written and of the chapters that were fused."""
        self.times += 1  # no text comes out as it did before
        texts = {p.node.id: f"第 {self.times} 稿。" for p in leaves(request.outline.nodes)}
        author = author or ScriptedAuthor(texts=texts)
        work = GraphWork(author, self.shelf, lambda: NOW, 800, ScriptedBibliographer())
        job = job_of(JobKind.DOCUMENT).model_copy(update={"language": request.language or "en"})
        result = asyncio.run(work(job, request.model_dump_json(), self.journal, FreeSlots()))
        self.before = DocumentResult.model_validate_json(result).document
        sections = [b.node_id for b in author.asked if isinstance(b, SectionBrief)]
        chapters = [b.chapter_id for b in author.asked if isinstance(b, ChapterBrief)]
        return sorted(sections), sorted(chapters)


def written_desk(outline: Outline = TREE) -> Desk:
    desk = Desk()
    desk.write(desk.request(outline))
    return desk


def ids(changes: Sequence[SectionChange]) -> list[str]:
    return sorted(change.id for change in changes)


def why(changes: Changes) -> Mapping[str, Sequence[str]]:
    return {change.id: change.reasons for change in changes.written}


def texts_of(document: Document | None) -> Mapping[str, str]:
    """The text of each section that has one."""
    sections = document.sections if document else ()
    return {section.id: section.content for section in sections if section.content}


def said_and_done(desk: Desk, request: DocumentGenerationRequest) -> Changes:
    """What was planned, after it was seen to happen."""
    changes = desk.plan(request)

    assert desk.write(request) == (ids(changes.written), ids(changes.fused))

    return changes


def test_the_first_writing_writes_all() -> None:
    changes = said_and_done(Desk(), Desk().request(TREE))

    assert why(changes) == dict.fromkeys("abcde", ("new",))
    assert (changes.removed, changes.for_all) == ((), ())


def test_nothing_changed_costs_nothing() -> None:
    desk = written_desk()

    changes = said_and_done(desk, desk.request(TREE))

    assert changes.is_empty
    assert ids(changes.kept) == [*"abcde"]


def test_an_edited_section_is_written_and_its_chapter_fused() -> None:
    desk = written_desk()
    edited = tree(node("一", node("a", notes="要有数字"), node("b")), *TREE.nodes[1:])

    changes = said_and_done(desk, desk.request(edited))

    assert why(changes) == {"a": ("notes",)}
    assert ids(changes.fused) == ["一"]


def test_a_new_title_makes_one_section_stale_and_no_neighbour() -> None:
    desk = written_desk()
    edited = tree(node("一", node("a", title="鱼道"), node("b")), *TREE.nodes[1:])

    assert why(said_and_done(desk, desk.request(edited))) == {"a": ("title",)}


def test_a_moved_chapter_costs_no_call() -> None:
    desk = written_desk()
    one, two, three = TREE.nodes

    changes = said_and_done(desk, desk.request(tree(three, one, two)))

    assert (ids(changes.written), ids(changes.fused)) == ([], [])
    assert ids(changes.moved) == ["e"]
    assert ids(changes.kept) == [*"abcd"]


def test_a_section_in_another_chapter_keeps_its_text_and_both_chapters_are_fused() -> None:
    desk = written_desk()
    moved = tree(node("一", node("a")), node("二", node("b"), node("c"), node("d")), TREE.nodes[2])

    changes = said_and_done(desk, desk.request(moved))

    assert (ids(changes.written), ids(changes.moved)) == ([], ["b"])
    assert ids(changes.fused) == ["二"]  # of one section alone nothing is fused


def test_a_chapter_with_a_new_title_is_fused_and_its_sections_stay() -> None:
    desk = written_desk()
    named = tree(node("一", node("a"), node("b"), title="新的标题"), *TREE.nodes[1:])

    changes = said_and_done(desk, desk.request(named))

    assert (ids(changes.written), ids(changes.fused)) == ([], ["一"])


def test_a_removed_section_costs_its_chapter_alone() -> None:
    desk = written_desk()
    fewer = tree(node("一", node("a"), node("b")), node("二", node("c")), node("四", node("e")))

    changes = said_and_done(desk, desk.request(fewer))

    assert (ids(changes.written), ids(changes.fused)) == ([], [])
    assert ids(changes.removed) == ["d", "三"]


def test_a_section_that_gets_others_below_it_is_said_to_lose_its_text() -> None:
    desk = written_desk()
    below = tree(node("一", node("a", node("b"))), *TREE.nodes[1:])

    changes = said_and_done(desk, desk.request(below))

    assert [(each.id, each.number, each.reasons) for each in changes.removed] == [
        ("a", "1.1", ("divided",))
    ]
    assert not changes.is_empty
    assert not changes.fills_only(())
    assert "a" not in texts_of(desk.before)


def test_a_section_that_is_divided_into_new_ones_is_said_to_lose_its_text() -> None:
    desk = written_desk()
    divided = tree(*TREE.nodes[:2], node("三", node("e", node("上"), node("下"))))

    changes = said_and_done(desk, desk.request(divided))

    assert (ids(changes.written), ids(changes.removed)) == (["上", "下"], ["e"])


def test_a_new_section_is_written_alone_though_all_shares_get_smaller() -> None:
    desk = written_desk()
    more = tree(node("一", node("a"), node("b"), node("新")), *TREE.nodes[1:])

    changes = said_and_done(desk, desk.request(more))

    assert why(changes) == {"新": ("new",)}
    assert ids(changes.fused) == ["一"]


def test_a_locked_section_is_no_other_section() -> None:
    desk = written_desk()
    locked = tree(node("一", node("a", locked=True), node("b")), *TREE.nodes[1:])

    assert said_and_done(desk, desk.request(locked)).is_empty


def test_what_holds_for_all_makes_all_stale_and_is_named() -> None:
    desk = written_desk()
    style = ContextFile(
        file_id="s", file_name="风格.md", content="用短句。", file_type=FileRole.STYLE_GUIDE
    )

    tone = said_and_done(desk, desk.request(TREE, tone="严肃"))
    guide = said_and_done(desk, desk.request(TREE, tone="严肃", context_files=(FILE, style)))

    assert (ids(tone.written), tone.for_all) == ([*"abcde"], ("tone",))
    assert (ids(guide.written), guide.for_all) == ([*"abcde"], ("style",))


def test_another_model_makes_all_stale() -> None:
    desk = written_desk()

    changes = said_and_done(desk, desk.request(TREE, model="另一个"))

    assert (ids(changes.written), changes.for_all) == ([*"abcde"], ("model",))


def test_another_length_of_one_section_is_a_reason() -> None:
    desk = written_desk()
    longer = tree(node("一", node("a", target_words=300), node("b")), *TREE.nodes[1:])

    assert why(said_and_done(desk, desk.request(longer))) == {"a": ("length",)}


def test_other_material_that_brings_other_passages_is_a_reason() -> None:
    desk = written_desk()
    other = FILE.model_copy(update={"content": "# 风\n\n风电便宜。\n\n海上有风。"})

    changes = said_and_done(desk, desk.request(TREE, context_files=(other,)))

    assert why(changes) == dict.fromkeys("abcde", ("sources",))


def test_a_text_of_an_earlier_version_just_says_changed() -> None:
    desk = written_desk()
    key, _ = desk.journal.units["section:a"]
    desk.journal.units["section:a"] = (key, {"text": "旧的正文。"})
    edited = tree(node("一", node("a", notes="新"), node("b")), *TREE.nodes[1:])

    assert why(desk.plan(desk.request(edited))) == {"a": ("changed",)}


def test_a_section_that_failed_is_unfinished() -> None:
    desk = written_desk()
    del desk.journal.units["section:a"]

    assert why(said_and_done(desk, desk.request(TREE))) == {"a": ("unfinished",)}


class Backwards(TextMaterial):
    """Ranked by a service that answers, unlike that of plain `TextMaterial`."""

    async def nearest(
        self,
        query: str,
        *,
        beside: Sequence[Passage],
        limit: int,
        within: Sequence[SourceId] = (),
    ) -> Sequence[Passage]:
        given = {passage.id for passage in beside}
        return [p for p in self._passages if p.id not in given][:limit]


class RankedShelf(TextShelf):
    async def material(
        self,
        readings: Mapping[SourceId, Reading],
        trouble: Callable[[PipelineError], None] | None = None,
    ) -> Material:
        return Backwards(readings)


def test_a_ranking_that_fails_later_makes_no_text_stale_and_new_sections_use_it_as_it_is() -> None:
    desk = Desk(shelf=RankedShelf())
    desk.write(desk.request(TREE))
    desk.shelf = TextShelf()

    same = said_and_done(desk, desk.request(TREE))
    author = ScriptedAuthor()
    desk.write(desk.request(tree(*TREE.nodes, node("四"))), author)

    assert same.is_empty
    [brief] = [each for each in author.asked if isinstance(each, SectionBrief)]
    assert [p.text for p in brief.passages] == ["潮汐能很贵。", "鱼会受伤。"]


def test_search_terms_are_asked_for_new_titles_alone() -> None:
    desk = Desk()
    foreign = FILE.model_copy(update={"content": "# Tides\n\nTidal power costs much."})
    terms = {f"Title {place.chapter.id} › {place.node.title}": "词" for place in leaves(TREE.nodes)}
    author = ScriptedAuthor(terms=terms)
    asked = {"context_files": (foreign,), "language": "zh"}
    desk.write(desk.request(TREE, **asked), author)
    later = ScriptedAuthor(terms=terms)

    desk.write(desk.request(tree(*TREE.nodes, node("四", node("新"))), **asked), later)

    assert [len(titles) for _, titles in author.searched] == [5]
    assert [titles for _, titles in later.searched] == [("Title 四 › Title 新",)]
    assert {b.node_id for b in later.asked if isinstance(b, SectionBrief)} == {"新"}


def _names() -> st.SearchStrategy[list[tuple[str, str, str]]]:
    one = st.tuples(
        st.sampled_from("abcdefgh"), st.sampled_from(("潮", "鱼")), st.sampled_from(("", "注"))
    )
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda each: each[0])


@st.composite
def _trees(draw: st.DrawFn) -> Outline:
    """Some sections under some chapters or below another section; the same ids come again with
    other titles and places."""
    chapters: dict[str, list[OutlineNode]] = {}
    for name, title, notes in draw(_names()):
        section = node(name, title=title, notes=notes)
        before = chapters.setdefault(draw(st.sampled_from(("一", "二", "三"))), [])
        if draw(st.booleans()) and before:
            above = before.pop()
            section = above.model_copy(update={"children": (*above.children, section)})
        before.append(section)
    source_ids = draw(st.sampled_from(((), (SourceId("f1"),))))
    return tree(*(node(name, *below, source_ids=source_ids) for name, below in chapters.items()))


@settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(versions=st.lists(_trees(), min_size=2, max_size=3))
def test_whatever_is_edited_the_plan_is_what_happens(versions: Sequence[Outline]) -> None:
    desk = Desk()
    for outline in versions:
        before = texts_of(desk.before)
        changes = said_and_done(desk, desk.request(outline))

        assert before.keys() - texts_of(desk.before).keys() == {*ids(changes.removed)} & {*before}
        sections = [*changes.written, *changes.moved, *changes.kept]
        assert ids(sections) == sorted(place.node.id for place in leaves(outline.nodes))
