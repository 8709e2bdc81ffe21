"""What goes over the wire, as tests read it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

OUTLINE_CALL = (
    """{"job_id": "test_job_001", "task_prompt": "请生成一份关于人工智能的技术文档大纲"}"""
)
DOCUMENT_CALL = """{"job_id": "test_doc_001", "outline": {"title": "人工智能技术文档", "nodes": [
  {"id": "node_1", "title": "引言", "content_summary": "介绍人工智能", "children": []}]}}"""
# The two calls of the contract, as they stand there.

TERMINAL = {"task_completed", "task_failed"}


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event."""

    id: str
    type: str
    data: dict[str, Any]


def post_json(client: TestClient, path: str, text: str) -> Response:
    """Post text as it stands, as curl does."""
    return client.post(path, content=text.encode(), headers={"Content-Type": "application/json"})


def refusal(response: Response) -> tuple[int, str]:
    """The status and the code of a refusal, which must have the envelope's shape."""
    body = response.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "message", "details"}
    assert isinstance(body["error"]["details"], dict)
    assert body["error"]["message"].strip()
    return response.status_code, body["error"]["code"]


def frames_of(response: Response) -> Sequence[Frame]:
    """The events of a stream that has ended."""
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    frames = []
    for block in response.text.split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.splitlines())
        if "data" in fields:
            data = json.loads(fields["data"])
            frames.append(Frame(fields.get("id", ""), fields.get("event", ""), data))
    return frames


def events_of(client: TestClient, job_id: str, after: str = "") -> Sequence[Frame]:
    """Follow a job to its end."""
    headers = {"Last-Event-ID": after} if after else {}
    return frames_of(client.get(f"/api/v1/jobs/{job_id}/events", headers=headers))


def tree(levels: int) -> list[dict[str, object]]:
    """One branch, that many levels deep."""
    nodes: list[dict[str, object]] = []
    for level in range(levels, 0, -1):
        nodes = [{"id": f"n{level}", "title": f"第{level}级", "children": nodes}]
    return nodes


def leaves(count: int) -> list[dict[str, object]]:
    return [{"id": f"n{number}", "title": f"Section {number}"} for number in range(count)]
