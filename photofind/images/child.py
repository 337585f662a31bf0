"""The decoder process: one request, one answer, until its parent goes. `pool` is the other side.

It imports no torch, no Qt and no SQLAlchemy, so that it starts in a fraction of a second and costs
little to lose. It ends when its parent ends, however that happens:
* idle, it reads the end of its pipe;
* busy, a thread waits for the parent's sentinel, which the system closes with the parent;
* busy in a decoder that never lets go of the interpreter's lock, Linux kills it
  (PR_SET_PDEATHSIG), and elsewhere faulthandler's timer does, which needs no lock.
Messages are MessagePack with raw bytes; nothing is pickled.
"""

import ctypes
import faulthandler
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from typing import Final

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray

from photofind.errors import Reason, UnreadablePhoto
from photofind.images.facts import Facts
from photofind.images.files import content_hash
from photofind.images.photo import ReadPhoto, open_upright, read_photo, read_picture
from photofind.images.preprocessing import Preprocessing

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
WATCH_INTERVAL_SECONDS: Final = 0.25


class Work(msgspec.Struct, frozen=True, tag=True):
    """The base of what a decoder process is asked."""


class ReadFile(Work, frozen=True):
    path: bytes
    preprocessing: Preprocessing | None
    pixel_limit: int


class ReadBytes(Work, frozen=True):
    data: bytes
    preprocessing: Preprocessing | None
    pixel_limit: int


class HashFile(Work, frozen=True):
    path: bytes


class OpenUpright(Work, frozen=True):
    path: bytes
    at_least: tuple[int, int] | None


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The base of what a decoder process says."""


class Ready(Answer, frozen=True):
    """Said once, when everything is imported."""


class Pixels(Answer, frozen=True):
    """uint8 (height, width, 3)."""

    height: int
    width: int
    values: memoryview

    @classmethod
    def of(cls, array: NDArray[np.uint8]) -> "Pixels":
        return cls(array.shape[0], array.shape[1], array.reshape(-1).data)

    def array(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.values, np.uint8).reshape(self.height, self.width, 3)


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """A time in nanoseconds since the epoch. File systems know years in which these need more than
    the 64 bits that a message has for a number."""

    seconds: int
    nanoseconds: int

    @classmethod
    def of(cls, time_ns: int) -> "Moment":
        return cls(*divmod(time_ns, 10**9))

    @property
    def time_ns(self) -> int:
        return self.seconds * 10**9 + self.nanoseconds


class Photo(Answer, frozen=True):
    content_hash: bytes
    size: int
    mtime: Moment
    facts: Facts
    thumbnail: bytes
    pixels: Pixels | None

    @classmethod
    def of(cls, photo: ReadPhoto) -> "Photo":
        return cls(
            photo.content_hash,
            photo.size,
            Moment.of(photo.mtime_ns),
            photo.facts,
            photo.thumbnail,
            None if photo.pixels is None else Pixels.of(photo.pixels),
        )

    def read_photo(self) -> ReadPhoto:
        return ReadPhoto(
            self.content_hash,
            self.size,
            self.mtime.time_ns,
            self.facts,
            self.thumbnail,
            # Its own memory: torch warns about arrays that cannot be written.
            None if self.pixels is None else self.pixels.array().copy(),
        )


class Hashed(Answer, frozen=True):
    content_hash: bytes
    size: int
    mtime: Moment

    @classmethod
    def of(cls, content_hash: bytes, size: int, mtime_ns: int) -> "Hashed":
        return cls(content_hash, size, Moment.of(mtime_ns))


class Refused(Answer, frozen=True):
    """UnreadablePhoto, on its way."""

    reason: Reason
    detail: str


class Broken(Answer, frozen=True):
    """A mistake of ours, with its traceback."""

    trace: str


AnyWork = ReadFile | ReadBytes | HashFile | OpenUpright
AnyAnswer = Ready | Photo | Pixels | Hashed | Refused | Broken
CarryOut = Callable[[AnyWork], AnyAnswer]

encode: Final = msgspec.msgpack.Encoder().encode
decode_work: Final = msgspec.msgpack.Decoder(AnyWork).decode
decode_answer: Final = msgspec.msgpack.Decoder(AnyAnswer).decode


def carry_out(work: AnyWork) -> AnyAnswer:
    """Do what is asked with the real decoders. Raises UnreadablePhoto."""
    match work:
        case ReadFile(path, preprocessing, limit):
            return Photo.of(read_photo(path, preprocessing, pixel_limit=limit))
        case ReadBytes(data, preprocessing, limit):
            return Photo.of(read_picture(data, preprocessing, pixel_limit=limit))
        case HashFile(path):
            return Hashed.of(*content_hash(path))
        case OpenUpright(path, at_least):
            return Pixels.of(np.asarray(open_upright(path, at_least=at_least)))


def main(pipe: Connection, entry: str, memory_limit: int, stuck_seconds: float) -> None:
    """The process from its start to its end.

    `entry` names a `CarryOut` as "module:function"; `memory_limit` is in bytes beyond what the
    process has when it is ready; after `stuck_seconds` in one piece of work it ends by itself.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    _die_with_parent()
    _silence()
    module, _, function = entry.partition(":")
    try:
        answer: CarryOut = getattr(importlib.import_module(module), function)
    except Exception:  # noqa: BLE001 - sent to the parent, which raises it
        pipe.send_bytes(encode(Broken(traceback.format_exc())))
        return
    watched = None if _limit_memory(memory_limit) else memory_limit
    threading.Thread(target=_watch, args=(pipe, watched), name="lifeline", daemon=True).start()
    pipe.send_bytes(encode(Ready()))
    with open(os.devnull, "w") as nowhere:
        while True:
            try:
                request = pipe.recv_bytes()
            except (EOFError, OSError):
                return
            faulthandler.dump_traceback_later(stuck_seconds, exit=True, file=nowhere)
            reply = encode(_answer(answer, request))
            faulthandler.cancel_dump_traceback_later()
            pipe.send_bytes(reply)


