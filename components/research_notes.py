"""What a proposal rests on: each source with the sections that it carries, and what none holds."""

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from components.messages import Messages
from components.plain import plain
from pipeline.domain.coverage import sections_by_source
from pipeline.domain.documents import FileRole, SourceId
from pipeline.domain.manuscripts import AttachedFile, OutlineDraft
from pipeline.domain.outline import leaves, walk
from pipeline.domain.references import has_slides

MOST_NAMED = 6
"""Sections without material that are named; more of them, and nobody reads the list."""

URL_CHARS = "/:?#[]@!$&'()*+,;=%~-._"
"""What an address may hold; anything else, as a bracket that ends a link, is encoded."""


def research_notes(files: Sequence[AttachedFile], draft: OutlineDraft, m: Messages) -> None:
    """Draw the sources, and name the sections of which they say nothing."""
    with st.container(border=True):
        st.markdown(f"**{m('outline.notes')}**")
        if not files:
            st.caption(m("outline.no_sources"))
            return
        carried = sections_by_source(draft.outline, draft.carried)
        sections = 0 if draft.growing else len(leaves(draft.outline.nodes))
        for file in files:
            said = [_read(file, m)]
            if file.was_found:
                said.append(m("outline.found_page"))
            if file.role is not FileRole.CONTENT:
                said.append(m(f"outline.role_{file.role}"))
            elif sections:
                said.append(_carries(carried[SourceId(file.file_id)], sections, m))
            st.markdown(f"{_name(file)}  \n:small[{' · '.join(said)}]")
        if draft.uncovered:
            _uncovered(draft, m)


def _name(file: AttachedFile) -> str:
    if not file.url.startswith(("http://", "https://")):
        return f":material/description: {plain(file.file_name)}"
    address = quote(file.url, safe=URL_CHARS).replace("(", "%28").replace(")", "%29")
    return f":material/public: [{plain(file.file_name)}]({address})"


def _read(file: AttachedFile, m: Messages) -> str:
    words = m.counted("file.words", file.words)
    if not file.pages:
        return words
    key = "file.slides" if has_slides(file.file_name) else "file.pages"
    return m("file.read", size=m.counted(key, file.pages), words=words)


def _carries(number: int, sections: int, m: Messages) -> str:
    if not number:
        return m("outline.carries_none")
    if sections == 1:
        return m("outline.carries_all_one")
    return m("outline.carries", number=number, sections=sections)


def _uncovered(draft: OutlineDraft, m: Messages) -> None:
    silent = frozenset(draft.uncovered)
    named = [p for p in walk(draft.outline.nodes) if p.node.id in silent and p.node.title.strip()]
    if not named:
        return
    lines = [f"{place.number}\u2002{plain(place.node.title)}" for place in named[:MOST_NAMED]]
    if len(named) > MOST_NAMED:
        lines.append(m("outline.uncovered_more", number=len(named) - MOST_NAMED))
    shown = "  \n".join(f":small[{line}]" for line in lines)
    st.markdown(f"{m('outline.uncovered')}  \n{shown}")
