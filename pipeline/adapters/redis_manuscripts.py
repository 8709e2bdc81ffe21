"""Manuscripts and what was read from files, in Redis."""

import base64
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar, cast

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import WatchError
from redis.typing import EncodableT, FieldT

from pipeline.adapters.redis_connection import store_errors
from pipeline.adapters.redis_index_scripts import FORGET
from pipeline.adapters.redis_keys import (
    INDEX_TTL,
    MANUSCRIPTS,
    UNDO_TTL,
    manuscript_key,
    milliseconds,
    reading_key,
    units_key,
)
from pipeline.domain.documents import Reading
from pipeline.domain.jobs import JobKind, ManuscriptId
from pipeline.domain.manuscripts import Listed, Manuscript, OutlineDraft
from pipeline.domain.units import StoredUnit, stored_units
from pipeline.errors import NotFound

Changed = TypeVar("Changed")

PACKED = "zlib:"
# Before a reading that is stored compressed; JSON begins with a brace.
PACKING = 3
# Level of zlib: a third to a half of the size is left after base64; higher ones hardly save more.

PAGE = 100
# Manuscripts asked for at once while listing; most lists are shorter.


class RedisManuscriptStore:
    """`ManuscriptStore`: one hash per manuscript; the outline is a field of its own.

    So are what a list shows of it, and the hashes of its files, which an edit of the outline
    renews, too: neither has to read the manuscript, which may hold a whole document.
    """

    def __init__(self, client: Redis, ttl: timedelta, now: Callable[[], datetime]) -> None:
        self._redis = client
        self._ttl = ttl
        self._now = now
        self._forget = client.register_script(FORGET)

    def save(self, manuscript: Manuscript) -> None:
        with store_errors(f"save manuscript {manuscript.id!r}"):
            pipe = self._redis.pipeline()
            self._write(pipe, manuscript.id, _fields(manuscript), manuscript.updated_at)
            pipe.execute()

    def load(self, manuscript_id: ManuscriptId) -> Manuscript:
        with store_errors(f"load manuscript {manuscript_id!r}"):
            found = self._redis.hmget(manuscript_key(manuscript_id), ["manuscript", "updated_at"])
        return _manuscript(manuscript_id, cast("list[str | None]", found))

    def change(
        self, manuscript_id: ManuscriptId, change: Callable[[Manuscript], Manuscript]
    ) -> Manuscript:
        key = manuscript_key(manuscript_id)

        def attempt(pipe: Pipeline) -> Manuscript:
            found = cast("list[str | None]", pipe.hmget(key, ["manuscript", "updated_at"]))
            moment = self._now()
            changed = change(_manuscript(manuscript_id, found))
            changed = changed.model_copy(update={"updated_at": moment})
            pipe.multi()
            self._write(pipe, manuscript_id, _fields(changed), moment)
            return changed

        return self._until_alone(manuscript_id, attempt)

    def outline(self, manuscript_id: ManuscriptId) -> OutlineDraft:
        with store_errors(f"load the outline of manuscript {manuscript_id!r}"):
            key = manuscript_key(manuscript_id)
            found = cast("str | None", self._redis.hget(key, "outline"))
            if found is None and not self._redis.exists(key):
                raise _unknown(manuscript_id)
        return _outline(found)

    def change_outline(
        self, manuscript_id: ManuscriptId, change: Callable[[OutlineDraft], OutlineDraft]
    ) -> OutlineDraft:
        key = manuscript_key(manuscript_id)

        def attempt(pipe: Pipeline) -> OutlineDraft:
            if not pipe.exists(key):
                raise _unknown(manuscript_id)
            found = cast("list[str | None]", pipe.hmget(key, ["outline", "files"]))
            changed = change(_outline(found[0]))
            files = found[1]
            if files is None:  # an earlier version wrote it
                stored = cast("list[str | None]", pipe.hmget(key, ["manuscript", "updated_at"]))
                files = _files(_manuscript(manuscript_id, stored))
            pipe.multi()
            fields = {"outline": changed.model_dump_json(), "files": files}
            self._write(pipe, manuscript_id, fields, self._now())
            return changed

        return self._until_alone(manuscript_id, attempt)

    def units(self, manuscript_id: ManuscriptId, kind: JobKind) -> Mapping[str, StoredUnit]:
        with store_errors(f"load what is written of manuscript {manuscript_id!r}"):
            found = cast("dict[str, str]", self._redis.hgetall(units_key(manuscript_id, kind)))
        return stored_units(found)

    def finished(self, manuscript_id: ManuscriptId, kind: JobKind) -> Collection[str]:
        with store_errors(f"look what is written of manuscript {manuscript_id!r}"):
            return cast("list[str]", self._redis.hkeys(units_key(manuscript_id, kind)))

    def listed(self, *, limit: int | None = None) -> Sequence[Listed]:
        found: list[Listed] = []
        while limit is None or len(found) < limit:
            start = len(found)  # what has expired leaves the index
            with store_errors("list the manuscripts"):
                ids = cast("list[str]", self._redis.zrevrange(MANUSCRIPTS, start, start + PAGE - 1))
                found += self._listed(ids)
            if len(ids) < PAGE:
                break
        return found[:limit]

    def delete(self, manuscript_id: ManuscriptId) -> None:
        key = manuscript_key(manuscript_id)
        with store_errors(f"delete manuscript {manuscript_id!r}"):
            pipe = self._redis.pipeline()
            pipe.delete(key)
            for kind in JobKind:
                pipe.pexpire(units_key(manuscript_id, kind), milliseconds(UNDO_TTL))
            pipe.zrem(MANUSCRIPTS, manuscript_id)
            pipe.execute()

    def _until_alone(
        self, manuscript_id: ManuscriptId, attempt: Callable[[Pipeline], Changed]
    ) -> Changed:
        """Try until nobody else changed the manuscript meanwhile; of two, one always wins."""
        with store_errors(f"change manuscript {manuscript_id!r}"), self._redis.pipeline() as pipe:
            while True:
                pipe.watch(manuscript_key(manuscript_id))
                changed = attempt(pipe)
                try:
                    pipe.execute()
                except WatchError:
                    continue
                return changed

    def _write(
        self, pipe: Pipeline, manuscript_id: ManuscriptId, fields: dict[str, str], moment: datetime
    ) -> None:
        key = manuscript_key(manuscript_id)
        values: dict[FieldT, EncodableT] = {"updated_at": moment.isoformat()}
        values.update(fields)
        pipe.hset(key, mapping=values)
        units = (units_key(manuscript_id, kind) for kind in JobKind)
        readings = (reading_key(sha256) for sha256 in fields["files"].split())
        for each in (key, *units, *readings):
            pipe.pexpire(each, milliseconds(self._ttl))
        pipe.zadd(MANUSCRIPTS, {manuscript_id: moment.timestamp()})
        pipe.pexpire(MANUSCRIPTS, milliseconds(INDEX_TTL))

    def _listed(self, ids: Sequence[str]) -> Iterator[Listed]:
        """Those with these ids, without those that expired, which leave the index."""
        keys = [manuscript_key(ManuscriptId(name)) for name in ids]
        pipe = self._redis.pipeline(transaction=False)
        for key in keys:
            pipe.hmget(key, ["updated_at", "listed"])
        found = cast("list[list[str | None]]", pipe.execute())
        if not all(updated_at for updated_at, _ in found):
            self._forget(keys=[MANUSCRIPTS, *keys], args=ids)
        for key, (updated_at, listed) in zip(keys, found, strict=True):
            if listed is not None:
                yield Listed.model_validate_json(listed)
            elif updated_at is not None:  # an earlier version wrote it
                whole = cast("str | None", self._redis.hget(key, "manuscript"))
                if whole is not None:
                    yield Listed.of(Manuscript.model_validate_json(whole))


