"""What is left of a job that has ended: for how long, and what can be done with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from components.messages import Messages
from components.text import Text
from pipeline.domain.jobs import Job

KEEP = timedelta(days=1)
"""How long one click keeps it, from then on: until tomorrow, when somebody has read it."""

NEARLY_ALL = 0.9
"""Of that time: while so much of it is left, a click would add next to nothing."""

TEXTS: Mapping[str, Text] = {
    "draft": Text("Read the draft", "阅读草稿"),
    "finished": Text(
        "{number} sections are finished. They can be read, corrected and exported as a draft with "
        "marked gaps, and the writing goes on from them.",
        "已完成 {number} 节，可作为草稿阅读、修改和导出（未写的小节会标明），之后可继续写作。",
    ),
    "finished_one": Text(
        "One section is finished. It can be read, corrected and exported as a draft with marked "
        "gaps, and the writing goes on from it.",
        "已完成 1 节，可作为草稿阅读、修改和导出（未写的小节会标明），之后可继续写作。",
    ),
    "finished_none": Text(
        "Your outline is kept. No section was finished yet.", "大纲已保留，尚未完成任何小节。"
    ),
    "document": Text(
        "The document is as it was; finished sections are kept for the next writing.",
        "文档保持原样；已完成的小节会留给下一次写作。",
    ),
    "left": Text(
        "The record of this job is kept for another {left}.", "本任务的记录还会保留{left}。"
    ),
    "keep": Text("Keep until tomorrow", "保留到明天"),
    "keep_for": Text("Keep for {time} from now", "从现在起保留{time}"),
    "minutes": Text("{n} min", " {n} 分钟"),
    "hours": Text("{n} h", " {n} 小时"),
    "days": Text("{n} days", " {n} 天"),
    "expired": Text(
        "This job has expired: a job is kept for {kept} after its end. What came of it is in the "
        "library if it was started from a page; otherwise start it again.",
        "该任务已过期：任务结束后只保留{kept}。从页面发起的任务，其成果在文档库中；否则请重新发起。",
    ),
}


def end_text(key: str, m: Messages, **values: str | int) -> str:
    return m.say(TEXTS[key], **values)


def kept_for(left: timedelta, m: Messages) -> str:
    """A stretch of time in its largest whole unit."""
    minutes = max(1, round(left.total_seconds() / 60))
    for unit, size in (("days", 2 * 24 * 60), ("hours", 2 * 60)):
        if minutes >= size:
            return end_text(unit, m, n=minutes // (size // 2))
    return end_text("minutes", m, n=minutes)


def time_left(job: Job, now: datetime, m: Messages, most: timedelta) -> timedelta | None:
    """Say how long an ended job is kept; returns for how long from now its author wants it.

    `most` is for how long a job may be kept.
    """
    if job.expires_at is None:
        return None
    left, given = job.expires_at - now, min(KEEP, most)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(end_text("left", m, left=kept_for(left, m)), width="content")
        if left > NEARLY_ALL * given:
            return None
        is_short = given < KEEP
        label = end_text("keep_for" if is_short else "keep", m, time=kept_for(given, m))
        return given if st.button(label, type="tertiary", icon=":material/more_time:") else None


def finished_text(number: int, m: Messages) -> str:
    keys = {0: "finished_none", 1: "finished_one"}
    return end_text(keys.get(number, "finished"), m, number=number)
