"""Texts that the author wrote or corrected: they stand while what they are for does."""

from pipeline.domain.assembly import edited
from pipeline.domain.changes import Changes
from pipeline.domain.documents import Document, NodeId
from pipeline.domain.jobs import DocumentGenerationRequest, OwnText
from tests.graph_fakes import ScriptedAuthor
from tests.unit.test_changes import TREE, Desk, ids, node, said_and_done, tree, why, written_desk

MINE = "我改过的正文。"


def corrected(desk: Desk, *sections: str) -> list[OwnText]:
    """Correct these by hand, as the service does, and hand them over with the next request."""
    assert desk.before is not None
    for section in sections:
        desk.before = edited(desk.before, NodeId(section), MINE)
    return [
        OwnText(section_id=s.id, text=s.content, written_for=s.written_for)
        for s in desk.before.sections
        if s.by_hand
    ]


def texts(document: Document | None) -> dict[str, str]:
    assert document is not None
    return {section.id: section.content for section in document.sections if section.content}


def own(desk: Desk) -> list[str]:
    assert desk.before is not None
    return [section.id for section in desk.before.sections if section.by_hand]


def request(desk: Desk, outline: object, mine: list[OwnText]) -> DocumentGenerationRequest:
    return desk.request(TREE, own_texts=tuple(mine)).model_copy(update={"outline": outline})


def said_by_hand(changes: Changes) -> tuple[list[str], list[str]]:
    return ids(changes.by_hand), ids(changes.lost)


def test_a_corrected_section_stays_and_nothing_else_changes_at_no_cost() -> None:
    desk = written_desk()
    mine = corrected(desk, "a", "e")
    before = texts(desk.before)

    changes = said_and_done(desk, request(desk, TREE, mine))

    assert changes.is_empty
    assert said_by_hand(changes) == (["a", "e"], [])
    assert texts(desk.before) == before
    assert own(desk) == ["a", "e"]


def test_a_change_beside_it_leaves_a_corrected_section_as_it_is() -> None:
    desk = written_desk()
    mine = corrected(desk, "a")
    edited_beside = tree(node("一", node("a"), node("b", notes="要有数字")), *TREE.nodes[1:])

    changes = said_and_done(desk, request(desk, edited_beside, mine))

    assert why(changes) == {"b": ("notes",)}
    assert ids(changes.fused) == ["一"]
    assert texts(desk.before)["a"] == MINE
    assert own(desk) == ["a"]


def test_a_corrected_section_whose_brief_changed_is_written_and_that_is_said() -> None:
    desk = written_desk()
    mine = corrected(desk, "a")
    renamed = tree(node("一", node("a", title="鱼道"), node("b")), *TREE.nodes[1:])

    changes = said_and_done(desk, request(desk, renamed, mine))

    assert why(changes) == {"a": ("title",)}
    assert said_by_hand(changes) == ([], ["a"])
    assert MINE not in texts(desk.before).values()
    assert own(desk) == []


def test_another_model_or_tone_takes_no_corrected_section_away() -> None:
    desk = written_desk()
    mine = corrected(desk, "a")
    asked = desk.request(TREE, own_texts=tuple(mine), model="另一个", tone="严肃")

    changes = said_and_done(desk, asked)

    assert ids(changes.written) == [*"bcde"]
    assert said_by_hand(changes) == (["a"], [])
    assert texts(desk.before)["a"] == MINE


def test_a_gap_that_the_author_filled_stays_filled() -> None:
    desk = written_desk()
    del desk.journal.units["section:c"]
    mine = corrected(desk, "c")

    changes = said_and_done(desk, request(desk, TREE, mine))

    assert ids(changes.written) == []
    assert texts(desk.before)["c"] == MINE


def test_a_section_that_is_gone_takes_its_corrected_text_along_and_that_is_said() -> None:
    desk = written_desk()
    mine = corrected(desk, "e")

    changes = said_and_done(desk, request(desk, tree(*TREE.nodes[:2]), mine))

    assert said_by_hand(changes) == ([], ["e"])
    assert MINE not in texts(desk.before).values()


def test_a_corrected_text_stays_above_new_sections_unless_it_is_not_to_be_kept() -> None:
    desk = written_desk()
    mine = corrected(desk, "a")
    below = tree(node("一", node("a", node("b"))), *TREE.nodes[1:])

    kept = desk.plan(request(desk, below, mine))
    anew = said_and_done(desk, request(desk, below, []))

    assert (ids(kept.removed), said_by_hand(kept)) == ([], ([], []))
    assert (ids(anew.removed), said_by_hand(anew)) == (["a"], ([], ["a"]))
    assert MINE not in texts(desk.before).values()


def test_what_the_author_wrote_before_the_sections_of_a_chapter_stays() -> None:
    desk = written_desk()
    mine = corrected(desk, "二")

    said_and_done(desk, request(desk, TREE, mine))

    assert texts(desk.before)["二"] == MINE
    assert own(desk) == ["二"]


def test_citations_of_a_corrected_section_hold_and_made_up_ones_go() -> None:
    desk = written_desk()
    assert desk.before is not None
    author = ScriptedAuthor()
    cited = Desk()
    cited.write(cited.request(TREE), author)
    assert cited.before is not None
    passage = cited.before.passages[0].id
    mine = OwnText(section_id=NodeId("a"), text=f"很贵 [@{passage}]，真的 [@ffffffffffff]。")

    cited.write(request(cited, TREE, [mine]))

    assert texts(cited.before)["a"] == f"很贵 [@{passage}]，真的。"
    assert passage in {each.id for each in cited.before.passages}