class RedisReadingStore:
    """`ReadingStore`: each reading is renewed when it is used, and with its manuscripts."""

    def __init__(self, client: Redis, ttl: timedelta) -> None:
        self._redis = client
        self._ttl = ttl

    def load_reading(self, sha256: str) -> Reading | None:
        with store_errors(f"load the reading of file {sha256!r}"):
            pipe = self._redis.pipeline(transaction=False)
            pipe.get(reading_key(sha256))
            pipe.pexpire(reading_key(sha256), milliseconds(self._ttl))
            found = cast("list[str | None]", pipe.execute())[0]
        return None if found is None else Reading.model_validate_json(_unpacked(found))

    def save_reading(self, reading: Reading) -> None:
        with store_errors(f"save the reading of file {reading.sha256!r}"):
            self._redis.set(
                reading_key(reading.sha256),
                _packed(reading.model_dump_json()),
                px=milliseconds(self._ttl),
            )


def _packed(text: str) -> str:
    """The text compressed, as text: a client that decodes its answers stores no bytes."""
    return PACKED + base64.b64encode(zlib.compress(text.encode(), PACKING)).decode()


def _unpacked(text: str) -> str | bytes:
    """What was packed, or a text as versions before stored it."""
    if not text.startswith(PACKED):
        return text
    return zlib.decompress(base64.b64decode(text.removeprefix(PACKED)))


def _manuscript(manuscript_id: ManuscriptId, fields: Sequence[str | None]) -> Manuscript:
    text, updated_at = fields
    if text is None or updated_at is None:
        raise _unknown(manuscript_id)
    manuscript = Manuscript.model_validate_json(text)
    return manuscript.model_copy(update={"updated_at": datetime.fromisoformat(updated_at)})


def _fields(manuscript: Manuscript) -> dict[str, str]:
    return {
        "manuscript": manuscript.model_dump_json(),
        "listed": Listed.of(manuscript).model_dump_json(),
        "files": _files(manuscript),
    }


def _files(manuscript: Manuscript) -> str:
    return " ".join(file.file_id for file in manuscript.files)


def _outline(text: str | None) -> OutlineDraft:
    return OutlineDraft() if text is None else OutlineDraft.model_validate_json(text)


def _unknown(manuscript_id: ManuscriptId) -> NotFound:
    return NotFound(
        f"There is no manuscript {manuscript_id!r}, or it has expired.",
        {"manuscript_id": manuscript_id},
    )
