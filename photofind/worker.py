"""The worker process: one per library, owner of encoder, vector index and every catalog write.

Threads: the main thread waits for the end; one accepts connections; each connection has a reader
and a writer; the engine thread scans, reads and embeds; the query thread answers searches and never
waits for a batch, nor gives way to it. The process ends when its last client has been gone for
`LINGER_SECONDS`, on request, or when nobody ever came.
"""

import contextlib
import gc
import hashlib
import logging
import os
import secrets
import signal
import tempfile
import threading
import time
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import filelock
import msgspec

from photofind import __version__, disk, protocol
from photofind.client import (
    EXIT_ANOTHER_WORKER,
    EXIT_DISK_FULL,
    EXIT_READ_ONLY,
    WorkerFile,
)
from photofind.errors import DiskFull, LibraryReadOnly, PhotoFindError, WorkerUnavailable
from photofind.library import Asked, Library
from photofind.log import start_log
from photofind.paths import LibraryPaths
from photofind.priority import give_way
from photofind.protocol import (
    AnyRequest,
    Cancel,
    Event,
    Failed,
    Hello,
    Pause,
    Prioritise,
    Resume,
    Search,
    Shutdown,
    Welcome,
)

_log = logging.getLogger(__name__)

LINGER_SECONDS = 2.0
FIRST_CLIENT_SECONDS = 6.0  # who started us is knocking every few milliseconds
HELLO_SECONDS = 10.0
OPENING_SECONDS = 1.0  # between signs of life while the library is opened
WRITE_SECONDS = 2.0  # for the last words to a client
END_SECONDS = 6.0  # for the batch in hand and the index file; then the process ends regardless
BACKLOG = 2000  # unread events, after which a client that does not read gets no more progress


