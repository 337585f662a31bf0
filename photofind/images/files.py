"""Reading a file's bytes once, safely. Hides pipes that would hang, files that change, and errno.

A photo is read whole into memory, once, and both its hash and its pixels come from those bytes.
Only files above `WHOLE_FILE_LIMIT_BYTES` are streamed: hashed in pieces, then decoded from the open
file.
"""

import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from photofind.errors import Reason, UnreadablePhoto

WHOLE_FILE_LIMIT_BYTES: Final = 256 * 2**20
PIECE_BYTES: Final = 4 * 2**20
READ_ATTEMPTS: Final = 3  # of a file that changes while it is being read

# Without O_NONBLOCK, opening a pipe that has no writer waits for ever. Windows knows neither flag,
# and needs O_BINARY.
_OPEN_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_REASONS: Final = {
    errno.ENOENT: Reason.VANISHED,
    errno.ENOTDIR: Reason.VANISHED,
    errno.EACCES: Reason.NO_PERMISSION,
    errno.EPERM: Reason.NO_PERMISSION,
    errno.EISDIR: Reason.NOT_A_FILE,
    errno.ENXIO: Reason.NOT_A_FILE,  # a socket, or a pipe without its other end
    errno.ELOOP: Reason.NOT_A_FILE,
}
_WINDOWS_IN_USE: Final = 32  # ERROR_SHARING_VIOLATION, which Python also calls EACCES


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file's bytes as a stream at its start, with what identifies them."""

    stream: BinaryIO
    content_hash: bytes  # sha256, 32 bytes
    size: int
    mtime_ns: int


def content_hash(path: bytes) -> tuple[bytes, int, int]:
    """Hash (sha256, 32 bytes), size in bytes and mtime in nanoseconds of a file, read in pieces.

    Raises UnreadablePhoto.
    """
    for _ in range(READ_ATTEMPTS):
        with _opened(path) as (file, before), _file_errors():
            digest = _hash(file)
            if _is_unchanged(file, before):
                return digest, before.st_size, before.st_mtime_ns
    raise _keeps_changing()


@contextmanager
def read_file(path: bytes) -> Iterator[FileContent]:
    """The content of a regular file, hashed and ready to decode; closed afterwards.

    Raises UnreadablePhoto: EMPTY, NOT_A_FILE, VANISHED, NO_PERMISSION, READ_ERROR.
    """
    for _ in range(READ_ATTEMPTS):
        with _opened(path) as (file, before):
            with _file_errors():
                if before.st_size == 0:
                    raise UnreadablePhoto(Reason.EMPTY)
                if before.st_size <= WHOLE_FILE_LIMIT_BYTES:
                    data = file.read(before.st_size + 1)
                    if len(data) != before.st_size:
                        continue
                    stream: BinaryIO = io.BytesIO(data)
                    digest = hashlib.sha256(data).digest()
                else:
                    stream, digest = file, _hash(file)
                    file.seek(0)
                if not _is_unchanged(file, before):
                    continue
            yield FileContent(stream, digest, before.st_size, before.st_mtime_ns)
            return
    raise _keeps_changing()


def unreadable(error: OSError) -> UnreadablePhoto:
    """An error of the file system in our words."""
    reason = _REASONS.get(error.errno or 0, Reason.READ_ERROR)
    if getattr(error, "winerror", None) == _WINDOWS_IN_USE:
        reason = Reason.READ_ERROR
    known = reason is not Reason.READ_ERROR
    return UnreadablePhoto(reason, "" if known else error.strerror or str(error))


@contextmanager
def _file_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unreadable(error) from error


@contextmanager
def _opened(path: bytes) -> Iterator[tuple[io.BufferedReader, os.stat_result]]:
    """A regular file and its state at that moment.

    Looked at before it is opened, so that a pipe or a device is never touched, and again after,
    since another could have taken its place.
    """
    with _file_errors():
        _require_regular(os.stat(path))
        file = open(os.open(path, _OPEN_FLAGS), "rb")  # noqa: SIM115 - closed below
    with file:
        with _file_errors():
            state = os.fstat(file.fileno())
        _require_regular(state)
        yield file, state


def _require_regular(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise UnreadablePhoto(Reason.NOT_A_FILE)


def _hash(file: io.BufferedReader) -> bytes:
    digest = hashlib.sha256()
    piece = bytearray(PIECE_BYTES)
    view = memoryview(piece)
    while count := file.readinto(piece):
        digest.update(view[:count])
    return digest.digest()


def _is_unchanged(file: BinaryIO, before: os.stat_result) -> bool:
    after = os.fstat(file.fileno())
    return (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _keeps_changing() -> UnreadablePhoto:
    return UnreadablePhoto(Reason.READ_ERROR, "it is still being written")
