"""What is made of a model's answer: a shape, a text, nothing of its thoughts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.model_author.answers import (
    OutlineAnswer,
    joined,
    section_text,
    up_to_last_sentence,
)
from pipeline.adapters.openai_chat.shapes import parsed, strict_schema
from pipeline.adapters.openai_chat.thoughts import Thoughts, without_thoughts
from pipeline.domain.documents import Language
from tests.unit.briefs import THREE

OUTLINE_JSON = (
    '{"title": "1. 潮汐 Tides", "chapters": [{"title": "第一章 The sea", "summary": "海。",'
    ' "children": [{"title": "2.1 Spring", "summary": "a", "children": []},'
    ' {"title": "Neap", "summary": "b", "children": [{"title": "小", "summary": "c"}]}]},'
    ' {"title": "3D maps", "summary": "", "children": []}]}'
)


@pytest.mark.parametrize(
    "answer",
    [
        OUTLINE_JSON,
        f"Sure:\n```json\n{OUTLINE_JSON}\n```\nDone.",
        OUTLINE_JSON.replace("}]}", "},]}").replace("{", "{ // comment\n", 1),
        f'{{"outline": {OUTLINE_JSON}}}',
        without_thoughts(f"<think>{{ hm }}</think>{OUTLINE_JSON}"),
    ],
)
def test_a_shape_is_read_from_what_surrounds_it(answer: str) -> None:
    assert parsed(answer, OutlineAnswer) == parsed(OUTLINE_JSON, OutlineAnswer)


@pytest.mark.parametrize("answer", ["", "no json", "{}", '{"other": 1}', "[1, 2]", '{"title": 3}'])
def test_what_has_nothing_of_the_shape_is_refused(answer: str) -> None:
    with pytest.raises(ValueError, match="OutlineAnswer"):
        parsed(answer, OutlineAnswer)


def test_the_schema_is_strict_and_keeps_fields_named_title() -> None:
    schema = strict_schema(OutlineAnswer)

    assert schema["required"] == ["title", "chapters"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Section"]["required"] == ["title", "summary", "sources", "children"]
    assert "default" not in str(schema)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=40))
def test_thinking_is_kept_out_wherever_the_chunks_are_cut(sizes: list[int]) -> None:
    answer = "<think>想 < b </thin</think>\n答案 a < b，`</think>` 是标签。"
    thoughts = Thoughts()
    said, position = "", 0
    for size in [*sizes, len(answer)]:
        said += thoughts.feed(answer[position : position + size])
        position += size

    said += thoughts.rest()

    assert said == "答案 a < b，`</think>` 是标签。"
    assert not thoughts.was_retracted()


def cleaned(answer: str, known: str = "") -> str:
    return section_text(answer, ["Spring tides", "大潮", "The sea"], THREE, known)


@pytest.mark.parametrize(
    "answer",
    [
        "Tides rise.",
        "## Spring tides\n\nTides rise.",
        "# The sea\n## 1.2 Spring tides\n\nTides rise.",
        "**Spring tides**\n\nTides rise.",
        "Spring Tides\n============\nTides rise.",
        "### 第二节 大潮\n\nTides rise.",
        "```markdown\n## Spring tides\nTides rise.\n```",
        "Sure, here is the section:\n\nTides rise.",
        "好的，以下是这一节的内容：\n\nTides rise.",
        "以下是本节的正文：\n\nTides rise.",
        "当然！\n\nTides rise.",
        "Sure! Here are the paragraphs:\nTides rise.",
        "Here is the revised text:\n\nTides rise.",
        "以下是“潮汐能的原理”一节的正文：\n\nTides rise.",
        "以下是第二章的内容：\n\nTides rise.",
        "以下是该部分的内容：\n\nTides rise.",
        "下面是正文：\n\nTides rise.",
        "以下为正文：\nTides rise.",
        "以下是修改后的内容：\n\nTides rise.",
        "好的，我将按要求撰写本节。\n\nTides rise.",
        "Sure, here you go:\n\nTides rise.",
        "Of course! I'd be happy to write this section:\n\nTides rise.",
        "Tides rise.\n\n## References\n[S1] A page.\n[2] Another.",
        "Tides rise.\n\n**参考文献**\n[1] 某书。",
        "Tides rise.\n\n[^1]: A footnote.\n[^S2]: 一页。",
    ],
)
def test_what_surrounds_the_text_of_a_section_is_removed(answer: str) -> None:
    assert cleaned(answer) == "Tides rise."


def test_a_list_or_a_heading_of_its_own_at_the_start_stays() -> None:
    for text in ("- one\n- two", "#### 起因\n\n月球。", "Here is the sea. It moves."):
        assert cleaned(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "当然，潮汐能也有局限[@p.moon]。\n\n正文。",
        "以下是三种电站：\n\n- 堤坝",
        "下面是主要内容：\n\n- 堤坝",
        "以下是《海洋法》第二章的主要内容：\n\n- 堤坝",
        "以下是各国标准的内容：\n\n- 堤坝",
        "当然，我国也有人撰写这类报告。\n\n正文。",
        "当然，写作方法也有局限。\n\n正文。",
        "Of course, I would not build here.\n\nTides rise.",
        "Here are the four kinds of barrage:\n\n- one",
        "Of course, tides have limits:\n\n- one",
        "Sure, here is the point [@p.moon]:\n\nTides rise.",
    ],
)
def test_a_first_line_that_says_something_stays(text: str) -> None:
    assert cleaned(text.replace("@p.moon", "S1")) == text


def test_notes_that_words_name_stay_with_what_they_cite() -> None:
    text = "The mill[^a] is old.\n\n[^a]: Built in 1170 [S2]."

    assert cleaned(text) == text.replace("S2", "@p.sun")


CODE = (
    "```markdown\n## References\n[^1]: see [x](http://made.up)\n[S1] and a[2]\n```",
    "看 `[甲](http://b)` 和 `[^2]: c`。",
)


@pytest.mark.parametrize("code", CODE)
def test_code_in_a_section_stays_as_the_model_wrote_it(code: str) -> None:
    assert cleaned(f"Before [S1].\n\n{code}\n\nAfter.") == f"Before [@p.moon].\n\n{code}\n\nAfter."


@pytest.mark.parametrize("heading", ["#### Sources", "**参考资料**", "References"])
def test_a_part_about_sources_is_no_list_of_references(heading: str) -> None:
    text = f"Tides rise.\n\n{heading}\n\nThey say little of neap tides.\n\n史料很少。"

    assert cleaned(text) == text


def test_a_made_up_link_loses_its_target_and_a_given_one_keeps_it() -> None:
    text = "See [a page](https://made.up/x) and [一页](https://given.example/y)."

    clean = cleaned(text, known="From https://given.example/y")

    assert clean == "See a page and [一页](https://given.example/y)."


@pytest.mark.parametrize(
    "written", ["[S1](#S1)", "[S1](https://given.example/y)", "[S1](https://made.up/x)", "[S1](S1)"]
)
def test_a_link_that_is_called_like_a_marker_is_a_citation(written: str) -> None:
    known = 'From https://given.example/y: <passage id="S1">'

    assert cleaned(f"Tides rise {written}.", known) == "Tides rise [@p.moon]."
    assert cleaned("潮汐[S1、S2](#S1)与 `[S1](#S1)`。") == "潮汐[@p.moon][@p.sun]与 `[S1](#S1)`。"
    assert cleaned("Tides [S9](#S9).") == "Tides [@unknown]."


@pytest.mark.parametrize(
    "said",
    [
        "Dumps go to Amazon S3 (https://aws.example/s3).",
        "备份存入S3服务：https://aws.example/s3",
        "[S3](https://aws.example/s3)",
    ],
)
def test_a_link_to_what_is_really_called_so_is_no_citation(said: str) -> None:
    known = f'<passage id="S3">\n{said}\n</passage>'
    text = "Dumps go to Amazon [S3](https://aws.example/s3) each night."

    assert cleaned(text, known) == text
    assert cleaned("Tides [S3](https://made.up).", known) == "Tides [@p.spin]."


def test_a_marker_with_an_address_is_one_though_a_table_is_called_like_it() -> None:
    known = '<passage id="S3">\nSee Table S3.\nhttps://doi.example/x\n</passage>'

    assert cleaned("Tides [S3](https://doi.example/x).", known) == "Tides [@p.spin]."


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("One. Two and th", "One."),
        ("一句。第二句还没", "一句。"),
        ("One. Two.", "One. Two."),
        ("First para.\n\nUnfinished sent", "First para."),
        ("only one sentence that", "only one sentence that"),
        ("Para.\n\n- item\n- ite", "Para.\n\n- item\n- ite"),
    ],
)
def test_a_cut_text_ends_with_a_whole_sentence(cut: str, expected: str) -> None:
    assert up_to_last_sentence(cut) == expected


@pytest.mark.parametrize(
    ("more", "language", "expected"),
    [
        ("They fall.", "en", "Tides rise. They fall."),
        ("Tides rise. They fall.", "en", "Tides rise. They fall."),
        ("- a list", "en", "Tides rise.\n\n- a list"),
        ("它们落下。", "zh", "Tides rise.它们落下。"),
    ],
)
def test_a_continuation_joins_without_repeating(
    more: str, language: Language, expected: str
) -> None:
    assert joined("Tides rise.", more, language) == expected
