"""Material whose passages are found by words, and further ones by meaning."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.meaning.embeddings import Embeddings
from pipeline.adapters.meaning.reranker import Reranker
from pipeline.adapters.meaning.trial import LEAST_MERIT, Trial, merit, trial_of
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.documents import Passage, Reading, Source, SourceId
from pipeline.domain.queries import fused
from pipeline.errors import PipelineError, RankingFailed

log = logging.getLogger(__name__)

EMBEDDED_MOST = 4_000
"""Passages of a material that are all embedded: some 3 MB of text, sixty calls. Of a larger one
those are that words find."""

POOL = 200
"""Passages that words find in a large material, to be compared by meaning."""

RERANKED = 50
"""Passages that a reranker compares for one query: it reads each of them whole."""

TIME_LIMIT_S = 60.0
"""For embedding a material; beyond it, waiting costs more than further passages are worth."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is configured to rank by meaning."""

    embeddings: Embeddings | None = None
    reranker: Reranker | None = None
    passed: set[int] = field(default_factory=set, repr=False, compare=False)
    """Trials that were passed, so that the next job on the same material goes without."""

    def __bool__(self) -> bool:
        return self.embeddings is not None or self.reranker is not None

    async def aclose(self) -> None:
        """Close all connections, on the event loop that used them. The next call opens new ones."""
        async with AsyncExitStack() as stack:  # one that breaks keeps no other open
            for each in (self.embeddings, self.reranker):
                if each is not None:
                    stack.push_async_callback(each.aclose)


