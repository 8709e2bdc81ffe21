"""What the sweeps count as a fault is one."""

import pytest

from tests.crash.engines import text_of
from tests.crash.tally import Tally

WRITTEN = {"id": "一", "title": "潮汐", "content": text_of("潮汐"), "status": "done"}
LOST = {"id": "二", "title": "潮差", "content": "", "status": "failed"}
TOLD = {"type": "section_state", "state": "done", "section_id": "一", "title": "潮汐"}


@pytest.mark.parametrize(
    ("sections", "is_clean"), [([WRITTEN], True), ([WRITTEN, LOST], False)], ids=["whole", "gap"]
)
def test_a_completed_document_with_a_gap_is_not_clean(
    sections: list[dict[str, str]], is_clean: bool
) -> None:
    events = [{**TOLD, "content": WRITTEN["content"]}, {"type": "task_completed"}]
    stored = [(f"1-{seq}", event) for seq, event in enumerate(events)]
    tally = Tally()

    tally.add_job(stored, stored)
    tally.add_result({"document": {"sections": sections}}, events, is_retry=False)

    assert tally.is_clean == is_clean, str(tally)
