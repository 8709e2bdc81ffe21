"""What the offline author quotes is shown as it stands, and keeps no citation from being one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.adapters.offline_author.cleaning import cleaned
from pipeline.adapters.offline_author.demands import demands_of
from pipeline.adapters.offline_author.sections import section_pieces
from pipeline.adapters.offline_author.sentences import as_markdown, candidates
from pipeline.domain.briefs import Commission, SectionBrief
from pipeline.domain.citations import checked, cited, numbered, rendered, without_markers
from pipeline.domain.documents import NodeId, Passage, PassageId, Source, SourceId
from pipeline.domain.language import count_words, detect_language
from pipeline.domain.prose import sentences

FIRST, SECOND = PassageId("a1b2c3d4e5f6"), PassageId("0f0f0f0f0f0f")
SOURCE = Source(id=SourceId("s"), title="S")
PASSAGES = {i: Passage(id=i, source_id=SOURCE.id, text="T.") for i in (FIRST, SECOND)}

PIECES = st.lists(
    st.sampled_from(
        [
            *("word", " ", "潮汐", "，", ". ", "(", ")", "[", "]", "[0, 1)", "(0, 1]", "[x](y)"),
            *("`", "``", "`code`", "\\", "C:\\temp\\( x", "\\[", "\\]", "\\(", "\\)", "$5", "$$"),
            *("*", "_", "a_b", "**", "<b>", "&#91;", "&amp;", "~~", "[^1]", "[a]: b", "!["),
        ]
    ),
    max_size=12,
).map(lambda pieces: " ".join(["Word", *"".join(pieces).split()]))


def shown(markdown: str) -> str:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    (inline,) = [token for token in parser.parse(markdown) if token.type == "inline"]
    return "".join(token.content for token in inline.children or [])


@given(PIECES, PIECES)
def test_each_sentence_reads_as_it_did_and_each_citation_is_one(one: str, other: str) -> None:
    text = f"{as_markdown(one)} [@{FIRST}]. {as_markdown(other)} [@{SECOND}]."

    draft = checked(text, PASSAGES)
    numbering = numbered([draft.text], PASSAGES, [SOURCE])
    content = rendered(draft.text, numbering)

    assert (draft.unknown_markers, cited(text)) == (0, [FIRST, SECOND])
    assert shown(content).replace("`", "") == f"{one} [1]. {other} [1].".replace("`", "")


@pytest.mark.parametrize(
    ("plain", "markdown"),
    [
        ("a * b < c and `x(y)` [z]", r"a \* b \< c and `x(y)` [z]"),
        ("On [0, 1) it rises, on (0, 1] it falls", "On [0, 1) it rises, on (0, 1] it falls"),
        ("In C:\\temp\\( x", "In C:\\temp\\\\( x"),
        ("A `stray tick", r"A \`stray tick"),
        ("[x] is a box", "&#91;x] is a box"),
        ("No [link](x)", "No [link&#93;(x)"),
    ],
)
def test_only_what_would_be_markup_is_escaped(plain: str, markdown: str) -> None:
    told = plain.replace("`x(y)`", "x(y)")

    assert as_markdown(plain) == markdown
    assert shown(markdown) == told
    assert count_words(markdown) == count_words(plain)
    assert sentences(f"{markdown} goes on.")[0].text == f"{told} goes on."


@pytest.mark.parametrize(
    "sentence",
    [
        "12.5% of all households have no meter.",
        "2.5 metres of tidal range are enough.",
        "10.6亿千瓦时的电量由水库提供。",
        "3.5万户居民使用水表。",
    ],
)
def test_a_decimal_at_the_start_of_a_sentence_is_no_sign_of_a_list(sentence: str) -> None:
    assert cleaned(sentence) == sentence
    assert [demand.text for demand in demands_of(f"2. {sentence}")] == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "-10℃以下时电池的容量会明显下降。",
        "-40 °C is reached in most winters of the north.",
        "-5% is the least change that the meter shows.",
        "The iterator.__next__ method returns the next item.",
        "The __init__ method takes the size of the tank.",
        "__init__ is called when the tank is made.",
        "The terms 2**3 and 4**5 are worked out first.",
        "The call f(**one) is shorter than g(**other) here.",
        "The entry argv[0] holds the program's name, and argv[1] its file.",
        "The call gates[0](x.y) opens the first gate.",
        "The range a<b and c>d is left out of the map.",
        "The <em> element marks what is stressed.",
        "Note-taking improves recall in most students.",
        "Tip-to-tip distance of the blades is 12 m.",
        "Prof. van Dyke measured the tides for years.",
        "3.x versions of the program read the old file.",
    ],
)
def test_what_only_looks_like_markup_is_told_as_the_file_has_it(sentence: str) -> None:
    title = "冬季" if detect_language(sentence) == "zh" else "Winter"
    passage = PASSAGES[FIRST].model_copy(update={"text": sentence, "heading_path": (title,)})
    brief = SectionBrief(
        commission=Commission(language=detect_language(title), has_material=True),
        node_id=NodeId("n1"),
        number="1",
        title=title,
        target_words=50,
        passages=(passage,),
    )

    told = without_markers("".join(section_pieces(brief)))

    assert cleaned(sentence) == sentence
    assert shown(told).replace("`", "") == sentence


def test_a_version_within_a_line_is_no_number_of_a_heading() -> None:
    line = "2.6.32 内核支持这一功能。3.2.1 内核也支持这一功能。"

    assert cleaned("2.6.32 内核支持这一功能。", line) == "内核支持这一功能。"
    assert cleaned("3.2.1 内核也支持这一功能。", line) == "3.2.1 内核也支持这一功能。"


@pytest.mark.parametrize("mark", ["[3]", " [1, 2]", "[4–6]", " [@moon, p. 4]"])
def test_a_citation_of_the_source_is_left_out(mark: str) -> None:
    assert cleaned(f"潮汐每天涨落两次{mark}。") == "潮汐每天涨落两次。"
    assert cleaned(f"Tides rise twice a day{mark}.") == "Tides rise twice a day."


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("YOLOv5[12]是一种单阶段目标检测算法。", "YOLOv5是一种单阶段目标检测算法。"),
        ("The ResNet50[8] network has fifty layers.", "The ResNet50 network has fifty layers."),
        ("The sea takes up CO2[5].", "The sea takes up CO2."),
        ("The call of x1[2] and Q_a[3] is a[12].", "The call of x1[2] and Q_a[3] is a[12]."),
    ],
)
def test_a_number_behind_the_name_of_a_thing_is_a_citation(sentence: str, told: str) -> None:
    assert cleaned(sentence) == told


@pytest.mark.parametrize(
    ("cited", "ambiguous", "told"),
    [
        ("Most boats lack it [3].", "Vitamin D[6] is made by the skin.", "Vitamin D is made by"),
        (
            "多数船员缺少维生素[3]。",
            "人体的皮肤在日光下合成维生素D[6]。",
            "人体的皮肤在日光下合成维生素D。",
        ),
        ("Cells were counted, [4, 5].", "The mRNA[7] is read once.", "The mRNA is read"),
        ("Most boats have none.", "The value a[6] is read once.", "The value a[6] is read"),
        ("Most boats lack it [3].", "The value argv[6] is read.", "The value argv[6] is read"),
    ],
)
def test_beside_surer_citations_a_letter_before_a_number_names_no_list(
    cited: str, ambiguous: str, told: str
) -> None:
    passage = PASSAGES[FIRST].model_copy(update={"text": f"{cited} {ambiguous}"})

    assert candidates([passage])[-1].text.startswith(told)


@pytest.mark.parametrize(
    "sign", ["1. ", "12.", "(3) ", "2、", "（二）", "1.2.3 ", "- ", "-", "*", "–"]
)
def test_the_sign_of_a_list_is_left_out(sign: str) -> None:
    assert cleaned(f"{sign}潮汐每天涨落两次。") == "潮汐每天涨落两次。"
    assert cleaned(f"{sign}Tides rise twice a day.") == "Tides rise twice a day."


@pytest.mark.parametrize(
    "sentence",
    ["-v prints the version of the program.", "*潮汐*每天涨落两次。", "*args is a tuple."],
)
def test_a_sign_that_belongs_to_its_word_begins_no_list(sentence: str) -> None:
    assert cleaned(sentence) == sentence
