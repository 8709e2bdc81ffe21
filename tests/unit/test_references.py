import pytest

from pipeline.domain.documents import Publication, Source, SourceId
from pipeline.domain.dois import bare_doi
from pipeline.domain.names import csl_name, csl_names
from pipeline.domain.references import (
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
        ("Jane Doe, PhD", {"family": "Doe", "given": "Jane"}),
        ("Jane Doe, Ph.D., MPH", {"family": "Doe", "given": "Jane"}),
        ("Jane Doe PhD", {"family": "Doe", "given": "Jane"}),
        ("Shelley, MA", {"family": "Shelley", "given": "MA"}),
        ("Dr. John Smith", {"family": "Smith", "given": "John"}),
        ("Prof. Dr. John Smith", {"family": "Smith", "given": "John"}),
        ("Drake Smith", {"family": "Smith", "given": "Drake"}),
        ("John Smith et al.", {"family": "Smith", "given": "John"}),
        ("鲁迅 等", {"literal": "鲁迅"}),
        ("鲁迅等", {"literal": "鲁迅"}),
        ("Smith, Jr., John", {"family": "Smith", "given": "John", "suffix": "Jr."}),
        ("Bank, John", {"family": "Bank", "given": "John"}),
        ("Robert Service", {"family": "Service", "given": "Robert"}),
        ("World Bank", {"literal": "World Bank"}),
        ("Forest Service", {"literal": "Forest Service"}),
        ("Google, Inc.", {"literal": "Google, Inc."}),
        ("University of California, Berkeley", {"literal": "University of California, Berkeley"}),
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
        ("2024-02-29", [2024, 2, 29]),
        ("2023-02-31", [2023, 2]),
        ("0000-05-17", None),
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
        ("https://doi.org/10.1000/182?utm_source=x&utm_medium=y", "10.1000/182"),
        ("10.1000/182&amp;via=x", "10.1000/182"),
        ("10.1000/182#page=3", "10.1000/182"),
        ("https://example.org/doi/10.1000/182/full", "10.1000/182"),
        (
            "https://www.biorxiv.org/content/10.1101/2020.01.02.123v2.full.pdf",
            "10.1101/2020.01.02.123",
        ),
        ("https://doi.org/10.1145/1122445.1122456", ""),
        ("10.1145/nnnnnnn.nnnnnnn", ""),
        ("10.1145/XXXXXX.XXXXXX", ""),
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
            {"url": "https://example.org/a", "publication": Publication(doi=DOI)},
            {
                "url": "https://example.net/b",
                "publication": Publication(doi=f"https://doi.org/{DOI.lower()}"),
            },
        ),
        (
            {"title": "Tides: a study", "publication": Publication(doi=DOI)},
            {"title": "TIDES", "publication": Publication(doi=DOI)},
        ),
        (
            {"title": "海岸潮汐能的开发", "publication": Publication(doi=DOI)},
            {"title": "《海岸潮汐能的开发》", "publication": Publication(doi=DOI)},
        ),
        (
            {"title": "Tides", "url": "https://example.org/a"},
            {"title": "Tides", "publication": Publication(url="https://example.org/a")},
        ),
    ],
)
def test_two_sources_are_one_work(one: dict[str, object], other: dict[str, object]) -> None:
    same = list(works([source("x"), source("a", **one), source("b", **other)]).values())

    assert same == ["x", "a", "a"]


@pytest.mark.parametrize(
    "claimed", [Publication(doi=DOI), Publication(url="https://example.org/blog")]
)
@pytest.mark.parametrize(
    "titles", [("Tides in rivers", "Wind at sea"), ("海岸潮汐能", "城市雨水"), ("A", "A day")]
)
def test_works_of_other_titles_stay_apart_whatever_their_files_claim(
    claimed: Publication, titles: tuple[str, str]
) -> None:
    first, second = (
        source(key, title=title, publication=claimed)
        for key, title in zip("ab", titles, strict=True)
    )
    page = source("page", title="Another page", url="https://example.org/blog")

    assert works([first, second, page]) == {"a": "a", "b": "b", "page": "page"}


def test_a_third_copy_joins_its_like_among_works_that_claim_the_same() -> None:
    titles = {"a": "Tides in rivers", "b": "Wind at sea", "c": "Wind at sea"}
    sources = [source(k, title=t, publication=Publication(doi=DOI)) for k, t in titles.items()]

    assert works(sources) == {"a": "a", "b": "b", "c": "b"}


def test_pages_that_name_the_front_page_as_their_own_address_stay_apart() -> None:
    front = Publication(url="https://example.org/")

    same = works([source("a", publication=front), source("b", publication=front)])

    assert same == {"a": "a", "b": "b"}


def test_what_two_sources_are_each_the_same_as_makes_them_one() -> None:
    page = source("page", url="https://example.org/a")
    paper = source("paper", title="Both", publication=Publication(doi=DOI))
    both = source("both", url="https://example.org/a", publication=Publication(doi=DOI))

    assert len(set(works([page, paper, both]).values())) == 1
    assert len(set(works([page, paper]).values())) == 2
    assert works([]) == {}
    assert SourceId("page") in works([page])


@pytest.mark.parametrize("author", ["鲁迅", "鲁迅 著", "鲁迅 编著", "鲁迅（主编）", "鲁迅(译)"])
def test_what_a_chinese_author_did_is_no_part_of_the_name(author: str) -> None:
    assert csl_name(author) == {"literal": "鲁迅"}
