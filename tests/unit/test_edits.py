"""Operations on an outline draft: what they change, what they refuse, and that they may repeat."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.edits import (
    MAX_CLIENTS,
    OPERATION,
    Applied,
    EditRequest,
    Operation,
    answer,
    apply_operations,
    flat,
    snapshot,
)
from pipeline.domain.manuscripts import OutlineDraft
from pipeline.domain.outline import walk
from tests.unit.trees import shape


def node(node_id: str, *children: OutlineNode, title: str = "") -> OutlineNode:
    return OutlineNode(id=NodeId(node_id), title=title or node_id.upper(), children=children)


def draft_of(*nodes: OutlineNode) -> OutlineDraft:
    return OutlineDraft(outline=Outline(title="潮汐", nodes=nodes))


def operations(*fields: Mapping[str, object]) -> list[Operation]:
    return [OPERATION.validate_python({"seq": i, **f}) for i, f in enumerate(fields, start=1)]


def apply(
    draft: OutlineDraft, *fields: Mapping[str, object], max_nodes: int = 1000, max_depth: int = 8
) -> Applied:
    return apply_operations(
        draft, "tab", operations(*fields), max_nodes=max_nodes, max_depth=max_depth
    )


def test_each_operation_changes_what_it_names() -> None:
    draft = draft_of(node("a", node("a1"), node("a2")), node("b"))

    after = apply(
        draft,
        {"t": "set", "id": "b", "k": "title", "v": "月球引潮力"},
        {"t": "set", "id": "b", "k": "target_words", "v": 400},
        {"t": "set", "id": "b", "k": "source_ids", "v": ["s1", "s2"]},
        {"t": "set", "id": "b", "k": "sources_only", "v": True},
        {"t": "set", "id": "b", "k": "locked", "v": True},
        {"t": "ins", "parent": "a", "after": None, "nodes": [{"id": "n", "title": "First"}]},
        {"t": "mv", "id": "a2", "parent": "b", "after": None},
        {"t": "del", "id": "a1"},
        {"t": "name", "v": "潮汐研究"},
    ).draft

    assert after.outline.title == "潮汐研究"
    assert shape(after.outline.nodes) == [["A", ["First"]], ["月球引潮力", ["A2"]]]
    assert after.outline.nodes[1].target_words == 400
    assert after.outline.nodes[1].source_ids == ("s1", "s2")
    assert after.outline.nodes[1].sources_only
    assert after.outline.nodes[1].locked
    assert (after.revision, after.acknowledged) == (1, {"tab": 9})


def test_an_inserted_subtree_keeps_its_shape_and_its_fields() -> None:
    nodes = [
        {"id": "x", "parent": "gone", "title": "X", "notes": "brief", "sources_only": True},
        {"id": "y", "parent": "x", "title": "Y"},
        {"id": "z", "parent": "y", "title": "Z"},
        {"id": "w", "parent": "elsewhere", "title": "left out: its parent is not in here"},
    ]

    after = apply(draft_of(node("a")), {"t": "ins", "parent": "", "after": "a", "nodes": nodes})

    assert shape(after.draft.outline.nodes) == ["A", ["X", [["Y", ["Z"]]]]]
    assert after.draft.outline.nodes[1].notes == "brief"
    assert after.draft.outline.nodes[1].sources_only


def test_operations_that_were_applied_before_change_nothing() -> None:
    once = apply(draft_of(node("a")), {"t": "ins", "parent": "", "nodes": [{"id": "n"}]}).draft

    twice = apply(once, {"t": "ins", "parent": "", "nodes": [{"id": "other"}]})

    assert twice.draft == once


@pytest.mark.parametrize(
    "fields",
    [
        {"t": "set", "id": "ghost", "k": "title", "v": "x"},
        {"t": "del", "id": "ghost"},
        {"t": "mv", "id": "ghost", "parent": "", "after": None},
        {"t": "mv", "id": "a", "parent": "ghost", "after": None},
        {"t": "mv", "id": "a", "parent": "a1", "after": None},
        {"t": "ins", "parent": "", "nodes": [{"id": "a1", "title": "id is taken"}]},
        {"t": "set", "id": "a", "k": "title", "v": "A"},
    ],
)
def test_an_operation_without_effect_is_acknowledged_and_leaves_the_revision(
    fields: dict[str, object],
) -> None:
    draft = draft_of(node("a", node("a1")))

    after = apply(draft, fields).draft

    assert after == draft.model_copy(update={"acknowledged": {"tab": 1}})


def test_what_was_typed_below_a_removed_parent_goes_to_the_top() -> None:
    added = {
        "t": "ins",
        "parent": "gone",
        "after": "gone too",
        "nodes": [{"id": "n", "title": "N"}],
    }

    after = apply(draft_of(node("a")), added)

    assert shape(after.draft.outline.nodes) == ["A", "N"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5),
        ("target_words", -1),
        ("target_words", "many"),
        ("source_ids", "src1"),
        ("locked", None),
        ("sources_only", "yes please"),
        ("uncovered", True),
        ("id", "b"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        operations({"t": "set", "id": "a", "k": field, "v": value})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"t": "ins", "parent": "", "nodes": [{"id": "n"}]}, "outline_too_many_nodes"),
        ({"t": "mv", "id": "b", "parent": "a2", "after": None}, "outline_too_deep"),
    ],
)
def test_an_operation_above_a_limit_is_refused_and_the_others_apply(
    fields: dict[str, object], code: str
) -> None:
    draft = draft_of(node("a", node("a1", node("a2"))), node("b"))
    rename = {"t": "set", "id": "b", "k": "title", "v": "海洋"}

    after = apply(draft, fields, rename, max_nodes=4, max_depth=3)

    assert after.refused is not None
    assert after.refused.code == code
    assert shape(after.draft.outline.nodes) == [["A", [["A1", ["A2"]]]], "海洋"]
    assert after.draft.acknowledged == {"tab": 2}


def test_a_node_that_is_too_deep_may_move_up_step_by_step() -> None:
    draft = draft_of(node("a", node("b", node("c", node("d")))))

    after = apply(draft, {"t": "mv", "id": "d", "parent": "b", "after": "c"}, max_depth=2)

    assert after.refused is None
    assert shape(after.draft.outline.nodes) == [["A", [["B", ["C", "D"]]]]]


def test_the_answer_has_nodes_only_when_the_editor_is_behind_or_was_refused() -> None:
    draft = draft_of(node("a"))
    rename = operations({"t": "set", "id": "a", "k": "title", "v": "B"})

    def told(*ops: Operation, revision: int, max_nodes: int) -> dict[str, object]:
        request = EditRequest(client="tab", ops=ops, revision=revision)
        applied = apply_operations(draft, "tab", ops, max_nodes=max_nodes, max_depth=8)
        return dict(answer(applied, request))

    in_step = told(*rename, revision=0, max_nodes=10)
    behind = told(*rename, revision=-1, max_nodes=10)
    insert = operations({"t": "ins", "parent": "", "nodes": [{"id": "n"}]})
    refused = told(*insert, revision=0, max_nodes=1)

    assert in_step == {"ack": 1, "revision": 1, "title": "潮汐", "nodes": None}
    assert behind["nodes"] == flat(Outline(nodes=(node("a", title="B"),)))
    assert refused["nodes"] == flat(draft.outline)
    assert isinstance(refused["refused"], dict)
    assert refused["refused"]["limit"] == 1


def uncovered(draft: OutlineDraft) -> list[object]:
    nodes = snapshot(draft)["nodes"]
    assert isinstance(nodes, list)
    return [n["id"] for n in nodes if isinstance(n, dict) and n["uncovered"]]


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"k": "title", "v": "潮汐发电"}, []),
        ({"k": "source_ids", "v": ["s1"]}, []),
        ({"k": "title", "v": "A"}, ["a"]),
        ({"k": "notes", "v": "问渔民"}, ["a"]),
        ({"k": "target_words", "v": 300}, ["a"]),
    ],
)
def test_a_node_without_material_is_marked_until_it_is_named_or_bound_anew(
    fields: dict[str, object], left: list[str]
) -> None:
    draft = draft_of(node("a")).model_copy(update={"uncovered": (NodeId("a"), NodeId("gone"))})

    after = apply(draft, {"t": "set", "id": "a", **fields}).draft

    assert (uncovered(draft), uncovered(after)) == (["a"], left)


def test_a_removed_node_that_is_put_back_is_marked_as_before() -> None:
    draft = draft_of(node("a"), node("b")).model_copy(update={"uncovered": (NodeId("a"),)})

    gone = apply(draft, {"t": "del", "id": "a"}).draft
    back = apply_operations(
        gone,
        "other tab",
        operations({"t": "ins", "parent": "", "nodes": [{"id": "a", "uncovered": True}]}),
        max_nodes=9,
        max_depth=9,
    ).draft
    other = apply_operations(
        gone,
        "other tab",
        operations({"t": "ins", "parent": "", "nodes": [{"id": "a", "title": "海带"}]}),
        max_nodes=9,
        max_depth=9,
    ).draft

    assert (uncovered(gone), uncovered(back), uncovered(other)) == ([], ["a"], [])


def test_only_the_latest_editors_are_remembered() -> None:
    draft = draft_of(node("a"))
    for number in range(MAX_CLIENTS + 1):
        draft = apply_operations(
            draft,
            f"tab {number}",
            operations({"t": "name", "v": str(number)}),
            max_nodes=9,
            max_depth=9,
        ).draft

    assert len(draft.acknowledged) == MAX_CLIENTS
    assert "tab 0" not in draft.acknowledged


ids = st.sampled_from(["", "a", "b", "c", "d", "e", "ghost"])
random_operation = st.one_of(
    st.builds(lambda i, v: {"t": "set", "id": i, "k": "title", "v": v}, ids, st.text(max_size=4)),
    st.builds(lambda i: {"t": "del", "id": i}, ids),
    st.builds(lambda i, p, a: {"t": "mv", "id": i, "parent": p, "after": a}, ids, ids, ids),
    st.builds(
        lambda i, p: {"t": "ins", "parent": p, "after": None, "nodes": [{"id": i}]},
        ids.filter(bool),
        ids,
    ),
)


@given(st.lists(random_operation, max_size=30))
def test_any_operations_keep_a_tree_with_unique_ids_within_its_limits(
    fields: list[dict[str, object]],
) -> None:
    draft = draft_of(node("a", node("b")), node("c"))

    after = apply(draft, *fields, max_nodes=5, max_depth=3).draft

    places = list(walk(after.outline.nodes))
    assert len({place.node.id for place in places}) == len(places) <= 5
    assert max((place.depth for place in places), default=0) <= 3
