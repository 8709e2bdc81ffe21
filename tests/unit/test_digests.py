import random

import pytest

from benchmarks.pace import thread_cost
from pipeline.domain import digests
from pipeline.domain.digests import CANDIDATES, KEY_SIZE, LONGEST, OPENING_SIZE, PARTS, digest
from pipeline.domain.documents import Block, Reading, SourceId
from pipeline.domain.language import detect_language
from pipeline.domain.passages import size_of, source_of

SOURCE = SourceId("s")
FILLER = {
    "en": "The harbour office keeps a ledger of the {}th ship and of the weather on that day.",
    "zh": "港务处把第{}艘船的到达时间和当天的天气写进登记簿。",
}


def reading(*blocks: Block) -> Reading:
    text = "\n".join(block.text for block in blocks)
    return Reading(
        sha256="a" * 64, title="Tides", language=detect_language(text), blocks=tuple(blocks)
    )


def heading(text: str, level: int = 1) -> Block:
    return Block(kind="heading", text=text, level=level)


def paragraph(text: str) -> Block:
    return Block(kind="paragraph", text=text)


def key_sentences(*blocks: Block) -> tuple[tuple[str, str], ...]:
    read = reading(*blocks)
    return digest(source_of(SOURCE, read), read).key_sentences


def test_a_digest_has_all_headings_and_the_first_sentences() -> None:
    english, chinese = "The Moon raises tides. ", "潮汐由月球的引力产生。太阳的作用较小。"
    read = reading(
        heading("潮汐"), paragraph(chinese), heading("Kinds", 2), paragraph(english * 100)
    )

    found = digest(source_of(SOURCE, read), read)

    assert found.headings == ((1, "潮汐"), (2, "Kinds"))
    assert found.opening.startswith("潮汐由月球的引力产生。太阳的作用较小。The Moon raises")
    assert 1000 < size_of(found.opening) <= OPENING_SIZE + 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_without_headings_speaks_from_every_tenth_of_it(language: str) -> None:
    count = 2_000
    blocks = [paragraph(FILLER[language].format(number)) for number in range(count)]

    found = key_sentences(*blocks)

    places = [int("".join(c for c in sentence if c.isdigit())) for _, sentence in found]
    assert places == sorted(places)
    assert {place * 10 // count for place in places} == set(range(10))
    assert sum(size_of(sentence) for _, sentence in found) <= KEY_SIZE + LONGEST


@pytest.mark.parametrize(
    ("central", "near", "aside"),
    [
        (
            "Tidal energy turns the rise of the sea into electricity.",
            "By night a turbine near the old lighthouse takes electricity from the rising sea.",
            "The mayor wore a green hat on that Tuesday.",
        ),
        (
            "潮汐发电利用海水涨落推动水轮机。",
            "老渔民说水轮机推动过一条停在灯塔旁边小海湾的渔船。",
            "镇长那天戴了一顶绿色的帽子。",
        ),
        (
            "A dam has turbines in the estuary.",
            "This dam has turbines across the estuary.",
            "The mayor wore a green hat.",
        ),
    ],
)
def test_the_sentence_that_shares_most_with_its_part_stands_for_it(
    central: str, near: str, aside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "KEY_SIZE", 0)  # one sentence from each part
    blocks = [paragraph("x" * OPENING_SIZE)]
    for number in range(PARTS - 1):
        blocks += [heading(f"Part {number}"), paragraph(f"{aside} {near} {central}")]

    last = [sentence for title, sentence in key_sentences(*blocks) if title == f"Part {PARTS - 2}"]

    assert last[-1] == central
    assert aside not in last


def test_every_section_of_a_source_has_its_say_though_one_is_long() -> None:
    long = [paragraph(FILLER["en"].format(number)) for number in range(500)]
    short = [
        block
        for number in range(12)
        for block in (
            heading(f"第{number}章"),
            paragraph(f"第{number}座电站位于{number}号海湾的北岸。"),
        )
    ]

    found = key_sentences(heading("Ledger"), *long, *short)

    assert {f"第{number}章" for number in range(12)} <= {title for title, _ in found}


def test_of_more_sections_than_there_are_parts_all_tenths_are_heard() -> None:
    blocks = [
        block
        for number in range(700)
        for block in (heading(f"Bay {number}"), paragraph(FILLER["en"].format(number)))
    ]

    found = key_sentences(*blocks)

    assert {int(title.split()[1]) * 10 // 700 for title, _ in found} == set(range(10))
    assert all(sentence == FILLER["en"].format(title.split()[1]) for title, sentence in found)


def test_what_the_opening_says_is_not_said_again() -> None:
    opening = "潮汐由月球的引力产生，太阳的作用较小。"

    assert key_sentences(paragraph(opening)) == ()
    assert opening not in [
        s for _, s in key_sentences(paragraph(opening), paragraph("甲乙丙丁。" * 900))
    ]


def test_a_source_of_tables_alone_shows_rows_of_all_of_them() -> None:
    tables = [
        Block(
            kind="table", text=f"| 电站 {number} | 装机容量 {number}00 千瓦 | 建成 19{number:02} |"
        )
        for number in range(60)
    ]

    found = [sentence for _, sentence in key_sentences(*tables)]

    assert any("电站 0 " in sentence for sentence in found)
    assert any("电站 59 " in sentence or "电站 58 " in sentence for sentence in found)


@pytest.mark.parametrize("blocks", [[], [heading("Only a heading")], [paragraph("x")]])
def test_a_source_that_says_nothing_has_no_key_sentences(blocks: list[Block]) -> None:
    assert key_sentences(*blocks) == ()


def test_a_book_of_five_megabytes_takes_no_longer_than_its_sample() -> None:
    order = random.Random(7)  # noqa: S311 - words for a text, no secret
    words = ["".join(order.choices("abcdefghij", k=6)) for _ in range(3_000)]
    blocks = [
        paragraph(" ".join(order.choices(words, k=80)).capitalize() + ".") for _ in range(9_000)
    ]

    with thread_cost() as cost:
        key_sentences(*blocks)

    assert cost.seconds < 0.5
    assert len(blocks) > 50 * PARTS * CANDIDATES / 10
