"""Finding, starting and talking to a library's worker. No Qt, no torch: light to import.

A library has at most one worker, which holds `worker.lock`. `worker.json` says where it listens.
Who finds no living worker starts one; when two do so at once, the loser's worker ends at once and
both clients reach the winner's. The transport is `multiprocessing.connection` (AF_UNIX, on Windows
AF_PIPE) carrying only our own messages: never pickle, no TCP port.
"""

import contextlib
import errno
import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Client as connect_to
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import msgspec

from photofind import disk, protocol
from photofind.errors import PhotoFindError
from photofind.errors import WorkerUnavailable as Unavailable
from photofind.heartbeat import Heartbeat
from photofind.paths import LibraryPaths
from photofind.protocol import (
    AnyEvent,
    Failed,
    GetState,
    Hello,
    Request,
    Shutdown,
    StateDone,
    Welcome,
)

_log = logging.getLogger(__name__)

START_SECONDS = 30.0  # from the first look to the worker's welcome, on a slow disk
WELCOME_SECONDS = 60.0  # without a sign of life, which comes every second before the welcome
KILL_SECONDS = 5.0  # for a killed worker to be gone
RETRY_SECONDS = 0.03
CLOSE_SECONDS = 2.0
SPAWN_AGAIN_SECONDS = 0.3

_FROZEN = bool(getattr(sys, "frozen", False))

# Exit statuses of a worker that could not even listen.
EXIT_ANOTHER_WORKER = 3
EXIT_DISK_FULL = 28
EXIT_READ_ONLY = 30


class WorkerFile(msgspec.Struct, frozen=True):
    """The contents of `worker.json`: who the worker is and how to reach it."""

    pid: int
    address: str
    token: str
    protocol: int


def read_worker_file(paths: LibraryPaths) -> WorkerFile | None:
    """Who the worker is, or None if there is none or its file is half written."""
    try:
        return msgspec.json.decode(paths.worker_file.read_bytes(), type=WorkerFile)
    except (OSError, msgspec.DecodeError):
        return None


def prepare_library(paths: LibraryPaths) -> None:
    """Make the library's folder if need be. Raises LibraryUnusable, LibraryReadOnly, DiskFull."""
    disk.make_folder(paths.root)
    disk.refuse_read_only(paths.root, paths.root)
    for part in (paths.catalog, paths.worker_lock):
        if disk.is_there(part):
            disk.refuse_read_only(part, part)


