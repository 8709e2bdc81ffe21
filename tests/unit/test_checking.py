"""Findings in a text: what is one, what is none, and where it stands."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.assembly import recomputed
from pipeline.domain.checking import MOST_OF_A_KIND, findings_of
from pipeline.domain.checking.abbreviations import KNOWN, abbreviations
from pipeline.domain.documents import Document, DocumentSection, Finding, Language, NodeId
from pipeline.domain.language import count_words

NOW = datetime(2026, 11, 24, tzinfo=UTC)

TIDES = "The barrage on the Rance has twenty-four turbines and feeds the grid of Brittany."
TURBINES = "江厦潮汐试验电站共有六台双向贯流式机组，向温岭市供电。"


def document(
    *contents: str, language: Language = "en", target: int | None = None, title: str = ""
) -> Document:
    sections = tuple(
        DocumentSection(
            id=NodeId(f"n{i}"),
            title=title or ("Part" if language == "en" else "章节"),
            level=1,
            number=str(i),
            content=content,
            word_count=count_words(content),
            target_words=target,
        )
        for i, content in enumerate(contents, 1)
    )
    return Document(title="T", content="", language=language, sections=sections, generated_at=NOW)


def found(*contents: str, language: Language = "en") -> list[tuple[str, dict[str, str | int]]]:
    return [(f.kind, dict(f.values)) for f in findings_of(document(*contents, language=language))]


def quoted(whole: Document, finding: Finding) -> tuple[str, str]:
    texts = {section.id: section.content for section in whole.sections}
    other = texts[finding.other_id] if finding.other_id else ""
    return (
        texts[finding.section_id][finding.start : finding.end],
        other[finding.other_start : finding.other_end],
    )


@pytest.mark.parametrize("text", ["word " * 290, "潮" * 290, "word " * 530, "潮" * 530])
def test_a_section_far_from_its_target_is_said_with_both_numbers(text: str) -> None:
    language: Language = "zh" if "潮" in text else "en"
    whole = document(text, language=language, target=400)

    assert [(f.kind, dict(f.values)) for f in findings_of(whole)] == [
        ("length", {"words": count_words(text), "target": 400})
    ]
    assert findings_of(document(text, language=language)) == ()


def test_a_scaffold_and_a_near_miss_have_the_length_they_have() -> None:
    assert findings_of(document("> **Note.** Written offline.", target=400)) == ()
    assert findings_of(document("word " * 310, target=400)) == ()
    assert findings_of(document("word " * 50, target=100)) == ()


@pytest.mark.parametrize(
    ("said", "language"),
    [(TIDES, "en"), (TURBINES, "zh")],
)
def test_what_two_sections_say_is_found_with_both_places(said: str, language: Language) -> None:
    gap = " " if language == "en" else ""
    other = "Something else. " if language == "en" else "另外的内容。"
    whole = document(f"{said}{gap}{said[:0]}", f"{other}{said}", language=language)

    (finding,) = findings_of(whole)

    assert (finding.kind, finding.section_id, finding.other_id) == ("repetition", "n2", "n1")
    assert quoted(whole, finding) == (said, said)


def test_a_sentence_that_a_section_says_twice_is_found_and_a_similar_one_is_not() -> None:
    whole = document(f"{TIDES} Something else. {TIDES}")

    (finding,) = findings_of(whole)

    assert (finding.kind, finding.section_id, finding.other_id) == ("repetition", "n1", "n1")
    assert quoted(whole, finding) == (TIDES, TIDES)
    assert found(f"{TIDES} {TIDES.replace('twenty-four', 'twenty-five')}") == []


def test_sentences_that_repeat_one_after_the_other_are_one_finding() -> None:
    more = "Silt settles behind the long dam and has to be dredged away every few years."
    whole = document(f"{TIDES} {more}", f"First. {TIDES} {more} Last.")

    (finding,) = findings_of(whole)

    assert finding.values == {"sentences": 2}
    assert quoted(whole, finding) == (f"{TIDES} {more}", f"{TIDES} {more}")


def test_code_quotes_and_common_phrases_do_not_repeat() -> None:
    same = f"```\n{TIDES}\n```\n\n> {TIDES}\n\nOn the other hand, it is not so."

    assert found(same, same) == []


@pytest.mark.parametrize(
    ("one", "other", "differs", "language"),
    [
        (TIDES, TIDES.replace("twenty-four", "26"), "number", "en"),
        (TURBINES, TURBINES.replace("六台", "八台"), "number", "zh"),
        (
            "The barrage on the Rance in Brittany was opened by the state in 1966.",
            "The barrage on the Rance in Brittany was opened by the state in 1967.",
            "date",
            "en",
        ),
        ("江厦潮汐试验电站于1980年并网发电。", "江厦潮汐试验电站于1985年并网发电。", "date", "zh"),
        (
            "The dam on the river does harm the fishing fleet of the town.",
            "The dam on the river does not harm the fishing fleet of the town.",
            "negation",
            "en",
        ),
        ("该潮汐电站会影响沿岸渔民捕捞。", "该潮汐电站不会影响沿岸渔民捕捞。", "negation", "zh"),
    ],
)
def test_sections_that_say_the_opposite_are_candidates_of_a_contradiction(
    one: str, other: str, differs: str, language: Language
) -> None:
    whole = document(one, other, language=language)

    assert found(one, other, language=language) == [("contradiction", {"differs": differs})]
    assert quoted(whole, findings_of(whole)[0]) == (other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "In 2020 the plant of Sihwa produced 480 GWh of power for the grid.",
            "In 2021 the plant of Sihwa produced 520 GWh of power for the grid.",
        ),
        (
            "Phase 1 renews the turbines of the old tidal plant within 3 months.",
            "Phase 2 renews the turbines of the old tidal plant within 5 months.",
        ),
        (
            "The barrage on the Rance has twenty-four turbines.",
            "The station at Annapolis has one turbine, unlike the barrage with twenty-four.",
        ),
        ("2020年始华湖电站发电量为480吉瓦时。", "2021年始华湖电站发电量为520吉瓦时。"),
        ("第一阶段用三个月更换电站机组叶片。", "第二阶段用五个月更换电站机组叶片。"),
    ],
)
def test_other_years_other_phases_and_other_things_contradict_nothing(one: str, other: str) -> None:
    assert "contradiction" not in [kind for kind, _ in found(one, other)]


def test_an_abbreviation_that_is_never_spelled_out_is_found_once() -> None:
    text = "The LCOE of tides is high. Wind has a lower LCOE."
    chinese = "潮汐的LCOE较高。风电的LCOE较低。"

    expected = [("abbreviation", {"abbreviation": "LCOE", "count": 2})]
    assert found(text, "More on LCOE follows elsewhere.")[0][1]["count"] == 3
    assert found(text) == expected
    assert found(chinese, language="zh") == expected


@pytest.mark.parametrize(
    "text",
    [
        "The levelised cost of energy (LCOE) is high. Wind has a lower LCOE.",
        "LCOE (levelised cost) is high. Wind has a lower LCOE.",
        "Levelised cost of energy is high. LCOE falls; LCOE counts.",
        "平准化度电成本（LCOE）较高。风电的LCOE较低。",
        "The GDP of the USA and the DNA of it: GDP, DNA, USA.",
        "Charles II followed Charles I; XIV is a number, XIV.",
        "Set `LCOE` and `LCOE`. That is NOT all, it is NOT, really not.",
        "One LCOE is an aside.",
    ],
)
def test_what_is_explained_known_or_no_abbreviation_is_left_alone(text: str) -> None:
    assert found(text) == [] or "中" in text or found(text, language="zh") == []


def test_letters_of_a_long_text_explain_an_abbreviation_only_where_it_stands() -> None:
    rng = random.Random(3)  # noqa: S311  the same texts each time
    letters = "ABCDEFGHKLMNOPRSTUW"
    names = {"".join(rng.choices(letters, k=rng.choice([2, 3]))) for _ in range(60)}
    words = [*TIDES.rstrip(".").split(), "tides", "near", "Saint", "Malo", "each", "other", "plant"]
    undefined = sorted(names - KNOWN)[:40]
    prose = [" ".join(rng.choices(words, k=12)) for _ in range(2_000)]
    for name in undefined:
        for place in rng.sample(range(len(prose)), 2):
            prose[place] += f" {name} {rng.choice(words)}"
    whole = document(*(". ".join(prose[i : i + 100]) for i in range(0, 2_000, 100)))

    told = {finding.values["abbreviation"] for finding in abbreviations(whole)}

    assert len(told & set(undefined)) >= 38


def test_calls_in_code_are_no_links_without_a_target() -> None:
    code = "```js\nhandlers[name]()\n```\n\nCall `a[0]()` or\n\n    b[1]()"

    assert found(code) == []
    assert (
        found(f"{code}\n\n见[这里]()和![图]( )。") == [("markdown", {"problem": "empty_link"})] * 2
    )


def test_a_paragraph_in_another_language_is_found() -> None:
    english = "This long paragraph was left in English although the document is in Chinese."
    chinese = "这一段仍然是中文，而整篇文档应当使用英文书写。"

    assert found(f"潮汐能是可再生能源。\n\n{english}", language="zh") == [
        ("language", {"language": "en"})
    ]
    assert found(f"Tides are renewable.\n\n{chinese}") == [("language", {"language": "zh"})]


def test_a_long_sentence_in_another_language_is_found_in_a_paragraph_of_the_right_one() -> None:
    english = "This long sentence was left in English although the document is in Chinese."
    chinese = "这一段是中文，而整篇文档应当使用中文书写。"
    whole = document(f"{chinese}{english} 此外还有一句很短的中文。", language="zh")

    (finding,) = findings_of(whole)

    assert (finding.kind, finding.values) == ("language", {"language": "en"})
    assert quoted(whole, finding)[0] == english
    assert found(f"{chinese}书中说：“{english} It goes on for long here.”", language="zh") == []


def test_quotes_code_terms_and_bilingual_sections_are_in_the_right_language() -> None:
    english = "This long paragraph was left in English although the document is in Chinese."

    assert found(f"书中写道：“{english}”这是原文的第一句话。\n\n> {english}", language="zh") == []
    assert found(f"```\n{english}\n```\n\n使用 Kubernetes 部署 LangGraph。", language="zh") == []
    whole = document(english, language="zh", title="English summary")
    assert findings_of(whole) == ()


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("Text.\n\n```python\nx = 1\n", "open_fence", "```python\nx = 1\n"),
        ("Text.\n\n##No space\n\nMore.", "heading_space", "##No space"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", "table_columns", "| 1 | 2 | 3 |"),
        ("| 甲 | 乙 |\n|---|---|\n| 一 |\n", "table_columns", "| 一 |"),
        ("See [the page]() for more.", "empty_link", "[the page]()"),
        (
            "See [the page](https://example.org\nfor more.",
            "open_link",
            "[the page](https://example.org",
        ),
        ("The **neap tide is low.", "open_bold", "**neap tide is low."),
        ("这是**小潮，水位较低。", "open_bold", "**小潮，水位较低。"),
        ("Tides rise.[^1]", "footnote", "[^1]"),
        ("The power is $$P = v^3 and more.", "open_math", "$$"),
    ],
)
def test_broken_markdown_is_found_where_it_is(text: str, problem: str, place: str) -> None:
    whole = document(text)

    (finding,) = findings_of(whole)

    assert (finding.kind, finding.values) == ("markdown", {"problem": problem})
    assert quoted(whole, finding)[0] == place


@pytest.mark.parametrize(
    "text",
    [
        "```\n##No space\n| a | b |\n```",
        "| a \\| b | c |\n|---|---|\n| `x` | 2 |\n",
        "Costs $$ a lot`$$`.\n\n$$\nP = v^3\n$$\n\nAnd $$x$$ too. $$".replace("$$ a", "a")[:-3],
        "Tides.[^1]\n\n[^1]: A note.",
        "Both **neap** and **spring** tides, `a ** b`, 2**3 and f(x)**2, \\** too.",
        "**小潮**与**大潮**交替出现。\n\n- **注意**：涨潮\n- **提示**：退潮",
        "#hashtag and C## are no headings.\n\n#1 is a number.",
        "A list of [x] and [ ] boxes, and a link [a](https://example.org).",
    ],
)
def test_markdown_that_reads_as_it_was_meant_is_no_finding(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I cannot know the tides.",
        "Certainly! Here is the section on tides:\n\nTides rise.",
        "Tides rise. [Insert figure here]",
        "Tides rise. TODO: check.",
        "Tides rise.\n\nLet me know if you would like more detail on tides.",
        "好的，以下是关于潮汐能的章节：\n\n潮汐上涨。",
        "作为一个人工智能语言模型，我不知道潮汐。",
        "潮汐上涨。（待补充）",
        "潮汐上涨。\n\n希望以上内容对您有所帮助。",
    ],
)
def test_what_a_model_or_a_template_left_is_found(text: str) -> None:
    language: Language = "zh" if "潮" in text else "en"

    assert [kind for kind, _ in found(text, language=language)] == ["leftover"]


@pytest.mark.parametrize(
    "text",
    [
        "Of course, there are tides in every sea. Below the surface they are slower.",
        "Sure enough, the sea rises twice a day.",
        "A large language model writes the summary; the model is an AI model.",
        "She kept a todo list. The method `TODO` is none, nor is [your](https://example.org).",
        "当然，潮汐每天两次。以下各节分别说明。",
        "大语言模型用于撰写摘要。",
    ],
)
def test_ordinary_sentences_are_no_leftovers(text: str) -> None:
    language: Language = "zh" if text[0] > "z" else "en"

    assert found(text, language=language) == []


def test_findings_are_bounded_and_stand_in_the_order_of_the_document() -> None:
    whole = document(*["TODO one. TODO two. [a]()"] * (2 * MOST_OF_A_KIND))

    kinds = [finding.kind for finding in findings_of(whole)]

    assert kinds.count("leftover") == kinds.count("markdown") == MOST_OF_A_KIND
    assert [f.section_id for f in findings_of(whole)][:3] == ["n1", "n1", "n1"]


def test_a_document_carries_its_findings_after_every_edit() -> None:
    whole = recomputed(document("Tides rise. TODO", "Tides fall."))
    mended = recomputed(document("Tides rise.", "Tides fall."))

    assert [finding.kind for finding in whole.findings] == ["leftover"]
    assert mended.findings == ()


PIECES = st.sampled_from(
    [
        "# A\n",
        "TODO ",
        "|a|b|\n|-|-|\n",
        "```\n",
        "$$",
        "[^1]",
        "潮汐。",
        "\n\n",
        "- x\n",
        "ABC ",
        "[](",
        ")",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=4))
def test_any_text_can_be_checked_and_every_place_is_inside_it(contents: list[str]) -> None:
    whole = document(*contents)

    for finding in findings_of(whole):
        text = next(s.content for s in whole.sections if s.id == finding.section_id)
        assert 0 <= finding.start <= finding.end <= len(text)
