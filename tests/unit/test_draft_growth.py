"""How the outline job's events grow a draft that its author already edits."""

from datetime import UTC, datetime

import pytest

from benchmarks.pace import thread_cost
from pipeline.domain.documents import NodeId
from pipeline.domain.edits import OPERATION, apply_operations, snapshot
from pipeline.domain.growth import await_growth, grow, grow_all
from pipeline.domain.jobs import (
    EventId,
    JobEvent,
    JobId,
    JobKind,
    OutlineNodeAdded,
    OutlineReset,
    OutlineSources,
    OutlineTargets,
    OutlineTitled,
    TaskCompleted,
    TaskFailed,
    TaskProgress,
    TaskStarted,
)
from pipeline.domain.manuscripts import OutlineDraft
from tests.unit.trees import shape

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def apply(draft: OutlineDraft, *fields: dict[str, object]) -> OutlineDraft:
    operations = [OPERATION.validate_python({"seq": i, **f}) for i, f in enumerate(fields, 1)]
    return apply_operations(draft, "tab", operations, max_nodes=99, max_depth=8).draft


def added(node_id: str, parent: str | None = None, after: str | None = None) -> OutlineNodeAdded:
    return OutlineNodeAdded(
        job_id=JobId("job"),
        task_type=JobKind.OUTLINE,
        at=NOW,
        node_id=NodeId(node_id),
        parent_id=NodeId(parent) if parent else None,
        after_id=NodeId(after) if after else None,
        title=node_id.upper(),
    )


def grown(draft: OutlineDraft, *events: JobEvent) -> OutlineDraft:
    epoch, _, number = draft.seen_event.partition("-")
    for sequence, event in enumerate(events, start=int(number) + 1):
        draft = grow(draft, EventId(f"{epoch}-{sequence}"), event)
    return draft


COMMON = {"job_id": JobId("job"), "task_type": JobKind.OUTLINE, "at": NOW}
RESET = OutlineReset(job_id=JobId("job"), task_type=JobKind.OUTLINE, at=NOW)


def titled(title: str) -> OutlineTitled:
    return OutlineTitled(job_id=JobId("job"), task_type=JobKind.OUTLINE, at=NOW, title=title)


def test_announced_nodes_appear_in_their_place_and_are_marked_new() -> None:
    draft = grown(
        await_growth(OutlineDraft()),
        titled("潮汐"),
        added("a"),
        added("a2", "a"),
        added("b", None, "a"),
        added("a1", "a"),
    )

    assert shape(draft.outline.nodes) == [["A", ["A1", "A2"]], "B"]
    assert draft.outline.title == "潮汐"
    assert draft.growing
    nodes = snapshot(draft)["nodes"]
    assert isinstance(nodes, list)
    assert [n["status"] for n in nodes if isinstance(n, dict)] == ["new"] * 4


def test_events_that_were_seen_are_not_folded_again() -> None:
    draft = grow(OutlineDraft(), EventId("2-10"), added("a"))

    assert grow(draft, EventId("2-10"), added("b")) == draft
    assert grow(draft, EventId("1-99"), added("b")) == draft
    assert grow(draft, EventId("2-9"), added("b")) == draft
    assert shape(grow(draft, EventId("10-1"), added("b", None, "a")).outline.nodes) == ["A", "B"]


def test_a_reset_withdraws_what_the_author_left_alone_and_keeps_what_they_touched() -> None:
    draft = grown(OutlineDraft(), added("a"), added("a1", "a"), added("a2", "a", "a1"), added("b"))
    draft = apply(
        draft,
        {"t": "set", "id": "a1", "k": "notes", "v": "keep"},
        {"t": "ins", "parent": "", "after": None, "nodes": [{"id": "own", "title": "Own"}]},
    )

    draft = grown(draft, RESET)

    assert shape(draft.outline.nodes) == ["Own", ["A", ["A1"]]]
    assert draft.growing


def test_what_the_author_removed_does_not_grow_again() -> None:
    draft = grown(OutlineDraft(), added("a"), added("b", None, "a"))
    draft = apply(draft, {"t": "del", "id": "a"})

    draft = grown(draft, added("a1", "a"), added("c", None, "a"))

    assert shape(draft.outline.nodes) == ["B", "C"]


