"""Budgets over HTTP: what is taken and refused, what a status says of the spending, a retry."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from pipeline.domain.jobs import JobId
from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import refusal
from tests.runtimes import PRICED_MODEL, finish

DOCUMENT, OUTLINE = "/api/v1/jobs/document", "/api/v1/jobs/outline"
TREE = {
    "title": "潮汐能",
    "nodes": [{"id": f"n{i}", "title": f"第{i}部分", "target_words": 100} for i in range(4)],
}


@pytest.fixture
def paying(priced: Runtime, serve: Serve) -> Iterator[TestClient]:
    with serve(priced) as client:
        yield client


def post(client: TestClient, path: str, body: dict[str, Any]) -> Response:
    return client.post(path, json=body)


def document(client: TestClient, runtime: Runtime, job_id: str) -> dict[str, Any]:
    finish(runtime, JobId(job_id))
    found: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}/result").json()["document"]
    return found


def test_a_status_and_a_result_say_what_was_used(paying: TestClient, priced: Runtime) -> None:
    post(paying, DOCUMENT, {"job_id": "free", "outline": TREE})
    written = document(paying, priced, "free")

    usage = paying.get("/api/v1/jobs/free").json()["usage"]

    assert usage["calls"] == 4
    assert usage["estimated"] == 0
    assert usage["tokens_out"] == 4 * 50
    assert usage["cost"] == pytest.approx((usage["tokens_in"] + 2 * usage["tokens_out"]) / 1e4)
    assert usage["currency"] == "CNY"
    assert written["usage"] == usage


def test_a_job_stops_at_its_budget_and_a_retry_with_more_writes_the_rest(
    paying: TestClient, priced: Runtime
) -> None:
    body = {"job_id": "tight", "outline": TREE, "budget_tokens": 1_900}
    post(paying, DOCUMENT, body)
    first = document(paying, priced, "tight")
    gaps = [s["error_code"] for s in first["sections"] if s["error_code"]]
    assert 0 < len(gaps) < 4
    assert set(gaps) == {"budget_reached"}

    again = {"job_id": "looser", "budget_tokens": 50_000}
    assert post(paying, "/api/v1/jobs/tight/retry", again).status_code == 202
    second = document(paying, priced, "looser")

    assert not [s for s in second["sections"] if s["error_code"]]
    assert paying.get("/api/v1/jobs/looser").json()["usage"]["calls"] == len(gaps)


def test_a_retry_without_a_budget_keeps_the_one_it_had(paying: TestClient, priced: Runtime) -> None:
    post(paying, DOCUMENT, {"job_id": "poor", "outline": TREE, "budget_cost": 0.000_001})
    finish(priced, JobId("poor"))
    status = paying.get("/api/v1/jobs/poor").json()
    assert status["error"]["code"] == "budget_reached"
    assert (status["status"], status["retryable"], status["usage"]) == ("failed", False, None)

    post(paying, "/api/v1/jobs/poor/retry", {"job_id": "as-poor"})
    finish(priced, JobId("as-poor"))

    assert paying.get("/api/v1/jobs/as-poor").json()["error"]["code"] == "budget_reached"


@pytest.mark.parametrize(
    "budget",
    [
        {"budget_tokens": 0},
        {"budget_tokens": -5},
        {"budget_tokens": "many"},
        {"budget_tokens": 1.5},
        {"budget_cost": 0},
        {"budget_cost": -1},
        {"budget_cost": 1e300},
        {"budget_cost": "1"},
    ],
)
def test_a_budget_that_is_none_is_refused(paying: TestClient, budget: dict[str, Any]) -> None:
    for path, body in ((OUTLINE, {"task_prompt": "潮汐能"}), (DOCUMENT, {"outline": TREE})):
        refused = post(paying, path, {**body, **budget})

        assert refusal(refused) == (422, "invalid_request")
        assert next(iter(budget)) in refused.json()["error"]["message"]


def test_a_budget_in_money_for_a_model_without_a_price_says_what_to_set(
    paying: TestClient,
) -> None:
    body = {"outline": TREE, "budget_cost": 1, "model": "它"}

    refused = post(paying, DOCUMENT, body)

    assert refusal(refused) == (422, "budget_without_price")
    error = refused.json()["error"]
    assert "MODEL_PRICES" in error["message"]
    assert error["details"] == {"model": "它"}


def test_a_retry_with_a_budget_in_money_needs_the_price_too(
    paying: TestClient, priced: Runtime
) -> None:
    post(paying, DOCUMENT, {"job_id": "other", "outline": TREE, "model": "sim-401"})
    finish(priced, JobId("other"))

    retried = post(paying, "/api/v1/jobs/other/retry", {"budget_cost": 1})

    assert refusal(retried) == (422, "budget_without_price")


def test_offline_a_budget_in_money_is_taken_and_nothing_is_counted(
    client: TestClient, running: Runtime
) -> None:
    post(client, DOCUMENT, {"job_id": "offline", "outline": TREE, "budget_cost": 1})

    written = document(client, running, "offline")

    assert written["usage"] is None
    assert client.get("/api/v1/jobs/offline").json()["usage"] is None


def test_a_job_and_its_retry_take_the_model_and_its_price_along(
    paying: TestClient, priced: Runtime
) -> None:
    post(paying, DOCUMENT, {"job_id": "priced", "outline": TREE})
    finish(priced, JobId("priced"))
    paying.post("/api/v1/jobs/priced/retry", json={"job_id": "priced-again"})

    jobs = [priced.jobs.job(JobId(each)) for each in ("priced", "priced-again")]

    assert [job.price and job.price.written for job in jobs] == [200.0, 200.0]
    assert [job.model for job in jobs] == [PRICED_MODEL, PRICED_MODEL]
