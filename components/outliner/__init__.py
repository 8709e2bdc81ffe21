"""The outline editor: rows that are typed into, moved and dragged, saved as they change."""

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from components.assets import component
from components.outliner.labels import LABELS, labels_for
from pipeline.domain.documents import Language

LABEL_KEYS = tuple(LABELS["en"])
"""The texts that the editor needs; each language has exactly these."""


def outliner(  # noqa: PLR0913  each is a plain value that the page has at hand
    *,
    key: str,
    snapshot: Mapping[str, JsonValue] | str,
    post: str,
    live: str | None,
    sources: Sequence[tuple[str, str]] = (),
    language: Language = "en",
    document_language: Language | None = None,
    readonly: bool = False,
    save_request: int = 0,
) -> int:
    """Draw an outline draft for editing; return the last save request that was fulfilled.

    Edits go from the browser to `post` and never through a rerun of the page.

    Args:
        snapshot: `pipeline.domain.edits.snapshot(draft)`, or the same as JSON.
        post: Where operations are posted: a URL relative to the page.
        live: WebSocket that pushes snapshots: a URL relative to the page; None: nobody pushes.
        sources: Id and title of each source that a node can be bound to.
        language: Of the interface.
        document_language: Chinese documents are measured in characters; None: as the interface's.
        readonly: Show it, and let nothing be changed.
        save_request: A new number asks to save what is still on its way; when all of it is
            acknowledged, the page runs again and gets that number; its negative when the
            server refuses an edit, which the editor then shows.
    """
    # One string: lists and dicts in a component's data are searched for dataframes on each run.
    data = json.dumps(
        {
            "snapshot": json.loads(snapshot) if isinstance(snapshot, str) else dict(snapshot),
            "post": post,
            "live": live,
            "sources": [list(source) for source in sources],
            "labels": labels_for(language, document_language or language),
            "language": language,
            "readonly": readonly,
            "save_request": save_request,
        },
        ensure_ascii=False,
    )
    result = component("outliner")(key=key, data=data, on_saved_change=_heard)
    saved = result.saved
    return saved if isinstance(saved, int) else 0


def _heard() -> None:
    """Streamlit keeps a component's state only where something listens to it."""
