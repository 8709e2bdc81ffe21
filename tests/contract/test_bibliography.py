import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.adapters import pandoc
from pipeline.adapters.bibliography import PandocBibliographer, formatted
from pipeline.adapters.pandoc import run_pandoc
from pipeline.domain.documents import CitationStyle, Language, Publication, Source, SourceId
from pipeline.domain.references import without_markup
from pipeline.errors import FormattingFailed
from pipeline.ports import Bibliographer

STYLES: list[CitationStyle] = ["gb-t-7714-2015", "apa", "ieee", "chicago"]


def source(key: str, title: str, publication: Publication, url: str = "") -> Source:
    return Source(id=SourceId(key), title=title, url=url, publication=publication)


NOVEL = source(
    "novel",
    "Frankenstein",
    Publication(
        type="book",
        authors=("Mary Shelley", "Percy Shelley"),
        issued="1818-01-01",
        publisher="Lackington",
    ),
)
STORIES = source(
    "stories",
    "呐喊",
    Publication(type="book", authors=("鲁迅",), issued="1923", publisher="新潮社"),
)
POEMS = source(
    "poems",
    "海岸的诗",
    Publication(
        type="article-journal",
        authors=("李白", "杜甫", "王维", "白居易"),
        issued="2020-05",
        container="海洋学报",
        doi="https://doi.org/10.1000/183",
    ),
)
PAGE = source(
    "page",
    "Tides at the bay",
    Publication(
        type="webpage",
        authors=("Harbour Office of the Bay",),
        issued="2024-05-17",
        accessed="2026-11-24",
    ),
    url="https://example.org/tides_a?b=1&c=2",
)
NOTICE = source(
    "notice",
    "潮汐公告",
    Publication(type="webpage", authors=("海洋局",), issued="2024-05-17", accessed="2026-11-24"),
    url="https://example.org/潮汐",
)
BARE = source("bare", "grid_storage *final*", Publication())
ALL = [NOVEL, STORIES, POEMS, PAGE, NOTICE, BARE]


def entries(style: CitationStyle, language: Language) -> dict[str, str]:
    return {str(name): text for name, text in formatted(ALL, style, language).items()}


def test_the_chinese_standard_words_each_entry_in_the_language_of_its_source() -> None:
    assert entries("gb-t-7714-2015", "en") == {
        "novel": r"SHELLEY M, SHELLEY P. Frankenstein\[M\]. Lackington, 1818.",
        "stories": r"鲁迅. 呐喊\[M\]. 新潮社, 1923.",
        "poems": r"李白, 杜甫, 王维, 等. 海岸的诗\[J/OL\]. 海洋学报, 2020. DOI:10.1000/183.",
        "page": r"HARBOUR OFFICE OF THE BAY. Tides at the bay\[EB/OL\]. (2024-05-17)\[2026-11-24\]."
        r" https://example.org/tides\_a?b=1&c=2.",
        "notice": r"海洋局. 潮汐公告\[EB/OL\]. (2024-05-17)\[2026-11-24\]. https://example.org/潮汐.",
        "bare": r"grid\_storage \*final\*\[Z\].",
    }


def test_apa_has_its_titles_in_emphasis_and_chinese_names_whole() -> None:
    assert entries("apa", "en") == {
        "novel": "Shelley, M., & Shelley, P. (1818). *Frankenstein*. Lackington.",
        "stories": "鲁迅. (1923). *呐喊*. 新潮社.",
        "poems": "李白, 杜甫, 王维, & 白居易. (2020). 海岸的诗. *海洋学报*."
        " https://doi.org/10.1000/183",
        "page": "Harbour Office of the Bay. (2024, May 17). *Tides at the bay*."
        r" https://example.org/tides\_a?b=1&c=2",
        "notice": "海洋局. (2024, May 17). *潮汐公告*. https://example.org/潮汐",
        "bare": r"*grid\_storage \*final\**. (n.d.).",
    }


def test_ieee_writes_initials_first_and_chinese_names_without_a_stop() -> None:
    found = entries("ieee", "en")

    assert found["novel"] == "M. Shelley and P. Shelley, *Frankenstein*. Lackington, 1818."
    assert found["stories"] == "鲁迅, *呐喊*. 新潮社, 1923."
    assert found["poems"] == (
        "李白, 杜甫, 王维, and 白居易, “海岸的诗,” *海洋学报*, May 2020, doi: 10.1000/183."
    )


def test_chicago_claims_of_no_article_that_it_is_not_printed_yet() -> None:
    found = entries("chicago", "en")

    assert found["novel"] == "Shelley, Mary, and Percy Shelley. 1818. *Frankenstein*. Lackington."
    assert found["poems"] == (
        "李白, 杜甫, 王维, and 白居易. 2020. “海岸的诗.” *海洋学报*, May."
        " https://doi.org/10.1000/183."
    )


def test_a_chinese_document_words_its_chinese_sources_in_chinese_and_others_in_english() -> None:
    found = entries("apa", "zh")

    assert found["notice"] == "海洋局. (2024, 5月17日). *潮汐公告*. https://example.org/潮汐"
    assert found["page"].startswith("Harbour Office of the Bay. (2024, May 17).")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_source_gets_an_entry_of_its_own_that_does_not_depend_on_others(
    style: CitationStyle, language: Language
) -> None:
    twin = NOVEL.model_copy(update={"id": SourceId("twin"), "title": "Mathilda"})

    alone = formatted([NOVEL], style, language)
    together = formatted([twin, *ALL], style, language)

    assert set(together) == {"twin", *(s.id for s in ALL)}
    assert together[NOVEL.id] == alone[NOVEL.id]


def test_the_plain_style_needs_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_program", lambda: Path("/nonexistent"))

    assert formatted(ALL, "numeric", "en") == {}


def test_it_keeps_the_port() -> None:
    bibliographer: Bibliographer = PandocBibliographer()

    found = asyncio.run(bibliographer.entries([STORIES], style="ieee", language="zh"))

    assert found == {"stories": "鲁迅, *呐喊*. 新潮社, 1923."}


HOSTILE = st.text(
    st.sampled_from("ab 潮汐。《》*_[]()<>`$\\&;:!#~\"'{}|@^=+-.,/%\n\t0129"),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(STYLES))
def test_whatever_a_file_says_its_entry_shows_as_text(
    title: str, author: str, style: CitationStyle
) -> None:
    hostile = source("x", title, Publication(authors=(author,), issued=title, publisher=author))

    text = formatted([hostile], style, "en").get(SourceId("x"), "")

    (tokens,) = [t.children or [] for t in MarkdownIt().parseInline(f"[1] {text}")]
    shown = "".join(token.content for token in tokens)
    assert {token.type for token in tokens} <= {"text", "em_open", "em_close", "text_special"}
    assert shown == f"[1] {without_markup(text)}".rstrip()
    assert "\n" not in text


def test_the_program_cannot_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("潮汐", encoding="utf-8")
    asked = f".. include:: {tmp_path}/secret.txt\n"

    with pytest.raises(FormattingFailed):
        run_pandoc(["--from=rst", "--to=plain", "--fail-if-warnings"], asked, limit_s=10)
