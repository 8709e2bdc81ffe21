import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from operator import add

import pytest

from benchmarks.pace import thread_cost
from evals.large_texts import large_readings, section_queries, size_bytes
from pipeline.adapters.passage_index import (
    MAX_WORDS,
    PAIRS_PER_WORD,
    PassageIndex,
    query_terms,
)
from pipeline.domain.documents import Block, Language, Reading, SourceId
from pipeline.domain.language import detect_language
from pipeline.domain.passages import split_into_passages
from pipeline.ports import Material

EN = SourceId("en")
ZH = SourceId("zh")

MOST_PACES: dict[Language, float] = {"en": 7, "zh": 2}
"""Of `seconds_of_sqlite`: what SQLite needs in any case, which is more for Chinese. The goal in
seconds, which a slow machine misses with the same program, is a row of the evals."""

ENGLISH = {
    "Causes": "The Moon pulls on the sea, and the near side is pulled more than the far side.",
    "Kinds": "Spring tides come at new and full moon; neap tides come in between.",
    "Barrages": "A barrage is a dam with turbines across an estuary. La Rance opened in 1966.",
    "Cost": "Building a barrage is expensive, but its running costs are low for a century.",
    "Fish": "Turbines may injure migrating fish, so screens and slow blades were tested.",
    "Streams": "Underwater rotors use tidal currents and need no dam; they resemble wind farms.",
}
CHINESE = {
    "成因": "月球对海水的引力使海面周期性升降，近月一侧受力更大。",
    "种类": "朔望时出现大潮，上弦和下弦时出现小潮。",
    "潮汐电站": "江厦潮汐试验电站位于浙江温岭，装机容量四千一百千瓦。",
    "成本": "拦潮坝造价高昂，但是运行费用很低，寿命可达百年。",
    "鱼类": "水轮机可能伤害洄游鱼类，因此采用低转速叶片。",
    "潮流": "潮流能发电机组安装在水下，不需要建坝，类似风力发电。",
}
QUESTIONS = [
    ("Why does the sea rise: what does the Moon pull on?", "Causes"),
    ("when do neap tides occur", "Kinds"),
    ("first tidal barrage opened in 1966", "Barrages"),
    ("running costs of barrages", "Cost"),
    ("are fishes injured by turbines?", "Fish"),
    ("rotors in tidal currents without a dam", "Streams"),
    ("月球引力为什么使海面升降", "成因"),
    ("什么时候出现小潮", "种类"),
    ("江厦电站的装机容量是多少", "潮汐电站"),
    ("建坝的造价和运行费用", "成本"),
    ("对鱼类的影响", "鱼类"),
    ("水下发电机组与风力发电的比较", "潮流"),
]


def reading(name: str, chapters: Mapping[str, str]) -> Reading:
    blocks: list[Block] = []
    for title, text in chapters.items():
        blocks.append(Block(kind="heading", text=title, level=1))
        blocks.append(Block(kind="paragraph", text=text))
    language = detect_language("".join(chapters.values()))
    return Reading(sha256=name * 32, title=name, language=language, blocks=tuple(blocks))


def material() -> Material:
    return PassageIndex({EN: reading("en", ENGLISH), ZH: reading("zh", CHINESE)})


def search(
    index: Material, query: str, limit: int = 3, within: Sequence[SourceId] = ()
) -> list[str]:
    found = asyncio.run(index.search(query, limit=limit, within=within))
    return [passage.heading_path[-1] for passage in found]


@pytest.mark.parametrize(("question", "answer"), QUESTIONS)
def test_the_passage_that_answers_a_question_comes_first(question: str, answer: str) -> None:
    assert search(material(), question)[0] == answer


def test_a_word_is_found_in_its_other_forms() -> None:
    assert search(material(), "migration of a fish")[0] == "Fish"


def test_full_width_letters_and_capitals_are_the_same_word() -> None:
    assert search(material(), "ＲＡＮＣＥ") == ["Barrages"]


def test_a_single_chinese_character_finds_the_words_with_it() -> None:
    assert set(search(material(), "坝", limit=6)) == {"成本", "潮流"}