class Session:
    """One client's connection, from its hello to its end."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self.connection = connection
        self._outgoing: SimpleQueue[Event | None] = SimpleQueue()
        self._superseding = 0
        self._writer = threading.Thread(target=self._write, name="session-writer", daemon=True)

    def begin(self) -> None:
        """Let events flow."""
        self._writer.start()

    def send(self, event: Event) -> None:
        """Queue an event; from any thread, never waits for the client."""
        if self._outgoing.qsize() < BACKLOG or isinstance(event, protocol.TERMINAL):
            self._outgoing.put(event)

    def newest_search(self, request_id: int) -> None:
        """A search that supersedes former ones was asked."""
        self._superseding = request_id

    def is_superseded(self, request: Asked) -> bool:
        """Whether a newer search made this one pointless."""
        superseding = isinstance(request, Search) and request.supersede
        return superseding and request.id < self._superseding

    def end(self) -> None:
        """Send what is queued, as far as the client takes it, and stop."""
        self._outgoing.put(None)
        if self._writer.is_alive():
            self._writer.join(WRITE_SECONDS)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the client is gone: its reader notices
            while (event := self._outgoing.get()) is not None:
                self.connection.send_bytes(protocol.encode(event))


class Worker:
    """Serves one library until nobody needs it."""

    def __init__(
        self, paths: LibraryPaths, model: str | None, device: str | None, passing: bool = False
    ) -> None:
        self._paths = paths
        self._model, self._device, self._passing = model, device, passing
        self._token = secrets.token_hex(16)
        self._sessions: set[Session] = set()
        self._sessions_lock = threading.Lock()
        self._last_client = time.monotonic() + FIRST_CLIENT_SECONDS - LINGER_SECONDS
        self._ending = threading.Event()
        self._opened = threading.Event()
        self._refusal: PhotoFindError | None = None
        self._library: Library | None = None
        self._queries: SimpleQueue[tuple[Session, Asked] | None] = SimpleQueue()

    def serve(self) -> None:
        """Serve until the end. The caller holds the library's lock."""
        with _listen(self._paths) as listener:
            self._tell_where(listener)
            threading.Thread(
                target=self._accept, args=(listener,), name="accept", daemon=True
            ).start()
            engine = threading.Thread(target=self._run_engine, name="engine", daemon=True)
            engine.start()
            threading.Thread(target=self._run_queries, name="queries", daemon=True).start()
            while not self._ending.wait(0.2):
                with self._sessions_lock:
                    alone = not self._sessions
                if alone and time.monotonic() - self._last_client > LINGER_SECONDS:
                    self._ending.set()
            # Whoever looks for a worker from here on starts a new one, which waits for the lock.
            self._paths.worker_file.unlink(missing_ok=True)
        if self._library is not None:
            self._library.stop()
        self._queries.put(None)
        engine.join(END_SECONDS)
        with self._sessions_lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.end()

    def _tell_where(self, listener: Listener) -> None:
        about = WorkerFile(
            os.getpid(), str(listener.address), self._token, protocol.PROTOCOL_VERSION
        )
        beside = self._paths.worker_file.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_bytes(msgspec.json.encode(about))
        beside.replace(self._paths.worker_file)

    # ------------------------------------------------------------------------- connections

    def _accept(self, listener: Listener) -> None:
        while not self._ending.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError):
                if self._ending.is_set():
                    return
                time.sleep(0.05)  # a client that left while it knocked
                continue
            threading.Thread(
                target=self._serve_client, args=(connection,), name="session", daemon=True
            ).start()

    def _serve_client(self, connection: "Connection[Any, Any]") -> None:
        session = Session(connection)
        try:
            hello = self._greeted(connection)
            if hello is None:
                return
            with self._sessions_lock:
                if self._ending.is_set():
                    return  # the client sees the end and starts the next worker
                self._sessions.add(session)
            session.begin()
            while not self._opened.wait(OPENING_SECONDS):
                session.send(protocol.Progress(id=hello.id, stage="loading"))
            self._look_again()
            if self._refusal is not None:
                session.send(Failed.of(self._refusal, hello.id))
                session.end()
                self._ending.set()
                return
            session.send(
                Welcome(
                    id=hello.id,
                    pid=os.getpid(),
                    protocol=protocol.PROTOCOL_VERSION,
                    version=__version__,
                )
            )
            assert self._library is not None
            if hello.judges:
                self._library.prepare_judging()
            for event in self._library.state():
                session.send(event)
            while True:
                data = connection.recv_bytes(protocol.MESSAGE_LIMIT_BYTES)
                self._dispatch(session, protocol.decode_request(data))
        except (EOFError, OSError):
            pass  # the client is gone
        except PhotoFindError as error:
            _log.warning("a client was let go: %s", error)
        finally:
            with self._sessions_lock:
                self._sessions.discard(session)
                self._last_client = time.monotonic()
            if self._library is not None:
                self._library.forget(session)
            session.end()
            connection.close()

    def _look_again(self) -> None:
        """A catalog that was damaged while it was open is no longer answered from."""
        if self._library is not None and self._refusal is None:
            try:
                self._library.verify()
            except PhotoFindError as error:
                _log.error("the catalog cannot be used any more: %s", error)
                self._refusal = error

    def _greeted(self, connection: "Connection[Any, Any]") -> Hello | None:
        if not connection.poll(HELLO_SECONDS):
            return None
        hello = protocol.decode_request(connection.recv_bytes(protocol.MESSAGE_LIMIT_BYTES))
        if not isinstance(hello, Hello) or not secrets.compare_digest(hello.token, self._token):
            _log.warning("a stranger was turned away")
            return None
        return hello

    def _dispatch(self, session: Session, request: AnyRequest) -> None:
        """Hand a request to who carries it out. Runs in the connection's reader thread."""
        library = self._library
        assert library is not None
        if isinstance(request, Search):
            if request.supersede:
                session.newest_search(request.id)
            self._queries.put((session, request))
        elif isinstance(request, Shutdown):
            session.send(protocol.Done(id=request.id))
            self._ending.set()
        elif isinstance(request, protocol.Classify | protocol.ListModels):
            self._queries.put((session, request))
        elif isinstance(request, Prioritise | Pause | Resume | Cancel | protocol.GetState):
            session.send(library.at_once(request, session))
        else:
            library.submit(request, session)

    # ------------------------------------------------------------------------------ threads

    def _announce(self, event: Event) -> None:
        with self._sessions_lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.send(event)

    def _run_engine(self) -> None:
        """The engine thread: opens the library and carries out what changes it."""
        give_way()  # so do the decoders, and the image tower's threads, which are started from here
        try:
            self._library = Library(
                self._paths,
                model=self._model,
                device=self._device,
                passing=self._passing,
                announce=self._announce,
            )
        except PhotoFindError as error:
            self._refusal = error
            return
        except Exception:  # noqa: BLE001 (every client must hear why, then the worker ends)
            _log.exception("the library could not be opened")
            self._refusal = WorkerUnavailable(
                "The library could not be opened because of a mistake in PhotoFind; "
                "{log} says more.",
                log=disk.named(self._paths.log / "worker.log"),
            )
            return
        finally:
            self._opened.set()
        try:
            self._library.run()
        except Exception:
            _log.exception("the engine failed")
            raise
        finally:
            self._library.close()
            self._ending.set()

    def _run_queries(self) -> None:
        self._opened.wait()
        library = self._library
        if library is None:
            return
        try:
            library.preload()
        finally:
            # What is here stays, and is not looked through when later garbage is collected, which
            # would stop every thread for a fifth of a second. See `__main__` for the rest.
            gc.freeze()
            gc.enable()
        while (asked := self._queries.get()) is not None:
            session, request = asked
            if session.is_superseded(request):
                session.send(
                    protocol.SearchDone(id=request.id, photo_ids=(), scores=(), superseded=True)
                )
                continue
            session.send(library.answer(request))


