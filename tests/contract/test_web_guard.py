import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import httpcore2
import pytest

from pipeline.adapters.web.guard import AddressRefused, GuardedBackend, checked_url, is_outside
from pipeline.errors import UnreadableFile
from tests.web_site import PUBLIC, Names, Site, fetcher_on, redirect, response

INSIDE = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.5",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]

HOSTILE = {
    **{f"http://{f'[{ip}]' if ':' in ip else ip}/": "not a public address" for ip in INSIDE},
    "http://127.1/": "host is a number",
    "http://0x7f000001/": "host is a number",
    "http://0x7f.0.0.1/": "host is a number",
    "http://0177.0.0.1/": "cannot be understood",
    "http://2130706433/": "host is a number",
    "http://127.0.0.1./": "host is a number",
    "http://0/": "host is a number",
    "http://0x7f.1/": "host is a number",
    "http://017700000001/": "host is a number",
    "http://a.example.0x7f/": "host is a number",
    "http://127。0。0。1/": "not a public address",
    "http://127｡0｡0｡1/": "not a public address",
    "http://１２７.0.0.1/": "cannot be understood|not a public address",
    "http://localhost。/": "not a public address",
    "http://①②⑦.⓪.⓪.①/": "cannot be understood",
    "http://[0:0:0:0:0:ffff:7f00:1]/": "not a public address",
    "http://[fe80::1%25eth0]/": "characters that no name has|not a public address",
    "http://[v1.fe80]/": "cannot be understood|characters that no name has",
    "http://zone.example/": "not a public address",
    "http://nat64.example/": "not a public address",
    "http://[::1%25lo]/": "characters that no name has|not a public address",
    "http://%6c%6fcalhost/": "characters that no name has",
    "http://localhost/": "not a public address",
    "http://LOCALHOST./": "not a public address",
    "http://redis/": "not a public address",
    "http://metadata.google.internal/": "not a public address",
    "http://mixed.example/": "not a public address",
    "http://a.example:22/": "port 22",
    "http://a.example:6379/": "port 6379",
    "https://a.example:80/": "port 80",
    "http://a.example:0/": "port 0",
    "http://reader:secret@a.example/": "name or a password",
    "http://a.example\\@b.example/": "name or a password",
    "http://a.example@10.0.0.5/": "name or a password",
    "http://@a.example:22@10.0.0.5/": "name or a password|cannot be understood",
    "http://10.0.0.5#@a.example/": "not a public address",
    "http://10.0.0.5?@a.example/": "not a public address",
    "http://a.example%40b.example/": "characters that no name has",
    "file:///etc/passwd": "does not begin with http",
    "gopher://a.example/": "does not begin with http",
    "ws://a.example/": "does not begin with http",
    "ftp://a.example/": "does not begin with http",
    "data:text/html,潮汐": "does not begin with http",
    "javascript:alert(1)": "does not begin with http",
    "//a.example/": "does not begin with http",
    "http:///etc/passwd": "characters that no name has",
    "http://a.example:99999999/": "cannot be understood|port",
    "http://a.example/" + "潮" * 5_000: "longer than",
    "http://a.example/\r\nHost: b.example": "cannot be understood",
    "潮汐": "does not begin with http",
    "": "does not begin with http",
}

KNOWN = Names(
    {
        "a.example": [[PUBLIC]],
        "localhost": [["127.0.0.1", "::1"]],
        "localhost.": [["127.0.0.1"]],
        "redis": [["10.1.2.3"]],
        "metadata.google.internal": [["169.254.169.254"]],
        "mixed.example": [[PUBLIC, "10.0.0.5"]],
        "zone.example": [["fe80::1%eth0"]],
        "nat64.example": [["64:ff9b::10.0.0.5"]],
    }
)


@pytest.mark.parametrize("url", list(HOSTILE), ids=lambda url: url[:50] or "empty")
def test_a_hostile_address_is_refused_with_its_reason(url: str) -> None:
    async def attack() -> tuple[UnreadableFile, list[str], list[tuple[str, int]]]:
        async with Site({}) as site:
            fetch, dial = fetcher_on(site, KNOWN)
            with pytest.raises(UnreadableFile, match=HOSTILE[url]) as caught:
                await fetch(url)
            return caught.value, site.requests, dial.dialled

    error, requests, dialled = asyncio.run(attack())

    assert error.code == "address_refused"
    assert (requests, dialled) == ([], [])
    assert "secret" not in str(error)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_no_place_to_connect_to(address: str) -> None:
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
)
def test_a_public_address_is_outside(address: str) -> None:
    assert is_outside(ip_address(address))


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://zh.wikipedia.org/wiki/潮汐", b"zh.wikipedia.org", b"/wiki/%E6%BD%AE%E6%B1%90"),
        (" http://a.example:80/x?q=能#f ", b"a.example", b"/x?q=%E8%83%BD"),
        ("https://潮汐.example/", b"xn--usw99d.example", b"/"),
        ("http://my_site.example/", b"my_site.example", b"/"),
    ],
)
def test_an_honest_address_passes(url: str, host: bytes, path: bytes) -> None:
    checked = checked_url(url)

    assert (checked.raw_host, checked.raw_path) == (host, path)


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/",
        "//10.0.0.5/",
        "file:///etc/passwd",
        "http://reader:secret@a.example/",
        "http://a.example:22/",
        "gopher://a.example/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_a_redirect_is_checked_like_the_address_itself(place: str) -> None:
    async def attack() -> tuple[str, int]:
        async with Site({"/": redirect(place)}) as site:
            fetch, _ = fetcher_on(site, KNOWN)
            with pytest.raises(UnreadableFile) as caught:
                await fetch("http://a.example/")
            return caught.value.code, len(site.requests)

    assert asyncio.run(attack()) == ("address_refused", 1)


