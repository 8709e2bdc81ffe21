import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest

from pipeline.adapters.bounded_http import AnswerTooLarge, parsed, sent

MOST = 1_000_000


class Talkative(httpx2.AsyncBaseTransport):
    """Answers with as many pieces as are taken, packed or not."""

    def __init__(self, piece: bytes, encoding: str = "identity") -> None:
        self.given = 0
        self.is_closed = False
        self._piece = piece
        self._encoding = encoding

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {"Content-Encoding": self._encoding}
        return httpx2.Response(200, headers=headers, content=self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            for _ in range(1_000):
                self.given += 1
                yield self._piece
        finally:
            self.is_closed = True


def answer(transport: httpx2.AsyncBaseTransport) -> httpx2.Response:
    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=transport) as client:
            request = client.build_request("GET", "https://service.example/search")
            return await sent(client, request, max_bytes=MOST)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "service",
    [Talkative(bytes(400_000)), Talkative(gzip.compress(bytes(2 * MOST)), "gzip")],
    ids=["endless", "packed"],
)
def test_no_more_of_an_answer_is_taken_than_may_be_kept(service: Talkative) -> None:
    with pytest.raises(AnswerTooLarge):
        answer(service)

    assert service.given <= 3
    assert service.is_closed


def test_an_answer_comes_unpacked_with_its_status() -> None:
    packed = gzip.compress("潮汐".encode())
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(404, headers={"Content-Encoding": "gzip"}, content=packed)
    )

    found = answer(transport)

    assert (found.status_code, found.text) == (404, "潮汐")
    with pytest.raises(httpx2.HTTPStatusError):
        found.raise_for_status()


def test_json_that_is_nested_too_deeply_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed(b"[" * 100_000)
