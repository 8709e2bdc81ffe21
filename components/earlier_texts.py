"""Texts that a later writing replaced: to be read, copied and put back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from math import ceil
from typing import Literal

import streamlit as st

from components.messages import Messages
from components.plain import plain
from components.text import Text
from pipeline.domain.documents import NodeId
from pipeline.domain.manuscripts import EarlierText

PAGE = 10
"""Texts shown at once: each is a whole section."""

LONG, TALL_PX = 600, 160
"""A text of more characters is shown in a box of this height, to be scrolled."""

TEXTS: Mapping[str, Text] = {
    "title": Text("Earlier texts ({number})", "此前的正文（{number}）"),
    "lead": Text(
        "You wrote or corrected these, where nothing else is said; what stands in the document now "
        "took their place.",
        "除另有标注外，以下正文由你撰写或修改，现已被文档中的内容取代。",
    ),
    "not_by_hand": Text("not by you", "非你所写"),
    "when": Text("until {when}", "截至 {when}"),
    "put_back": Text("Put back", "恢复"),
    "gone": Text(
        "Its section is no longer in the document. Copy what you need.",
        "该小节已不在文档中，请复制所需内容。",
    ),
}


def earlier_texts(
    texts: Sequence[EarlierText],
    sections: Collection[NodeId],
    m: Messages,
    *,
    zone: tzinfo,
    is_locked: bool,
) -> EarlierText | None:
    """Draw them folded; returns the one that the author wants to stand again."""
    wanted: EarlierText | None = None
    if not texts:
        return None
    with st.expander(m.say(TEXTS["title"], number=len(texts)), icon=":material/history:"):
        st.caption(m.say(TEXTS["lead"]))
        for place, text in _on_this_page(texts):
            with st.container(border=True):
                st.markdown(_heading(text, m, zone))
                height: int | Literal["content"] = (
                    TALL_PX if len(text.content) > LONG else "content"
                )
                st.code(text.content, language=None, wrap_lines=True, height=height)
                if text.section_id not in sections:
                    st.caption(m.say(TEXTS["gone"]))
                elif st.button(
                    m.say(TEXTS["put_back"]),
                    key=f"earlier-{place}-{text.section_id}",
                    icon=":material/undo:",
                    disabled=is_locked,
                ):
                    wanted = text
    return wanted


def _on_this_page(texts: Sequence[EarlierText]) -> list[tuple[int, EarlierText]]:
    """Some of them with their places among all, chosen where there are many."""
    pages = ceil(len(texts) / PAGE)
    page = st.pagination(pages, key=f"earlier-page-of-{pages}") if pages > 1 else 1
    return list(enumerate(texts))[(page - 1) * PAGE : page * PAGE]


def _heading(text: EarlierText, m: Messages, zone: tzinfo) -> str:
    when = text.replaced_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    notes = [] if text.by_hand else [m.say(TEXTS["not_by_hand"])]
    notes.append(m.say(TEXTS["when"], when=when))
    return f"**{text.number}\u2002{plain(text.title)}** :small[· {' · '.join(notes)}]"
