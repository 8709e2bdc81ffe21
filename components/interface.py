"""The interface's language: chosen by the author, or the browser's."""

from collections.abc import Mapping

import streamlit as st

from components.messages import Messages
from components.session import session
from pipeline.domain.documents import Language

COOKIE = "longhand_language"
"""Keeps the choice for the next visit, in every tab."""

LANGUAGES: Mapping[str, Language] = {"en": "en", "zh": "zh"}

KEEP_CHOICE = """
export default function ({ data }) {
  document.cookie = `${data.name}=${data.value}; path=/; max-age=31536000; samesite=lax`
}
"""


def messages(default: str) -> Messages:
    """The texts for this tab; `default` is the setting: auto, en or zh."""
    chosen = session().language
    if chosen is None:
        chosen = LANGUAGES.get(st.context.cookies.get(COOKIE, ""))
    if chosen is not None:
        return Messages(chosen)
    if default in {"en", "zh"}:
        return Messages("zh" if default == "zh" else "en")
    return Messages("zh" if (st.context.locale or "").lower().startswith("zh") else "en")


def language_switch(m: Messages) -> None:
    """A switch between the two languages, for the sidebar."""
    options: list[Language] = ["en", "zh"]
    chosen = st.segmented_control(
        m("nav.language"),
        options,
        default=m.language,
        format_func=lambda language: m(f"language.{language}"),
        required=True,
        key="interface_language",
        label_visibility="collapsed",
    )
    if chosen in options and chosen != m.language:
        session().language = chosen
        st.rerun()
    if session().language is not None:
        keep = st.components.v2.component("longhand_language", js=KEEP_CHOICE)
        keep(key="keep_language", data={"name": COOKIE, "value": m.language})
