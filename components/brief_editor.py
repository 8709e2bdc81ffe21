"""The brief after the start: kind of document, readers and tone, to be changed at any time."""

from collections.abc import Mapping

import streamlit as st

from components.messages import Messages
from components.text import Text
from pipeline.domain.manuscripts import Brief, brief_chars

TEXTS: Mapping[str, Text] = {
    "title": Text("Kind, readers, tone", "类型、读者与语气"),
    "type": Text("Kind of document", "文档类型"),
    "audience": Text("Readers", "读者"),
    "tone": Text("Tone", "语气"),
    "save": Text("Save", "保存"),
    "written": Text(
        "A change concerns every section that you did not correct yourself: they are written anew "
        "with “Write it again”, which says so first.",
        "改动会影响所有未经你亲自修改的小节：点击“重新写作”时会先列出，再重新撰写。",
    ),
}


def brief_editor(brief: Brief, m: Messages, *, key: str, has_document: bool) -> Brief | None:
    """Draw it folded; returns the brief as it is to be, when the author saves a change."""
    with (
        st.expander(m.say(TEXTS["title"]), icon=":material/tune:"),
        st.form(f"brief-{key}", border=False, enter_to_submit=False),  # its hint is English alone
    ):
        kind = _field("type", brief, "document_type", m)
        audience = _field("audience", brief, "audience", m)
        tone = _field("tone", brief, "tone", m)
        if has_document:
            st.caption(m.say(TEXTS["written"]))
        if not st.form_submit_button(m.say(TEXTS["save"])):
            return None
    fields = {"document_type": kind, "audience": audience, "tone": tone}
    changed = brief.model_copy(update=fields)
    return None if changed == brief else changed


def _field(label: str, brief: Brief, name: str, m: Messages) -> str:
    now = str(getattr(brief, name))
    return st.text_input(m.say(TEXTS[label]), now, max_chars=brief_chars(name)).strip()
