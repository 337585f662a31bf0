"""Decoding in child processes that may hang, crash or eat memory without harming anybody.

A pool has lanes. A lane is a thread here and a process there (`child`), joined by a pipe; all lanes
take work from one queue. A file that takes too long gets its process killed; a file that kills its
process is tried once more in a fresh one. Either way the next file finds a fresh process.

Processes are spawned, never forked (the worker has threads and torch), by multiprocessing, because
it knows how to do that inside a frozen application on every system. Only the command line of the
child goes through its pickle; pictures cross as MessagePack.
"""

import itertools
import queue
import signal
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final, cast

import numpy as np
import psutil
from numpy.typing import NDArray

from photofind.errors import Cancelled, Reason, UnreadablePhoto, WorkerUnavailable
from photofind.images import child
from photofind.images.decoding import BYTES_PER_PIXEL, default_pixel_limit
from photofind.images.photo import ReadPhoto
from photofind.images.preprocessing import Preprocessing

ENTRY: Final = "photofind.images.child:carry_out"
START_SECONDS: Final = 60.0  # until a child is ready; a cold disk under load is slow
START_ATTEMPTS: Final = 2
IDLE_SECONDS: Final = 60.0  # then a lane lets its process go
CRASHES_ALLOWED: Final = 1  # of one file, before it is given up
END_SECONDS: Final = 5.0  # for a killed process to be gone
MEMORY_SHARE: Final = 1 / 4  # of the machine's memory that one child may take at most
POOL_MEMORY_SHARE: Final = 1 / 2  # that all children of a pool may take together, unless ...
LEAST_MEMORY_BYTES: Final = 1792 * 2**20  # ... that leaves one of them less than this


def default_memory_limit(processes: int) -> int:
    """The bytes that each of so many children may take here, beyond those of its start."""
    total = psutil.virtual_memory().total
    share = min(MEMORY_SHARE, POOL_MEMORY_SHARE / processes)
    return max(LEAST_MEMORY_BYTES, int(total * share))


