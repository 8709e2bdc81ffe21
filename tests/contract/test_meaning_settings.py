"""Which endpoints rank by meaning, and which key goes where."""

from pydantic import SecretStr

from evals.local_service import service
from pipeline.adapters.meaning import (
    RankedMaterial,
    meaning_of,
)
from pipeline.config import Settings
from tests.meaning_service import SUBJECTS, found, good, index, ranked, unexpected


def test_the_key_is_sent_where_it_belongs() -> None:
    with service(good) as server:
        found(ranked(server.url), "lunar gravity")

    keys = {path: key for (path, _), key in zip(server.asked, server.keys, strict=True)}
    assert keys == {"/embeddings": None, "/rerank": "Bearer key"}


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
