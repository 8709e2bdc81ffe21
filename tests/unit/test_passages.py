import pytest

from pipeline.domain.documents import Block, Reading, SourceId
from pipeline.domain.language import detect_language, split_sentences
from pipeline.domain.passages import (
    PASSAGE_SIZE,
    TAIL_SIZE,
    size_of,
    split_into_passages,
)

SOURCE = SourceId("s")
ENGLISH = "The Moon raises tides in the sea. The Sun adds a smaller part. "
CHINESE = "潮汐由月球的引力产生。太阳的作用较小。"


def reading(*blocks: Block, sha256: str = "a" * 64) -> Reading:
    text = "\n".join(block.text for block in blocks)
    return Reading(sha256=sha256, title="Tides", language=detect_language(text), blocks=blocks)


def heading(text: str, level: int = 1) -> Block:
    return Block(kind="heading", text=text, level=level)


def paragraph(text: str, page: int | None = None) -> Block:
    return Block(kind="paragraph", text=text, page=page)


def texts(*blocks: Block) -> list[str]:
    return [passage.text for passage in split_into_passages(SOURCE, reading(*blocks))]


@pytest.mark.parametrize("text", [ENGLISH * 60, CHINESE * 60])
def test_whole_sentences_are_packed_up_to_the_size(text: str) -> None:
    passages = texts(paragraph(text))

    sentences = split_sentences(text)
    assert all(size_of(passage) <= PASSAGE_SIZE + TAIL_SIZE + 20 for passage in passages)
    assert all(size_of(passage) > PASSAGE_SIZE - 100 for passage in passages[:-1])
    assert [s for passage in passages for s in split_sentences(passage)] == sentences


def test_a_chinese_passage_has_half_as_many_characters() -> None:
    english, chinese = texts(paragraph(ENGLISH * 60))[0], texts(paragraph(CHINESE * 60))[0]

    assert 700 <= len(english) <= 800
    assert 350 <= len(chinese) <= 450


def test_no_passage_crosses_a_heading() -> None:
    found = split_into_passages(
        SOURCE,
        reading(
            paragraph("Before all."),
            heading("潮汐"),
            paragraph("一。"),
            heading("Kinds", 2),
            paragraph("Two."),
            heading("End", 1),
            paragraph("Three."),
        ),
    )

    assert [(passage.text, passage.heading_path) for passage in found] == [
        ("Before all.", ()),
        ("一。", ("潮汐",)),
        ("Two.", ("潮汐", "Kinds")),
        ("Three.", ("End",)),
    ]
    assert [passage.position for passage in found] == [0, 1, 2, 3]


def test_a_deeper_heading_may_come_without_the_level_between() -> None:
    found = split_into_passages(
        SOURCE,
        reading(
            heading("A", 1), heading("B", 4), paragraph("x."), heading("C", 2), paragraph("y.")
        ),
    )

    assert [passage.heading_path for passage in found] == [("A", "B"), ("A", "C")]


def test_a_passage_has_the_pages_on_which_it_begins_and_ends() -> None:
    over = Block(kind="paragraph", text=CHINESE * 30, page=3, last_page=4)
    found = split_into_passages(
        SOURCE,
        reading(
            heading("Before"),
            paragraph(ENGLISH * 12, page=1),
            paragraph(ENGLISH * 24, page=2),
            heading("之后"),
            over,
        ),
    )

    assert [(passage.page, passage.last_page) for passage in found] == [
        (1, 2),
        (2, None),
        (2, None),
        (3, 4),
        (3, 4),
    ]


def test_a_passage_has_its_own_pages_where_those_of_its_block_begin_is_known() -> None:
    size = len(CHINESE)
    over = Block(
        kind="paragraph",
        text=CHINESE * 60,
        page=3,
        last_page=5,
        page_turns=((30 * size, 4), (59 * size, 5)),
    )
    plain = over.model_copy(update={"page_turns": ()})

    found = split_into_passages(SOURCE, reading(over))

    assert len(found) >= 3
    read = 0
    for passage in found:
        first, last = read // size, (read + len(passage.text) - 1) // size
        pages = [3 + (sentence >= 30) + (sentence >= 59) for sentence in (first, last)]
        assert passage.page == pages[0]
        assert passage.last_page == (pages[1] if pages[1] != pages[0] else None)
        read += len(passage.text)
    assert {(p.page, p.last_page) for p in split_into_passages(SOURCE, reading(plain))} == {(3, 5)}


