"""The pages over a whole runtime: one running engine for all of their tests."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.domain.documents import Language
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.runtime import Runtime, override
from tests.runtimes import finish, idle_runtime, running_runtime
from tests.ui.screens import screen

Open = Callable[..., AppTest]

TEXT = "# 潮汐能\n\n## 成本\n\n潮汐电站的建设成本高于风电。设备寿命可达一百年。\n"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("pages")) as runtime:
        yield runtime


@pytest.fixture
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """An empty one; takes jobs, and never starts one."""
    with idle_runtime(tmp_path_factory.mktemp("pages-idle")) as runtime:
        yield runtime


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Language:
    """Each language of the interface in turn."""
    return "zh" if request.param == "zh" else "en"


@pytest.fixture
def shown() -> Iterator[Open]:
    """Open a page: `shown(runtime, "outline", doc=…, language="zh")`."""
    entered = []

    def open_page(
        runtime: Runtime, name: str, *, language: Language = "en", **query: str
    ) -> AppTest:
        settings = runtime.settings.model_copy(update={"interface_language": language})
        context = override(replace(runtime, settings=settings))
        context.__enter__()
        entered.append(context)
        return screen(name, query)

    yield open_page
    for context in reversed(entered):
        context.__exit__(None, None, None)


@pytest.fixture
def manuscript(running: Runtime) -> Manuscript:
    """With a file and a finished proposal."""
    file = running.manuscripts.attach("潮汐.md", TEXT.encode())
    manuscript = running.manuscripts.start(Brief(prompt="写一份关于潮汐能的报告"), [file])
    finish(running, manuscript.outline_job)
    return manuscript


@pytest.fixture
def written(running: Runtime, manuscript: Manuscript) -> Manuscript:
    """With a document."""
    finish(running, running.manuscripts.write(manuscript.id).id)
    return running.manuscripts.open(manuscript.id).manuscript
