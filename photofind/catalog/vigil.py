"""Noticing, while a catalog is open, that somebody damaged or replaced the file below it.

SQLite holds much of an open catalog in memory and would answer from it for a while, and write what
it holds into whatever the file has become. This look costs less than a millisecond and is made when
a client comes and before the log is moved into the file.
"""

import struct
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from photofind import disk
from photofind.catalog.opening import damaged
from photofind.catalog.schema import HEAD
from photofind.errors import CatalogTooNew

MAGIC: Final = b"SQLite format 3\0"
HEADER_BYTES: Final = 100  # https://www.sqlite.org/fileformat.html#the_database_header


def look_at_file(path: Path, at_least: int = 0) -> int:
    """The size of the file in bytes.

    Raises CatalogDamaged if it is no SQLite database, if it is shorter than `at_least` (what it was
    before: a catalog never shrinks), or shorter than it says itself.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise disk.os_fault(error, path) from error
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise damaged(path, "it is no database any more")
    (page,) = struct.unpack_from(">H", header, 16)
    changes, pages = struct.unpack_from(">II", header, 24)
    (counted_at,) = struct.unpack_from(">I", header, 92)
    # A page size of 1 stands for 65,536; the count only holds for the change that wrote it.
    claimed = pages * (65536 if page == 1 else page) if changes == counted_at else 0
    # While the log holds pages, the file may be shorter than it says and yet be sound: a checkpoint
    # stops before what readers still need, and the page that counts the others may go first.
    if size < at_least or (size < claimed and not disk.has_log(path)):
        raise damaged(path, "it was cut short")
    return size


def look_at_revision(connection: Connection, path: Path) -> None:
    """Raise CatalogTooNew if another PhotoFind changed the catalog below us."""
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision != HEAD:
        raise CatalogTooNew(
            f"The catalog {disk.named(path)} was changed by another PhotoFind while it was open "
            f"(its revision is {revision}). Install the newest PhotoFind to open it."
        )
