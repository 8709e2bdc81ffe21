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
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for step in ORDER:
            label = m(f"steps.{step}")
            if step == current:
                st.markdown(f":material/radio_button_checked: **{label}**", width="content")
            elif step in reachable:
                st.page_link(
                    f"pages/{PAGES.get(step, step)}.py",
                    label=label,
                    icon=":material/check_circle:",
                    query_params={"doc": doc},
                )
            else:
                st.markdown(f":material/radio_button_unchecked: {label}", width="content")
