from collections.abc import Iterator

import pytest

from pipeline.adapters import pandoc
from pipeline.domain.documents import Document
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.errors import Conflict, FormattingFailed, InvalidRequest, NotFound
from pipeline.runtime import Runtime
from tests.runtimes import finish, running_runtime

TEXT = """---
title: 潮汐能
author: 鲁迅
date: 2024-05-17
---

# 潮汐能

## 成本

潮汐电站的建设成本高于风电。设备寿命可达一百年。
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("restyling")) as runtime:
        yield runtime


def written(runtime: Runtime, brief: Brief) -> Manuscript:
    files = [runtime.manuscripts.attach("潮汐.md", TEXT.encode())]
    manuscript = runtime.manuscripts.start(brief, files)
    finish(runtime, manuscript.outline_job)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    return runtime.manuscripts.open(manuscript.id).manuscript


def document_of(manuscript: Manuscript) -> Document:
    assert manuscript.document is not None
    return manuscript.document


def test_a_document_is_written_in_the_style_of_its_brief(running: Runtime) -> None:
    brief = Brief(prompt="写一份关于潮汐能的报告", citation_style="gb-t-7714-2015")

    document = document_of(written(running, brief))

    assert document.citation_style == "gb-t-7714-2015"
    assert document.content.endswith("\n## 参考文献\n\n[1] 鲁迅. 潮汐能\\[Z\\]. 2024.\n")
    assert document.references[0].text == "鲁迅. 潮汐能[Z]. 2024."


def test_a_finished_document_gets_another_style_and_keeps_its_text(running: Runtime) -> None:
    before = written(running, Brief(prompt="写一份关于潮汐能的报告"))
    body = document_of(before).content.partition("\n## 参考文献\n")[0]

    document = running.manuscripts.restyle(before.id, "apa")

    after = running.manuscripts.open(before.id).manuscript
    assert document == after.document
    assert document.content == f"{body}\n## 参考文献\n\n[1] 鲁迅. (2024, 5月17日). *潮汐能*.\n"
    assert after.revision == before.revision + 1
    assert after.brief.citation_style == document.citation_style == "apa"
    assert not any(section.by_hand for section in after.document.sections)


def test_a_style_that_fails_leaves_the_document_as_it_was(
    running: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = written(running, Brief(prompt="写一份关于潮汐能的报告"))
    monkeypatch.setattr(pandoc, "MEMORY", ("--no-such-option",))

    with pytest.raises(FormattingFailed):
        running.manuscripts.restyle(before.id, "ieee")

    assert running.manuscripts.open(before.id).manuscript == before


def test_what_is_not_there_or_being_written_is_not_restyled(running: Runtime) -> None:
    with pytest.raises(NotFound):
        running.manuscripts.restyle(ManuscriptId("nobody"), "apa")

    before = written(running, Brief(prompt="写一份关于潮汐能的报告"))
    running.engine.stop()
    running.manuscripts.write(before.id)

    with pytest.raises(Conflict):
        running.manuscripts.restyle(before.id, "apa")


def test_every_reference_format_is_built_and_others_are_refused(running: Runtime) -> None:
    document = Document.model_validate(
        {"title": "潮汐", "content": "", "generated_at": "2026-01-01T00:00:00Z"}
    )

    for form in ("bibtex", "ris", "csl-json", "md", "docx"):
        assert isinstance(running.exports.build(document, form), bytes)
    with pytest.raises(InvalidRequest):
        running.exports.build(document, "endnote")
