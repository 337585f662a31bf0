"""What the operating system and SQLite say when a library cannot be kept, in words for a person.

Hides errno and SQLite's result codes from catalog and thumbnails, and how a SQLite file is opened
that may only be read. What is no fault of the world (a wrong statement, a broken constraint) is a
mistake of ours: it is not translated, and goes up as it is.
"""

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

from photofind.errors import DiskFull, LibraryReadOnly, LibraryUnusable

BUSY_SECONDS = 15.0  # how long to wait for another writer of the same file
HARDLY_FREE_BYTES = 1 << 20  # SQLite needs some pages at once: less than this counts as full

_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_OBSTRUCTED = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def named(place: Path) -> str:
    """A path for a sentence: what is no Unicode in it is shown as bytes."""
    return str(place).encode("utf-8", "backslashreplace").decode()


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file's content makes no sense."""
    return _result_code(error) in _DAMAGE


def sqlite_fault(error: sqlite3.Error, file: Path) -> LibraryUnusable | None:
    """The world's fault behind an error of SQLite.

    None for damage, which each file answers in its own way (`is_damage`), and for mistakes of ours.
    """
    match _result_code(error):
        case sqlite3.SQLITE_FULL:
            return _full(file)
        case sqlite3.SQLITE_IOERR:
            if _cannot_grow(file):
                return _full(file)
            return LibraryUnusable(
                "The disk reported an error at {file} ({detail}). Look at the disk, then try "
                "again.",
                file=named(file),
                detail=error,
            )
        case sqlite3.SQLITE_READONLY:
            return _read_only(file)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return LibraryUnusable(
                "{file} cannot be opened ({detail}). See that you may read and write it and its "
                "folder.",
                file=named(file),
                detail=error,
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LibraryUnusable(
                "Another program keeps {file} busy. Close it, or wait, then try again.",
                file=named(file),
            )
    return None


def os_fault(error: OSError, file: Path) -> LibraryUnusable:
    """The same for an error of the operating system at a file or folder of the library."""
    if error.errno in _FULL:
        return _full(file)
    if error.errno in _FORBIDDEN:
        return _read_only(file)
    if error.errno in _OBSTRUCTED:
        return _obstructed(file)
    return LibraryUnusable(
        "{file} cannot be used: {detail}.", file=named(file), detail=error.strerror or error
    )


def make_folder(folder: Path) -> None:
    """Make a folder of the library unless it is there. Raises LibraryUnusable and its kin."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise _obstructed(folder) from None
    except OSError as error:
        raise os_fault(error, folder) from error


def is_there(file: Path) -> bool:
    """Whether a file of the library is there. Raises LibraryUnusable where that cannot be seen, or
    where a file stands in the place of one of its folders."""
    try:
        os.stat(file)
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise _obstructed(file.parent) from None
    except OSError as error:
        raise os_fault(error, file) from error
    return True


def may(place: Path, mode: int) -> bool:
    """Whether this process may use a file or folder so (os.R_OK, os.W_OK), as who it acts."""
    return os.access(place, mode, effective_ids=os.access in os.supports_effective_ids)


def refuse_read_only(place: Path, file: Path) -> None:
    """Raise LibraryReadOnly, about a file, unless one may write it or its folder: the `place`."""
    if not may(place, os.W_OK):
        raise LibraryReadOnly(
            f"{named(file)} may not be written. Change the permissions of {named(place)}, or "
            "choose another folder with --library."
        )


def sqlite_uri(file: Path, query: str) -> str:
    """A file as SQLite's URI, whatever characters its path has."""
    path = quote(os.fsencode(file.absolute().as_posix()))
    return f"file:{path if path.startswith('/') else '/' + path}?{query}"


def connect_read_only(file: Path) -> sqlite3.Connection:
    """A connection that can only read, proven by a first read; autocommit, no transaction begun.

    SQLite reads a file in WAL mode with the help of two files beside it and makes them when they
    are not there. In a folder that may not be written it cannot; then the file is read as one that
    nobody changes, unless the log beside it holds what the file itself lacks.
    Raises sqlite3.Error; LibraryReadOnly for such a log.
    """
    try:
        return _proven(sqlite_uri(file, "mode=ro"))
    except sqlite3.OperationalError as error:
        if _result_code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if may(file.parent, os.W_OK) or not may(file, os.R_OK):
            raise
        if has_log(file):
            raise LibraryReadOnly(
                f"{named(file)} was not closed cleanly, and its folder may not be written. Open "
                "the library once where it may be written."
            ) from error
    return _proven(sqlite_uri(file, "mode=ro&immutable=1"))


def has_log(file: Path) -> bool:
    """Whether a write-ahead log with content lies beside a SQLite file."""
    try:
        return os.stat(f"{file}-wal").st_size > 0
    except FileNotFoundError:
        return False


def _proven(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 when the error is not from SQLite itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else int(code) & 0xFF


def _cannot_grow(file: Path) -> bool:
    """Whether an input/output error means that nothing more fits.

    SQLite tells only ENOSPC apart; a quota or a limit on file sizes (EFBIG) is an "I/O error".
    """
    try:
        if shutil.disk_usage(file.parent).free < HARDLY_FREE_BYTES:
            return True
    except OSError:
        return False
    limit = _file_size_limit()
    if limit is None:
        return False
    sizes = [os.stat(path).st_size for path in _parts(file) if path.exists()]
    return max(sizes, default=0) + HARDLY_FREE_BYTES > limit


def _file_size_limit() -> int | None:
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _parts(file: Path) -> list[Path]:
    return [file, Path(f"{file}-wal"), Path(f"{file}-shm"), Path(f"{file}-journal")]


def _obstructed(place: Path) -> LibraryUnusable:
    return LibraryUnusable(
        "The library cannot be at {place}: something else is in that place. Choose another folder "
        "with --library, or move what is there.",
        place=named(place),
    )


def _full(file: Path) -> DiskFull:
    return DiskFull(
        f"There is no space left on the disk for {named(file)}. Make room, then try again; nothing "
        "that was indexed is lost."
    )


def _read_only(file: Path) -> LibraryReadOnly:
    # SQLite gives what it makes beside a file the file's permissions, and leaves it behind: once
    # those of the file are mended, it is the one that is in the way.
    parts = (part for part in _parts(file) if os.path.exists(part) and not may(part, os.W_OK))
    return LibraryReadOnly(
        f"{named(next(parts, file))} may not be written. Change its permissions, or choose another "
        "folder with --library."
    )
