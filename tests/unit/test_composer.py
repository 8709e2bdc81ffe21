"""The composer's texts, and what it takes from the browser."""

import re

import pytest

from components.composer import Submission, read_submission
from components.composer.labels import LABELS
from pipeline.adapters.reading.limits import Limits
from pipeline.domain.documents import FileRole
from pipeline.domain.manuscripts import AttachedFile
from pipeline.errors import InvalidRequest

SENT = {
    "prompt": "一份关于潮汐的报告",
    "nonce": "n1",
    "files": [
        {
            "file_id": "a" * 64,
            "file_name": "要求.docx",
            "role": "requirements",
            "size_bytes": 10,
            "pages": None,
            "words": 3,
            "headings": 0,
        }
    ],
}


def test_what_the_browser_sends_becomes_a_submission() -> None:
    submission = read_submission(SENT)

    file = AttachedFile(
        file_id="a" * 64,
        file_name="要求.docx",
        role=FileRole.REQUIREMENTS,
        size_bytes=10,
        words=3,
    )
    assert submission == Submission("一份关于潮汐的报告", (file,), "n1")


@pytest.mark.parametrize(
    "sent",
    ["text", {}, SENT | {"prompt": 3}, SENT | {"files": [{"file_name": "no id"}]}],
)
def test_anything_else_that_a_browser_sends_is_refused(sent: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_submission(sent)

    assert caught.value.code == "invalid_submission"


def test_a_file_that_holds_too_much_is_told_how_much_one_may_hold() -> None:
    limits, label = Limits(), LABELS["file_too_long"]

    english = label.en, "5 million", "250,000", "memory or time"
    chinese = label.zh, "500 万", "25 万", "内存或时间"
    for text, million, blocks, other in (english, chinese):
        assert f"{limits.pages:,}" in text
        assert million in text
        assert blocks in text
        assert other in text
        assert f"{limits.unpacked_bytes // 1_000_000} MB" in text
    assert (limits.chars, limits.blocks) == (5_000_000, 250_000)


@pytest.mark.parametrize("key", LABELS)
def test_every_label_stands_in_both_languages_with_the_same_values(key: str) -> None:
    label = LABELS[key]

    assert all(text.strip() for text in label)
    english, chinese = (sorted(re.findall(r"{\w+}", text)) for text in label)
    assert english == chinese
