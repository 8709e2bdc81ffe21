"""The path of a document: where the author stands, with links to where they have been."""

from collections.abc import Collection
from typing import Literal

import streamlit as st

from components.messages import Messages

Step = Literal["brief", "outline", "writing", "document"]
PAGES = {"brief": "new"}
"""Pages that are not named as their step."""

ORDER: tuple[Step, ...] = ("brief", "outline", "writing", "document")


def steps(current: Step, m: Messages, *, doc: str, reachable: Collection[Step]) -> None:
    """Draw the four steps; those in `reachable` are links to their pages."""
    at = ORDER.index(current)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for place, step in enumerate(ORDER):
            label = m(f"steps.{step}")
            icon = ":material/check_circle:" if place < at else ":material/radio_button_unchecked:"
            if step == current:
                st.markdown(f":small[:material/radio_button_checked: **{label}**]", width="content")
            elif step in reachable:
                st.page_link(
                    f"pages/{PAGES.get(step, step)}.py",
                    label=f"{icon} {label}",
                    query_params={"doc": doc},
                )
            else:
                st.caption(f"{icon} {label}", width="content")