def _listen(paths: LibraryPaths) -> Listener:
    """Listen at an address of this library. A killed worker's socket file is replaced: the caller
    holds the lock, so nobody can be living behind it."""
    if os.name == "nt":
        return Listener(rf"\\.\pipe\photofind-{secrets.token_hex(8)}", family="AF_PIPE")
    name = "photofind-" + hashlib.sha256(os.fsencode(paths.root)).hexdigest()[:16]
    old_mask = os.umask(0o077)
    try:
        for folder in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
            # sun_path holds 108 bytes on Linux, 104 on macOS.
            if not folder or len(os.fsencode(folder)) + len(name) > 90:
                continue
            for address in (f"{folder}/{name}", f"{folder}/{name}-{secrets.token_hex(3)}"):
                with contextlib.suppress(OSError):
                    Path(address).unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    return Listener(address, family="AF_UNIX", backlog=16)
    finally:
        os.umask(old_mask)
    raise OSError("no folder for a socket")


def main(
    paths: LibraryPaths, model: str | None, device: str | None, *, passing: bool = False
) -> int:
    """Run the worker of a library; returns the exit status that `client` understands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock = filelock.FileLock(paths.worker_lock)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return EXIT_ANOTHER_WORKER
    except OSError as error:
        return _status_of(error, paths)
    start_log(paths.log, "worker")
    worker = Worker(paths, model, device, passing)
    signal.signal(signal.SIGTERM, lambda *_: worker._ending.set())
    try:
        worker.serve()
    except OSError as error:
        _log.exception("the worker could not serve")
        return _status_of(error, paths)
    finally:
        logging.shutdown()
    # Threads of torch, or one stuck in a decoder's pipe, must not keep a finished worker alive.
    os._exit(0)


def _status_of(error: OSError, paths: LibraryPaths) -> int:
    fault = disk.os_fault(error, paths.root)
    if isinstance(fault, DiskFull):
        return EXIT_DISK_FULL
    return EXIT_READ_ONLY if isinstance(fault, LibraryReadOnly) else 1