class RankedMaterial:
    """Keeps the port `Material` for one job; belongs to one event loop.

    Before it is believed, a service has to pass a trial on this material: sentences of passages
    must lead back to them. Where one does not, and after the first failure, the job goes on with
    words alone: one outage is not waited for a hundred times. `trouble` is told of it, once.
    """

    def __init__(
        self, index: PassageIndex, meaning: Meaning, trouble: Callable[[PipelineError], None]
    ) -> None:
        self._index = index
        self.meaning = meaning
        """What it ranks with, which other jobs use as well."""
        self._trouble = trouble
        self._is_off = False
        self._questions: set[asyncio.Timeout] = set()
        self._all: NDArray[np.float32] | None = None
        self._embedding = asyncio.Lock()
        self._is_tried = False
        self._trying = asyncio.Lock()

    @property
    def readings(self) -> Mapping[SourceId, Reading]:
        return self._index.readings

    @property
    def sources(self) -> Sequence[Source]:
        return self._index.sources

    def passage(self, passage_id: str) -> Passage | None:
        return self._index.passage(passage_id)

    async def search(
        self, query: str, *, limit: int, within: Sequence[SourceId] = ()
    ) -> Sequence[Passage]:
        """By words, as `PassageIndex` does."""
        return await self._index.search(query, limit=limit, within=within)

    async def nearest(
        self,
        query: str,
        *,
        beside: Sequence[Passage],
        limit: int,
        within: Sequence[SourceId] = (),
    ) -> Sequence[Passage]:
        """As the port says: by vectors, by what a reranker makes of them, or both."""
        if self._is_off or not query.strip() or limit <= 0:
            return ()
        try:
            await self._try_out()
            async with self._unless_given_up():
                return await self._nearest(query, beside, limit, within)
        except RankingFailed as error:
            self._give_up(error)
        except TimeoutError:
            log.debug("It was given up while a question waited for its place.")
        return ()

    @asynccontextmanager
    async def _unless_given_up(self) -> AsyncIterator[None]:
        """Raises `TimeoutError` inside as soon as another question finds that the service fails:
        those that still wait would each wait for the same outage.
        """
        async with asyncio.timeout(None) as question:
            self._questions.add(question)
            try:
                yield
            finally:
                self._questions.discard(question)

    async def _nearest(
        self, query: str, beside: Sequence[Passage], limit: int, within: Sequence[SourceId]
    ) -> list[Passage]:
        given = {passage.id for passage in beside}
        near = await self._near(query, len(given) + max(limit, RERANKED), within)
        found = {passage.id: passage for passage in near if passage.id not in given}
        if self.meaning.reranker:
            deeper = await self._index.search(query, limit=RERANKED, within=within)
            by_words = {passage.id: passage for passage in deeper if passage.id not in given}
            order = fused([list(found), list(by_words)])[:RERANKED]
            found |= by_words
            if order:
                texts = [_text(found[each]) for each in order]
                places = await self.meaning.reranker.order(query, texts)
                found = {order[place]: found[order[place]] for place in places}
        return list(found.values())[:limit]

    async def _try_out(self) -> None:
        """Put both services to the trial, once for a material. Raises `RankingFailed`.

        No limit of time beside that of each call: the first call that fails ends it.
        """
        async with self._trying:
            if self._is_tried:
                return
            if self._is_off:
                raise RankingFailed("Ranking by meaning was given up.")
            trial = await asyncio.to_thread(self._trial)
            if trial.parts and hash(trial) not in self.meaning.passed:
                if embeddings := self.meaning.embeddings:
                    vectors = np.stack(await embeddings.vectors([*trial.texts, *trial.parts]))
                    texts, parts = np.split(vectors, [len(trial.texts)])
                    _expect("The embeddings", merit((parts @ texts.T).tolist()))
                if reranker := self.meaning.reranker:
                    orders = await reranker.orders(trial.parts, trial.texts)
                    scores = [_scores(each, len(trial.texts)) for each in orders]
                    _expect("The reranker", merit(scores))
                self.meaning.passed.add(hash(trial))
            self._is_tried = True

    def _trial(self) -> Trial:
        return trial_of([_text(passage) for passage in self._index.passages])

    async def _near(self, query: str, count: int, within: Sequence[SourceId]) -> list[Passage]:
        """The passages that are nearest in meaning, nearest first."""
        embeddings = self.meaning.embeddings
        if embeddings is None:
            return []
        if len(self._index.passages) <= EMBEDDED_MOST:
            pool, vectors = self._index.passages, await self._all_vectors(embeddings)
            rows = self._index.rows(within)
        else:
            pool = await self._index.search(query, limit=POOL, within=within)
            if not pool:
                return []
            vectors = np.stack(await embeddings.vectors([_text(passage) for passage in pool]))
            rows = list(range(len(pool)))
        (asked,) = await embeddings.vectors([query])
        if vectors.shape[1:] != asked.shape:
            raise RankingFailed("The embedding endpoint changed the length of its vectors.")
        likeness = vectors[rows] @ asked
        return [pool[rows[place]] for place in np.argsort(-likeness, kind="stable")[:count]]

    async def _all_vectors(self, embeddings: Embeddings) -> NDArray[np.float32]:
        async with self._embedding:
            if self._all is None:
                texts = [_text(passage) for passage in self._index.passages]
                try:
                    async with asyncio.timeout(TIME_LIMIT_S):
                        vectors = await embeddings.vectors(texts)
                except TimeoutError as error:
                    raise RankingFailed(
                        f"To embed the material took over {TIME_LIMIT_S:g} s. Its passages are "
                        "found by their words."
                    ) from error
                self._all = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
            return self._all

    def _give_up(self, error: RankingFailed) -> None:
        if not self._is_off:
            self._is_off = True
            for question in self._questions:
                question.reschedule(asyncio.get_running_loop().time())
            log.warning("Passages are ranked by their words alone: %s", error)
            self._trouble(error)


def _expect(service: str, reached: float) -> None:
    if reached < LEAST_MERIT:
        raise RankingFailed(
            f"{service} cannot tell the passages of this material apart: sentences lead back to "
            f"their own with {reached:.2f}; chance gives 0.50, and {LEAST_MERIT} is needed. "
            "Passages are found by their words. Check the model that EMBEDDING_MODEL or "
            "RERANK_MODEL names, and whether it reads the language."
        )


def _scores(order: Sequence[int], count: int) -> list[float]:
    """By the place of each text in an order; what was left out comes last."""
    places = {text: place for place, text in enumerate(order)}
    return [-float(places.get(text, count)) for text in range(count)]


def _text(passage: Passage) -> str:
    """The passage under its headings, as the index has it."""
    return "\n".join([" › ".join(passage.heading_path), passage.text]).strip()
