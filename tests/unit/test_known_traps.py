"""Mistakes that systems of this kind make, each once seen somewhere: none of them here.

Those without a test elsewhere have theirs below, under their number. The others:

1 one ending: unit/test_engine
2 undeclared state: unit/test_graphs
4 what the writer is told: unit/test_model_prompts, unit/test_section_briefs
6 saved, then told: contract/test_journal
8 references after an edit: unit/test_assembly
9 brackets that are no citation: unit/test_citations, unit/test_model_prompts
10 all evidence: unit/test_model_outlines
13 nothing blocks the loop: the linter's rules ASYNC
14 trimmed events: contract/test_feed
15 keys that expire: contract/test_job_store
18, 19 lengths: unit/test_lengths, unit/test_section_lengths, unit/test_section_parts
20 bounded tries: contract/test_openai_chat
22 the browser's clipboard and files: e2e/test_outliner, e2e/test_composer_files
23 Chinese in a PDF: no PDF is made yet
25 private addresses, raw HTML: contract/test_web_guard, contract/test_export
30 the jobs of other processes: unit/test_takeover
"""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.endpoint import serving
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.section_prompts import section_messages
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.assembly import edited, obeys
from pipeline.domain.briefs import (
    Above,
    ChapterEdits,
    Commission,
    Neighbour,
    Replacement,
    SectionBrief,
)
from pipeline.domain.documents import (
    ContextFile,
    Document,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    PassageId,
    ProposedNode,
    ProposedOutline,
    SourceId,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    JobKind,
    OutlineGenerationRequest,
    TaskProgress,
)
from pipeline.domain.outline import leaves
from pipeline.errors import ModelUnavailable, PipelineError
from pipeline.graphs.work import GraphWork
from pipeline.ports import Author
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

TESTS = Path(__file__).parents[1]

MOON = ContextFile(file_id="moon", file_name="月.md", content="# 潮汐\n\nThe Moon raises tides.")


def node(name: str, title: str, *children: OutlineNode, **given: object) -> OutlineNode:
    fields = {"id": name, "title": title, "children": children} | given
    return OutlineNode.model_validate(fields)


OUTLINE = Outline(
    title="Tides",
    nodes=(node("a", "Causes", node("b", "The Moon"), node("c", "太阳")), node("d", "发电")),
)


async def result_of(
    author: Author, kind: JobKind, request: str, journal: ListJournal | None = None
) -> str:
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    return await work(job_of(kind), request, journal or ListJournal(), FreeSlots())


def write(
    author: Author,
    tree: Outline = OUTLINE,
    *files: ContextFile,
    journal: ListJournal | None = None,
) -> Document:
    request = DocumentGenerationRequest(outline=tree, context_files=files).model_dump_json()
    result = asyncio.run(result_of(author, JobKind.DOCUMENT, request, journal))
    return DocumentResult.model_validate_json(result).document


def test_each_of_the_thirty_traps_is_accounted_for_by_a_test_that_is_there() -> None:
    listed = re.findall(r"^(\d+(?:, \d+)*) ", __doc__ or "", re.MULTILINE)
    elsewhere = {int(number) for numbers in listed for number in numbers.split(", ")}
    here = {int(n) for n in re.findall(r"^def test_trap_(\d+)_", _source(), re.MULTILINE)}

    assert elsewhere | here == set(range(1, 31))
    missing = [n for n in re.findall(r"\w+/test_\w+", __doc__ or "") if not _is_there(n)]
    assert missing == []


def _source() -> str:
    return Path(__file__).read_text("utf-8")


def _is_there(name: str) -> bool:
    return (TESTS / f"{name}.py").is_file()


@pytest.mark.parametrize("answer", ["no", "I know nothing of it", "不", "没有不同意见"])
def test_trap_3_what_the_author_says_is_data_and_never_looked_through_for_a_word(
    answer: str,
) -> None:
    author = ScriptedAuthor()
    tree = Outline(title=answer, nodes=(node("a", answer, content_summary=answer, notes=answer),))

    document = write(author, tree)

    (brief,) = [b for b in author.asked if isinstance(b, SectionBrief)]
    assert (brief.title, brief.summary, brief.notes) == (answer, answer, answer)
    assert [s.title for s in document.sections if s.content] == [answer]


def test_trap_5_the_outline_in_the_request_is_what_is_written_and_not_an_older_one() -> None:
    journal = ListJournal()
    write(ScriptedAuthor(), OUTLINE, journal=journal)
    changed = Outline(title="潮", nodes=(OUTLINE.nodes[1], node("b", "The Moon, once more")))

    document = write(ScriptedAuthor(), changed, journal=journal)

    assert document.title == "潮"
    assert [(s.id, s.title) for s in document.sections] == [
        ("d", "发电"),
        ("b", "The Moon, once more"),
    ]
    assert obeys(changed, document) == []
    assert "Text of The Moon." not in document.content


