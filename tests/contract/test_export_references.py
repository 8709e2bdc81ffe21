import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.adapters.export_references import BibtexExporter, CslJsonExporter, RisExporter
from pipeline.adapters.pandoc import run_pandoc
from pipeline.domain.citations import Numbering, references
from pipeline.domain.documents import Document, Publication, Source, SourceId
from pipeline.domain.references import works
from pipeline.ports.exporting import ReferenceExporter

PAPER = Source(
    id=SourceId("paper"),
    title="海岸风能 & 潮汐: 50% of $x_1$ {A} #2 ~ \\ ^",
    publication=Publication(
        type="article-journal",
        authors=("鲁迅", "Mary W. Shelley", "Ludwig van Beethoven", "Ministry of the Sea"),
        issued="2020-05-07",
        container="海洋学报",
        volume="3",
        issue="2",
        pages="1-20",
        doi="10.1000/a_b",
    ),
)
PAGE = Source(
    id=SourceId("page"),
    title="Tides <at> the bay",
    url="https://example.org/tides_a?b=1&c={2}",
    publication=Publication(type="webpage", issued="2024", accessed="2026-11-24"),
)
BOOK = Source(
    id=SourceId("book"),
    title="呐喊",
    publication=Publication(type="book", authors=("鲁迅",), issued="1923", publisher="新潮社"),
)


def document(*sources: Source) -> Document:
    numbering = Numbering({}, sources, works(sources))
    return Document(
        title="潮汐",
        content="",
        references=references(numbering, "zh"),
        generated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def exported(exporter: ReferenceExporter, *sources: Source) -> str:
    return exporter.export(document(*sources)).decode("utf-8")


def read_back(form: str, text: str) -> list[dict[str, object]]:
    """What an independent reader makes of it."""
    items: list[dict[str, object]] = json.loads(
        run_pandoc([f"--from={form}", "--to=csljson"], text, limit_s=10)
    )
    return items


def test_bibtex_has_an_entry_for_each_reference_under_its_number() -> None:
    assert exported(BibtexExporter(), BOOK, PAGE) == (
        "@book{ref1,\n"
        "  author = {{鲁迅}},\n"
        "  title = {{呐喊}},\n"
        "  year = {1923},\n"
        "  publisher = {新潮社},\n"
        "  langid = {chinese}\n"
        "}\n"
        "\n"
        "@misc{ref2,\n"
        "  title = {{Tides \\textless{}at\\textgreater{} the bay}},\n"
        "  year = {2024},\n"
        "  url = {https://example.org/tides_a?b=1&c=%7B2%7D},\n"
        "  urldate = {2026-11-24},\n"
        "  langid = {english}\n"
        "}\n"
    )


def test_bibtex_is_read_back_as_it_was() -> None:
    (item,) = read_back("biblatex", exported(BibtexExporter(), PAPER))

    assert item["title"] == PAPER.title
    assert item["author"] == [
        {"literal": "鲁迅"},
        {"family": "Shelley", "given": "Mary W."},
        {"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"},
        {"literal": "Ministry of the Sea"},
    ]
    assert item["issued"] == {"date-parts": [[2020, 5]]}
    assert (item["container-title"], item["volume"], item["issue"]) == ("海洋学报", "3", "2")
    assert (item["page"], item["DOI"], item["type"]) == ("1-20", "10.1000/a_b", "article-journal")


def test_ris_has_the_lines_that_its_readers_expect() -> None:
    assert exported(RisExporter(), PAPER, PAGE).split("\r\n") == [
        "TY  - JOUR",
        "AU  - 鲁迅",
        "AU  - Shelley, Mary W.",
        "AU  - van Beethoven, Ludwig",
        "AU  - Ministry of the Sea",
        f"TI  - {PAPER.title}",
        "T2  - 海洋学报",
        "PY  - 2020",
        "DA  - 2020/05/07",
        "VL  - 3",
        "IS  - 2",
        "SP  - 1",
        "EP  - 20",
        "DO  - 10.1000/a_b",
        "LA  - zh-CN",
        "ER  - ",
        "",
        "TY  - ELEC",
        "TI  - Tides <at> the bay",
        "PY  - 2024",
        "UR  - https://example.org/tides_a?b=1&c={2}",
        "Y2  - 2026/11/24",
        "LA  - en-US",
        "ER  - ",
        "",
    ]


def test_ris_is_read_back_as_it_was() -> None:
    first, second = read_back("ris", exported(RisExporter(), PAPER, BOOK))

    assert (first["title"], second["title"]) == (PAPER.title, "呐喊")
    assert second["publisher"] == "新潮社"
    assert first["DOI"] == "10.1000/a_b"


def test_csl_json_is_the_items_under_their_numbers() -> None:
    found = json.loads(exported(CslJsonExporter(), BOOK, PAPER))

    assert [item["id"] for item in found] == ["ref1", "ref2"]
    assert found[0] == {
        "id": "ref1",
        "type": "book",
        "title": "呐喊",
        "author": [{"literal": "鲁迅"}],
        "issued": {"date-parts": [[1923]]},
        "publisher": "新潮社",
        "language": "zh-CN",
    }


EXPORTERS: Sequence[ReferenceExporter] = (BibtexExporter(), RisExporter(), CslJsonExporter())


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_a_document_without_references_is_an_empty_file(exporter: ReferenceExporter) -> None:
    assert exported(exporter).strip() in {"", "[]"}


SIGNS = [*"ab 潮汐{}\\%$#&_^~@,=\"'\n\r-<>[]()", "\r\nER  - \r\n", "\n}\n@book{x,", " and "]
HOSTILE = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=15).map("".join)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HOSTILE, HOSTILE)
def test_whatever_a_title_holds_no_entry_breaks(title: str, name: str) -> None:
    hostile = Source(
        id=SourceId("x"), title=f"T{title}", publication=Publication(authors=(f"潮{name}",))
    )

    bibtex = read_back("biblatex", exported(BibtexExporter(), hostile, BOOK))
    ris = exported(RisExporter(), hostile, BOOK).split("\r\n")

    assert [item["id"] for item in bibtex] == ["ref1", "ref2"]
    assert bibtex[1]["title"] == "呐喊"
    assert len([line for line in ris if line.startswith("TY  - ")]) == 2
    assert len([line for line in ris if line.startswith("ER  - ")]) == 2
    assert not any("\n" in line for line in ris)


@pytest.mark.parametrize("title", ["Set {a", "集合 }a{ b", "{a} and }", "a {b} c"])
def test_bibtex_counts_as_many_braces_that_open_as_that_close(title: str) -> None:
    source = Source(id=SourceId("x"), title=title, publication=Publication(authors=(title,)))

    depth = 0
    for sign in exported(BibtexExporter(), source):  # as BibTeX does, whatever stands before it
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("pages", ["12-20", "12–20", "12 — 20", "12～20"])
def test_first_and_last_page_are_told_apart_by_any_dash(pages: str) -> None:
    paper = PAPER.model_copy(
        update={"publication": PAPER.publication.model_copy(update={"pages": pages})}
    )

    assert "\r\nSP  - 12\r\nEP  - 20\r\n" in exported(RisExporter(), paper)
    assert "pages = {12--20}" in exported(BibtexExporter(), paper)
