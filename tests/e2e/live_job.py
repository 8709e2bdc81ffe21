"""A job whose events a test makes up, and the app that sends them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pipeline.domain.documents import NodeId, SectionStatus
from pipeline.domain.jobs import (
    Event,
    JobId,
    JobKind,
    SectionPlanned,
    SectionsPlanned,
    SectionState,
    TaskFailed,
    TaskProgress,
    TextDelta,
)
from tests.e2e.conftest import RunningApp
from tests.e2e.remote import ask, tell

START = datetime(2026, 1, 2, tzinfo=UTC)
INTRO, CAUSES, TABLES, GONE = (NodeId(name) for name in ("intro", "causes", "tables", "gone"))
EVIL = "<img src=x onerror='window.hurt = 1'>"


class LiveJob:
    """A job whose events a test makes up; the app sends them as they are."""

    def __init__(self, app: RunningApp) -> None:
        self.app = app
        self.id = JobId(f"job-{uuid4().hex[:8]}")
        self.count = 0

    def envelope(self, seconds: float) -> dict[str, Any]:
        at = START + timedelta(seconds=seconds)
        return {"job_id": self.id, "task_type": JobKind.DOCUMENT, "at": at}

    def frame(self, *events: Event, first: int | None = None) -> str:
        """Events as one frame, with ids from `first` on, or from the one that is due."""
        start = self.count + 1 if first is None else first
        self.count = max(self.count, start + len(events) - 1)
        numbered = [
            [f"1-{number}", event.model_dump(mode="json")]
            for number, event in enumerate(events, start=start)
        ]
        return json.dumps(numbered)

    def say(self, *events: Event) -> None:
        self.control("say", self.frame(*events))

    def control(self, what: str, body: str = "") -> None:
        tell(f"{self.app.url}control/{self.id}/{what}", body)

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = ask(f"{self.app.url}control/{self.id}/facts")
        return facts

    def planned(self) -> SectionsPlanned:
        def plan(node: NodeId, number: str, title: str, chapter: str = "") -> SectionPlanned:
            return SectionPlanned(
                id=node,
                title=title,
                number=number,
                level=number.count(".") + 1,
                chapter_id=NodeId("c2") if chapter else node,
                chapter_title=chapter or title,
                target_words=100,
            )

        sections = (
            plan(INTRO, "1", "引言"),
            plan(CAUSES, "2.1", "Moon and Sun", "What makes the tides"),
            plan(TABLES, "2.2", "Tide tables", "What makes the tides"),
            plan(GONE, "3", EVIL),
        )
        return SectionsPlanned(sections=sections, **self.envelope(0))

    def state(
        self, section: NodeId, state: SectionStatus, seconds: float = 1, **more: Any
    ) -> SectionState:
        return SectionState(section_id=section, state=state, **more, **self.envelope(seconds))

    def text(self, section: NodeId, text: str, seconds: float = 2) -> TextDelta:
        return TextDelta(sections={section: text}, **self.envelope(seconds))

    def progress(self, sentence: str, done: int = 0, total: int = 0, **more: Any) -> TaskProgress:
        return TaskProgress(
            step="read", progress=sentence, done=done, total=total, **more, **self.envelope(1)
        )

    def failed(self, code: str) -> TaskFailed:
        return TaskFailed(error="It broke.", code=code, retryable=True, **self.envelope(9))
