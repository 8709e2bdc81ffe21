import pytest

from pipeline.domain.documents import Publication, Source, SourceId
from pipeline.domain.names import csl_name, csl_names
from pipeline.domain.references import (
    bare_doi,
    csl_date,
    csl_item,
    entry_text,
    without_markup,
    works,
)


def source(key: str, **given: object) -> Source:
    return Source.model_validate({"id": key, "title": key, **given})


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Mary Shelley", {"family": "Shelley", "given": "Mary"}),
        ("Mary W. Shelley", {"family": "Shelley", "given": "Mary W."}),
        ("Shelley, Mary", {"family": "Shelley", "given": "Mary"}),
        ("Shelley MW", {"family": "Shelley", "given": "MW"}),
        ("Shelley, Mary, Jr.", {"family": "Shelley", "given": "Mary", "suffix": "Jr."}),
        ("Mary Shelley Jr.", {"family": "Shelley", "given": "Mary", "suffix": "Jr."}),
        (
            "Ludwig van Beethoven",
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
        ),
        (
            "de la Fayette, Marie",
            {"family": "Fayette", "given": "Marie", "non-dropping-particle": "de la"},
        ),
        ("Émile Zola", {"family": "Zola", "given": "Émile"}),
        ("鲁迅", {"literal": "鲁迅"}),
        ("玛丽·雪莱", {"literal": "玛丽·雪莱"}),
        ("国家海洋局", {"literal": "国家海洋局"}),
        ("Voltaire", {"literal": "Voltaire"}),
        ("UNESCO", {"literal": "UNESCO"}),
        ("Ministry of the Sea", {"literal": "Ministry of the Sea"}),
        ("Harbour & Sons", {"literal": "Harbour & Sons"}),
        ("Tidal Power Ltd", {"literal": "Tidal Power Ltd"}),
        ("A very long name that is no name of anybody", None),
    ],
)
def test_a_name_is_parted_where_that_is_certain(author: str, name: dict[str, str] | None) -> None:
    assert csl_name(author) == (name or {"literal": author})


def test_each_author_is_named_once_in_order() -> None:
    assert csl_names(["鲁迅", " Mary  Shelley", "", "鲁迅"]) == [
        {"literal": "鲁迅"},
        {"family": "Shelley", "given": "Mary"},
    ]


@pytest.mark.parametrize(
    ("iso", "parts"),
    [
        ("2024", [2024]),
        ("2024-05", [2024, 5]),
        ("2024-05-17", [2024, 5, 17]),
        ("2024-05-17T08:00:00Z", [2024, 5, 17]),
        ("2024-13-01", [2024]),
        ("2024-05-00", [2024, 5]),
        ("spring 2024", None),
        ("20240517", None),
        ("", None),
    ],
)
def test_a_date_has_the_parts_that_are_known(iso: str, parts: list[int] | None) -> None:
    assert csl_date(iso) == ({"date-parts": [parts]} if parts else {})


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("http://dx.doi.org/10.1000/ABC.1", "10.1000/ABC.1"),
        ("doi: 10.1000/182.", "10.1000/182"),
        ("（DOI：10.1000/182）。", "10.1000/182"),
        ("(10.1000/182)", "10.1000/182"),
        ("10.1002/(SICI)1096(1996)99:1<1::AID>3.0", "10.1002/(SICI)1096(1996)99:1<1::AID>3.0"),
        ("10.1/x", ""),
        ("no doi 没有", ""),
    ],
)
def test_a_doi_is_known_however_it_is_written(text: str, doi: str) -> None:
    assert bare_doi(text) == doi


def test_an_item_holds_what_the_publication_says() -> None:
    paper = source(
        "s1",
        title="海岸风能",
        file_name="wind.pdf",
        pages=12,
        publication=Publication(
            type="article-journal",
            authors=("鲁迅", "Mary Shelley"),
            issued="2024-05",
            container="海洋学报",
            volume="3",
            issue="2",
            pages="1-20",
            doi="https://doi.org/10.1000/182",
            url="https://example.org/wind",
            accessed="2026-11-24",
        ),
    )

    assert csl_item(paper) == {
        "id": "s1",
        "type": "article-journal",
        "title": "海岸风能",
        "author": [{"literal": "鲁迅"}, {"family": "Shelley", "given": "Mary"}],
        "issued": {"date-parts": [[2024, 5]]},
        "container-title": "海洋学报",
        "volume": "3",
        "issue": "2",
        "page": "1-20",
        "DOI": "10.1000/182",
        "URL": "https://example.org/wind",
        "accessed": {"date-parts": [[2026, 11, 24]]},
        "number-of-pages": 12,
        "language": "zh-CN",
        "custom": {"file_name": "wind.pdf"},
    }


def test_a_title_in_other_letters_than_english_has_claims_no_language() -> None:
    assert "language" not in csl_item(source("s", title="Les marées à l'île"))
    assert csl_item(source("s", title="Tides"))["language"] == "en-US"


def test_the_text_of_an_entry_is_plain_in_every_style() -> None:
    styled = source("s", title="Tides", file_name="t.pdf", entry=r"Shelley. *Tides\_1* \[M\].")

    assert entry_text(styled, "apa", "en") == "Shelley. Tides_1 [M]."
    assert entry_text(styled, "numeric", "en") == "Tides (t.pdf)"
    assert entry_text(styled.model_copy(update={"entry": ""}), "apa", "zh") == "Tides（t.pdf）"
    deck = source("d", title="Tides", file_name="t.pptx", pages=3)
    assert entry_text(deck, "numeric", "en") == "Tides (t.pptx, 3 slides)"
    assert entry_text(deck, "numeric", "zh") == "Tides（t.pptx，3 张幻灯片）"
    assert without_markup(r"a \* b \\ c*d*") == "a * b \\ cd"


DOI = "10.1000/Tides"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"sha256": "ab" * 32}, {"sha256": "ab" * 32}),
        ({"url": "https://example.org/a/?utm_source=x"}, {"url": "http://www.example.org/a"}),
        (
            {"publication": Publication(doi=DOI)},
            {"publication": Publication(doi=f"https://doi.org/{DOI.lower()}")},
        ),
        (
            {"url": "https://example.org/a"},
            {"publication": Publication(url="https://example.org/a")},
        ),
    ],
)
def test_two_sources_are_one_work(one: dict[str, object], other: dict[str, object]) -> None:
    same = list(works([source("x"), source("a", **one), source("b", **other)]).values())

    assert same == ["x", "a", "a"]


def test_pages_that_name_the_front_page_as_their_own_address_stay_apart() -> None:
    front = Publication(url="https://example.org/")

    same = works([source("a", publication=front), source("b", publication=front)])

    assert same == {"a": "a", "b": "b"}


def test_what_two_sources_are_each_the_same_as_makes_them_one() -> None:
    page = source("page", url="https://example.org/a")
    paper = source("paper", publication=Publication(doi=DOI))
    both = source("both", url="https://example.org/a", publication=Publication(doi=DOI))

    assert len(set(works([page, paper, both]).values())) == 1
    assert len(set(works([page, paper]).values())) == 2
    assert works([]) == {}
    assert SourceId("page") in works([page])


@pytest.mark.parametrize("author", ["鲁迅", "鲁迅 著", "鲁迅 编著", "鲁迅（主编）", "鲁迅(译)"])
def test_what_a_chinese_author_did_is_no_part_of_the_name(author: str) -> None:
    assert csl_name(author) == {"literal": "鲁迅"}
