import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shlex import quote

import pytest
from redis import Redis

from pipeline.adapters.embedded_redis import (
    LONGEST_FILE,
    ensure_server,
    find_binary,
    server_pid,
    stop_server,
)
from pipeline.adapters.redis_connection import connect
from pipeline.domain.jobs import START, JobStatus
from pipeline.errors import StoreUnavailable
from tests.running import (
    PATIENCE_S,
    REQUEST,
    a_job,
    a_store,
    endings_of,
    kill_server,
    running_engine,
)
from tests.works import Units

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A directory of its own with characters that need quoting; its server is stopped."""
    folder = tmp_path / '数据 "a'
    yield folder
    stop_server(folder, only_if_unused=False)


def _append_only_file(data_dir: Path) -> Path:
    """The file that grows: Redis 6 has one, Redis 7 a folder of them."""
    newer = sorted((data_dir / "appendonlydir").glob("*.incr.aof"))
    return newer[-1] if newer else data_dir / "appendonly.aof"


def test_the_server_sees_no_keys(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-密钥")
    program, given = tmp_path / "telling-server", tmp_path / "given"
    program.write_text(
        f'#!/bin/sh\nenv > {quote(str(given))}\nexec {quote(str(find_binary()))} "$@"\n'
    )
    program.chmod(0o700)

    ensure_server(data_dir, program)

    assert "OPENAI_API_KEY" not in given.read_text()


def _is_written(client: Redis) -> bool:
    """Whether all is in the file: while a server syncs what it wrote, more waits in its memory."""
    persistence = client.info("persistence")
    return not (persistence["aof_buffer_length"] or persistence["aof_pending_bio_fsync"])


def wait_for(happens: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_a_second_call_finds_the_same_server(data_dir: Path) -> None:
    first = ensure_server(data_dir)
    pid = server_pid(data_dir)

    assert ensure_server(data_dir) == first
    assert server_pid(data_dir) == pid
    assert connect(first).set("键", "值")
    assert connect(first).get("键") == "值"


def test_of_six_processes_that_start_at_once_one_starts_the_server(data_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from pipeline.adapters.embedded_redis import ensure_server;"
        "sys.stdin.readline(); print(ensure_server(Path(sys.argv[1])))"
    )
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", program, data_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda each: each.communicate("go\n")[0].strip(), processes))

    assert set(answers) == {ensure_server(data_dir)}
    log = (data_dir / "redis.log").read_text(encoding="utf-8")
    assert log.count("Redis is starting") == 1


def test_what_was_acknowledged_survives_kill_9_of_the_server(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    acknowledged = []
    killed = threading.Event()

    def kill_while_writing() -> None:
        kill_server(data_dir)
        killed.set()
        ensure_server(data_dir)

    with ThreadPoolExecutor(1) as thread:
        killing = None
        number = 0
        while not killed.is_set() or number % 100:
            acknowledged.append(client.xadd("潮汐", {"n": str(number)}))
            number += 1
            if number == 450:
                killing = thread.submit(kill_while_writing)
        assert killing is not None
        killing.result(PATIENCE_S)

    stored = {entry for entry, _ in client.xrange("潮汐") or []}
    assert set(acknowledged) - stored == set()
    assert number >= 500


def test_a_file_that_grew_over_many_starts_is_shortened_at_the_next(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    client.set("kept", "潮")
    for _ in range(40):
        client.set("written over", b"x" * 2**20)
    client.set("written over", "last")
    wait_for(lambda: _is_written(client))
    kill_server(data_dir)
    unfinished = data_dir / "temp-rewriteaof-1.aof"
    unfinished.write_bytes(b"half")
    assert _append_only_file(data_dir).stat().st_size > LONGEST_FILE

    client = connect(ensure_server(data_dir))

    wait_for(lambda: _append_only_file(data_dir).stat().st_size < 2 * 2**20)
    assert client.mget("kept", "written over") == ["潮", "last"]
    assert not unfinished.exists()


def test_a_truncated_file_costs_at_most_its_last_entry(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    for number in range(100):
        client.rpush("列表", number)
    kill_server(data_dir)
    file = _append_only_file(data_dir)
    file.write_bytes(file.read_bytes()[:-3])

    ensure_server(data_dir)

    assert client.llen("列表") == 99


def test_a_damaged_file_is_repaired_and_a_copy_is_kept(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(ensure_server(data_dir))
    for number in range(100):
        client.rpush("列表", number)
    kill_server(data_dir)
    file = _append_only_file(data_dir)
    content = file.read_bytes()
    middle = content.index(b"*3", len(content) // 2)
    file.write_bytes(content[:middle] + b"garbage" + content[middle:])

    with caplog.at_level(logging.WARNING):
        ensure_server(data_dir)

    assert 30 < int(str(client.llen("列表"))) < 100
    assert "repaired" in caplog.text
    assert list(data_dir.glob("*broken*"))


def test_a_recycled_process_number_is_not_taken_for_the_server(data_dir: Path) -> None:
    ensure_server(data_dir)
    kill_server(data_dir)
    (data_dir / "redis.pid").write_text(str(os.getpid()))

    assert server_pid(data_dir) is None
    assert connect(ensure_server(data_dir)).ping()


def test_a_server_in_use_is_not_stopped(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    client.set("键", "值")

    assert not stop_server(data_dir)
    client.close()
    assert stop_server(data_dir)
    assert not stop_server(data_dir)
    assert connect(ensure_server(data_dir)).get("键") == "值"


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("很长的路径" * 8)
    url = ensure_server(deep)
    try:
        assert len(os.fsencode(url.removeprefix("unix://"))) <= 100
        assert connect(url).ping()
        assert Path(url.removeprefix("unix://")).parent.stat().st_mode & 0o077 == 0
    finally:
        stop_server(deep, only_if_unused=False)


def test_a_program_that_is_no_server_is_reported(data_dir: Path) -> None:
    with pytest.raises(StoreUnavailable, match="EMBEDDED_REDIS_BIN"):
        ensure_server(data_dir, Path("/nonexistent/redis-server"))
    with pytest.raises(StoreUnavailable, match="did not start"):
        ensure_server(data_dir, Path("/bin/false"))


def test_a_server_that_is_killed_while_it_starts_is_started_again(data_dir: Path) -> None:
    data_dir.mkdir(parents=True)
    once, twice = (quote(str(data_dir / name)) for name in ("once", "twice"))
    program = data_dir / "redis-server"
    # twice it goes without having listened, and without a word in its log
    program.write_text(
        f'#!/bin/sh\n[ -e {twice} ] && exec {find_binary()} "$@"\n'
        f"[ -e {once} ] && touch {twice}\ntouch {once}\n",
        encoding="utf-8",
    )
    program.chmod(0o700)

    assert connect(ensure_server(data_dir, program)).ping()
    assert (data_dir / "twice").exists()


def test_files_of_a_newer_server_are_not_ignored_by_an_older_one(data_dir: Path) -> None:
    (data_dir / "appendonlydir").mkdir(parents=True)
    old = data_dir / "redis-server"
    old.write_text("#!/bin/sh\necho Redis server v=6.2.14 sha=0\n", encoding="utf-8")
    old.chmod(0o700)

    with pytest.raises(StoreUnavailable, match="older"):
        ensure_server(data_dir, old)


def test_without_a_server_the_store_is_in_memory_and_says_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    url = ensure_server(data_dir)

    assert url == "memory://"
    assert "lost when it ends" in caplog.text
    connect(url).set("键", "值")
    assert connect(url).get("键") == "值"
    assert not data_dir.exists()


def test_a_job_goes_through_two_deaths_of_the_server(data_dir: Path) -> None:
    url = ensure_server(data_dir)
    names = [f"第{number}节" for number in range(40)]
    units = Units(*names)
    job = a_job()
    with running_engine(url, units, revive=lambda: ensure_server(data_dir)) as running:
        a_store(url).create(job, REQUEST, "fingerprint")
        running.engine.submit(job.id)
        for enough in (5, 20):
            while len(units.done) < enough:
                threading.Event().wait(0.005)
            kill_server(data_dir)
        ended = running.next_end()

    assert ended.status is JobStatus.COMPLETED
    assert units.done == names
    store = a_store(url)
    assert len(endings_of(store, job.id)) == 1
    ids = [event_id for event_id, _ in store.events(job.id, after=START)]
    assert len(ids) == len(set(ids))


def test_a_copy_of_the_folder_is_a_backup_though_the_server_runs_on(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    client.set("潮汐", "以前")
    pid = server_pid(data_dir)
    appended = _append_only_file(data_dir)
    while "以前".encode() not in appended.read_bytes():  # written within a second
        threading.Event().wait(0.01)
    backup = data_dir.with_name("backup")

    subprocess.run(["/bin/cp", "-a", str(data_dir), str(backup)], check=True)  # noqa: S603
    client.set("潮汐", "以后")
    try:
        restored = connect(ensure_server(backup)).get("潮汐")
        other = server_pid(backup)
    finally:
        stop_server(backup, only_if_unused=False)

    assert restored == "以前"
    assert other not in {None, pid}
    assert server_pid(data_dir) == pid
    assert client.get("潮汐") == "以后"


def test_what_has_expired_takes_no_room_beside_much_that_stays(data_dir: Path) -> None:
    client = connect(ensure_server(data_dir))
    with client.pipeline() as pipe:
        for number in range(10_000):
            pipe.set(f"stays {number}", "", ex=600)
        for number in range(800):
            pipe.set(f"goes {number}", "", px=1)
        pipe.execute()

    give_up_at = time.monotonic() + PATIENCE_S
    while int(client.dbsize()) > 10_200 and time.monotonic() < give_up_at:
        time.sleep(0.1)
    assert int(client.dbsize()) <= 10_200
