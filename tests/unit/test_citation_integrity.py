"""Whatever is written, edited and restyled: each number leads to one entry, and each back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evals.citations import faults
from evals.documents import produced, work_of
from pipeline.domain.assembly import (
    Evidence,
    Imprint,
    assemble,
    edited,
    obeys,
    restyled,
    with_entries,
)
from pipeline.domain.citations import numbers_of
from pipeline.domain.documents import (
    CitationStyle,
    Document,
    Draft,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    PassageId,
    Publication,
    Source,
    SourceId,
)
from pipeline.domain.markdown import is_within, protected
from tests.graph_fakes import NOW

DOI = "10.1000/潮"
SOURCES = [
    Source(id=SourceId("file"), title="Tides [7]", file_name="tides_1.pdf", sha256="ab" * 32),
    Source(id=SourceId("copy"), title="Tides copy", file_name="copy.pdf", sha256="ab" * 32),
    Source(id=SourceId("page"), title="潮汐 *能*", url="https://example.org/a?utm_source=x"),
    Source(id=SourceId("same-page"), title="潮汐", url="http://www.example.org/a/"),
    Source(id=SourceId("paper"), title="Sea level", publication=Publication(doi="10.1000/Sea")),
    Source(
        id=SourceId("preprint"),
        title="Sea levels",
        url="https://example.org/q",
        publication=Publication(doi="https://doi.org/10.1000/sea"),
    ),
    Source(id=SourceId("alone"), title="海岸 & [x] `c` $m$"),
]
WORKS = dict(
    zip(
        (source.id for source in SOURCES),
        ("file", "file", "page", "page", "paper", "paper", "alone"),
        strict=True,
    )
)
"""Which sources are one work."""

PASSAGES = {
    PassageId(f"{n:012x}"): Passage(
        id=PassageId(f"{n:012x}"), source_id=SOURCES[n % len(SOURCES)].id, text=f"第 {n} 段。"
    )
    for n in range(2 * len(SOURCES))
}
FIRST, THIRD = list(PASSAGES)[:3:2]
ENTRIES = {source.id: rf"*{source.id}* \[M\], 2024 \[1\]." for source in SOURCES}
STYLES: list[CitationStyle] = ["numeric", "gb-t-7714-2015", "apa", "ieee", "chicago"]
OUTLINE = Outline(
    title="潮汐 Tides",
    nodes=tuple(OutlineNode(id=NodeId(key), title=f"节 {key}") for key in ("a", "b", "c")),
)

NO_CITATIONS = [
    "[x]",
    "[Smith 2020]",
    "[^1]",
    "[7]",
    r"\[8]",
    "$$[7]",
    "\n\n$$\n\n[7]",
    "- [ ] to do\n- [x] done\n",
    "`x[1]`",
    "$a_[2]$",
    "[1](https://example.org/1)",
    "![2](https://example.org/2)",
    "\n```\nrow[3]\n```\n",
    "【9】",
    "[1, 2]",
    "\n[3]: https://example.org/3\n",
    "\n[ 1 ]: https://example.org/1\n",
    "On \\[0, 1) and (0, 1\\]",
    "[0, 1)",
    "(0, 1]",
    "[1-3]",
    "a \\` b",
    "C:\\temp\\\\( x",
    "me (a@b.org) [a@b.org] (@jack)",
    "[7](",
    "[7](a b)",
    "\\",
    r"\[x = 1\]",
    "[@angular/core]",
    "[@anna: 请看] [@user@host.social]",
]
MALFORMED = [
    written.format(FIRST, THIRD)
    for written in (
        *("[@{};{}]", "[@{} and @{}]", "[see @{}]", "(@{})", "[@{}, @{}, p. 4; @ffff]", "[@{}.]"),
        *(
            "\\[@{}\\]",
            "[@zz](see above)",
            "[@{}]](x)",
            "[@{} and on",
            "（见@{}，第 3 页）",
            "[@{}\\]",
        ),
        "\n1. 一\n\n    ```sh\n    row[3]\n    ```\n\n    二[@{}]。\n",
        "从40$/MWh[@{}]到60$/MWh [@{}]。",
        *("[@{}]( x )", "[@{}](https://example.org)", "![@{}](<a b>)", "[@{}][x]", "[[@{}]][x]"),
        *("[潮汐 [@{}]](https://example.org)", "![图 【@{}】](https://example.org/a_(b).png)"),
        *("[a [@{}] b][x]", "![a [@{}]](x)", "\n$$\nx [@{}]\n$$\n", "\n$$ x [@{}; @{}] $$\n"),
        "$$\nE = mc^2$$ [@{}]\n",
        "\\$$\nE = mc^2$$ [@{}]\n",
        *("\\(x = 1 [@{}]\\)", "\n\\[\nx = 1 [@{}]\n\\]\n", "\n> ```\n> x\n\n一[@{}]。\n"),
        "\n$$\n一句[@{}]。\n\n二[@{}]。\n",
        "\n[@{}]: https://example.org\n",
        "\n[@{}]: 潮汐。\n",
        "\n> - [@{}][@{}]: 潮汐。\n",
        *("[0, 1) 潮汐[@{}]](x)", "[0, 1) [7](a b) and [@{}]](x)", "[[@{}]# x\n[@{}]](y)"),
        *("$[@{}]$", "$x[@{}]$", "[@{}]$[@{}]$", "$x$[@{}]$y$", "5$[@{}]-6$[@{}]"),
        "\n| a ` b | c [@{}] | ` d |\n|---|---|---|\n| 甲 ` | 乙[@{}] | ` |\n\n",
        *("\n> a ` b\n> # c ` [@{}] `\n\n", "\n> > ```\n> > a\n> b [@{}]\n\n"),
        *("[@{}, see [@{}]]", "[[@{}]]", "[see [@{}]; [@{}]]", "[@{} [7]]", "[[@{}"),
    )
]
MARKERS = [f"[@{key}]" for key in PASSAGES]
WORDS = [
    "A sentence. ",
    "一句话。",
    "\n\n",
    "[@ffff]",
    " ",
    "# 标题\n",
    "| a | b |\n",
    "\n\n[x]: x\n",
]
PARTS = ["`", "\\`", "\\[", "\\("]
TEXTS = st.lists(
    st.sampled_from(
        [*NO_CITATIONS, *MARKERS, *MALFORMED, *WORDS, *PARTS],
    ),
    max_size=14,
).map("".join)


def assembled(texts: dict[str, str], style: CitationStyle = "numeric") -> Document:
    return assemble(
        OUTLINE,
        {NodeId(key): Draft(text=text) for key, text in texts.items()},
        {},
        Evidence(PASSAGES, with_entries(SOURCES, ENTRIES)),
        Imprint("zh", "offline", NOW, citation_style=style),
    )


def numbers_in(text: str) -> list[int]:
    shield = protected(text)
    return [
        int(match[1])
        for match in re.finditer(r"(?<!\\)\[(\d+)\]", text)
        if not is_within(shield, match.start())
    ]


@given(st.data())
def test_numbers_and_entries_agree_after_any_edits_in_any_style(data: st.DataObject) -> None:
    texts = data.draw(st.fixed_dictionaries({"a": TEXTS, "b": TEXTS}))
    document = assembled(texts, data.draw(st.sampled_from(STYLES)))
    assert faults(document, WORKS) == []

    for _ in range(data.draw(st.integers(0, 3))):
        if data.draw(st.booleans()):
            section = NodeId(data.draw(st.sampled_from("abc")))
            found = list(PASSAGES.values())
            document = edited(document, section, data.draw(TEXTS), found)
        else:
            style = data.draw(st.sampled_from(STYLES))
            document = restyled(document, style, ENTRIES)
            assert document.citation_style == style
        assert faults(document, WORKS) == []


def test_the_faults_are_seen() -> None:
    document = assembled({"a": "".join(f"甲[@{key}]。" for key in PASSAGES)})
    content = document.content

    assert faults(document, WORKS) == []
    assert faults(document.model_copy(update={"content": content.replace("甲[2]", "甲[9]")}))
    assert faults(document.model_copy(update={"content": content + "\n\n[5] 多余\n"}))
    assert faults(document.model_copy(update={"references": document.references[1:]}))
    assert faults(document.model_copy(update={"references": document.references[::-1]}))
    for marker in (
        f"[@{FIRST}]",
        f"\\[0, 1) [see @{FIRST}], (0, 1\\]",
        f"【@{FIRST}】",
        f"(@{FIRST})",
        "[S3]",
        "(@0f0f0f0f0f)",
        f"$x[@{FIRST}]$",
    ):
        assert faults(document.model_copy(update={"content": content.replace("甲[2]", marker)}))
        assert faults(document.model_copy(update={"content": f"甲{marker}。\n\n{content}"})) == [
            "a marker stands as it was written"
        ]
    assert faults(document, {source.id: source.id for source in SOURCES})


@pytest.mark.parametrize(
    "piece",
    [
        "``$a_[2]$`x[1]`",
        f"[@{FIRST}A person: 请看]",
        f"\\\\$$\nx$$ [@{FIRST}]\n$$\nx$$ [@{THIRD}]",
        f"US$$5 [@{FIRST}]\n\n$$x$$ [@{THIRD}]",
    ],
)
def test_what_is_no_fault_is_not_taken_for_one(piece: str) -> None:
    assert faults(assembled({"a": f"甲[@{FIRST}]。{piece}"}), WORKS) == []


@pytest.mark.parametrize("instead", ["甲[1]", "甲[2][1]", "甲[2][2]", "甲"])
def test_a_later_citation_of_a_work_is_looked_at_too(instead: str) -> None:
    document = assembled({"a": "".join(f"甲[@{key}]。" for key in PASSAGES)})
    before, after = document.content.rsplit("甲[2]", 1)

    other = document.model_copy(update={"content": before + instead + after})

    assert faults(other, WORKS) == ["the numbers at the sentences are others"]


def test_a_document_of_the_evals_cites_two_files_that_are_one_work() -> None:
    document = produced("flood", with_all_files=True)
    sources = {passage.source_id for passage in document.passages}

    assert len({work_of(source) for source in sources}) == len(sources) - 1
    assert faults(document, {source: work_of(source) for source in sources}) == []


@pytest.mark.parametrize(
    ("one", "other"), [("file", "copy"), ("page", "same-page"), ("paper", "preprint")]
)
def test_two_sources_of_one_work_share_a_number_and_each_citation_opens_its_own_passage(
    one: str, other: str
) -> None:
    first = next(p for p in PASSAGES.values() if p.source_id == one)
    second = next(p for p in PASSAGES.values() if p.source_id == other)

    document = assembled({"a": f"甲[@{second.id}]。", "b": f"乙[@{first.id}]。"})

    (reference,) = document.references
    assert (reference.source_id, reference.same_as) == (other, (one,))
    assert numbers_of(document) == {second.id: 1, first.id: 1}
    assert {p.id: p.text for p in document.passages} == {
        first.id: first.text,
        second.id: second.text,
    }


def test_the_entries_of_a_style_stand_in_the_list_and_in_the_references() -> None:
    document = assembled({"a": f"甲[@{FIRST}]。"}, "apa")

    assert document.content.endswith("## 参考文献\n\n[1] *file* \\[M\\], 2024 \\[1\\].\n")
    assert document.references[0].text == "file [M], 2024 [1]."
    assert restyled(document, "numeric", {}).content.endswith(
        "[1] Tides \\[7\\]（tides\\_1.pdf）\n"
    )


def test_an_edit_keeps_the_entries_of_the_style() -> None:
    document = assembled({"a": f"甲[@{FIRST}]。"}, "ieee")

    changed = edited(document, NodeId("b"), f"乙[@{THIRD}]。", list(PASSAGES.values()))

    assert "\n\n[2] *page* \\[M\\], 2024 \\[1\\].\n" in changed.content


@pytest.mark.parametrize(
    "title", ["Cost [1] of $5 and $6", "甲 [2, 3] [x](y) `a[1]` $", "[@abc] [^1] ![a](b)", r"\[1\]"]
)
def test_a_title_with_brackets_is_no_citation_and_reads_as_it_does(title: str) -> None:
    outline = Outline(title=title, nodes=(OutlineNode(id=NodeId("a"), title=title),))
    drafts = {NodeId("a"): Draft(text=f"甲[@{FIRST}]。")}

    document = assemble(
        outline, drafts, {}, Evidence(PASSAGES, SOURCES), Imprint("zh", "offline", NOW)
    )

    assert faults(document, WORKS) == []
    assert obeys(outline, document) == []
    plain = title.replace("\\", "").replace("`", "")
    assert shown(MarkdownIt().parse(document.content)).startswith(f"{plain}1 {plain}甲[1]。")


@pytest.mark.parametrize(
    "text",
    ["\\(x = 1 [@{}]\\)", "\\[\nx = 1 [@{}]\n\\]", "\\[0, 1) = \\(x [@{}]\\) (0, 1\\]"],
)
def test_no_formula_comes_about_around_a_citation_when_it_is_numbered(text: str) -> None:
    document = assembled({"a": text.format(FIRST)})

    assert faults(document, WORKS) == []
    assert numbers_in(document.content) == [1, 1]


@pytest.mark.parametrize("formula", [r"\[x = 1\]", "$$x$$", "\\[x\n\\]", "$$\nx\n$$"])
def test_a_list_directly_below_a_formula_is_one_and_its_citations_count(formula: str) -> None:
    document = assembled({"a": f"{formula}\n1. 一\n\n    二[@{FIRST}]。"})

    assert faults(document, WORKS) == []
    assert numbers_in(document.content) == [1, 1]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("On [0, 1) 潮汐[@{}]](x) [a](b).", "On [0, 1) 潮汐[1]](x) a."),
        ("[[@{}]# x\n[@{}]](y)", "[[1]# x[1]](y)"),
        ("[a\n[@{}] \\[b](y) c](z)", "[a[1] [b](y) c](z)"),
        ("[a [b [@{}]](x) c](y)", "[a [b [1]](x) c](y)"),
        ("[见 【@{}】](https://example.org)", "见 [1]"),
        ("潮汐[@{}]( x )", "潮汐[1] ( x )"),
        ("潮汐![@{}](https://example.org)", "潮汐![1] (https://example.org)"),
        ("[潮汐 [@{}]][x] [x]\n\n[x]: https://example.org", "[潮汐 [1]]x x"),
        ("潮汐[@{}][x]\n\n[x]: https://example.org\n[ 1 ]: x", "潮汐[1] x[ 1 ]: x"),
        ("[0, 1)![2](z)[@{}]](x)", "[0, 1)2[1]](x)"),
        ("[[@{}`[@{}]](x)\\`", "[[1][@{}]](x)\\"),
        ("[7] `](a` [@{}]](x)", "[7] ](a [1]](x)"),
        ("A [link\non](x), [@{}], [and](y).", "A linkon, [1], and."),
    ],
)
def test_no_link_begins_or_ends_around_a_citation(written: str, read: str) -> None:
    document = assembled({"a": written.format(FIRST, FIRST)})

    assert faults(document, WORKS) == []
    assert f"节 a{read.format(FIRST)}2 节 b" in shown(MarkdownIt().parse(document.content))


def shown(tokens: list[Token]) -> str:
    return "".join(
        token.content + ("\n" if token.type == "fence" else "")
        if not token.children
        else shown(token.children)
        for token in tokens
    )


@pytest.mark.parametrize("piece", NO_CITATIONS)
def test_what_is_no_citation_reads_as_it_did(piece: str) -> None:
    text = f"前文。\n\n{piece}\n\n后文[@{FIRST}]。"

    document = assembled({"a": text})

    parser = MarkdownIt()
    before = shown(parser.parse(f"前文。\n\n{piece.replace(']:', chr(92) + ']:')}\n\n后文[1]。"))
    assert before in shown(parser.parse(document.content))
    assert numbers_in(document.content) == [1, 1]
