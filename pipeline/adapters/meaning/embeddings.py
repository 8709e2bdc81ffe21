"""Texts as vectors, from an OpenAI-compatible endpoint; each text is asked for once."""

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.meaning.service import JsonService

Vector = NDArray[np.float32]

BATCH = 64
"""Texts in one call: every known endpoint takes as many, and an answer stays below some MB."""

TEXT_CHARS = 4_000
"""Of a text: within the limit of the smallest models, and far above a passage."""

CACHE_BYTES = 256_000_000
"""Vectors of some 40,000 passages with 1,536 numbers each."""


class Embeddings:
    """Vectors of length 1; those that were made stay in this process, the least used go first.

    Another process, or the next start, asks again: a vector is ten times as large as its text, and
    Redis would hold little else.
    """

    def __init__(self, service: JsonService, model: str, *, max_bytes: int = CACHE_BYTES) -> None:
        self._service = service
        self._model = model
        self._max_bytes = max_bytes
        self._known: OrderedDict[bytes, Vector] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    async def vectors(self, texts: Sequence[str]) -> list[Vector]:
        """The vector of each text, in their order. Raises `RankingFailed`."""
        keys = [self._key(text) for text in texts]
        found = {key: vector for key in keys if (vector := self._recall(key)) is not None}
        wanted = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        missing = list(wanted)
        batches = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
        answers = await self._asked([[wanted[key] for key in batch] for batch in batches])
        for batch, vectors in zip(batches, answers, strict=True):
            for key, vector in zip(batch, vectors, strict=True):
                found[key] = vector
                self._keep(key, vector)
        if len({vector.size for vector in found.values()}) > 1:
            raise self._service.failed("its vectors have different lengths")
        return [found[key] for key in keys]

    async def aclose(self) -> None:
        """Close the connections. The next call opens new ones."""
        await self._service.aclose()

    async def _asked(self, batches: Sequence[Sequence[str]]) -> list[list[Vector]]:
        """The vectors of each batch; the first that fails ends the others, which would be waste."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._ask(batch)) for batch in batches]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _ask(self, texts: Sequence[str]) -> list[Vector]:
        answer = await self._service.ask(
            {
                "model": self._model,
                "input": [text[:TEXT_CHARS] or " " for text in texts],
                "encoding_format": "float",
            }
        )
        try:
            ordered = sorted(answer["data"], key=lambda each: each["index"])
            places = [each["index"] for each in ordered]
            vectors = [_normal(each["embedding"]) for each in ordered]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._service.failed("the answer holds no vectors") from error
        if places != list(range(len(texts))):
            raise self._service.failed("the answer has not one vector for each text")
        return vectors

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._model}\0{text}".encode("utf-8", "surrogatepass")).digest()

    def _recall(self, key: bytes) -> Vector | None:
        with self._lock:
            vector = self._known.get(key)
            if vector is not None:
                self._known.move_to_end(key)
            return vector

    def _keep(self, key: bytes, vector: Vector) -> None:
        with self._lock:
            if key not in self._known:
                self._known[key] = vector
                self._size += vector.nbytes
            while self._size > self._max_bytes:
                self._size -= self._known.popitem(last=False)[1].nbytes


def _normal(numbers: Any) -> Vector:
    """The vector with length 1. Raises `ValueError` for what is no direction."""
    vector = np.asarray(numbers, dtype=np.float32)
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not np.isfinite(length) or length == 0:
        raise ValueError
    return vector / np.float32(length)