class Client:
    """One connection to a library's worker.

    `send` may be called from any thread. Events arrive on the client's own reader thread: those of
    a `call` go to that call, all others to `on_event`. A worker that lives but does nothing any
    more (see `heartbeat`) is killed, which ends the connection.
    """

    def __init__(
        self,
        connection: "Connection[Any, Any]",
        welcome: Welcome,
        on_event: Callable[[AnyEvent], None] | None,
        on_closed: Callable[[PhotoFindError | None], None] | None,
    ) -> None:
        self.welcome = welcome
        self._connection = connection
        self._on_event = on_event
        self._on_closed = on_closed
        self._ids = itertools.count(2)  # 1 was the Hello
        self._send_lock = threading.Lock()
        self._calls: dict[int, SimpleQueue[AnyEvent | None]] = {}
        self._calls_lock = threading.Lock()
        self._closed = False
        self._given_up: Unavailable | None = None  # why the worker was ended from this side
        self._beat_id = 0  # of the heartbeat's newest question
        self._heartbeat = Heartbeat(self._ask_how_it_is, self._give_up)
        self._reader = threading.Thread(target=self._read, name="client-reader", daemon=True)
        self._reader.start()
        self._heartbeat.start()

    @classmethod
    def open(
        cls,
        paths: LibraryPaths,
        *,
        model: str | None = None,
        device: str | None = None,
        passing: bool = False,
        judges: bool = False,
        on_event: Callable[[AnyEvent], None] | None = None,
        on_closed: Callable[[PhotoFindError | None], None] | None = None,
    ) -> "Client":
        """Find the library's worker or start one, and shake hands. Blocks; not for a GUI thread.

        `model` and `device` only tell a worker that is started here what to load first; and which
        are the library's until others are chosen, unless they are `passing`: meant for single
        requests, which name them. Raises whatever keeps the worker from opening the library
        (CatalogDamaged, LibraryReadOnly ...), or WorkerUnavailable.
        """
        prepare_library(paths)
        words = [*(["--model", model] if model else []), *(["--device", device] if device else [])]
        words += ["--passing"] if passing else []
        connection, welcome = _find_or_start(paths, words, judges)
        return cls(connection, welcome, on_event, on_closed)

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._closed

    @property
    def died(self) -> bool:
        """Whether the worker ended, but not from this side: another may do better at once."""
        return self._closed and self._given_up is None

    def new_id(self) -> int:
        """A request id not used before on this connection."""
        return next(self._ids)

    def send(self, request: Request) -> None:
        """Send without waiting for the answer. Raises WorkerUnavailable if the worker is gone."""
        try:
            with self._send_lock:
                self._connection.send_bytes(protocol.encode(request))
        except (OSError, ValueError):
            raise Unavailable("The background worker has ended.") from None

    def call(
        self,
        request: Request,
        on_event: Callable[[AnyEvent], None] | None = None,
        timeout: float | None = None,
    ) -> AnyEvent:
        """Send and wait for the terminal event, which is returned.

        Events before it go to `on_event`, in the calling thread. Raises the error of a `Failed`,
        and WorkerUnavailable when the worker ends first or `timeout` seconds pass.
        """
        answers: SimpleQueue[AnyEvent | None] = SimpleQueue()
        with self._calls_lock:
            self._calls[request.id] = answers
            if self._closed:
                answers.put(None)
        try:
            self.send(request)
            while True:
                try:
                    event = answers.get(timeout=timeout)
                except Empty:
                    raise Unavailable("The background worker does not answer.") from None
                if event is None:
                    raise self._given_up or Unavailable(
                        "The background worker ended before it answered."
                    )
                if isinstance(event, Failed):
                    raise event.error()
                if isinstance(event, protocol.TERMINAL):
                    return event
                if on_event is not None:
                    on_event(event)
        finally:
            with self._calls_lock:
                self._calls.pop(request.id, None)

    def close(self) -> None:
        """End the connection; the worker ends by itself when this was the last one."""
        self._on_closed = None
        self._heartbeat.stop()
        _hang_up(self._connection)
        if threading.current_thread() is not self._reader:
            self._reader.join(CLOSE_SECONDS)

    def _read(self) -> None:
        problem: PhotoFindError | None = None
        try:
            while True:
                data = self._connection.recv_bytes(protocol.MESSAGE_LIMIT_BYTES)
                self._heartbeat.heard()
                self._hand_over(protocol.decode_event(data))
                self._heartbeat.listening()
        except (EOFError, OSError):
            pass
        except PhotoFindError as error:
            problem = error
        finally:
            self._heartbeat.stop()
            with self._calls_lock:
                self._closed = True
                for waiting in self._calls.values():
                    waiting.put(None)
            on_closed = self._on_closed
            # Only this thread closes: a descriptor closed under a reader may already be another's.
            self._connection.close()
            if on_closed is not None:
                on_closed(problem or self._given_up)

    def _hand_over(self, event: AnyEvent) -> None:
        with self._calls_lock:
            call = self._calls.get(event.id) if event.id else None
        if call is not None:
            call.put(event)
        elif isinstance(event, StateDone) and event.id == self._beat_id:
            self._heartbeat.answered(event)
        elif self._on_event is not None:
            self._on_event(event)

    # ------------------------------------------------------------------ the heartbeat's threads

    def _ask_how_it_is(self) -> None:
        self._beat_id = self.new_id()
        with contextlib.suppress(Unavailable):  # the reader sees the end, too
            self.send(GetState(id=self._beat_id))

    def _give_up(self, trouble: str) -> None:
        self._given_up = Unavailable(
            "The background worker {detail} and was ended; try again.", detail=trouble
        )
        _kill(self.welcome.pid, trouble)
        _hang_up(self._connection)  # one that waits for a dead drive outlives its killing


def _kill(pid: int, trouble: str) -> None:
    """End a worker that does nothing any more, and say so."""
    _log.error("the worker (process %d) %s: it is ended and another one started", pid, trouble)
    import psutil  # which no command should have to wait for

    try:
        process = psutil.Process(pid)
        # The number may have been given to another process since.
        if "--worker" in process.cmdline():
            process.kill()
            process.wait(KILL_SECONDS)
        else:
            _log.warning("process %d is no worker any more; it is left alone", pid)
    except psutil.NoSuchProcess:
        _log.info("the worker has ended meanwhile")
    except psutil.Error as error:
        _log.warning("the worker could not be ended: %s", error)


def _hang_up(connection: "Connection[Any, Any]") -> None:
    """Let the thread that reads this connection see its end."""
    if os.name == "nt":
        connection.close()  # which ends the overlapped read
        return
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as twin:
            twin.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already


