"""All settings, read once from the environment and `.env` at start-up."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pipeline.errors import ConfigError


def _seconds(value: object) -> object:
    """Read a bare number as seconds; the environment has only text."""
    if not isinstance(value, str):
        return value
    try:
        return timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        return value  # an ISO 8601 duration, or a mistake: pydantic decides


def _listed(value: object) -> object:
    """Read names joined by commas; the environment has only text."""
    if not isinstance(value, str):
        return value
    return tuple(name.strip().lower() for name in value.split(",") if name.strip())


PRICED = '{"gpt-4o-mini": {"read": 0.15, "written": 0.6}}'
"""What MODEL_PRICES looks like."""


def _priced(value: object) -> object:
    """Read JSON; the environment has only text."""
    if not isinstance(value, str):
        return value
    try:
        prices = json.loads(value)
    except ValueError as error:
        raise ValueError(f"it is not JSON: write it as {PRICED}") from error
    if not isinstance(prices, dict):
        raise ValueError(f"it names no models: write it as {PRICED}")  # noqa: TRY004  pydantic's way
    return prices


class ModelPrice(BaseModel):
    """Of a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read: float = Field(ge=0, allow_inf_nan=False)
    written: float = Field(ge=0, allow_inf_nan=False)


SearchProvider = Literal["searxng", "tavily", "brave", "wikipedia", "crossref", "arxiv"]

Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""Seconds (`3600`, `0.5`), `1:00:00` or ISO 8601 (`PT1H`)."""


class Settings(BaseSettings):
    """Every field works unset; names of variables are the field names in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    openai_api_key: SecretStr | None = None
    """Key for the endpoint. A local endpoint may need none."""

    openai_base_url: str | None = None
    """Any OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1."""

    openai_model: str | None = None
    """Model name as the endpoint knows it. Needed as soon as a key or a base URL is set."""

    model_timeout: Duration = timedelta(seconds=600)
    """How long one model call may take."""

    model_stall_timeout: Duration = timedelta(seconds=60)
    """How long a model may be silent, before its first token or between two; what an endpoint
    sends only to keep the connection open is silence, too, but before the first token it may do so
    for half of MODEL_TIMEOUT."""

    model_retries: int = Field(default=2, ge=0, le=10)
    """How often a call that failed for a passing reason is tried again."""

    model_calls: PositiveInt = 72
    """Most model calls at once in this process; more than one job may have, so that a small job
    beside a large one starts at once."""

    model_calls_per_job: PositiveInt = 64
    """Most model calls at once for one job."""

    model_requests_per_minute: PositiveInt | None = None
    """Most requests that the provider takes in a minute; further ones wait. Each process counts
    its own: with several, give each its part. Unset: no limit."""

    model_tokens_per_minute: PositiveInt | None = None
    """Most tokens, read and written, that the provider takes in a minute; counted per process,
    as requests are. Unset: no limit."""

    model_prices: Annotated[dict[str, ModelPrice], NoDecode, BeforeValidator(_priced)] = {}
    """What models cost, as JSON: `{"gpt-4o-mini": {"read": 0.15, "written": 0.6}}`, for a million
    tokens read and a million written. A model that is not named has no price: of its jobs only
    tokens and time are shown, and their budgets are of tokens."""

    price_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    """Currency of MODEL_PRICES and of budgets, by its code of three letters."""

    model_speed: PositiveInt = 50
    """Tokens in a second that one answer of the model comes with; only for the estimate of time."""

    embedding_model: str | None = None
    """Name of a model that makes embeddings. Set: passages are ranked by meaning, too."""

    embedding_base_url: Annotated[str, Field(pattern="^https?://")] | None = None
    """OpenAI-compatible endpoint of that model. Unset: OPENAI_BASE_URL, with OPENAI_API_KEY."""

    embedding_api_key: SecretStr | None = None
    """Key for EMBEDDING_BASE_URL; a local endpoint may need none."""

    rerank_url: Annotated[str, Field(pattern="^https?://")] | None = None
    """Full address of a reranker as Jina, Cohere and vLLM have it: http://127.0.0.1:8000/rerank."""

    rerank_model: str | None = None
    """Name of the reranker's model. Needed as soon as RERANK_URL is set."""

    rerank_api_key: SecretStr | None = None
    """Key for the reranker."""

    redis_url: str | None = None
    """redis://, rediss:// or unix://. Unset: an embedded Redis server starts with the app."""

    data_dir: Path = Path(".data")
    """Where the embedded Redis server keeps its files."""

    embedded_redis_bin: Path | None = None
    """A redis-server or valkey-server to embed. Unset: the bundled one, or one on the PATH."""

    api_keys: SecretStr | None = None
    """Keys that programs must send to use the API and /metrics, joined by commas. Unset: they need
    none. The pages are not behind them: put a proxy with a login before those."""

    job_queue: Literal["local", "celery"] = "local"
    """Who runs jobs: a thread of the app, or Celery workers (`make worker`) over the same Redis."""

    result_ttl: Duration = timedelta(hours=1)
    """How long a finished job's result and events stay readable."""

    max_result_ttl: Duration = timedelta(days=30)
    """How long a result may be kept at most when it is asked to be kept; RESULT_TTL, if longer."""

    manuscript_ttl: Duration = timedelta(days=90)
    """How long a manuscript is kept after its last change."""

    running_ttl: Duration = timedelta(days=90)
    """How long the data of a job that is not finished stays without any sign of life: it goes on
    when a machine that was off for so long is back."""

    lease: Duration = timedelta(seconds=15)
    """How long a job may be silent before another process takes it over."""

    max_attempts: PositiveInt = 6
    """How often a job whose process died is taken over before it is given up. After half of these
    it runs alone among such jobs, so that one that kills its process takes no other along."""

    max_jobs: PositiveInt = 100
    """Most jobs that run at once in this process; others wait."""

    max_queued_jobs: PositiveInt = 1_000
    """Most jobs that wait for a place, of all processes; a further one is refused for now."""

    job_deadline: Duration = timedelta(hours=6)
    """How long one job may run, whoever goes on with it; time in which nobody runs it is free."""

    max_prompt_chars: PositiveInt = 20_000
    """Longest prompt that is taken; longer text belongs into a file."""

    max_file_bytes: PositiveInt = 50_000_000
    """Largest file that is taken."""

    max_request_bytes: PositiveInt = 100_000_000
    """Largest body that the API takes."""

    max_nodes: PositiveInt = 1_000
    """Most nodes of an outline."""

    max_depth: PositiveInt = 8
    """Deepest level of an outline."""

    web_access: bool = True
    """Whether pages may be fetched from the web: addresses that authors give, and found pages."""

    search_provider: Annotated[tuple[SearchProvider, ...], NoDecode, BeforeValidator(_listed)] = ()
    """What web searches ask: searxng, tavily, brave, wikipedia, crossref, arxiv; several may be
    joined by commas. Unset: there is no web search."""

    searxng_url: Annotated[str, Field(pattern="^https?://")] | None = None
    """Address of a SearXNG instance whose settings allow the JSON format."""

    tavily_api_key: SecretStr | None = None
    """Key for the search of tavily.com."""

    brave_api_key: SecretStr | None = None
    """Key for the search of brave.com."""

    web_pages: PositiveInt = 8
    """Most pages that one job reads of those that its searches find."""

    web_timeout: Duration = timedelta(seconds=20)
    """How long a page, or a search, may take."""

    max_page_bytes: PositiveInt = 10_000_000
    """Largest page that is fetched, unpacked."""

    default_target_words: PositiveInt = 4_000
    """Length of a document whose author gave none."""

    interface_language: Literal["auto", "en", "zh"] = "auto"
    """Language of the pages; auto follows the browser."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much is logged to standard error."""

    @property
    def keys_of_api(self) -> tuple[str, ...]:
        """Each of `api_keys`."""
        text = self.api_keys.get_secret_value() if self.api_keys else ""
        return tuple(key.strip() for key in text.split(",") if key.strip())

    @property
    def has_model(self) -> bool:
        """Whether a model endpoint is configured; otherwise the offline author writes."""
        return self.openai_model is not None

    @model_validator(mode="after")
    def _model_is_whole(self) -> Self:
        if (self.openai_api_key or self.openai_base_url) and not self.openai_model:
            raise ConfigError(
                "OPENAI_API_KEY or OPENAI_BASE_URL is set but OPENAI_MODEL is not: "
                "set it to a model's name, or unset all three to use the offline author."
            )
        if self.openai_model and not (self.openai_api_key or self.openai_base_url):
            raise ConfigError(
                "OPENAI_MODEL is set but neither OPENAI_API_KEY nor OPENAI_BASE_URL is: "
                "set one of them, or unset OPENAI_MODEL to use the offline author."
            )
        return self

    @model_validator(mode="after")
    def _keys_are_whole(self) -> Self:
        if self.api_keys and not self.keys_of_api:
            raise ConfigError(
                "API_KEYS is set but names no key: write keys joined by commas, or unset it to let "
                "every program in."
            )
        return self

    @model_validator(mode="after")
    def _ranking_is_whole(self) -> Self:
        if (self.embedding_base_url or self.embedding_api_key) and not self.embedding_model:
            raise ConfigError(
                "EMBEDDING_BASE_URL or EMBEDDING_API_KEY is set but EMBEDDING_MODEL is not: set "
                "it to a model's name, or unset all three to rank passages by their words."
            )
        has_endpoint = self.embedding_base_url or self.embedding_api_key or self.has_model
        if self.embedding_model and not has_endpoint:
            raise ConfigError(
                "EMBEDDING_MODEL is set but no endpoint is: set EMBEDDING_BASE_URL or "
                "EMBEDDING_API_KEY, or unset EMBEDDING_MODEL to rank passages by their words."
            )
        if bool(self.rerank_url) != bool(self.rerank_model):
            raise ConfigError(
                "RERANK_URL and RERANK_MODEL belong together: set both, or unset both to do "
                "without a reranker."
            )
        if self.rerank_api_key and not self.rerank_url:
            raise ConfigError(
                "RERANK_API_KEY is set but RERANK_URL is not: set RERANK_URL and RERANK_MODEL, "
                "or unset it."
            )
        return self

    @model_validator(mode="after")
    def _search_is_whole(self) -> Self:
        if self.search_provider and not self.web_access:
            raise ConfigError(
                "SEARCH_PROVIDER is set but WEB_ACCESS is off, so that no page that is found could "
                "be read: switch WEB_ACCESS on, or unset SEARCH_PROVIDER."
            )
        needs: tuple[tuple[SearchProvider, str, object], ...] = (
            ("searxng", "SEARXNG_URL", self.searxng_url),
            ("tavily", "TAVILY_API_KEY", self.tavily_api_key),
            ("brave", "BRAVE_API_KEY", self.brave_api_key),
        )
        for provider, variable, value in needs:
            if (provider in self.search_provider) != bool(value):
                raise ConfigError(_half_set(provider, variable, is_asked=not value))
        return self


def _half_set(provider: str, variable: str, *, is_asked: bool) -> str:
    if is_asked:
        return (
            f"SEARCH_PROVIDER names {provider} but {variable} is not set: set it, or take "
            f"{provider} out of SEARCH_PROVIDER."
        )
    return (
        f"{variable} is set but SEARCH_PROVIDER does not name {provider}: add {provider} to "
        f"SEARCH_PROVIDER, or unset {variable}."
    )