def test_a_passages_pages_are_no_part_of_its_id() -> None:
    before = split_into_passages(SOURCE, reading(paragraph(CHINESE * 60)))
    after = split_into_passages(SOURCE, reading(paragraph(CHINESE * 60, page=7)))

    assert [passage.id for passage in after] == [passage.id for passage in before]


def test_blocks_of_one_passage_stand_apart_and_chinese_sentences_do_not() -> None:
    assert texts(paragraph("One. Two."), paragraph("一。二。")) == ["One. Two.\n\n一。二。"]


def test_lists_tables_and_code_keep_their_lines() -> None:
    code = Block(kind="code", text="def tide(t):\n    return 潮(t)")
    listed = Block(kind="list", text="- one\n  - two")

    assert texts(listed, code) == ["- one\n  - two\n\ndef tide(t):\n    return 潮(t)"]


def test_a_long_table_is_divided_between_its_rows() -> None:
    rows = [f"| {n} | {'x' * 90} |" for n in range(30)]

    passages = texts(Block(kind="table", text="\n".join(rows)))

    assert len(passages) > 2
    assert [row for passage in passages for row in passage.split("\n")] == rows


HEAD = "| 年份 | GW | Remark |\n| --- | --- | --- |"


@pytest.mark.parametrize("before", [0, 5, 9])
def test_each_passage_of_a_long_table_has_the_names_of_its_columns(before: int) -> None:
    rows = [f"| {2000 + n} | {n}.5 | {'风 wind ' * 8} |" for n in range(40)]
    table = Block(kind="table", text="\n".join([HEAD, *rows]), page=7)

    found = split_into_passages(SOURCE, reading(paragraph(ENGLISH * before, page=6), table))

    assert len(found) > 4
    for passage in found[1:]:
        assert passage.text.startswith(f"{HEAD}\n| 20")
        assert passage.text.count("---") == 3
        assert (passage.page, passage.last_page) == (7, None)
        assert size_of(passage.text) <= PASSAGE_SIZE + TAIL_SIZE
    read = [row for passage in found for row in passage.text.split("\n") if row.startswith("| 20")]
    assert read == rows


def test_a_head_that_would_leave_its_rows_no_room_stands_once() -> None:
    names = f"| {' | '.join(f'列 column {n}' for n in range(20))} |"
    head = [names, f"|{' --- |' * 20}"]
    rows = [f"| {n} {'| x ' * 19} |" for n in range(40)]

    assert sum(text.count("---") for text in texts(table_of(*head, *rows))) == 20


def test_the_next_table_in_a_passage_keeps_its_own_head() -> None:
    rows = [f"| {n} | {'x' * 60} |" for n in range(8)]
    one, other = HEAD.replace("| GW ", ""), HEAD.replace("年份", "Year").replace("| GW ", "")
    one, other = (each.replace(" --- |", "", 1) for each in (one, other))

    passages = texts(table_of(one, *rows), table_of(other, *rows))

    assert len(passages) == 2
    assert passages[0].count("---") == 4
    assert other in passages[0]
    assert passages[1].startswith(f"{other}\n| ")


def table_of(*lines: str) -> Block:
    return Block(kind="table", text="\n".join(lines))


@pytest.mark.parametrize("text", ["word " * 2000, "x" * 9000, "潮" * 5000])
def test_text_without_sentences_is_cut_and_nothing_of_it_is_lost(text: str) -> None:
    passages = texts(paragraph(text))

    assert all(size_of(passage) <= 1500 for passage in passages)
    assert "".join(passages).replace(" ", "") == text.replace(" ", "")


def test_an_id_depends_on_the_content_alone() -> None:
    one = reading(paragraph(CHINESE), paragraph(ENGLISH))

    first, again = split_into_passages(SOURCE, one), split_into_passages(SourceId("other"), one)

    assert [passage.id for passage in first] == [passage.id for passage in again]
    assert all(len(passage.id) == 10 for passage in first)


def test_the_same_words_at_another_place_or_in_another_file_have_another_id() -> None:
    twice = split_into_passages(
        SOURCE,
        reading(heading("A"), paragraph("Same."), heading("B"), paragraph("Same.")),
    )
    elsewhere = split_into_passages(SOURCE, reading(paragraph("Same."), sha256="b" * 64))

    assert len({passage.id for passage in [*twice, *elsewhere]}) == 3


def test_a_file_of_nothing_but_headings_still_has_passages() -> None:
    assert texts(heading("第一章"), heading("Second")) == ["第一章\n\nSecond"]