def test_a_name_that_changes_its_address_is_not_followed_inside() -> None:
    names = Names({"rebind.example": [[PUBLIC], ["127.0.0.1"]]})

    async def attack() -> tuple[str, list[str], list[tuple[str, int]]]:
        closing = redirect("/again", "302 Found").replace(
            b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
        )
        async with Site({"/": closing, "/again": response("secret")}) as site:
            fetch, dial = fetcher_on(site, names)
            with pytest.raises(UnreadableFile) as caught:
                await fetch("http://rebind.example/")
            return caught.value.code, names.asked, dial.dialled

    code, asked, dialled = asyncio.run(attack())

    assert code == "address_refused"
    assert asked == ["rebind.example", "rebind.example"]
    assert dialled == [(PUBLIC, 80)]


def test_what_is_dialled_is_the_very_address_that_was_checked() -> None:
    names = Names({"rebind.example": [[PUBLIC], ["127.0.0.1"]]})

    async def fetched() -> tuple[bytes, list[str], list[tuple[str, int]]]:
        async with Site({"/": response("<p>潮汐</p>")}) as site:
            fetch, dial = fetcher_on(site, names)
            page = await fetch("http://rebind.example/")
            return page.data, names.asked, dial.dialled

    data, asked, dialled = asyncio.run(fetched())

    assert data.decode() == "<p>潮汐</p>"
    assert (asked, dialled) == (["rebind.example"], [(PUBLIC, 80)])


def test_the_systems_own_resolver_leads_nowhere_inside() -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        asyncio.run(GuardedBackend().connect_tcp("localhost", 80))


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.5:80")

    async def fetched() -> tuple[str, list[tuple[str, int]]]:
        async with Site({"/": response("潮汐")}) as site:
            fetch, dial = fetcher_on(site)
            await fetch("http://a.example/")
            return site.requests[0].split("\r\n")[0], dial.dialled

    assert asyncio.run(fetched()) == ("GET / HTTP/1.1", [(PUBLIC, 80)])


def test_a_resolver_that_never_answers_is_given_up() -> None:
    class Silent(Names):
        async def __call__(self, host: str, port: int) -> Sequence[str]:
            await asyncio.Event().wait()
            return await super().__call__(host, port)

    async def attack() -> str:
        async with Site({"/": response("潮汐")}) as site:
            fetch, _ = fetcher_on(site, Silent({}), seconds=0.3)
            with pytest.raises(UnreadableFile) as caught:
                await fetch("http://a.example/")
            return caught.value.code

    assert asyncio.run(attack()) == "page_timeout"


def test_a_host_with_one_dead_address_is_reached_at_the_next() -> None:
    dead = "2606:4700::1111"
    names = Names({"a.example": [[dead, PUBLIC]]})

    async def fetched() -> list[tuple[str, int]]:
        async with Site({"/": response("潮汐")}) as site:
            fetch, dial = fetcher_on(site, names, dead=[dead])
            await fetch("http://a.example/")
            return dial.dialled

    assert asyncio.run(fetched()) == [(dead, 80), (PUBLIC, 80)]


def test_a_host_whose_many_addresses_of_one_kind_are_dead_is_reached_at_the_other() -> None:
    dead = [f"2606:4700::{number}" for number in range(1, 5)]
    names = Names({"a.example": [[*dead, PUBLIC]]})

    async def fetched() -> list[tuple[str, int]]:
        async with Site({"/": response("潮汐")}) as site:
            fetch, dial = fetcher_on(site, names, dead=dead)
            await fetch("http://a.example/")
            return dial.dialled

    assert asyncio.run(fetched()) == [(dead[0], 80), (PUBLIC, 80)]


def test_no_more_than_three_addresses_of_a_host_are_tried() -> None:
    dead = [PUBLIC, *(f"2606:4700::{number}" for number in range(1, 5))]
    names = Names({"a.example": [dead]})

    async def attack() -> list[tuple[str, int]]:
        async with Site({}) as site:
            fetch, dial = fetcher_on(site, names, dead=dead)
            with pytest.raises(UnreadableFile):
                await fetch("http://a.example/")
            return dial.dialled

    assert [host for host, _ in asyncio.run(attack())] == dead[:3]


def test_the_guard_itself_refuses_ports_that_are_no_web_servers() -> None:
    guard = GuardedBackend(Names({"a.example": [[PUBLIC]]}))

    with pytest.raises(AddressRefused, match="port 25"):
        asyncio.run(guard.connect_tcp("a.example", 25))


def test_a_name_that_nobody_knows_has_no_connection() -> None:
    guard = GuardedBackend(Names({"empty.example": [[]]}))

    for host in ("nobody.example", "empty.example"):
        with pytest.raises(httpcore2.ConnectError, match=host):
            asyncio.run(guard.connect_tcp(host, 443))