def test_words_of_a_heading_find_the_passages_below_it() -> None:
    assert search(material(), "streams")[0] == "Streams"
    assert search(material(), "成因")[0] == "成因"


@pytest.mark.parametrize(
    "query",
    ['"', "'", "a AND (b OR", "NEAR(", "col:x", "*", "^x", "-- ; DROP", "x\0y", "{}", '鱼"*', "+-"],
)
def test_no_query_is_taken_for_an_expression(query: str) -> None:
    assert len(search(material(), query, limit=3)) <= 3


def test_operators_are_plain_words() -> None:
    index = PassageIndex({EN: reading("en", {"A": "near and far", "B": "nothing here"})})

    assert search(index, "NEAR") == ["A"]


def test_only_the_sources_asked_for_are_searched() -> None:
    index = PassageIndex(
        {EN: reading("en", ENGLISH), ZH: reading("zh", CHINESE | {"Dam": "barrage"})}
    )

    assert "Dam" not in search(index, "barrage", limit=9, within=[EN])
    assert search(index, "barrage", limit=9, within=[ZH])[0] == "Dam"
    assert "Barrages" not in search(index, "barrage", limit=9, within=[ZH])
    assert search(index, "barrage", within=[SourceId("unknown")]) == []


@pytest.mark.parametrize("query", ["", "  ", "?!。"])
def test_an_empty_query_gets_the_openings_of_every_source(query: str) -> None:
    assert search(material(), query, limit=3) == ["Causes", "成因", "Kinds"]
    assert search(material(), query, limit=2, within=[ZH]) == ["成因", "种类"]


def test_of_the_sources_asked_for_only_what_matches_is_found() -> None:
    assert search(material(), "洄游鱼类", within=[ZH]) == ["鱼类"]
    assert search(material(), "does the rotor need a dam", within=[EN]) == ["Streams", "Barrages"]
    assert search(material(), "月球与海水", within=[EN]) == []


def test_a_long_chinese_query_counts_to_its_end_as_an_english_one_does() -> None:
    title, summary = "潮汐能的开发利用", "概述其资源分布、技术路线、工程实践与主要经济指标" * 2
    rest = "，".join(f"{first}{second}" for first in "甲乙丙丁" for second in "子丑寅卯辰巳午未申")
    words = " ".join(f"word{number}" for number in range(40))

    assert search(material(), f"{title} {summary} {rest} 洄游鱼类")[0] == "鱼类"
    assert search(material(), f"{words} migrating fish")[0] == "Fish"


def test_the_length_of_a_query_is_bounded_in_both_languages() -> None:
    han = "".join(chr(0x4E00 + number) for number in range(500))

    assert len(query_terms(han)) == MAX_WORDS * PAIRS_PER_WORD
    assert len(query_terms(" ".join(f"w{number}" for number in range(500)))) == MAX_WORDS


def test_a_query_about_something_else_finds_nothing() -> None:
    assert search(material(), "quantum chromodynamics") == []
    assert search(material(), "人工智能") == []


def test_a_question_of_common_words_only_is_still_a_question() -> None:
    assert search(material(), "what is this for")


def test_at_most_as_many_come_as_were_asked_for() -> None:
    assert len(search(material(), "tides barrage dam turbines", limit=2)) == 2
    assert search(material(), "tides", limit=0) == []


def test_each_passage_is_found_by_its_id() -> None:
    index = material()
    expected = split_into_passages(ZH, reading("zh", CHINESE))

    assert [index.passage(passage.id) for passage in expected] == expected
    assert index.passage("no-such-id") is None


def test_two_sources_with_the_same_content_are_quoted_once() -> None:
    index = PassageIndex({EN: reading("en", ENGLISH), SourceId("copy"): reading("en", ENGLISH)})

    assert search(index, "neap tides", limit=9).count("Kinds") == 1
    assert search(index, "", limit=9).count("Kinds") == 1
    assert len(index.sources) == 2