def test_what_the_author_removed_does_not_come_back_when_the_job_starts_over() -> None:
    draft = await_growth(OutlineDraft())
    draft = grown(draft, added("a"), added("a1", "a"), added("b", None, "a"))
    draft = apply(draft, {"t": "set", "id": "a", "k": "title", "v": "改名"})
    draft = apply_operations(
        draft,
        "other tab",
        [OPERATION.validate_python({"t": "del", "seq": 1, "id": "a"})],
        max_nodes=99,
        max_depth=8,
    ).draft

    again = grown(draft, RESET, added("a"), added("a1", "a"), added("b", None, "a"), added("c"))

    assert draft.removed == (NodeId("a"), NodeId("a1"))
    assert shape(again.outline.nodes) == ["C", "B"]


def test_what_the_author_put_back_may_grow_again() -> None:
    draft = grown(await_growth(OutlineDraft()), added("a"), added("b", None, "a"))
    draft = apply(
        draft,
        {"t": "del", "id": "a"},
        {"t": "ins", "parent": "", "after": None, "nodes": [{"id": "a", "title": "A"}]},
    )

    draft = grown(draft, RESET, added("a"), added("a1", "a"))

    assert draft.removed == ()
    assert shape(draft.outline.nodes) == [["A", ["A1"]]]


def test_removals_are_remembered_only_while_the_outline_grows() -> None:
    done = TaskCompleted.model_validate(COMMON | {"result": {}, "duration": 1.0})
    draft = grown(await_growth(OutlineDraft()), added("a"), added("b", None, "a"))

    ended = grown(apply(draft, {"t": "del", "id": "a"}), done)
    later = apply_operations(
        ended,
        "other tab",
        [OPERATION.validate_python({"t": "del", "seq": 1, "id": "b"})],
        max_nodes=99,
        max_depth=8,
    ).draft

    assert (ended.removed, later.removed, later.outline.nodes) == ((), (), ())


def test_events_folded_together_make_the_draft_that_they_make_one_by_one() -> None:
    events: list[JobEvent] = [
        TaskStarted.model_validate(COMMON),
        RESET,
        titled("潮汐"),
        added("a"),
        added("a1", "a"),
        TaskProgress.model_validate(COMMON | {"step": "read", "progress": "Reading"}),
        added("a"),
        RESET,
        titled("Tides"),
        added("b"),
        added("lost", "a"),
        OutlineTargets.model_validate(COMMON | {"targets": {"b": 400}}),
        carried({"b": ["s1"]}, ["a", "b"]),
        TaskCompleted.model_validate(COMMON | {"result": {}, "duration": 1.0}),
    ]
    numbered = [(EventId(f"1-{i}"), event) for i, event in enumerate(events, start=1)]

    for end in range(len(numbered) + 1):
        one_by_one = await_growth(OutlineDraft())
        for event_id, event in numbered[:end]:
            one_by_one = grow(one_by_one, event_id, event)

        assert grow_all(await_growth(OutlineDraft()), numbered[:end]) == one_by_one


def test_a_thousand_nodes_grow_in_half_a_second() -> None:
    events: list[tuple[EventId, JobEvent]] = []
    for i in range(1_000):
        parent = f"n{i - i % 25}" if i % 25 else None
        after = f"n{i - 1}" if i % 25 > 1 else None
        events.append((EventId(f"1-{i + 1}"), added(f"n{i}", parent, after)))

    with thread_cost() as cost:
        draft = grow_all(OutlineDraft(), events)

    assert cost.seconds < 0.5
    assert len(draft.proposed) == 1_000


def test_the_authors_title_is_never_overwritten() -> None:
    draft = grown(OutlineDraft(), titled("Proposed"), titled("Proposed and longer"))
    renamed = apply(draft, {"t": "name", "v": "My own"})

    assert draft.outline.title == "Proposed and longer"
    assert grown(renamed, titled("Proposed again")).outline.title == "My own"


def test_targets_fill_only_the_sections_without_one() -> None:
    draft = grown(OutlineDraft(), added("a"), added("b", None, "a"))
    draft = apply(draft, {"t": "set", "id": "a", "k": "target_words", "v": 50})
    targets = {NodeId("a"): 400, NodeId("b"): 400, NodeId("gone"): 1}

    draft = grown(
        draft,
        OutlineTargets(job_id=JobId("job"), task_type=JobKind.OUTLINE, at=NOW, targets=targets),
    )

    assert [n.target_words for n in draft.outline.nodes] == [50, 400]


