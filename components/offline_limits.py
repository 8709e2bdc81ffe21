"""What an author asks for that the offline author, which quotes its files, does not follow."""

from collections.abc import Sequence

import streamlit as st

from components.messages import Messages
from pipeline.domain.documents import FileRole
from pipeline.domain.manuscripts import AttachedFile


def offline_limits(
    m: Messages, *, audience: str, tone: str, files: Sequence[AttachedFile] = ()
) -> None:
    """Name it; draw nothing where none of it was asked for."""
    given = {
        "style": any(file.role is FileRole.STYLE_GUIDE for file in files),
        "audience": bool(audience.strip()),
        "tone": bool(tone.strip()),
    }
    names = [m(f"offline.{name}") for name, is_given in given.items() if is_given]
    if names:
        st.caption(m("offline.not_followed", what=m("list.comma").join(names)))
