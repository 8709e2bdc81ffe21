"""Ranking by meaning against a local server: a good one improves, a bad one does no harm."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr

from pipeline.adapters.meaning import (
    Embeddings,
    JsonService,
    Meaning,
    RankedMaterial,
    Reranker,
    meaning_of,
)
from pipeline.adapters.meaning.service import TRIES
from pipeline.adapters.passage_index import PassageIndex
from pipeline.config import Settings
from pipeline.domain.documents import Block, Reading, SourceId
from pipeline.errors import PipelineError, RankingFailed
from pipeline.graphs.research import passages_on

SUBJECTS = {
    "moon": ("The Moon pulls on the sea.", "月球吸引海水。", "lunar gravity"),
    "dam": ("A barrage blocks the estuary.", "拦潮坝横跨河口。", "walls across river mouths"),
    "fish": ("Turbines may injure salmon.", "水轮机可能伤害鱼类。", "harm to wildlife"),
    "money": (
        "Building is dear, running it is cheap.",
        "造价高昂，运行便宜。",
        "what it takes to pay",
    ),
    "wind": ("Rotors resemble wind farms.", "叶轮类似风力发电。", "machines driven by moving air"),
    "time": (
        "High water comes every twelve hours.",
        "高潮每十二小时一次。",
        "when does the sea rise",
    ),
}
"""By subject: an English passage, a Chinese one, and a question with other words than both."""

Answer = tuple[int, object]
Say = Callable[[str, Mapping[str, Any]], Answer]


class Service:
    """A server for `/embeddings` and `/rerank` that answers as it is told, and counts."""

    def __init__(self, say: Say) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.keys: list[str | None] = []
        self._say = say
        self.url = ""

    def answer(self, path: str, body: Mapping[str, Any], key: str | None) -> tuple[int, bytes]:
        self.asked.append((path, body))
        self.keys.append(key)
        status, value = self._say(path, body)
        return status, value if isinstance(value, bytes) else json.dumps(value).encode()


@contextmanager
def service(say: Say) -> Iterator[Service]:
    made = Service(say)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            status, content = made.answer(self.path, body, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def subject_of(text: str) -> str:
    return next(
        (name for name, known in SUBJECTS.items() if any(part in text for part in known)), ""
    )


def good(path: str, body: Mapping[str, Any]) -> Answer:
    """Knows what every text is about."""
    if path == "/rerank":
        wanted = subject_of(body["query"])
        results = [
            {"index": place, "relevance_score": float(subject_of(text) == wanted)}
            for place, text in enumerate(body["documents"])
        ]
        return 200, {"results": results}
    names = list(SUBJECTS)
    vectors = [[0.1 + float(subject_of(text) == name) for name in names] for text in body["input"]]
    data = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return 200, {"data": list(reversed(data))}


def garbage(path: str, body: Mapping[str, Any]) -> Answer:
    """Well-formed noise."""
    rng = random.Random(str(body))  # noqa: S311 - noise, no secret
    if path == "/rerank":
        places = range(len(body["documents"]))
        return 200, {"results": [{"index": i, "relevance_score": rng.random()} for i in places]}
    data = [
        {"index": i, "embedding": [rng.gauss(0, 1) for _ in range(16)]}
        for i in range(len(body["input"]))
    ]
    return 200, {"data": data}


INFINITE = (
    b'{"data": [{"index": 0, "embedding": [Infinity]}], '
    b'"results": [{"index": 0, "relevance_score": NaN}]}'
)

FAILURES: Mapping[str, Say] = {
    "outage": lambda path, body: (503, {"error": "down"}),
    "refused": lambda path, body: (401, {"error": "who are you"}),
    "no json": lambda path, body: (200, b"<html>"),
    "another shape": lambda path, body: (200, [1, 2]),
    "empty": lambda path, body: (200, {}),
    "too few": lambda path, body: (200, {"data": [], "results": []}),
    "no numbers": lambda path, body: (
        200,
        {
            "data": [{"index": i, "embedding": ["x"]} for i in range(len(body.get("input", [])))],
            "results": [{"index": 0, "relevance_score": "high"}],
        },
    ),
    "zeros": lambda path, body: (
        200,
        {
            "data": [{"index": i, "embedding": [0, 0]} for i in range(len(body.get("input", [])))],
            "results": [{"index": 99, "relevance_score": 1}],
        },
    ),
    "infinite": lambda path, body: (200, INFINITE),
}


async def at_once(seconds: float) -> None:
    del seconds


def meaning(url: str, *, embeddings: bool = True, reranker: bool = True) -> Meaning:
    return Meaning(
        Embeddings(JsonService(f"{url}/embeddings", sleep=at_once), "m") if embeddings else None,
        Reranker(JsonService(f"{url}/rerank", "key", sleep=at_once), "r") if reranker else None,
    )


def index(*more: str, filler: int = 40) -> PassageIndex:
    """A passage on each subject in both languages among others that share stray words."""
    english = [*(known[0] for known in SUBJECTS.values()), *more]
    chinese = [known[1] for known in SUBJECTS.values()]
    english += [f"Bay {number} has a wall, a river and machines." for number in range(filler)]
    return PassageIndex(
        {
            SourceId(name): Reading(
                sha256=name * 9,
                title=name,
                language="zh" if name == "zh" else "en",
                blocks=tuple(
                    block
                    for text in texts
                    for block in (
                        Block(kind="heading", text="§", level=1),
                        Block(kind="paragraph", text=text),
                    )
                ),
            )
            for name, texts in (("en", english), ("zh", chinese))
        }
    )


def found(
    material: PassageIndex | RankedMaterial, query: str, limit: int = 6, **options: Any
) -> list[str]:
    passages = asyncio.run(passages_on([query], material, limit=limit, **options))
    return [passage.text for passage in passages]


def ranked(
    url: str,
    troubles: list[PipelineError] | None = None,
    *,
    embeddings: bool = True,
    reranker: bool = True,
) -> RankedMaterial:
    chosen = meaning(url, embeddings=embeddings, reranker=reranker)
    return RankedMaterial(index(), chosen, unexpected if troubles is None else troubles.append)


def unexpected(error: PipelineError) -> None:
    raise AssertionError from error


@pytest.mark.parametrize("kinds", [{}, {"reranker": False}])
def test_good_embeddings_find_what_is_said_in_other_words_and_languages(
    kinds: dict[str, bool],
) -> None:
    with service(good) as server:
        material = ranked(server.url, None, **kinds)
        hits = [found(material, question, 6) for *_, question in SUBJECTS.values()]

    by_words = [found(index(), question, 6) for *_, question in SUBJECTS.values()]
    wanted = [known[:2] for known in SUBJECTS.values()]
    both = sum(set(pair) <= set(texts) for pair, texts in zip(wanted, hits, strict=True))
    before = sum(set(pair) <= set(texts) for pair, texts in zip(wanted, by_words, strict=True))
    assert both == len(SUBJECTS)
    assert before < len(SUBJECTS) / 2


def test_a_good_reranker_puts_first_what_words_find_late() -> None:
    query, dish = "harm to wildlife: salmon", "Salmon, salmon and again salmon."
    troubles: list[PipelineError] = []
    with service(good) as server:
        material = RankedMaterial(
            index(dish), meaning(server.url, embeddings=False), troubles.append
        )
        texts = found(material, query, 2)

    assert found(index(dish), query, 2) == [dish, SUBJECTS["fish"][0]]
    assert texts == [SUBJECTS["fish"][0], dish]
    assert troubles == []


@pytest.mark.parametrize("limit", [2, 5, 8, 16])
def test_garbage_cannot_remove_the_better_half_of_what_words_find(limit: int) -> None:
    query = "A barrage blocks the estuary; turbines injure salmon; rotors and machines in a bay"
    by_words = found(index(), query, limit)
    with service(garbage) as server:
        texts = found(ranked(server.url), query, limit)

    assert set(by_words[: (limit + 1) // 2]) <= set(texts)
    assert len(texts) == len(set(texts)) == limit


def test_garbage_costs_no_answer_that_words_find_early() -> None:
    questions = {"Moon pulls sea": "moon", "拦潮坝": "dam", "salmon": "fish", "造价": "money"}
    with service(garbage) as server:
        material = ranked(server.url)
        hits = [
            any(subject_of(text) == subject for text in found(material, question, 5))
            for question, subject in questions.items()
        ]

    assert all(hits)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kinds", [{"reranker": False}, {"embeddings": False}])
def test_a_service_that_fails_leaves_what_words_find_and_is_told_once(
    failure: str, kinds: dict[str, bool]
) -> None:
    troubles: list[PipelineError] = []
    query = "turbines injure salmon"
    with service(FAILURES[failure]) as server:
        material = ranked(server.url, troubles, **kinds)
        texts = [found(material, query) for _ in range(3)]
        calls = len(server.asked)

    assert texts == [found(index(), query)] * 3
    assert [type(trouble) for trouble in troubles] == [RankingFailed]
    assert calls <= TRIES
    assert "Bearer" not in str(troubles[0])


def test_a_service_that_is_not_there_leaves_what_words_find() -> None:
    troubles: list[PipelineError] = []
    with service(good) as server:
        url = server.url

    assert found(ranked(url, troubles), "salmon") == found(index(), "salmon")
    assert [trouble.code for trouble in troubles] == ["ranking_failed"]


def test_a_call_that_fails_for_a_moment_is_made_again() -> None:
    def busy_at_first(path: str, body: Mapping[str, Any]) -> Answer:
        return (429, {}) if len(server.asked) == 1 else good(path, body)

    with service(busy_at_first) as server:
        texts = found(ranked(server.url, reranker=False), "lunar gravity")

    assert SUBJECTS["moon"][0] in texts


def test_each_text_is_embedded_once_in_batches() -> None:
    with service(good) as server:
        shared = meaning(server.url, reranker=False)
        for _ in range(2):  # the outline job and the document job
            material = RankedMaterial(index(filler=150), shared, unexpected)
            found(material, "lunar gravity")
            found(material, "lunar gravity")
        sizes = [len(body["input"]) for _, body in server.asked]

    assert sum(sizes) == 150 + 2 * len(SUBJECTS) + 1
    assert max(sizes) <= 64


def test_vectors_that_are_used_least_make_room() -> None:
    with service(good) as server:
        endpoint = JsonService(f"{server.url}/embeddings")
        small = Embeddings(endpoint, "m", max_bytes=4 * len(SUBJECTS) * 3)

        async def ask(*texts: str) -> None:
            await small.vectors(texts)

        for texts in (["a", "b", "c"], ["a"], ["d"], ["a"], ["b"]):
            asyncio.run(ask(*texts))
        asked = [text for _, body in server.asked for text in body["input"]]

    assert asked == ["a", "b", "c", "d", "b"]


def test_bound_sources_are_all_that_is_ranked() -> None:
    with service(good) as server:
        texts = found(ranked(server.url), "lunar gravity", 2, first=[SourceId("zh")], only=True)

    assert texts[0] == SUBJECTS["moon"][1]
    assert all("\u4e00" <= text[0] <= "\u9fff" for text in texts)


def test_the_key_is_sent_where_it_belongs() -> None:
    with service(good) as server:
        found(ranked(server.url), "lunar gravity")

    keys = {path: key for (path, _), key in zip(server.asked, server.keys, strict=True)}
    assert keys == {"/embeddings": None, "/rerank": "Bearer key"}


def test_of_a_large_material_only_what_words_find_is_embedded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.adapters.meaning.material.EMBEDDED_MOST", 10)
    with service(good) as server:
        texts = found(ranked(server.url, reranker=False), "harm to wildlife: salmon")
        embedded = [text for _, body in server.asked for text in body["input"]]

    assert texts[0] == SUBJECTS["fish"][0]
    assert len(embedded) < 20


def test_an_empty_question_is_not_sent() -> None:
    with service(good) as server:
        texts = found(ranked(server.url), " ", 2)

    assert len(texts) == 2
    assert server.asked == []


def sequence_of(texts: Sequence[str]) -> list[str]:
    return [subject_of(text) for text in texts]


def test_many_sections_at_once_embed_the_material_once() -> None:
    async def all_at_once(material: RankedMaterial) -> list[list[str]]:
        questions = [question for *_, question in SUBJECTS.values()]
        answers = await asyncio.gather(
            *(passages_on([question], material, limit=6) for question in questions)
        )
        return [sequence_of([passage.text for passage in passages]) for passages in answers]

    with service(good) as server:
        subjects = asyncio.run(all_at_once(ranked(server.url, reranker=False)))
        texts = sum(len(body["input"]) for _, body in server.asked)

    assert all(name in each for name, each in zip(SUBJECTS, subjects, strict=True))
    assert texts == 40 + 3 * len(SUBJECTS)


def test_the_key_of_the_model_goes_to_no_other_endpoint() -> None:
    with service(good) as other:
        settings = Settings(
            _env_file=None,
            openai_model="m",
            openai_api_key=SecretStr("for the model"),
            embedding_model="e",
            embedding_base_url=f"{other.url}/",
            rerank_url=f"{other.url}/rerank",
            rerank_model="r",
        )
        texts = found(RankedMaterial(index(), meaning_of(settings), unexpected), "lunar gravity")

    assert SUBJECTS["moon"][0] in texts
    assert {body["model"] for _, body in other.asked} == {"e", "r"}
    assert set(other.keys) == {None}


def test_embeddings_without_an_endpoint_of_their_own_use_the_models() -> None:
    with service(good) as model:
        settings = Settings(
            _env_file=None,
            openai_model="m",
            openai_base_url=model.url,
            openai_api_key=SecretStr("for the model"),
            embedding_model="e",
        )
        found(RankedMaterial(index(), meaning_of(settings), unexpected), "lunar gravity")

    assert {path for path, _ in model.asked} == {"/embeddings"}
    assert set(model.keys) == {"Bearer for the model"}
