import pytest
from markdown_it import MarkdownIt

from components.plain import WORD_JOINER, plain, shortened


@pytest.mark.parametrize(
    "text",
    [
        "# 标题 *强调*",
        "[a](javascript)",
        "<b>粗</b>",
        "1. first",
        "a_b_c `code`",
        "- 列表",
    ],
)
def test_what_a_person_typed_is_shown_as_it_stands(text: str) -> None:
    (_, inline, _) = MarkdownIt().parse(plain(text))

    assert "".join(child.content for child in inline.children or ()) == text


def test_streamlits_own_marks_are_inert() -> None:
    assert plain(":material/home: $x$") == f":{WORD_JOINER}material/home: \\$x\\$"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tidal power", "Tidal power"),
        ("Tidal power now", "Tidal power…"),
        ("潮汐能报告", "潮汐能报告"),
        ("潮汐能发电报告", "潮汐能发电…"),
    ],
)
def test_a_long_title_ends_with_an_ellipsis(text: str, shown: str) -> None:
    assert shortened(text, 12) == shown
