"""A job that ended for a reason of its own: the page names it, what is kept, and a way on."""

import pytest

from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.jobs import JobId, JobKind
from pipeline.engine.endings import DeadlineExceeded
from pipeline.errors import CrashedTooOften, ModelRejected, PipelineError
from pipeline.runtime import Runtime
from tests.ui.conftest import Open
from tests.ui.screens import text_of

REASONS = {
    "crashed_too_often": (CrashedTooOften("It was tried 6 times."), "server's log", "服务器日志"),
    "deadline_exceeded": (DeadlineExceeded(), "JOB_DEADLINE", "JOB_DEADLINE"),
    "model_quota_exhausted": (ModelRejected("model_quota_exhausted", "-"), "quota", "额度"),
}


@pytest.mark.parametrize("code", REASONS)
def test_the_page_says_why_it_ended_and_what_to_do(
    idle: Runtime, shown: Open, language: Language, code: str
) -> None:
    error: PipelineError
    error, english, chinese = REASONS[code]
    job_id = JobId(f"ended-{code}")
    idle.jobs.refuse(job_id, JobKind.DOCUMENT, error)

    app = shown(idle, "writing", job=job_id, language=language)

    m = Messages(language)
    said = text_of(app)
    assert f"{m('writing.failed')} {m.problem(code)}" in said
    assert (english if language == "en" else chinese) in said
