"""Choices among a few, kept over reruns, reloads, other pages and another interface language.

Streamlit keeps a choice by its label, which is another one in another language; here its key is
kept, in the page's address and in the tab's memory.
"""

from collections.abc import Sequence

import streamlit as st

from components.messages import Messages
from components.session import session


def choice(key: str, options: Sequence[str], m: Messages, *, default: str) -> str:
    """One of the options, by their names `<key>.<option>`, in a list that opens."""
    chosen = st.selectbox(
        m(f"new.{key}"),
        options,
        index=options.index(_kept(key, options) or default),
        format_func=lambda option: m(f"{key}.{option}"),
        key=f"{key}-{m.language}",
    )
    _keep(key, chosen, default)
    return chosen


def pick(key: str, options: Sequence[str], m: Messages) -> str:
    """One of the options or none, all of them in sight; empty for none."""
    chosen = st.pills(
        m(f"new.{key}"),
        options,
        default=_kept(key, options) or None,
        format_func=lambda option: m(f"{key}.{option}"),
        key=f"{key}-{m.language}",
    )
    _keep(key, chosen or "", "")
    return chosen or ""


def _kept(key: str, options: Sequence[str]) -> str:
    """What was chosen before; anybody can write an address."""
    kept = st.query_params.get(key) or session().choices.get(key, "")
    return kept if kept in options else ""


def _keep(key: str, chosen: str, default: str) -> None:
    session().choices[key] = chosen
    if chosen != default:
        st.query_params[key] = chosen
    elif key in st.query_params:
        del st.query_params[key]
