import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.addresses import canonical, cleaned, host_of, is_web_address

PAGE = "https://example.org/tides/energy?id=7"


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://Example.ORG/tides/energy?id=7",
        "http://example.org/tides/energy?id=7",
        "https://www.example.org/tides/energy?id=7",
        "https://m.example.org/tides/energy?id=7",
        "https://example.org:443/tides/energy/?id=7",
        "http://example.org:80/tides/energy?id=7#costs",
        "https://example.org./tides/energy?id=7",
        "  https://example.org/tides/energy?id=7\n",
        "https://example.org/tides/energy?utm_source=news&id=7&UTM_Medium=mail",
        "https://example.org/tides/energy?id=7&fbclid=abc&gclid=1&spm=a2c",
        "https://example.org/%74ides/energy?id=7",
        "https://reader:secret@example.org/tides/energy?id=7",
    ],
)
def test_addresses_of_the_same_page_are_equal(url: str) -> None:
    assert canonical(url) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/tides/energy?id=8",
        "https://example.org/tides?id=7",
        "https://example.org/Tides/energy?id=7",
        "https://example.org:8080/tides/energy?id=7",
        "https://news.example.org/tides/energy?id=7",
        "https://example.org/tides%2Fenergy?id=7",
    ],
)
def test_addresses_of_other_pages_differ(url: str) -> None:
    assert canonical(url) != PAGE


def test_the_order_of_parameters_says_nothing() -> None:
    assert canonical("https://a.example/?b=2&a=1") == canonical("https://a.example?a=1&b=2")


@pytest.mark.parametrize(
    "url",
    [
        "https://zh.wikipedia.org/wiki/潮汐",
        "https://zh.wikipedia.org/wiki/%E6%BD%AE%E6%B1%90",
        "https://zh.wikipedia.org/wiki/%e6%bd%ae%e6%b1%90",
        "https://zh.m.wikipedia.org/wiki/潮汐#成因",
    ],
)
def test_a_chinese_path_is_the_same_escaped_and_plain(url: str) -> None:
    assert canonical(url) == "https://zh.wikipedia.org/wiki/%E6%BD%AE%E6%B1%90"


def test_a_chinese_host_is_the_same_in_both_spellings() -> None:
    assert canonical("https://潮汐.example/能") == canonical("https://xn--usw99d.example/能")


def test_a_host_that_is_only_a_prefix_is_kept() -> None:
    assert canonical("https://www.com/") == "https://www.com"
    assert host_of("https://m.example.org/a") == "example.org"


def test_both_resolvers_of_a_doi_are_one() -> None:
    assert canonical("http://dx.doi.org/10.1000/182") == canonical("https://doi.org/10.1000/182")


@pytest.mark.parametrize("text", ["", "潮汐", "mailto:a@example.org", "https://", "http://[::1"])
def test_what_is_no_address_of_a_page_stays_as_it_is(text: str) -> None:
    assert canonical(text) == cleaned(text) == text


def test_a_shown_address_still_opens() -> None:
    assert (
        cleaned("HTTP://WWW.Example.org:80/tides/?utm_source=x&id=7&b=潮#top")
        == "http://www.example.org/tides/?id=7&b=%E6%BD%AE"
    )
    assert cleaned("http://[2001:DB8::1]:8080/a") == "http://[2001:db8::1]:8080/a"


@pytest.mark.parametrize("route", ["#/one", "#!two", "#/潮汐"])
def test_a_fragment_that_chooses_the_page_is_kept(route: str) -> None:
    assert canonical(f"https://app.example.org/{route}") != canonical("https://app.example.org/")
    assert cleaned(f"https://app.example.org/{route}#").startswith("https://app.example.org/#")
    assert canonical("https://app.example.org/#/") != canonical(f"https://app.example.org/{route}")


@pytest.mark.parametrize("query", ["share_id=5", "ga_id=5", "pk_id=5", "share=5", "spm_no=5"])
def test_parameters_that_may_choose_the_page_are_kept(query: str) -> None:
    assert cleaned(f"https://example.org/a?{query}&share_source=x") == (
        f"https://example.org/a?{query}"
    )


def test_only_web_addresses_are_called_so() -> None:
    assert is_web_address("HTTPS://example.org")
    assert not any(map(is_web_address, ["file:abc", "ftp://example.org", "潮汐", ""]))


@given(
    st.from_regex(
        r"https?://(www\.|m\.)?[a-z]{1,8}\.(example|org)(:[0-9]{1,4})?(/[^\s#]{0,12})?(\?[^\s#]{0,12})?",
        fullmatch=True,
    )
)
def test_making_an_address_canonical_twice_changes_nothing(url: str) -> None:
    once = canonical(url)

    assert canonical(once) == once
    assert cleaned(cleaned(url)) == cleaned(url)
    assert canonical(cleaned(url)) == once


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    canonical(text)
    cleaned("https://" + text)
    canonical("https://" + text)
