import pytest

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.web import QUERY_CHARS, WebHit, merged, queries_of_outline, queries_of_task


def outline(title: str, *chapters: str) -> Outline:
    nodes = [OutlineNode(id=NodeId(f"n{n}"), title=chapter) for n, chapter in enumerate(chapters)]
    return Outline(title=title, nodes=tuple(nodes))


def hit(url: str, provider: str = "searxng") -> WebHit:
    return WebHit(title=url, url=url, provider=provider)


@pytest.mark.parametrize(
    ("subject", "prompt", "queries"),
    [
        (
            "Tidal energy",
            "Write a report on tidal energy, covering cost and risk. For a town council.",
            ("Tidal energy", "Write a report on tidal energy, covering cost and risk."),
        ),
        (
            "潮汐能",
            "请写一份关于潮汐能的报告，包括成本与风险。读者是市议会成员。",
            ("潮汐能", "请写一份关于潮汐能的报告，包括成本与风险。"),
        ),
        ("Tides", "Tides", ("Tides",)),
    ],
)
def test_an_outline_is_searched_for_by_its_subject_and_what_was_asked(
    subject: str, prompt: str, queries: tuple[str, ...]
) -> None:
    assert queries_of_task(subject, prompt) == queries


def test_a_document_is_searched_for_by_its_chapters() -> None:
    queries = queries_of_outline(
        outline("潮汐能", "引言", "成本与风险", "潮汐能的历史", "环境影响", "结论", "参考文献")
    )

    assert queries == ("潮汐能", "潮汐能 成本与风险", "潮汐能的历史", "潮汐能 环境影响")


def test_chapters_that_every_document_has_are_not_searched_for() -> None:
    queries = queries_of_outline(outline("Tides", "Introduction", "Costs", "CONCLUSION"))

    assert queries == ("Tides", "Tides Costs")


def test_the_number_and_the_length_of_queries_have_limits() -> None:
    many = queries_of_outline(outline("Tides", *(f"Harbour number {n}" for n in range(30))))
    long = queries_of_task("潮" * 500, "tide wave " * 100)

    assert len(many) == 8
    assert all(0 < len(query) <= QUERY_CHARS for query in long)
    assert long[1].endswith(("tide", "wave"))


def test_a_page_that_several_searches_find_comes_once_and_first() -> None:
    found = merged(
        [
            [hit("https://a.example/1"), hit("https://b.example/x?utm_source=s")],
            [hit("http://www.b.example/x/", "brave"), hit("https://c.example/")],
        ]
    )

    assert [each.url for each in found] == [
        "https://b.example/x?utm_source=s",
        "https://a.example/1",
        "https://c.example/",
    ]


def test_nothing_found_is_an_empty_list() -> None:
    assert merged([]) == merged([[], []]) == ()


def test_a_hit_with_a_doi_says_that_it_is_an_article() -> None:
    article = hit("https://doi.org/10.1/x").model_copy(
        update={"doi": "10.1/x", "authors": ("鲁迅",), "published": "1925-03"}
    )

    assert article.publication.type == "article-journal"
    assert (article.publication.authors, article.publication.issued) == (("鲁迅",), "1925-03")
    assert hit("https://a.example").publication.type == "document"