def test_a_copy_that_is_asked_for_finds_what_the_original_holds() -> None:
    copy = SourceId("copy")
    index = PassageIndex({ZH: reading("zh", CHINESE), copy: reading("zh", CHINESE)})

    assert search(index, "小潮", within=[copy]) == ["种类"]
    assert search(index, "", within=[copy], limit=2) == ["成因", "种类"]
    assert search(index, "", within=[ZH, copy], limit=2) == ["成因", "种类"]


def test_material_without_sources_finds_nothing() -> None:
    index = PassageIndex({})

    assert search(index, "潮汐") == []
    assert search(index, "") == []
    assert index.sources == []


def test_many_searches_at_once_answer_like_one() -> None:
    index = material()

    async def all_at_once() -> list[str]:
        found = await asyncio.gather(
            *(index.search(question, limit=1) for question, _ in QUESTIONS * 10)
        )
        return [passages[0].heading_path[-1] for passages in found]

    assert asyncio.run(all_at_once()) == [answer for _, answer in QUESTIONS] * 10


def test_words_that_every_tenth_passage_has_are_not_searched_for_in_a_large_material() -> None:
    common = frozenset({"bay", "海湾"})

    assert query_terms("bay of rotors and turbines, dams", common) == [
        '"rotors"',
        '"turbines"',
        '"dams"',
    ]
    assert query_terms("bay of rotors", common) == ['"bay"', '"rotors"']
    assert query_terms("海湾", common) == ['"海湾"']


def seconds_of_sqlite(index: PassageIndex) -> float:
    """What SQLite alone takes for the words of the same passages: a pace.

    The words of Chinese are pairs of characters.
    """
    texts = [
        " ".join(map(add, p.text, p.text[1:])) if p.text[0] > "\u2fff" else p.text
        for p in index.passages
    ]
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='')")
    with thread_cost() as cost:
        database.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(texts))
        database.commit()
    database.close()
    return cost.seconds


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_ten_megabytes_are_indexed_at_sqlites_pace_and_searched_in_ten_milliseconds(
    language: Language,
) -> None:
    readings = large_readings(language, megabytes=10)
    queries = section_queries(readings, 60)

    builds: list[float] = []
    paces: list[float] = []
    for _ in range(2):  # the least of two: what else runs beside it is no part of it
        with thread_cost() as build:
            index = PassageIndex(readings)
        builds.append(build.seconds)
        paces.append(seconds_of_sqlite(index))
    with thread_cost() as search:
        for query in queries:
            index.find(query, limit=16)

    assert size_bytes(readings) > 9_500_000
    assert min(builds) < MOST_PACES[language] * min(paces)
    assert search.seconds / len(queries) < 0.010


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("Börte of the Café", ["borte", "BÖRTE", "cafe", "café", "cafe\u0301"], ["bör", "caf"]),
        ("Đổi mới, “ＷＩＤＥ” naïve_words", ["wide", "naive", "words", "moi"], ["wid", "na"]),
        ("Старый край, été", ["край", "ete"], ["краи"]),
        ("한국어 텍스트와 été", ["한국어", "텍스트와"], ["텍스트"]),
        ("潮汐été发电（ＡＩ）", ["潮汐", "ete", "发电", "ai"], ["汐发", "té"]),
    ],
)
def test_words_are_found_without_regard_to_case_width_and_latin_accents(
    text: str, found: list[str], not_found: list[str]
) -> None:
    block = Block(kind="paragraph", text=text)
    index = PassageIndex({EN: Reading(sha256="1", title="T", language="en", blocks=(block,))})

    assert [word for word in found if not index.find(word, limit=1)] == []
    assert [word for word in not_found if index.find(word, limit=1)] == []


def test_a_year_is_found_in_spite_of_the_raised_number_of_a_note_behind_it() -> None:
    block = Block(kind="paragraph", text="The flood of 2021³ covered 450 km².")
    index = PassageIndex({EN: Reading(sha256="1", title="Flood", language="en", blocks=(block,))})

    assert index.find("2021", limit=1)
    assert index.find("km2", limit=1)
    assert not index.find("20213", limit=1)
