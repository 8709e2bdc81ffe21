"""The API behind keys."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Serve
from tests.api.wire import refusal
from tests.runtimes import idle_runtime

KEYS = "first-key, second-key"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer first-key"},
        {"X-API-Key": "first-key"},
        {"X-API-Key": "second-key"},
        {"Authorization": "Bearer of-the-proxy", "X-API-Key": "second-key"},
        {"Authorization": "Bearer first-key", "X-API-Key": "of-the-proxy"},
    ],
)
def test_a_program_with_one_of_the_keys_is_served(
    tmp_path: Path, serve: Serve, headers: Mapping[str, str]
) -> None:
    with idle_runtime(tmp_path, api_keys=KEYS) as runtime, serve(runtime) as client:
        assert client.get("/api/v1/jobs", headers=headers).status_code == 200
        assert client.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer first"},
        {"X-API-Key": ""},
        {"X-API-Key": KEYS},
        {"Authorization": "Bearer first", "X-API-Key": "second"},
    ],
)
def test_a_program_without_a_key_is_refused_everywhere(
    tmp_path: Path, serve: Serve, headers: Mapping[str, str]
) -> None:
    with idle_runtime(tmp_path, api_keys=KEYS) as runtime, serve(runtime) as client:
        answers = [
            client.get("/api/v1/jobs", headers=headers),
            client.get("/api/v1/jobs/any/events", headers=headers),
            client.post("/api/v1/jobs/outline", json={"task_prompt": "潮汐能"}, headers=headers),
            client.delete("/api/v1/jobs/any", headers=headers),
        ]

    assert {refusal(answer) for answer in answers} == {(401, "key_refused")}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_without_configured_keys_nobody_needs_one(client: TestClient) -> None:
    assert client.get("/api/v1/jobs").status_code == 200


def test_probes_and_readers_of_the_description_need_no_key(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path, api_keys=KEYS) as runtime, serve(runtime) as client:
        paths = ("/health", "/api/v1/health", "/api/v1/openapi.json")

        assert {client.get(path).status_code for path in paths} == {200}


def test_a_key_is_in_no_log_and_in_no_answer(
    tmp_path: Path, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with idle_runtime(tmp_path, api_keys="first-key") as runtime, serve(runtime) as client:
        said = [repr(runtime.settings), str(runtime.settings)]
        for key in ("first-key", "wrong-key"):
            for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
                for path in ("/api/v1/jobs", "/api/v1/jobs/nobody", "/metrics"):
                    answer = client.get(path, headers=headers)
                    said += [answer.text, str(answer.headers)]

    assert "no job 'nobody'" in "".join(said)
    assert not re.search("first-key|wrong-key", caplog.text + "".join(said))


def test_everything_that_acts_or_tells_is_behind_the_keys(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path, api_keys=KEYS) as runtime, serve(runtime) as client:
        description = client.get("/api/v1/openapi.json").json()
        answers = {
            f"{method.upper()} {path}": client.request(
                method, f"/api/v1{path.replace('{job_id}', 'any')}", json={}
            ).status_code
            for path, methods in description["paths"].items()
            for method in methods
        }

    assert len(answers) >= 14
    assert {call for call, status in answers.items() if status != 401} == {"GET /health"}
