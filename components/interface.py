"""The interface's language: chosen by the author, or the browser's."""

from collections.abc import Mapping

import streamlit as st

from components.messages import Messages
from components.session import session
from pipeline.domain.documents import Language

TAGS: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}
"""By which a browser chooses a voice, a font and the marks of a quotation."""

COOKIE = "longhand_language"
"""Keeps the choice for the next visit, in every tab."""

LANGUAGES: Mapping[str, Language] = {"en": "en", "zh": "zh"}

TELL_BROWSER = """
export default function ({ data }) {
  document.documentElement.lang = data.tag
  if (data.name) {
    document.cookie = `${data.name}=${data.value}; path=/; max-age=31536000; samesite=lax`
  }
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
    name = "" if session().language is None else COOKIE
    tell = st.components.v2.component("longhand_language", js=TELL_BROWSER)
    tell(key="language", data={"tag": TAGS[m.language], "name": name, "value": m.language})
