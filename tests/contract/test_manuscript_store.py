import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import reading_key, units_key
from pipeline.adapters.redis_manuscripts import PAGE, RedisManuscriptStore, RedisReadingStore
from pipeline.domain.documents import Block, Outline, OutlineNode, Reading
from pipeline.domain.jobs import JobKind, ManuscriptId
from pipeline.domain.manuscripts import AttachedFile, Brief, Listed, Manuscript, OutlineDraft
from pipeline.domain.units import StoredUnit
from pipeline.errors import NotFound

TTL = timedelta(days=90)
MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Clock:
    """Each look at it is a minute later."""

    def __init__(self) -> None:
        self._now = MORNING

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


def _store(url: str) -> RedisManuscriptStore:
    return RedisManuscriptStore(connect(url), TTL, Clock())


def _manuscript(name: str = "稿-1", title: str = "潮汐能") -> Manuscript:
    return Manuscript(
        id=ManuscriptId(name),
        title=title,
        brief=Brief(prompt="写一份关于潮汐能的报告", language="zh"),
        created_at=MORNING,
        updated_at=MORNING,
    )


def _retitled(manuscript: Manuscript) -> Manuscript:
    return manuscript.model_copy(update={"title": "海洋能"})


def _one_more(draft: OutlineDraft) -> OutlineDraft:
    return draft.model_copy(update={"revision": draft.revision + 1})


def test_a_manuscript_is_read_back_as_it_was_saved(any_url: str) -> None:
    manuscript = _manuscript()
    store = _store(any_url)

    store.save(manuscript)

    assert store.load(manuscript.id) == manuscript
    assert store.outline(manuscript.id) == OutlineDraft()


def test_an_unknown_manuscript_is_not_found(any_url: str) -> None:
    store = _store(any_url)
    unknown = ManuscriptId("没有")

    with pytest.raises(NotFound):
        store.load(unknown)
    with pytest.raises(NotFound):
        store.outline(unknown)
    with pytest.raises(NotFound):
        store.change(unknown, _retitled)
    with pytest.raises(NotFound):
        store.change_outline(unknown, _one_more)
    store.delete(unknown)
    assert store.listed() == []


def test_a_change_is_kept_with_the_time_of_the_change(any_url: str) -> None:
    manuscript = _manuscript()
    store = _store(any_url)
    store.save(manuscript)

    changed = store.change(manuscript.id, _retitled)

    assert (changed.title, changed.updated_at > MORNING) == ("海洋能", True)
    assert store.load(manuscript.id) == changed


def test_an_edit_of_the_outline_leaves_the_manuscript_itself_unwritten(any_url: str) -> None:
    manuscript = _manuscript()
    store = _store(any_url)
    store.save(manuscript)
    outline = Outline(title="潮汐能", nodes=(OutlineNode(id="一", title="引言"),))  # type: ignore[arg-type]
    client = connect(any_url)
    before = client.hget("longhand:manuscript:{稿-1}", "manuscript")

    draft = store.change_outline(
        manuscript.id, lambda draft: draft.model_copy(update={"outline": outline, "revision": 1})
    )

    assert store.outline(manuscript.id) == draft
    assert draft.outline == outline
    assert client.hget("longhand:manuscript:{稿-1}", "manuscript") == before
    assert store.load(manuscript.id).updated_at > MORNING


def test_of_many_changes_at_once_none_is_lost(any_url: str) -> None:
    manuscript = _manuscript()
    store = _store(any_url)
    store.save(manuscript)
    together = threading.Barrier(4)

    def edit(_: int) -> None:
        together.wait()
        for _ in range(10):
            store.change_outline(manuscript.id, _one_more)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(edit, range(4)))

    assert store.outline(manuscript.id).revision == 40


def test_the_last_changed_manuscript_comes_first(any_url: str) -> None:
    store = _store(any_url)
    names = [f"稿-{number}" for number in range(PAGE + 10)]
    for name in names:
        store.save(_manuscript(name))
    store.change(ManuscriptId("稿-3"), _retitled)
    store.change_outline(ManuscriptId("稿-5"), _one_more)

    listed = [(each.id, each.title) for each in store.listed(limit=2)]
    assert listed == [("稿-5", "潮汐能"), ("稿-3", "海洋能")]
    assert {each.id for each in store.listed()} == set(names)


def test_a_manuscript_that_an_earlier_version_wrote_is_listed_alike(any_url: str) -> None:
    store = _store(any_url)
    store.save(_manuscript())
    connect(any_url).hdel("longhand:manuscript:{稿-1}", "listed")

    assert store.listed() == [Listed(id=_manuscript().id, title="潮汐能", has_document=False)]


