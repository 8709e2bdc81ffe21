"""A client of Longhand's API, from Python's standard library alone: copy it and change it.

    python docs/client.py "A report on tidal power" notes.md > report.md

LONGHAND_URL says where Longhand is (unset: http://127.0.0.1:8501), LONGHAND_KEY is one of its
API_KEYS, if it has some.
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TRIES = 8
# Of one call; with the pauses below for about a minute, in which an app is started again.

SILENCE_S = 60
# A stream has a sign of life every 15 s: a connection that is silent for longer is dead.

ENDS = {"task_completed", "task_failed"}


class RefusedError(Exception):
    """Longhand's answer is an error; `code` says which, `details` has its values."""

    def __init__(self, status: int, error: Mapping[str, Any], retry_after_s: float = 0) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.status = status
        self.code: str = error["code"]
        self.details: Mapping[str, Any] = error["details"]
        self.retry_after_s = retry_after_s

    @property
    def may_pass(self) -> bool:
        """429: too much at once. 502 to 504: something is away, or being started."""
        return self.status in {429, 502, 503, 504}


LOST = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)
"""What urllib raises when nobody answers, or the connection breaks."""


class Longhand:
    """Jobs and edits; each call is tried again while what failed may pass."""

    def __init__(
        self, url: str, key: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._key = key
        self._sleep = sleep

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        """One call and its answer. Posting twice is safe where the body names the job's id."""
        for tried in range(TRIES):
            try:
                with self._open(method, path, body) as answer:
                    return bytes(answer.read())
            except RefusedError as refused:
                if not refused.may_pass or tried == TRIES - 1:
                    raise
                self._sleep(refused.retry_after_s or _pause(tried))
            except LOST:
                if tried == TRIES - 1:
                    raise
                self._sleep(_pause(tried))
        raise AssertionError("the last try returns or raises")

    def submit(self, kind: str, request: Mapping[str, Any]) -> str:
        """Start a job, `outline` or `document`. The id is ours, so that a lost answer is no loss:
        the same id with the same request is the same job."""
        job_id = request.get("job_id") or uuid.uuid4().hex
        answer = self.call("POST", f"/jobs/{kind}", {**request, "job_id": job_id})
        return str(json.loads(answer)["job_id"])

    def follow(self, job_id: str, after: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and events up to the end of the job, whatever happens to the connection.

        `{"type": "gap"}` says that the events which follow are all that is left, from the start.
        """
        tried = 0
        while tried < TRIES:
            try:
                with self._open("GET", f"/jobs/{job_id}/events", last_event_id=after) as stream:
                    for event_id, kind, event in frames(stream):
                        after, tried = event_id or after, 0
                        yield event_id, {"type": kind, **event}
                        if kind in ENDS:
                            return
            except RefusedError as refused:
                if not refused.may_pass:
                    raise
            except LOST:
                pass  # it goes on after the last event that came
            self._sleep(_pause(tried))
            tried += 1
        raise ConnectionError(f"the events of {job_id} could not be read")

    def run(
        self,
        kind: str,
        request: Mapping[str, Any],
        show: Callable[[Mapping[str, Any]], None] = lambda _: None,
        times: int = 2,
    ) -> dict[str, Any]:
        """Do a job and return its result; `show` gets its events.

        A result that expired before it was fetched is made again, `times` in all.
        """
        job_id = self.submit(kind, request)
        event: Mapping[str, Any] = {}
        try:
            for _, event in self.follow(job_id):
                show(event)
            if event["type"] == "task_completed":
                result: dict[str, Any] = json.loads(self.call("GET", f"/jobs/{job_id}/result"))
                return result
        except RefusedError as refused:
            if refused.status != 410 or times == 1:
                raise
            # it ended, and we came for it after its time (RESULT_TTL): once more, as a new job
            return self.run(kind, {**request, "job_id": uuid.uuid4().hex}, show, times - 1)
        raise RefusedError(200, {**event, "message": event["error"]})

    def edit(
        self, action: str, text: str, show: Callable[[str], None] = lambda _: None, **more: str
    ) -> str:
        """The edited text; `show` gets what there is of it, each time that it grows."""
        so_far = ""
        with self._open("POST", "/actions/edit", {"action": action, "text": text, **more}) as reply:
            for _, kind, event in frames(reply):
                if kind == "edit_completed":
                    return str(event["text"])
                if kind == "edit_failed":
                    raise RefusedError(200, event["error"])
                if kind in {"edit_delta", "edit_reset"}:
                    so_far = so_far + event["text"] if kind == "edit_delta" else ""
                    show(so_far)
        raise ConnectionError("the connection broke before the text was whole")

    def _open(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        last_event_id: str = "",
    ) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._api + path, data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=SILENCE_S)
        except urllib.error.HTTPError as answer:
            raise _refusal(answer) from None


def frames(stream: Iterable[bytes]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, type and data of server-sent events; comments are signs of life."""
    fields: dict[str, str] = {}
    for line in stream:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            yield fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"])
            fields = {}
        else:
            fields = {}


def _refusal(answer: urllib.error.HTTPError) -> RefusedError:
    text = answer.read().decode(errors="replace")
    try:
        error = json.loads(text)["error"]
        refused = RefusedError(answer.code, error, _seconds(answer.headers.get("Retry-After", "")))
    except (ValueError, KeyError, TypeError):  # not ours: a proxy's, between us and Longhand
        error = {"code": f"http_{answer.code}", "message": text[:200], "details": {}}
        refused = RefusedError(answer.code, error)
    return refused


def _seconds(retry_after: str) -> float:
    """A date, which proxies may send instead, is not waited for."""
    return float(retry_after) if retry_after.isdecimal() else 0.0


def _pause(tried: int) -> float:
    return min(15.0, 0.5 * 2.0**tried)


def main(prompt: str, files: Sequence[str]) -> None:
    """Propose an outline, write its document, and print it."""
    longhand = Longhand(
        os.environ.get("LONGHAND_URL", "http://127.0.0.1:8501"), os.environ.get("LONGHAND_KEY", "")
    )
    material = [
        {
            "file_id": f"file-{number}",
            "file_name": Path(file).name,
            "file_type": "content",
            "content": Path(file).read_text(encoding="utf-8"),
        }
        for number, file in enumerate(files, 1)
    ]

    def tell(event: Mapping[str, Any]) -> None:
        if event["type"] == "task_progress":
            print(event["progress"], file=sys.stderr)

    proposed = longhand.run("outline", {"task_prompt": prompt, "context_files": material}, tell)
    written = longhand.run(
        "document",
        {"task_prompt": prompt, "outline": proposed["outline"], "context_files": material},
        tell,
    )
    print(written["document"]["content"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
