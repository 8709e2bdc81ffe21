from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.config import ModelPrice, Settings
from pipeline.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("3600", timedelta(hours=1)),
        ("0.5", timedelta(milliseconds=500)),
        ("PT1H", timedelta(hours=1)),
        ("P2D", timedelta(days=2)),
        ("1:30:00", timedelta(minutes=90)),
    ],
)
def test_a_duration_is_seconds_or_iso_8601(
    monkeypatch: pytest.MonkeyPatch, text: str, meaning: timedelta
) -> None:
    monkeypatch.setenv("RESULT_TTL", text)

    assert Settings().result_ttl == meaning


@pytest.mark.parametrize("text", ["soon", "一小时", "nan", "inf"])
def test_a_duration_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("RESULT_TTL", text)

    with pytest.raises(ValidationError, match="result_ttl"):
        Settings()


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE", "")

    assert Settings().lease == timedelta(seconds=15)


def test_settings_come_from_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("DATA_DIR=数据\nEMBEDDED_REDIS_BIN=/opt/redis\n", encoding="utf-8")

    settings = Settings()

    assert settings.data_dir == Path("数据")
    assert settings.embedded_redis_bin == Path("/opt/redis")


@pytest.mark.parametrize(
    "variables",
    [
        {"OPENAI_API_KEY": "key"},
        {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"},
        {"OPENAI_MODEL": "some-model"},
    ],
)
def test_half_a_model_endpoint_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError, match="OPENAI_MODEL"):
        Settings()


@pytest.mark.parametrize("text", [",", " ", " , ,"])
def test_keys_that_name_none_do_not_open_the_api(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("API_KEYS", text)

    with pytest.raises(ConfigError, match="API_KEYS is set but names no key"):
        Settings()


def test_without_variables_the_offline_author_writes() -> None:
    assert not Settings().has_model


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"SEARCH_PROVIDER": "searxng"}, "SEARXNG_URL is not set"),
        ({"SEARCH_PROVIDER": "wikipedia,tavily"}, "TAVILY_API_KEY is not set"),
        ({"SEARCH_PROVIDER": "brave"}, "BRAVE_API_KEY is not set"),
        ({"SEARXNG_URL": "http://127.0.0.1:8888"}, "SEARCH_PROVIDER does not name searxng"),
        ({"TAVILY_API_KEY": "key", "SEARCH_PROVIDER": "arxiv"}, "does not name tavily"),
        ({"BRAVE_API_KEY": "key"}, "does not name brave"),
        ({"SEARCH_PROVIDER": "wikipedia", "WEB_ACCESS": "off"}, "WEB_ACCESS is off"),
    ],
)
def test_a_half_set_search_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], missing: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError, match=missing):
        Settings()


def test_several_searches_are_joined_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCH_PROVIDER", " Wikipedia, searxng ,")
    monkeypatch.setenv("SEARXNG_URL", "http://127.0.0.1:8888")

    assert Settings().search_provider == ("wikipedia", "searxng")


def test_a_search_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCH_PROVIDER", "altavista")

    with pytest.raises(ValidationError, match="search_provider"):
        Settings()


def test_the_address_of_a_search_begins_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCH_PROVIDER", "searxng")
    monkeypatch.setenv("SEARXNG_URL", "127.0.0.1:8888")

    with pytest.raises(ValidationError, match="searxng_url"):
        Settings()


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"EMBEDDING_BASE_URL": "http://127.0.0.1:8080/v1"}, "EMBEDDING_MODEL is not"),
        ({"EMBEDDING_API_KEY": "key"}, "EMBEDDING_MODEL is not"),
        ({"EMBEDDING_MODEL": "m"}, "no endpoint is"),
        ({"RERANK_URL": "http://127.0.0.1:8080/rerank"}, "set both"),
        ({"RERANK_MODEL": "m"}, "set both"),
        ({"RERANK_API_KEY": "key"}, "RERANK_URL is not"),
    ],
)
def test_a_half_set_ranking_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], missing: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError, match=missing):
        Settings()


def test_embeddings_may_come_from_the_endpoint_of_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_MODEL", "EMBEDDING_MODEL"):
        monkeypatch.setenv(name, "m")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")

    assert Settings().embedding_model == "m"


def test_prices_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_PRICES", '{"通义": {"read": 2, "written": 6.5}}')

    assert Settings().model_prices == {"通义": ModelPrice(read=2, written=6.5)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.15", "names no models"),
        ("gpt: 1", "not JSON"),
        ('{"m": 1}', "model_prices.m"),
        ('{"m": {"read": 1}}', "model_prices.m.written"),
        ('{"m": {"read": -1, "written": 1}}', "model_prices.m.read"),
        ('{"m": {"read": NaN, "written": 1}}', "model_prices.m.read"),
        ('{"m": {"read": 1, "written": 1, "cached": 1}}', "model_prices.m.cached"),
    ],
)
def test_prices_that_are_none_are_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("MODEL_PRICES", text)

    with pytest.raises(ValidationError, match=said):
        Settings()


def test_a_currency_is_a_code_of_three_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICE_CURRENCY", "€")

    with pytest.raises(ValidationError, match="price_currency"):
        Settings()
