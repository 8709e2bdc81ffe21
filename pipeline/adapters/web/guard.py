"""Keeps outgoing requests outside: an address is checked when it is connected to, and not before.

What a name resolves to may change between a check and a connection. So the check sits where the
connection is made, and the connection goes to the very address that was checked.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from httpcore2 import (
    SOCKET_OPTION,
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)
from httpx2 import URL, InvalidURL

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host; raises `OSError` when there are none."""

PORTS = {"http": 80, "https": 443}
"""Web servers; on other ports live databases and mail."""

MAX_URL_CHARS = 4_000
"""Browsers and servers take about 2,000 for sure; longer ones carry data, not places."""

TRIED = 3
"""Addresses of one host that are tried: one of each kind, and one more."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}")
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)

_NOT_OUTSIDE_4 = [
    ip_network("192.0.0.0/24"),  # protocol assignments; 192.0.0.192 is a cloud's metadata
    ip_network("192.88.99.0/24"),  # 6to4 relays, withdrawn
    ip_network("168.63.129.16/32"),  # a cloud's own services, on a public address
]
_UNICAST_6 = ip_network("2000::/3")
"""All that the internet of version 6 consists of so far."""
_NOT_OUTSIDE_6 = [
    ip_network("2001::/23"),  # Teredo and other protocols
    ip_network("2002::/16"),  # 6to4: wraps any address of version 4
    ip_network("3fff::/20"),  # for documentation
]
_NAT64 = ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """This address is not one that may be fetched; the text says why."""


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is a public address of one machine.

    `is_global` alone is too generous in Python 3.11: it allows multicast, site-local addresses
    and wrapped private ones.
    """
    if isinstance(address, IPv6Address):
        return _is_outside_6(address)
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NOT_OUTSIDE_4)
    )


def _is_outside_6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return is_outside(address.ipv4_mapped)
    if address in _NAT64:
        # How a machine without version 4 reaches it; what is wrapped decides.
        return is_outside(IPv4Address(int(address) & 0xFFFF_FFFF))
    return (
        address in _UNICAST_6
        and address.is_global
        and not any(address in network for network in _NOT_OUTSIDE_6)
    )


def checked_url(text: str) -> URL:
    """The address as it may be requested, as far as it can be judged without connecting.

    Raises:
        AddressRefused: With the reason.
    """
    if len(text) > MAX_URL_CHARS:
        raise AddressRefused(f"it is longer than {MAX_URL_CHARS:,} characters")
    try:
        url = URL(text.strip())
    except (InvalidURL, UnicodeError) as error:
        raise AddressRefused("it cannot be understood") from error
    if url.scheme not in PORTS:
        raise AddressRefused("it does not begin with http:// or https://")
    if url.userinfo:
        raise AddressRefused("it holds a name or a password")
    if url.port not in {None, PORTS[url.scheme]}:
        raise AddressRefused(f"port {url.port} is not the one of its scheme")
    _check_host(url.raw_host.decode("ascii"))
    return url


def _check_host(host: str) -> None:
    if (address := _literal(host)) is not None:
        _check(address)
    elif not _HOST.fullmatch(host):
        raise AddressRefused("its host has characters that no name has")
    elif _NUMBER.fullmatch(host):
        # 127.1, 0x7f000001 and 2130706433 are all 127.0.0.1 to a resolver.
        raise AddressRefused("its host is a number")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check(address: IPv4Address | IPv6Address) -> None:
    if not is_outside(address):
        raise AddressRefused(f"{address} is not a public address")


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class GuardedBackend(AsyncNetworkBackend):
    """Connects to public addresses only: every address that a host has must be one."""

    def __init__(
        self, resolve: Resolve = resolved, dial: AsyncNetworkBackend | None = None
    ) -> None:
        self._resolve = resolve
        self._dial = dial or AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Resolve once, check every answer, and connect to one of those that were checked.

        Raises:
            AddressRefused: One of them is not public, or the port is no web server's.
        """
        if port not in PORTS.values():
            raise AddressRefused(f"port {port} is no web server's")
        addresses = _first_tried(await self._checked(host, port))
        failure: Exception | None = None
        for address in addresses:
            share = None if timeout is None else timeout / len(addresses)
            try:
                return await self._dial.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure or ConnectError(f"{host!r} has no address")

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            answers = [host] if _literal(host) else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise ConnectError(f"no address is known for {host!r}") from error
        for answer in answers:
            _check(ip_address(answer))
        return list(dict.fromkeys(answers))

    async def sleep(self, seconds: float) -> None:
        await self._dial.sleep(seconds)


def _first_tried(addresses: Sequence[str]) -> list[str]:
    """The first of each kind, and the next in their order: one kind may lead nowhere at all."""
    of_kind: dict[int, str] = {}
    for address in addresses:
        of_kind.setdefault(ip_address(address).version, address)
    return list(dict.fromkeys([*of_kind.values(), *addresses]))[:TRIED]