def test_a_deleted_or_expired_manuscript_leaves_the_list(any_url: str) -> None:
    store = _store(any_url)
    for name in ("甲", "乙", "丙"):
        store.save(_manuscript(name))
    client = connect(any_url)

    store.delete(ManuscriptId("甲"))
    client.delete("longhand:manuscript:{乙}")

    assert [each.id for each in store.listed()] == ["丙"]
    assert client.zcard("longhand:manuscripts") == 1


def test_a_deleted_manuscript_gets_what_was_finished_back_within_the_hour(any_url: str) -> None:
    manuscript, kind = _manuscript(), JobKind.DOCUMENT
    store, client = _store(any_url), connect(any_url)
    units = units_key(manuscript.id, kind)
    store.save(manuscript)
    client.hset(units, "section:一", '旧\n"第一节"')

    store.delete(manuscript.id)
    left_ms = client.pttl(units)
    store.save(manuscript)

    assert 0 < left_ms <= 3_600_000
    assert store.units(manuscript.id, kind) == {"section:一": StoredUnit("旧", "第一节")}
    assert client.pttl(units) > 89 * 24 * 3_600_000


def test_each_change_renews_the_expiry(any_url: str) -> None:
    store = _store(any_url)
    store.save(_manuscript())
    client = connect(any_url)
    key = "longhand:manuscript:{稿-1}"
    units = f"{key}:units:document_generation"
    client.hset(units, "section:一", '旧\n"第一节"')
    for each in (key, units):
        client.pexpire(each, 60_000)

    store.change_outline(ManuscriptId("稿-1"), _one_more)

    assert min(client.pttl(key), client.pttl(units)) > 89 * 24 * 3_600_000


@pytest.mark.parametrize("change", ["save", "change", "change_outline", "of an earlier version"])
def test_each_change_renews_the_expiry_of_the_files(any_url: str, change: str) -> None:
    hashes = ["ab" * 32, "cd" * 32, "ef" * 32]
    files = tuple(AttachedFile(file_id=each, file_name="潮汐.md") for each in hashes[:2])
    manuscript = _manuscript().model_copy(update={"files": files})
    store, client = _store(any_url), connect(any_url)
    store.save(manuscript)
    for each in hashes:
        reading = Reading(sha256=each, title="潮汐", language="zh", blocks=())
        RedisReadingStore(client, timedelta(minutes=1)).save_reading(reading)

    if change == "save":
        store.save(manuscript)
    elif change == "change":
        store.change(manuscript.id, _retitled)
    else:
        if change == "of an earlier version":
            client.hdel("longhand:manuscript:{稿-1}", "files")
        store.change_outline(manuscript.id, _one_more)

    left_ms = [client.pttl(reading_key(each)) for each in hashes]
    day_ms = 24 * 3_600_000
    assert [each > 89 * day_ms for each in left_ms] == [True, True, False]


def test_a_reading_is_kept_by_the_hash_of_its_file(any_url: str) -> None:
    reading = Reading(
        sha256="ab" * 32,
        title="潮汐",
        language="zh",
        blocks=(
            Block(kind="heading", text="引言", level=1),
            Block(kind="paragraph", text="月亮。"),
        ),
        notes=("encoding_guessed",),
    )
    client = connect(any_url)
    store = RedisReadingStore(client, TTL)

    store.save_reading(reading)
    client.pexpire(f"longhand:reading:{reading.sha256}", 60_000)

    assert store.load_reading(reading.sha256) == reading
    assert client.pttl(f"longhand:reading:{reading.sha256}") > 60_000
    assert store.load_reading("cd" * 32) is None


def test_a_reading_is_stored_in_less_than_its_size(any_url: str) -> None:
    text = "".join(f"第{number}号潮汐电站位于第{number * 7}号海湾。" for number in range(3_000))
    reading = Reading(
        sha256="ef" * 32,
        title="电站",
        language="zh",
        blocks=(Block(kind="paragraph", text=text),),
    )
    client = connect(any_url)
    store = RedisReadingStore(client, TTL)

    store.save_reading(reading)

    stored = client.get(f"longhand:reading:{reading.sha256}")
    assert len(str(stored)) < len(reading.model_dump_json().encode()) / 2
    assert store.load_reading(reading.sha256) == reading


def test_a_reading_that_an_earlier_version_stored_is_still_read(any_url: str) -> None:
    reading = Reading(
        sha256="0f" * 32,
        title="潮汐",
        language="zh",
        blocks=(Block(kind="paragraph", text="月亮。"),),
    )
    client = connect(any_url)
    client.set(f"longhand:reading:{reading.sha256}", reading.model_dump_json())

    assert RedisReadingStore(client, TTL).load_reading(reading.sha256) == reading
