"""A page with the composer, which answers as the address asks for, and a page to leave to."""

import json
import time
from dataclasses import asdict

import streamlit as st

from components.composer import Example, Submission, composer
from pipeline.domain.documents import FileRole
from pipeline.domain.manuscripts import AttachedFile

SLOW_RUN_S, SLOW_RUNS = 0.6, 5  # they overlap with what a test types

EXAMPLES = {
    "Flood plan": Example(
        nonce="",
        prompt="A flood plan for a small town",
        files=(
            AttachedFile(
                file_id="f" * 64,
                file_name="floods.md",
                role=FileRole.CONTENT,
                size_bytes=18_400,
                words=1,
                headings=14,
            ),
        ),
    ),
    "应急预案": Example(nonce="", prompt="为小镇编写防汛应急预案"),
}

state = st.session_state
for name, default in {"answer": "accept", "lang": "en", "limit": "200"}.items():
    state.setdefault(name, st.query_params.get(name, default))
state.setdefault("taken", "")
state.setdefault("problem", None)
state.setdefault("example", None)
state.setdefault("clicks", 0)
state.setdefault("heard", [])


def answer(submission: Submission) -> None:
    """Do what the address asks for with what was sent off."""
    state.heard.append(submission)
    if state.answer == "accept":
        state.taken = submission.nonce
        st.rerun()
    if state.answer == "leave":
        state.taken = submission.nonce
        st.switch_page(AWAY)
    if state.answer == "refuse":
        state.problem = (submission.nonce, "The queue is full. Try again in a minute.")
        st.rerun()


def new() -> None:
    st.title("What do you want to write?", anchor=False)
    submitted = composer(
        key="composer",
        upload="live/uploads",
        pages=None if "offline" in st.query_params else "live/pages",
        language="zh" if state.lang == "zh" else "en",
        max_file_bytes=2_000_000,
        max_prompt_chars=int(state.limit),
        draft_key="new",
        problem=state.problem,
        accepted=state.taken,
        example=state.example,
    )
    examples()
    if submitted is not None:
        answer(submitted)
    for submission in state.heard:
        st.text(json.dumps(asdict(submission), default=AttachedFile.model_dump))
    if "slow" in st.query_params:
        run_slowly()


def examples() -> None:
    for title, example in EXAMPLES.items():
        if st.button(title):
            state.clicks += 1
            state.example = Example(f"{title} {state.clicks}", example.prompt, example.files)
            st.rerun()


def run_slowly() -> None:
    state.runs = state.get("runs", 0) + 1
    time.sleep(SLOW_RUN_S)
    st.text(f"Run {state.runs}")
    if state.runs < SLOW_RUNS:
        st.rerun()


def away() -> None:
    st.title("Away", anchor=False)


NEW, AWAY = st.Page(new, title="New", default=True), st.Page(away, title="Away")
st.navigation([NEW, AWAY]).run()
