"""Ranking by meaning: embeddings and a reranker, as options that only add to what words find."""

from pipeline.adapters.meaning.embeddings import Embeddings
from pipeline.adapters.meaning.material import Meaning, RankedMaterial
from pipeline.adapters.meaning.reranker import Reranker
from pipeline.adapters.meaning.service import JsonService
from pipeline.config import Settings

__all__ = ["Embeddings", "JsonService", "Meaning", "RankedMaterial", "Reranker", "meaning_of"]

OPENAI = "https://api.openai.com/v1"
"""Where a key without a base URL belongs to."""


def meaning_of(settings: Settings) -> Meaning:
    """What the settings name: an embedding endpoint, a reranker, both or neither."""
    embeddings = reranker = None
    if settings.embedding_model:
        base = settings.embedding_base_url or settings.openai_base_url or OPENAI
        # A key goes only where it was given for.
        own = settings.embedding_api_key
        key = own or (None if settings.embedding_base_url else settings.openai_api_key)
        service = JsonService(
            f"{base.rstrip('/')}/embeddings", key.get_secret_value() if key else ""
        )
        embeddings = Embeddings(service, settings.embedding_model)
    if settings.rerank_url and settings.rerank_model:
        key = settings.rerank_api_key
        service = JsonService(settings.rerank_url, key.get_secret_value() if key else "")
        reranker = Reranker(service, settings.rerank_model)
    return Meaning(embeddings, reranker)
