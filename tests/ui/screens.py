"""What stands on a page, as tests read it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pipeline.domain.jobs import Job
from pipeline.domain.manuscripts import Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish

APP = Path(__file__).parents[2] / "app.py"
PATIENCE_S = 15
# A page takes a fraction of a second; the first one imports what all share.


def screen(name: str, query: Mapping[str, str]) -> AppTest:
    """Open a page of the app by its address; it must not show an exception.

    AppTest runs a file of `pages/` without the frame around it, unless `app.py` leads there in
    the same run; only the first run of the first page has the frame.
    """
    app = AppTest.from_file(APP, default_timeout=PATIENCE_S)
    if name != "new":
        app.switch_page(f"pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    """The same, once it is sure that nothing failed on it."""
    assert [error.value for error in app.exception] == []
    return app


def text_of(app: AppTest) -> str:
    """All sentences of a page."""
    kinds = (app.title, app.markdown, app.caption, app.error, app.warning, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def links_of(app: AppTest) -> Sequence[str]:
    """The labels of the links in the page itself, without icons; not those at the side."""
    links = [link for link in app.page_link if link in app.main]
    return [link.label.rpartition(": ")[2] for link in links]


def component_data(app: AppTest, name: str) -> dict[str, Any]:
    """What one of our components was given."""
    [found] = [e.proto for e in app.get("bidi_component") if e.proto.component_name == name]
    data = json.loads(found.json)
    return dict(json.loads(data) if isinstance(data, str) else data)


def components_of(app: AppTest) -> Sequence[str]:
    return [element.proto.component_name for element in app.get("bidi_component")]


def written_to_its_end(app: AppTest, runtime: Runtime, manuscript: Manuscript) -> Job:
    """The job that a page has begun, once it is done: it is shown, or at once its document."""
    job = finish(runtime, runtime.manuscripts.open(manuscript.id).manuscript.document_job)
    board, reader = (name in components_of(app) for name in ("longhand_board", "longhand_reader"))
    assert (board, app.query_params.get("job")) == (not reader, None if reader else job.id)
    assert app.query_params["doc"] == manuscript.id
    return job
