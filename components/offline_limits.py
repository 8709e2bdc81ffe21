"""What an author asks for that the offline author, which quotes its files, does not follow."""

import streamlit as st

from components.messages import Messages


def offline_limits(m: Messages, *, audience: str, tone: str, has_style_guide: bool = False) -> None:
    """Name it; draw nothing where none of it was asked for."""
    given = {
        "style": has_style_guide,
        "audience": bool(audience.strip()),
        "tone": bool(tone.strip()),
    }
    names = [m(f"offline.{name}") for name, is_given in given.items() if is_given]
    if names:
        st.caption(m("offline.not_followed", what=m("list.comma").join(names)))
