import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.adapters.embedded_redis import stop_server
from pipeline.adapters.web.page_types import Page
from pipeline.domain.jobs import START, SourceFound
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.domain.outline import leaves
from pipeline.errors import UnreadableFile
from pipeline.runtime import Runtime, build_runtime
from tests.runtimes import finish, settings_for

PROMPT = "写一份关于潮汐能的报告"
FOUND = "https://zh.example/潮汐能?utm_source=s"
SHOWN = "https://zh.example/%E6%BD%AE%E6%B1%90%E8%83%BD"
PARAGRAPHS = "".join(
    f"<h2>{title}</h2><p>{text}</p>"
    for title, text in {
        "成本": "潮汐电站的建设成本高于风电，其中土建工程约占总投资的一半。设备寿命可达一百年。",
        "环境影响": "拦潮坝会改变河口的泥沙与盐度，影响鱼类洄游。潮流发电机的影响较小。",
        "历史": "法国朗斯潮汐电站于一九六六年投入运行，装机容量为二百四十兆瓦。",
    }.items()
)
HTML = (
    "<!doctype html><html lang='zh'><head><meta charset='utf-8'><title>潮汐能</title></head>"
    f"<body><main><h1>潮汐能</h1>{PARAGRAPHS}</main></body></html>"
).encode()


class Searx(BaseHTTPRequestHandler):
    """Answers as a SearXNG instance does: two pages, one of them of no use."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(parse_qs(urlsplit(self.path).query)["q"][0])
        results = [
            {"title": "内网", "url": "http://169.254.169.254/latest/meta-data"},
            {"title": "潮汐能", "url": FOUND, "content": "…", "publishedDate": "2024-05-17"},
        ]
        body = json.dumps({"results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as it is called
        """Say nothing."""


async def fetch(url: str) -> Page:
    if url != FOUND:
        raise UnreadableFile("address_refused", "It is not a public address.")
    return Page(url, "潮汐能.html", HTML)


@contextmanager
def online_runtime(data_dir: Path, port: int) -> Iterator[Runtime]:
    settings = settings_for(
        data_dir, search_provider=("searxng",), searxng_url=f"http://127.0.0.1:{port}"
    )
    runtime = build_runtime(settings, fetch)
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.stop()
        stop_server(data_dir, only_if_unused=False)


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Searx)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with online_runtime(tmp_path_factory.mktemp("online"), server.server_port) as runtime:
        yield runtime
    server.shutdown()
    thread.join()
    server.server_close()


def proposed(runtime: Runtime, *, web_search: bool = True) -> Manuscript:
    manuscript = runtime.manuscripts.start(Brief(prompt=PROMPT, web_search=web_search), [])
    finish(runtime, manuscript.outline_job)
    return runtime.manuscripts.open(manuscript.id).manuscript


def test_a_found_page_becomes_a_file_of_the_manuscript(online: Runtime) -> None:
    manuscript = proposed(online)

    [file] = manuscript.files
    assert (file.file_name, file.url, file.was_found) == ("潮汐能", SHOWN, True)
    assert (len(file.file_id), file.words > 80) == (64, True)
    assert manuscript.delivered_outline == manuscript.outline_job


def test_what_is_found_is_told_while_the_outline_is_made(online: Runtime) -> None:
    manuscript = proposed(online)
    assert manuscript.outline_job is not None

    events = online.jobs.events(manuscript.outline_job, after=START)

    found = [event.source for _, event in events if isinstance(event, SourceFound)]
    assert [(source.id, source.url) for source in found] == [(manuscript.files[0].file_id, SHOWN)]
    assert found[0].publication.issued == "2024-05-17"


def test_the_document_is_written_from_the_found_page_without_another_search(
    online: Runtime,
) -> None:
    manuscript = proposed(online)
    before = len(Searx.asked)

    finish(online, online.manuscripts.write(manuscript.id).id)

    document = online.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    assert len(Searx.asked) == before
    assert {source.url for source in document.sources} == {SHOWN}
    assert document.integrity.citations > 0


def test_pages_that_the_author_removed_do_not_come_back(online: Runtime) -> None:
    manuscript = proposed(online)
    online.manuscripts._store.change(
        manuscript.id, lambda current: current.model_copy(update={"files": ()})
    )

    assert manuscript.outline_job is not None
    online.manuscripts.deliver(online.jobs.job(manuscript.outline_job))

    assert online.manuscripts.open(manuscript.id).manuscript.files == ()


def test_without_the_wish_nothing_is_searched(online: Runtime) -> None:
    before = len(Searx.asked)

    manuscript = proposed(online, web_search=False)

    assert (manuscript.files, len(Searx.asked)) == ((), before)


def test_an_address_that_an_author_gives_is_a_source_like_a_file(online: Runtime) -> None:
    page = online.manuscripts.attach_page(FOUND)
    manuscript = online.manuscripts.start(Brief(prompt=PROMPT), [page])
    finish(online, manuscript.outline_job)

    view = online.manuscripts.open(manuscript.id)

    assert view.manuscript.files == (page,)
    assert not page.was_found
    assert leaves(online.manuscripts.outline(manuscript.id).outline.nodes)


def test_an_address_that_cannot_be_fetched_says_why(online: Runtime) -> None:
    attached = online.manuscripts.attach_page("http://10.0.0.1/潮")

    assert (attached.error_code, attached.url) == ("address_refused", "http://10.0.0.1/潮")
