"""What a job tells of calls that are late: of which section, and when it is over."""

from collections.abc import Callable
from typing import Any

from pipeline.domain.briefs import ChapterBrief, ChapterEdits, SectionBrief
from pipeline.domain.delays import Delay
from pipeline.domain.documents import NodeId
from pipeline.domain.jobs import JobId, JobKind, ModelDelayed
from pipeline.ports.metering import Meter
from tests.graph_fakes import NOW, ListJournal, ScriptedAuthor
from tests.unit.test_graphs import OUTLINE, document_job


class LateAuthor(ScriptedAuthor):
    """Its calls for the section `d` and for fusing are made twice."""

    meter: Meter

    def metered(self, meter: Meter) -> "LateAuthor":
        self.meter = meter
        return self

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        if brief.node_id == "d":
            self.meter.delayed(Delay(reason="rate_limited", wait_s=8, attempt=2, attempts=3))
        return await super().write_section(brief, write)

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        self.meter.delayed(Delay(reason="limits"))
        return await super().fuse_chapter(brief)


def test_a_late_call_is_told_of_its_section_and_one_for_a_chapter_of_the_job() -> None:
    journal = ListJournal()

    document_job(LateAuthor(), journal, of=OUTLINE)

    told = [event for event in journal.events if isinstance(event, ModelDelayed)]
    assert told == [
        late(section_id=NodeId("d"), reason="rate_limited", wait_s=8, attempt=2, attempts=3),
        late(reason="limits"),
    ]


def late(**fields: Any) -> ModelDelayed:
    return ModelDelayed(job_id=JobId("j1"), task_type=JobKind.DOCUMENT, at=NOW, **fields)