@pytest.mark.parametrize("message", ["Error: upstream timed out", "错误：连接中断"])
def test_trap_7_the_text_of_an_error_never_becomes_part_of_a_document(message: str) -> None:
    author = ScriptedAuthor(failures={NodeId("b"): ModelUnavailable(message)})

    document = write(author)

    assert message not in document.content
    assert [(s.error, s.content) for s in document.sections if s.id == "b"] == [(message, "")]


@pytest.mark.parametrize("fault", ["sim-path", "sim-nochoices", "sim-html", "sim-garbage"])
def test_trap_7_an_error_in_the_place_of_an_answer_is_no_answer(fault: str) -> None:
    pieces: list[str] = []

    async def ask() -> str:
        async with serving() as endpoint:
            settings = Settings(
                _env_file=None, openai_base_url=endpoint.base_url, openai_model=fault
            )
            chat = OpenAIChat(settings, lambda _: asyncio.sleep(0))
            try:
                brief = SectionBrief(
                    commission=Commission(),
                    node_id=NodeId("n"),
                    number="1",
                    title="T",
                    target_words=100,
                )
                return await ModelAuthor(chat, settings).write_section(brief, pieces.append)
            finally:
                await chat.aclose()

    with pytest.raises(PipelineError) as raised:
        asyncio.run(ask())
    assert raised.value.code.startswith("model_")
    assert "".join(pieces) == ""


CODE = """```python
# References
level = tide[1] + tide[S1]  # [@p1] 潮位
print(f"[a](http://b)")

| not | a table |
```"""


def test_trap_11_code_survives_everything_that_is_done_to_a_text() -> None:
    text = f"Measure it.\n\n{CODE}\n\nThen read `tide[1]` and $x[2]$."
    edits = ChapterEdits(
        lead_in="Two causes.", replacements=(Replacement(sentence="1.1", text="Measure first."),)
    )
    author = ScriptedAuthor(
        texts={NodeId("b"): text}, edits=edits, resize=lambda text: f"{text}\n\n另外，潮水回落。"
    )

    document = edited(write(author, OUTLINE, MOON), NodeId("c"), "改写后的一节。")

    section = next(s for s in document.sections if s.id == "b")
    assert section.content.startswith(f"Measure first.\n\n{CODE}\n\n")
    assert CODE in document.content
    assert "`tide[1]` and $x[2]$" in document.content


def test_trap_12_two_jobs_of_one_process_share_nothing() -> None:
    author, journals = ScriptedAuthor(), (ListJournal(), ListJournal())
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    trees = [Outline(title=t, nodes=(node("a", t), node("b", f"{t} 2"))) for t in ("Tea", "茶")]

    async def both() -> Sequence[str]:
        return await asyncio.gather(
            *(
                work(
                    job_of(JobKind.DOCUMENT).model_copy(update={"id": tree.title}),
                    DocumentGenerationRequest(outline=tree).model_dump_json(),
                    journal,
                    FreeSlots(),
                )
                for tree, journal in zip(trees, journals, strict=True)
            )
        )

    results = asyncio.run(both())

    documents = [DocumentResult.model_validate_json(result).document for result in results]
    for tree, journal, document in zip(trees, journals, documents, strict=True):
        assert [s.title for s in document.sections] == [n.title for n in tree.nodes]
        assert {event.job_id for event in journal.events} == {tree.title}


@pytest.mark.parametrize("is_taken_over", [False, True])
def test_trap_16_progress_never_falls_and_does_not_stick_before_its_end(
    is_taken_over: bool,
) -> None:
    journal = ListJournal()
    author = ScriptedAuthor(
        failures={NodeId("c"): ModelUnavailable("It timed out.")},
        fuse_error=ModelUnavailable("It timed out."),
    )
    job = job_of(JobKind.DOCUMENT)
    if is_taken_over:
        job = job.model_copy(update={"done": 3, "total": 6})
    request = DocumentGenerationRequest(outline=OUTLINE).model_dump_json()
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())

    asyncio.run(work(job, request, journal, FreeSlots()))

    told = [e for e in journal.events if isinstance(e, TaskProgress) and e.total]
    assert [e.done for e in told] == sorted(e.done for e in told)
    assert {e.total for e in told} == {6}
    assert told[0].done == (3 if is_taken_over else 0)
    assert told[-1].done == 5, "only the end itself is missing, which is an event of its own"


