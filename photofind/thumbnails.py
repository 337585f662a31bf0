"""Thumbnails: small JPEG pictures by the content of their photos, in a SQLite file of their own.

One writer (the worker), many readers (each thread its own). The file is a cache: nothing in it
cannot be made again from the photos. A damaged one is therefore moved aside and begun anew, and a
reader that meets damage has no thumbnails until the writer has done so.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from photofind import disk

LAYOUT: Final = 1  # of the table; a file with another number is begun anew
HASHES_AT_ONCE: Final = 500  # parameters of one statement
LOG_KEPT_BYTES: Final = 64 << 20

_TABLE: Final = "CREATE TABLE thumbnail (content_hash BLOB PRIMARY KEY, jpeg BLOB NOT NULL)"


class ThumbnailWriter:
    """Puts thumbnails in and takes them out. Any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is made when it is not there, or damaged.

        Raises LibraryReadOnly, DiskFull, LibraryUnusable.
        """
        self.path = path
        self._turn = threading.Lock()
        disk.make_folder(path.parent)
        with self._faults():
            self._connection = _open_or_renew(path)

    @classmethod
    def open(cls, path: Path) -> "ThumbnailWriter":
        """The same as making one; named as the catalog's."""
        return cls(path)

    def put(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep thumbnails, (content hash, JPEG) each, in one transaction. One that is kept already
        is replaced. Raises DiskFull, LibraryUnusable; nothing was kept then."""
        self._change("INSERT OR REPLACE INTO thumbnail VALUES (?, ?)", items)

    def remove(self, hashes: Sequence[bytes]) -> None:
        """Forget thumbnails. Raises as `put`."""
        self._change("DELETE FROM thumbnail WHERE content_hash = ?", [(each,) for each in hashes])

    def missing(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Those of these contents that have no thumbnail."""
        with self._turn, self._faults():
            missing = set(hashes)
            remaining = iter(hashes)
            try:
                while some := list(islice(remaining, HASHES_AT_ONCE)):
                    for content_hash, _ in self._connection.execute(
                        _selecting("1", len(some)), some
                    ):
                        missing.discard(content_hash)
            except sqlite3.Error as error:
                self._renew(error)
                return set(hashes)
            return missing

    def close(self) -> None:
        """Move what the log holds into the file and close it."""
        with self._turn, self._faults():
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._connection.close()

    def _change(self, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
        with self._turn, self._faults():
            try:
                self._change_at_once(statement, rows)
            except sqlite3.Error as error:
                self._renew(error)
                self._change_at_once(statement, rows)

    def _change_at_once(self, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite itself may have rolled back
                self._connection.execute("ROLLBACK")
            raise

    def _renew(self, error: sqlite3.Error) -> None:
        """Begin anew where the error says that the file is damaged; raise it where not."""
        if not disk.is_damage(error):
            raise error
        self._connection.close()
        self._connection = _renewed(self.path)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            fault = disk.sqlite_fault(error, self.path)
            if fault is None:
                raise
            raise fault from error
        except OSError as error:
            raise disk.os_fault(error, self.path) from error


class ThumbnailReader:
    """Gives thumbnails, of the file as it is at each call. One thread's; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def get(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """JPEGs by content hash; contents without a thumbnail are left out.

        Empty while there is no file, or a damaged one. Raises LibraryUnusable.
        """
        found: dict[bytes, bytes] = {}
        remaining = iter(hashes)
        while some := list(islice(remaining, HASHES_AT_ONCE)):
            rows = self._rows(_selecting("jpeg", len(some)), some)
            if rows is None:  # damage hides those that lie beside it, too: ask for each alone
                single = _selecting("jpeg", 1)
                rows = [row for each in some for row in self._rows(single, [each]) or ()]
            found.update(rows)
        return found

    def count(self) -> int:
        """How many thumbnails there are."""
        rows = self._rows("SELECT count(*) FROM thumbnail", [])
        return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """In the thread that read."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._opened = None

    def __enter__(self) -> "ThumbnailReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _rows(self, statement: str, values: Sequence[bytes]) -> list[Any] | None:
        """What a statement gives; None where damage is in its way."""
        try:
            connection = self._connected()
            return [] if connection is None else connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self.close()
            if disk.is_damage(error):
                return None
            fault = disk.sqlite_fault(error, self.path)
            if fault is None:
                raise
            raise fault from error

    def _connected(self) -> sqlite3.Connection | None:
        """A connection to the file that is there now; the writer may have put a new one there."""
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            self.close()
            return None
        except OSError as error:
            raise disk.os_fault(error, self.path) from error
        if (now.st_dev, now.st_ino) == self._opened:
            return self._connection
        self.close()
        if now.st_size == 0:  # the writer has just begun it
            return None
        self._connection = disk.connect_read_only(self.path)
        (layout,) = self._connection.execute("PRAGMA user_version").fetchone()
        if layout != LAYOUT:  # not yet filled, or of another release: it waits for the writer
            self.close()
            return None
        self._opened = now.st_dev, now.st_ino
        return self._connection


def _selecting(column: str, hashes: int) -> str:
    marks = ",".join("?" * hashes)
    return f"SELECT content_hash, {column} FROM thumbnail WHERE content_hash IN ({marks})"


def _open_or_renew(path: Path) -> sqlite3.Connection:
    try:
        return _opened(path)
    except sqlite3.Error as error:
        if not disk.is_damage(error):
            raise
    return _renewed(path)


def _renewed(path: Path) -> sqlite3.Connection:
    """Move a damaged file aside, in place of one moved before, and make a new one."""
    path.replace(f"{path}.damaged")
    for part in ("-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, timeout=disk.BUSY_SECONDS, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout == LAYOUT:
            connection.execute("SELECT content_hash, jpeg FROM thumbnail LIMIT 1").fetchone()
            return connection
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TABLE IF EXISTS thumbnail")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection
