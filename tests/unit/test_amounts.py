import pytest

from components.amounts import amount_of, count_of, shown


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", None),
        ("  ", None),
        ("5", 5),
        ("0.50", 0.5),
        (".5", 0.5),
        ("1,234.50", 1234.5),
        ("１２００", 1200),
        ("２．５", 2.5),
        ("2。5", 2.5),
        ("￥1，000", 1000),
        ("$ 7", 7),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str, number: float | None) -> None:
    assert amount_of(typed, least=0.01, most=1e6) == number


@pytest.mark.parametrize(
    "typed", ["2,50", "1,23,456", "abc", "-1", "0", "1e9", "inf", "1 or 2", "$", "10万"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        amount_of(typed, least=0.01, most=1e6)


def test_there_are_only_whole_tokens() -> None:
    assert count_of("200,000", most=10**9) == 200_000
    assert count_of("", most=10**9) is None
    for typed in ("0.5", "0", "2000000000"):
        with pytest.raises(ValueError, match=r"\S"):
            count_of(typed, most=10**9)


@pytest.mark.parametrize("number", [5.0, 0.015, 0.001, 1234567.25])
def test_what_is_shown_is_read_back_as_the_same(number: float) -> None:
    assert amount_of(shown(number), least=0, most=1e9) == number
    assert shown(None) == ""
    assert shown(1_000_000) == "1,000,000"
