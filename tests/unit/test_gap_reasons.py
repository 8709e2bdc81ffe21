"""Why a gap has no text, in the reader's words."""

import pytest

from components.board.labels import LABELS as BOARD_LABELS
from components.reader.payload import sections_shown
from pipeline.domain.documents import Language
from tests.unit.test_reader_payload import document, section


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_gap_has_the_reason_of_whatever_a_job_or_a_section_can_end_with(
    language: Language,
) -> None:
    labels = BOARD_LABELS[language]
    codes = [key.removeprefix("error_") for key in labels if key.startswith("error_")]
    failed = [
        section(f"{at}", "", status="failed", error_code=code) for at, code in enumerate(codes)
    ]
    shown = sections_shown(document().model_copy(update={"sections": tuple(failed)}), language)

    told = dict(zip(codes, [str(each["failure"]) for each in shown], strict=True))

    assert {"deadline_exceeded", "internal", "model_base_url_wrong"} <= told.keys()
    unknown = told.pop("section")
    assert not [code for code, reason in told.items() if reason == unknown]
