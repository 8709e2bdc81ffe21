"""A service that compares a query with each passage: Jina's, Cohere's and vLLM's `/rerank`."""

import asyncio
import math
from collections.abc import Sequence

from pipeline.adapters.meaning.service import JsonService

TEXT_CHARS = 4_000
"""Of a text: far above a passage."""


class Reranker:
    """Orders texts by how well they answer a query."""

    def __init__(self, service: JsonService, model: str) -> None:
        self._service = service
        self._model = model

    async def aclose(self) -> None:
        """Close the connections. The next call opens new ones."""
        await self._service.aclose()

    async def orders(self, queries: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
        """As `order`, for each query: the first alone, so that an outage costs one call, the others
        together; the first of these that fails ends them.
        """
        first = [await self.order(query, texts) for query in queries[:1]]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.order(query, texts)) for query in queries[1:]]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [*first, *(task.result() for task in tasks)]

    async def order(self, query: str, texts: Sequence[str]) -> list[int]:
        """Places of the texts, best first; those that it left out are missing.

        Raises:
            RankingFailed: No answer, or one in another shape.
        """
        answer = await self._service.ask(
            {
                "model": self._model,
                "query": query[:TEXT_CHARS],
                "documents": [text[:TEXT_CHARS] for text in texts],
                "top_n": len(texts),
            }
        )
        try:
            scores = {
                int(each["index"]): float(each["relevance_score"]) for each in answer["results"]
            }
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._service.failed("the answer holds no scores") from error
        if not scores or not set(scores) <= set(range(len(texts))):
            raise self._service.failed("the answer scores other texts than it was given")
        if not all(math.isfinite(score) for score in scores.values()):
            raise self._service.failed("the answer has scores that are no numbers")
        return sorted(scores, key=lambda place: (-scores[place], place))