def test_trap_17_what_is_cited_is_counted_in_the_text_and_not_in_the_plan() -> None:
    removed = ChapterEdits(replacements=(Replacement(sentence="1.2", text=""),))
    cites, plain = "It rises. It falls [@{id}].", "Nothing is cited here. 这里没有引用。"
    passage_id = _passage_of(MOON)
    tree = Outline(title="Tides", nodes=(node("a", "A", node("b", "B"), node("c", "C")),))
    texts = {NodeId("b"): cites.format(id=passage_id), NodeId("c"): plain}

    before = write(ScriptedAuthor(texts=texts), tree, MOON)
    after = edited(before, NodeId("b"), "It rises.")
    kept = write(ScriptedAuthor(texts=texts, edits=removed), tree, MOON)

    assert (before.integrity.citations, before.integrity.uncited_sections) == (1, 1)
    assert (after.integrity.citations, after.integrity.uncited_sections) == (0, 2)
    assert (len(before.references), len(after.references)) == (1, 0)
    assert kept.integrity.citations == 1, "the only sentence that cites it may not be removed"


def _passage_of(file: ContextFile) -> PassageId:
    author = ScriptedAuthor()
    write(author, Outline(title="Tides", nodes=(node("a", "A"),)), file)
    (brief,) = [b for b in author.asked if isinstance(b, SectionBrief)]
    return brief.passages[0].id


def test_trap_21_a_second_run_replaces_the_first_and_appends_nothing() -> None:
    journal, other = ListJournal(), ListJournal()

    first = write(ScriptedAuthor(), OUTLINE, MOON, journal=journal)

    assert write(ScriptedAuthor(), OUTLINE, MOON, journal=journal) == first
    assert write(ScriptedAuthor(), OUTLINE, MOON, journal=other) == first


@pytest.mark.parametrize(
    "tree",
    [
        Outline(title="一", nodes=(node("n", "一"),)),
        Outline(title="Same", nodes=tuple(node(f"n{i}", "Same") for i in range(200))),
        Outline(
            title="深",
            nodes=(
                node(
                    "1",
                    "A",
                    node("2", "A", node("3", "A", node("4", "A", node("5", "A", node("6", "A"))))),
                ),
            ),
        ),
    ],
    ids=["one node", "200 nodes of one title", "six levels"],
)
def test_trap_24_outlines_of_every_form_are_written_as_they_stand(tree: Outline) -> None:
    document = write(ScriptedAuthor(), tree, MOON)

    assert obeys(tree, document) == []
    assert [s.id for s in document.sections if s.content] == [p.node.id for p in leaves(tree.nodes)]


def test_trap_26_no_secret_has_a_default() -> None:
    settings = Settings(_env_file=None)

    secrets = {name: getattr(settings, name) for name in Settings.model_fields if "key" in name}
    assert len(secrets) >= 2
    assert set(secrets.values()) == {None}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_trap_27_the_outline_that_one_job_makes_is_what_the_other_takes(language: Language) -> None:
    names = {"en": ("Tides", "Moon", "Sun"), "zh": ("潮汐", "月球", "太阳")}[language]
    below = (ProposedNode(title=names[1]), ProposedNode(title=names[2], content_summary="S"))
    proposal = ProposedOutline(
        title=names[0], nodes=(ProposedNode(title=names[0], children=below),)
    )
    author = ScriptedAuthor(outline=proposal)
    asked = OutlineGenerationRequest(task_prompt=names[0]).model_dump_json()

    made = asyncio.run(result_of(author, JobKind.OUTLINE, asked))
    request = DocumentGenerationRequest.model_validate_json(made)
    document = write(author, request.outline)

    assert obeys(request.outline, document) == []
    assert [s.title for s in document.sections] == list(names)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_trap_28_nothing_that_the_author_requires_is_dropped_to_make_room(
    language: Language,
) -> None:
    brief = SectionBrief(
        commission=Commission(
            language=language, prompt="PROMPT", requirements="REQUIRED " * 1_000, style="STYLE"
        ),
        node_id=NodeId("n"),
        number="1.7",
        title="TITLE",
        summary="SUMMARY " * 200,
        notes="NOTES " * 500,
        target_words=777,
        above=(Above(title="ABOVE", summary="WHY " * 300, notes="ORDERS"),),
        neighbours=tuple(Neighbour(number=f"1.{i}", title="长" * 300) for i in range(500)),
        passages=tuple(
            Passage(id=PassageId(f"p{i}"), source_id=SourceId("s"), text="段" * 2_000)
            for i in range(100)
        ),
    )
    markers = Markers([p.id for p in brief.passages])

    told = "\n".join(m["content"] for m in section_messages(brief, markers))
    again = "\n".join(m["content"] for m in section_messages(brief, markers))

    counts = {word: told.count(word) for word in ("REQUIRED", "SUMMARY", "NOTES", "WHY")}
    assert counts == {"REQUIRED": 1_000, "SUMMARY": 200, "NOTES": 500, "WHY": 300}
    assert all(word in told for word in ("PROMPT", "STYLE", "TITLE", "ABOVE", "ORDERS", "777"))
    assert '<passage id="S1">' in told
    assert told == again, "what is shown is not drawn by lot"


def test_trap_29_a_job_leaves_no_file_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    write(ScriptedAuthor(), OUTLINE, MOON)

    assert list(tmp_path.rglob("*")) == []