def _find_or_start(
    paths: LibraryPaths, words: Sequence[str], judges: bool
) -> "tuple[Connection[Any, Any], Welcome]":
    deadline = time.monotonic() + START_SECONDS
    started: subprocess.Popen[bytes] | None = None
    started_at = 0.0
    deaths = given_up = 0
    left_behind: WorkerFile | None = None
    while time.monotonic() < deadline:
        worker = read_worker_file(paths)
        if worker is not None and worker != left_behind and not _is_held(paths.worker_lock):
            left_behind = worker
        if worker is not None and worker != left_behind:
            try:
                answer = _shake_hands(worker, judges)
            except TimeoutError:
                _kill(worker.pid, f"has given no welcome for {WELCOME_SECONDS:.0f} seconds")
                given_up += 1
                if given_up > 1:  # it outlived its killing: a drive that does not answer holds it
                    break
                deadline = time.monotonic() + START_SECONDS
                continue
            if answer is not None:
                return answer
        if started is not None and started.poll() is not None:
            _raise_for_exit(started.returncode, paths)
            deaths += started.returncode != EXIT_ANOTHER_WORKER
            started = None
            if deaths >= 3:
                break
        if started is None and time.monotonic() - started_at > SPAWN_AGAIN_SECONDS:
            started, started_at = _spawn(paths, words), time.monotonic()
        time.sleep(RETRY_SECONDS)
    raise Unavailable(
        "The background worker did not start; {log} may say why, "
        "and `photofind doctor` looks at what it needs.",
        log=paths.log / "worker.log",
    )


def _is_held(lock: Path) -> bool:
    """Whether some process holds a library's lock; True where that cannot be told.

    Without it `worker.json` says nothing: a worker that was killed left it behind, or the library
    was copied while its worker ran, which serves the original still and must not hear of the copy.
    The ways are those of `filelock`, whose import takes a tenth of a second.
    """
    try:
        file = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go of by closing
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _shake_hands(worker: WorkerFile, judges: bool) -> "tuple[Connection[Any, Any], Welcome] | None":
    """A connection that was welcomed, or None if nobody lives at that address any more.

    Raises TimeoutError when somebody does but says nothing.
    """
    try:
        connection = connect_to(worker.address)
    except OSError:
        return None
    try:
        connection.send_bytes(
            protocol.encode(
                Hello(id=1, token=worker.token, protocol=protocol.PROTOCOL_VERSION, judges=judges)
            )
        )
        if worker.protocol > protocol.PROTOCOL_VERSION:
            raise Unavailable("A newer PhotoFind has this library open; close it first.")
        if worker.protocol < protocol.PROTOCOL_VERSION:
            connection.send_bytes(protocol.encode(Shutdown(id=2)))
            connection.close()
            return None
        while connection.poll(WELCOME_SECONDS):
            event = protocol.decode_event(connection.recv_bytes(protocol.MESSAGE_LIMIT_BYTES))
            if isinstance(event, Welcome):
                return connection, event
            if isinstance(event, Failed):
                raise event.error()
        silent = True
    except (EOFError, OSError):
        silent = False  # it ended while we shook hands: look again
    except PhotoFindError:
        connection.close()
        raise
    connection.close()
    if silent:
        raise TimeoutError
    return None


def _spawn(paths: LibraryPaths, words: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a worker in a session of its own, so that Ctrl+C in a terminal does not reach it."""
    command = [*own_program(), "--worker", "--library", str(paths.root), *words]
    try:
        errors: Any = open(_stderr_file(paths), "ab")  # noqa: SIM115 (the child keeps it)
    except OSError:
        errors = subprocess.DEVNULL
    flags = 0x08000000 | 0x00004000 if os.name == "nt" else 0  # no console, below normal
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=os.path.abspath(os.sep),
            env=own_environment(),
            start_new_session=os.name != "nt",
            creationflags=flags,
        )
    finally:
        if errors is not subprocess.DEVNULL:
            errors.close()
    # Somebody must take note of its end, or it stays in the process table as a zombie.
    threading.Thread(target=process.wait, name="worker-end", daemon=True).start()
    return process


def own_program() -> list[str]:
    """How to start PhotoFind once more: the frozen program, or this Python with our package."""
    return [sys.executable] if _FROZEN else [sys.executable, "-m", "photofind"]


def own_environment() -> dict[str, str]:
    """The environment for that: the package may have been found by the current folder alone."""
    environment = dict(os.environ)
    if not _FROZEN:
        places = (str(Path(__file__).resolve().parents[1]), environment.get("PYTHONPATH", ""))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    return environment


def _stderr_file(paths: LibraryPaths) -> str:
    """Where a worker's last words go: what the C libraries print when they die."""
    paths.log.mkdir(exist_ok=True)
    file = paths.log / "worker.err"
    if file.exists() and file.stat().st_size > 1_000_000:
        file.unlink()
    return str(file)


def _raise_for_exit(status: int, paths: LibraryPaths) -> None:
    fault = {EXIT_DISK_FULL: errno.ENOSPC, EXIT_READ_ONLY: errno.EROFS}.get(status)
    if fault is not None:
        raise disk.os_fault(OSError(fault, os.strerror(fault)), paths.root)