def carried(
    sources: dict[str, list[str]], uncovered: list[str], **more: dict[str, list[str]]
) -> OutlineSources:
    return OutlineSources.model_validate(
        COMMON | {"sources": sources, "uncovered": uncovered, **more}
    )


def bound(draft: OutlineDraft) -> dict[str, tuple[str, ...]]:
    return {node.id: node.source_ids for node in draft.outline.nodes}


def test_sources_are_bound_to_what_the_author_neither_named_nor_bound() -> None:
    draft = await_growth(OutlineDraft())
    draft = grown(draft, *[added(each) for each in "abcd"])
    draft = apply(
        draft,
        {"t": "set", "id": "a", "k": "notes", "v": "短一点"},
        {"t": "set", "id": "b", "k": "title", "v": "大潮"},
        {"t": "set", "id": "c", "k": "source_ids", "v": ["mine"]},
        {"t": "set", "id": "d", "k": "source_ids", "v": ["mine"]},
        {"t": "set", "id": "d", "k": "source_ids", "v": []},
    )

    draft = grown(draft, carried({each: ["s1", "s2"] for each in [*"abcd", "gone"]}, []))

    assert bound(draft) == {"a": ("s1", "s2"), "b": (), "c": ("mine",), "d": ()}


def test_nodes_without_material_are_marked_unless_the_author_named_or_bound_them() -> None:
    draft = await_growth(OutlineDraft())
    draft = grown(draft, *[added(each) for each in "abc"])
    draft = apply(
        draft,
        {"t": "set", "id": "b", "k": "title", "v": "渔业"},
        {"t": "set", "id": "c", "k": "source_ids", "v": ["mine"]},
    )

    draft = grown(draft, carried({}, ["a", "b", "c"], carried={"x": ["s1"]}))

    assert draft.uncovered == ("a",)
    assert draft.carried == {"x": ("s1",)}
    nodes = snapshot(draft)["nodes"]
    assert isinstance(nodes, list)
    assert [n["id"] for n in nodes if isinstance(n, dict) and n["uncovered"]] == ["a"]


def test_a_job_that_starts_over_says_anew_what_the_material_holds() -> None:
    draft = grown(await_growth(OutlineDraft()), added("a"), carried({}, ["a"]))

    draft = grown(draft, RESET, added("a"), carried({"a": ["s1"]}, []))

    assert (bound(draft), draft.uncovered) == ({"a": ("s1",)}, ())


def test_what_the_author_settled_is_remembered_only_while_the_outline_grows() -> None:
    done = TaskCompleted.model_validate(COMMON | {"result": {}, "duration": 1.0})
    rename: dict[str, object] = {"t": "set", "id": "a", "k": "title", "v": "大潮"}
    growing = apply(grown(await_growth(OutlineDraft()), added("a")), rename)

    ended = grown(growing, done)
    later = apply_operations(
        ended,
        "other tab",
        [OPERATION.validate_python(rename | {"seq": 1, "v": "小潮"})],
        max_nodes=9,
        max_depth=9,
    ).draft

    assert (growing.settled, ended.settled, later.settled) == (("a",), (), ())
    assert await_growth(growing).settled == ()


@pytest.mark.parametrize(
    ("end", "still_announced"),
    [
        (TaskCompleted.model_validate(COMMON | {"result": {}, "duration": 1.0}), {}),
        (
            TaskFailed.model_validate(COMMON | {"error": "e", "code": "c", "retryable": True}),
            {NodeId("a"): "A"},
        ),
    ],
)
def test_growth_ends_with_the_job_and_a_failed_one_may_start_over(
    end: JobEvent, still_announced: dict[NodeId, str]
) -> None:
    start = TaskStarted.model_validate(COMMON)

    draft = grown(OutlineDraft(), start, added("a"), end)

    assert (draft.growing, draft.proposed) == (False, still_announced)


def test_an_event_that_says_nothing_about_the_outline_leaves_the_draft_alone() -> None:
    progress = TaskProgress.model_validate(COMMON | {"step": "read", "progress": "Reading"})
    draft = OutlineDraft()

    assert grow(draft, EventId("1-1"), progress) is draft