def _answer(answer: CarryOut, request: bytes) -> AnyAnswer:
    try:
        return answer(decode_work(request))
    except UnreadablePhoto as error:
        return Refused(error.reason, error.detail)
    except MemoryError:
        return Refused(Reason.TOO_LARGE, "not enough memory")
    except Exception:  # noqa: BLE001 - sent to the parent, which raises it
        return Broken(traceback.format_exc())


def _die_with_parent() -> None:
    """Linux: be killed when the thread that started this process ends (a lane of the pool)."""
    parent = parent_process()
    if sys.platform != "linux" or parent is None:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it ended before it could be asked for
        os._exit(1)


def _silence() -> None:
    """Standard output and error to nowhere: LibRaw and libtiff print about the files they read."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _limit_memory(limit: int) -> bool:
    """Let allocations beyond a limit fail, where the system can do that. Says whether it can."""
    if sys.platform != "linux":
        return False  # macOS accepts the limit and ignores it, Windows has none without a job
    import resource

    # Private memory only: an address-space limit would count libraries and mapped files too.
    ceiling = psutil.Process().memory_info().data + limit
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
    return True


def _watch(pipe: Connection, memory_limit: int | None) -> None:
    """The lifeline thread: ends the process with its parent, and, where the system sets no limit,
    when it has taken too much memory."""
    parent = parent_process()
    lifeline = [] if parent is None else [parent.sentinel]
    this = psutil.Process()
    start = this.memory_info().rss
    while True:
        interval = None if memory_limit is None else WATCH_INTERVAL_SECONDS
        if connection.wait(lifeline, interval):
            os._exit(1)
        if memory_limit is not None and this.memory_info().rss - start > memory_limit:
            pipe.send_bytes(encode(Refused(Reason.TOO_LARGE, "not enough memory")))
            os._exit(1)
