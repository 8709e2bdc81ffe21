"""A gap that is tried again by itself: it alone is written, and the others stay what they are."""

from collections.abc import Iterator

import pytest

from pipeline.domain.documents import NodeId, SectionStatus
from pipeline.domain.jobs import SectionState
from pipeline.errors import InvalidRequest, ModelUnavailable
from pipeline.runtime import Runtime
from tests.graph_fakes import ScriptedAuthor
from tests.runtimes import finish, running_runtime
from tests.unit.test_changes import TREE, Desk, ids, node, said_and_done, tree
from tests.unit.test_drafts import stopped
from tests.unit.test_service_manuscripts import edit

B, D = NodeId("b"), NodeId("d")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("gaps")) as runtime:
        yield runtime


def with_two_gaps() -> Desk:
    desk = Desk()
    failing = ScriptedAuthor(failures={B: ModelUnavailable("away"), D: ModelUnavailable("away")})
    desk.write(desk.request(TREE), failing)
    return desk


def gaps(desk: Desk) -> dict[str, str]:
    assert desk.before is not None
    failed = [s for s in desk.before.sections if s.status is SectionStatus.FAILED]
    return {section.id: section.error_code for section in failed}


def test_one_gap_is_written_and_the_other_keeps_its_reason() -> None:
    desk = with_two_gaps()

    changes = said_and_done(desk, desk.request(TREE, gaps={"d": "budget_reached"}))

    assert ids(changes.written) == ["b"]
    assert changes.fills_only({B, D})
    assert changes.adds_only({B, D})
    assert gaps(desk) == {"d": "budget_reached"}


def test_a_gap_that_is_left_is_told_so_and_nothing_is_searched_for_it() -> None:
    desk = with_two_gaps()
    known = len(desk.journal.events)

    desk.write(desk.request(TREE, gaps={"d": "cancelled"}))

    told = [each for each in desk.journal.events[known:] if isinstance(each, SectionState)]
    of_d = [(each.state, each.code) for each in told if each.section_id == D]
    assert of_d == [(SectionStatus.WAITING, "cancelled")]
    assert all(each.state is not SectionStatus.FAILED for each in told)
    assert desk.before is not None
    [gap] = [each for each in desk.before.sections if each.id == D]
    assert gap.error == "This section was left for later."


def test_a_gap_that_is_left_counts_for_nothing_that_else_changed() -> None:
    desk = with_two_gaps()
    renamed = tree(node("一", node("a", title="鱼道"), node("b")), *TREE.nodes[1:])

    changes = said_and_done(desk, desk.request(renamed, gaps={"d": "model_unavailable"}))

    assert ids(changes.written) == ["a", "b"]
    assert not changes.fills_only({B, D})
    assert not changes.adds_only({B, D})
    assert gaps(desk) == {"d": "model_unavailable"}


def test_a_new_section_takes_no_text_away_and_one_that_goes_does() -> None:
    longer, shorter = with_two_gaps(), with_two_gaps()

    more = said_and_done(longer, longer.request(tree(*TREE.nodes, node("四", node("f")))))
    fewer = said_and_done(shorter, shorter.request(tree(*TREE.nodes[:2])))

    assert ids(more.written) == ["b", "d", "f"]
    assert more.adds_only({B, D})
    assert ids(fewer.written) == ["b", "d"]
    assert not fewer.adds_only({B, D})


def test_a_section_with_a_text_is_no_gap_though_it_is_named_so() -> None:
    desk = with_two_gaps()

    said_and_done(desk, desk.request(TREE, gaps={"a": "cancelled", "d": "cancelled"}))

    assert gaps(desk) == {"d": "cancelled"}


def test_when_nothing_else_has_a_text_the_job_fails_for_the_reason_of_what_was_tried() -> None:
    outline = tree(node("一", node("a"), node("b")))
    desk = Desk()
    failing = ScriptedAuthor(failures={B: ModelUnavailable("away")})

    with pytest.raises(ModelUnavailable):
        desk.write(desk.request(outline, gaps={"a": "budget_reached"}), failing)


def test_when_every_section_is_left_the_job_fails_for_a_reason_of_our_own() -> None:
    outline = tree(node("一", node("a"), node("b")))
    desk = Desk()

    with pytest.raises(InvalidRequest) as refused:
        desk.write(desk.request(outline, gaps={"a": "cancelled", "b": "cancelled"}))

    assert refused.value.code == "all_left_out"


def test_a_manuscripts_gaps_are_filled_one_by_one(running: Runtime) -> None:
    manuscript, missing = stopped(running)
    other = {"t": "ins", "nodes": [{"id": "另", "title": "另一节"}, {"id": "走", "title": "走了"}]}
    edit(running, manuscript, other, client="另一标签页")
    running.drafts.take(manuscript.id)
    left = {NodeId("另"): "cancelled", NodeId("gone"): "cancelled"}
    changes = running.changes.of(manuscript.id, left)

    finish(running, running.manuscripts.write(manuscript.id, gaps=left).id)

    after = running.manuscripts.open(manuscript.id).manuscript.document
    assert after is not None
    failed = {s.id: s.error_code for s in after.sections if s.status is SectionStatus.FAILED}
    assert missing in ids(changes.written)
    assert "另" not in ids(changes.written)
    assert failed == {"另": "cancelled"}