class DecodePool:
    """Reads photos in child processes. Every method may be called from any thread and returns at
    once; how much work is put in is for the caller to bound. What is `urgent` (somebody waits for
    it) goes before all other work that has not begun.

    Futures raise UnreadablePhoto (with DECODER_TIMEOUT and DECODER_CRASHED besides the reasons of
    `read_photo`), WorkerUnavailable when no child can be started, Cancelled after `close`.
    """

    def __init__(
        self,
        processes: int,
        *,
        time_limit: float = 60.0,
        memory_limit: int | None = None,
        pixel_limit: int | None = None,
        entry: str = ENTRY,
    ) -> None:
        """`time_limit` is in seconds a file, `memory_limit` in bytes a child. `entry` names the
        function that children run, as "module:function"; tests put misfortunes there."""
        memory = default_memory_limit(processes) if memory_limit is None else memory_limit
        if pixel_limit is None:
            pixel_limit = min(default_pixel_limit(), memory // BYTES_PER_PIXEL)
        self._pixel_limit = pixel_limit
        self._work: _Queue = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._closed = False
        self._lanes = [
            _Lane(self._work, _ChildTerms(entry, time_limit, memory), f"decode-{number}")
            for number in range(processes)
        ]

    def read(
        self, path: bytes, preprocessing: Preprocessing | None, *, urgent: bool = False
    ) -> Future[ReadPhoto]:
        """`images.read_photo` in a child."""
        work = child.ReadFile(path, preprocessing, self._pixel_limit)
        return cast("Future[ReadPhoto]", self._submit(work, urgent))

    def read_bytes(self, data: bytes, preprocessing: Preprocessing | None) -> Future[ReadPhoto]:
        """`images.read_picture` in a child; urgent, since only people paste pictures."""
        work = child.ReadBytes(data, preprocessing, self._pixel_limit)
        return cast("Future[ReadPhoto]", self._submit(work, urgent=True))

    def hash(self, path: bytes) -> Future[tuple[bytes, int, int]]:
        """`images.content_hash` in a child: the disk below may hang as well."""
        work = child.HashFile(path)
        return cast("Future[tuple[bytes, int, int]]", self._submit(work, urgent=False))

    def upright(
        self, path: bytes, at_least: tuple[int, int] | None = None
    ) -> Future[NDArray[np.uint8]]:
        """`images.open_upright` in a child, as uint8 (height, width, 3); urgent."""
        work = child.OpenUpright(path, at_least)
        return cast("Future[NDArray[np.uint8]]", self._submit(work, urgent=True))

    def close(self) -> None:
        """Kill the children and let no future hang: what is not done raises Cancelled."""
        with self._lock:
            self._closed = True
        for lane in self._lanes:
            lane.close()
        for _ in self._lanes:
            self._work.put(_Task(_LAST, next(self._order), b"", None))
        for lane in self._lanes:
            lane.thread.join()

    def __enter__(self) -> "DecodePool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, work: child.AnyWork, urgent: bool) -> Future[Any]:
        future: Future[Any] = Future()
        task = _Task(_FIRST if urgent else _IN_TURN, next(self._order), child.encode(work), future)
        with self._lock:  # so that nothing is put in behind the word to end
            if self._closed:
                future.set_exception(_closed())
            else:
                self._work.put(task)
        return future


@dataclass(frozen=True, slots=True, order=True)
class _Task:
    rank: int
    number: int  # in the order of arrival
    request: bytes = field(compare=False)
    future: Future[Any] | None = field(compare=False)  # None: the lane is to end


_Queue = queue.PriorityQueue[_Task]
_FIRST, _IN_TURN, _LAST = range(3)


@dataclass(frozen=True, slots=True)
class _ChildTerms:
    """What a child is told at its start."""

    entry: str
    time_limit: float
    memory_limit: int


class _Lane:
    """One thread and its process. The thread alone starts the process: on Linux the process dies
    with the thread that started it."""

    def __init__(self, work: _Queue, terms: _ChildTerms, name: str) -> None:
        self._work = work
        self._terms = terms
        self._lock = threading.Lock()  # guards `_closed` and `_child` against `close`
        self._closed = False
        self._child: _Child | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """From another thread: kill the process; the thread ends when it next looks."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.process.kill()

    def _run(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the children: Ctrl-C in a terminal reaches the whole group, and would
            # print a traceback from each child that is just starting.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        while True:
            try:
                task = self._work.get(timeout=IDLE_SECONDS if self._child else None)
            except queue.Empty:
                self._bury()
                continue
            future = task.future
            if future is None:
                self._bury()
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = self._carry_out(task.request)
            except BaseException as error:  # noqa: BLE001 - raised again by the future
                future.set_exception(error)
            else:
                future.set_result(result)
                del result
            del task, future  # a lane that waits for work holds on to no picture

    def _carry_out(self, request: bytes) -> object:
        if self._closed:
            raise _closed()
        for _ in range(1 + CRASHES_ALLOWED):
            message = self._ask(request)
            if message is not None:
                return _result(message)
        raise UnreadablePhoto(Reason.DECODER_CRASHED)

    def _ask(self, request: bytes) -> bytes | None:
        """The child's answer; None when it crashed. Raises UnreadablePhoto when it is too slow."""
        pipe = self._ready_child().pipe
        try:
            pipe.send_bytes(request)
            if pipe.poll(self._terms.time_limit):
                return pipe.recv_bytes()
        except (EOFError, OSError):
            self._bury()
            if self._closed:
                raise _closed() from None
            return None
        self._bury()
        raise UnreadablePhoto(Reason.DECODER_TIMEOUT)

    def _ready_child(self) -> "_Child":
        if self._child is not None:
            if not self._child.pipe.poll(0):
                return self._child
            self._bury()  # nothing was asked, so what can be read is its end: it died while idle
        trace = ""
        for _ in range(START_ATTEMPTS):
            try:
                started = self._start()
                if started.pipe.poll(START_SECONDS):
                    answer = child.decode_answer(started.pipe.recv_bytes())
                    if isinstance(answer, child.Ready):
                        return started
                    trace = answer.trace if isinstance(answer, child.Broken) else repr(answer)
            except (EOFError, OSError) as error:  # it ended, or there are too many processes
                trace = repr(error)
            self._bury()
            if self._closed:
                raise _closed()
        raise WorkerUnavailable(
            "The process that decodes pictures does not start; install PhotoFind again. {detail}",
            detail=" ".join(trace.split()[-40:]),
        )

    def _start(self) -> "_Child":
        context = get_context("spawn")
        with self._lock:
            if self._closed:
                raise _closed()
            ours, theirs = context.Pipe()
            terms = self._terms
            process = context.Process(
                target=child.main,
                args=(theirs, terms.entry, terms.memory_limit, terms.time_limit * 1.5 + 5),
                name=self.thread.name,
                daemon=True,
            )
            process.start()
            theirs.close()
            self._child = _Child(process, ours)
            return self._child

    def _bury(self) -> None:
        with self._lock:
            gone, self._child = self._child, None
        if gone is not None:
            gone.process.kill()
            gone.pipe.close()
            gone.process.join(END_SECONDS)


@dataclass(frozen=True, slots=True)
class _Child:
    process: SpawnProcess
    pipe: "Connection[Any, Any]"


def _result(message: bytes) -> object:
    match child.decode_answer(message):
        case child.Photo() as photo:
            return photo.read_photo()
        case child.Pixels() as pixels:
            return pixels.array()
        case child.Hashed(content_hash, size, mtime):
            return content_hash, size, mtime.time_ns
        case child.Refused(reason, detail):
            raise UnreadablePhoto(reason, detail)
        case child.Broken(trace):
            raise RuntimeError(f"In the decoder process:\n{trace}")
    raise RuntimeError("The decoder process answered out of turn.")


def _closed() -> Cancelled:
    return Cancelled("Reading pictures was stopped.")
