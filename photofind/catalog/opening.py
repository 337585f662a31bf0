"""Opening the catalog: made, refused with a sentence, migrated, or taken as it is.

Hides SQLite's pragmas, transactions and files beside the catalog, and Alembic, which is imported
only to migrate. A catalog that cannot be used is left exactly as it is found, byte for byte, and
nothing is made beside it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.pool import QueuePool

from photofind import disk
from photofind.catalog.listing import touched
from photofind.catalog.schema import HEAD, PAGE_BYTES, REVISIONS, metadata
from photofind.errors import CatalogDamaged, CatalogTooNew, LibraryUnusable

WHOLLY_CHECKED_BYTES: Final = 32 << 20  # up to this size its writer checks it whole, in 0.1 s
ALWAYS_CHECKED: Final = ("folder", "encoder", "setting", "tally")  # small at any size
LOG_KEPT_BYTES: Final = 64 << 20  # what the write-ahead log keeps after a great transaction
CACHE_KIB: Final = 64 << 10
MIGRATIONS: Final = Path(__file__).with_name("migrations")


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn the world's faults, as SQLite tells them, into errors that a person can act on.

    What is a mistake of ours goes through as it is.
    """
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, exc.DBAPIError) else error
        if not isinstance(cause, sqlite3.Error):
            raise
        if disk.is_damage(cause):
            raise damaged(path, str(cause)) from error
        fault = disk.sqlite_fault(cause, path)
        if fault is None:
            raise
        raise fault from error


def damaged(path: Path, why: str) -> CatalogDamaged:
    """The refusal of a catalog that makes no sense."""
    return CatalogDamaged(
        f"The catalog {disk.named(path)} is damaged ({' '.join(why.split())}). It was left as it "
        "is: put back a copy of it from your backup, or move it away and index your folders again."
    )


def open_for_writing(path: Path) -> Engine:
    """The engine of the one writer: the catalog is there, sound and at the newest revision.

    Raises CatalogDamaged, CatalogTooNew, LibraryReadOnly, DiskFull, LibraryUnusable.
    """
    disk.make_folder(path.parent)
    with faults(path):
        if not disk.is_there(path):
            disk.refuse_read_only(path.parent, path)
            _create(path)
        revision = _examine(path, whole_up_to=WHOLLY_CHECKED_BYTES)
        disk.refuse_read_only(path, path)
        disk.refuse_read_only(path.parent, path)
        if revision != HEAD:
            _migrate(path, revision)
        return _writing_engine(path)


def open_for_reading(path: Path) -> Engine | None:
    """The engine of one reader; None when there is no catalog yet.

    Raises as `open_for_writing` does, and LibraryUnusable for a catalog that waits for its
    migration, which only the writer makes.
    """
    if not disk.is_there(path):
        return None
    with faults(path):
        revision = _examine(path)
        if revision != HEAD:
            raise LibraryUnusable(
                "The catalog {file} is from an older PhotoFind. It is brought up to date the next "
                "time folders are indexed; then try again.",
                file=disk.named(path),
            )
        engine = create_engine("sqlite://", creator=lambda: disk.connect_read_only(path))
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_reading)
        return engine


# --------------------------------------------------------------------------------- connections


def _writing_engine(path: Path) -> Engine:
    """Connections for any thread; transactions that write begin as such."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            path, isolation_level=None, timeout=disk.BUSY_SECONDS, check_same_thread=False
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "connect", _make_touched)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    """The one place for pragmas. WAL itself is kept in the file, from when it was made."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")


def _make_touched(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"CREATE TEMPORARY TABLE {touched.name} (photo_id INTEGER PRIMARY KEY)")


# sqlite3 opens transactions by its own lights, and too late for a snapshot: it is told not to
# (isolation_level None) and SQLAlchemy's begin says it, as SQLAlchemy's own documentation advises
# (dialects/sqlite, "pysqlite transactional DDL").
def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


# ------------------------------------------------------------------------------------ examining


def _examine(path: Path, *, whole_up_to: int = 0) -> str:
    """The revision of a catalog that is there. Raises CatalogDamaged, CatalogTooNew.

    SQLite itself notices noise and a file that is cut short. Of a file up to so many bytes every
    page is looked at.

    While no log lies beside the file nobody has it open, and it is read as one that nobody changes:
    then SQLite makes nothing beside it. Should somebody open it in that moment, what was read may
    be torn; a refusal is therefore repeated in the ordinary way.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise disk.os_fault(error, path) from error
    if size == 0:
        raise damaged(path, "it is empty")
    whole = size <= whole_up_to
    log = Path(f"{path}-wal")
    if not log.exists():
        try:
            uri = disk.sqlite_uri(path, "mode=ro&immutable=1")
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
                return _examined(path, connection, whole)
        except (sqlite3.Error, CatalogDamaged):
            if not log.exists():
                raise
    with closing(disk.connect_read_only(path)) as connection:
        return _examined(path, connection, whole)


def _examined(path: Path, connection: sqlite3.Connection, whole: bool) -> str:
    tables = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if "alembic_version" not in tables:
        raise damaged(path, "it is no catalog of PhotoFind")
    revisions = [name for (name,) in connection.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) != 1:
        raise damaged(path, "its revision is not told")
    revision = str(revisions[0])
    if revision not in REVISIONS:
        raise CatalogTooNew(
            f"The catalog {disk.named(path)} was made by a newer PhotoFind (its revision is "
            f"{revision}). Install the newest PhotoFind to open it; it was left as it is."
        )
    small = [f"quick_check({table})" for table in ALWAYS_CHECKED if table in tables]
    for check in ["quick_check"] if whole else small:
        (answer,) = connection.execute(f"PRAGMA {check}").fetchone()
        if answer != "ok":
            raise damaged(path, str(answer))
    return revision


# ------------------------------------------------------------------------- creating, migrating


def _create(path: Path) -> None:
    """Make an empty catalog beside its place and move it there whole: an end at any moment leaves
    either none or a sound one."""
    draft = Path(f"{path}.new")
    try:
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
        engine = _writing_engine(draft)
        try:
            with engine.connect().execution_options(writing=True) as made, made.begin():
                metadata.create_all(made)
                made.execute(
                    text(
                        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                    )
                )
                made.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        finally:
            engine.dispose()
        draft.replace(path)
    except OSError as error:
        raise disk.os_fault(error, path) from error
    finally:
        for part in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            part.unlink(missing_ok=True)


def _migrate(path: Path, revision: str) -> None:
    """Copy an older catalog aside, then bring it to the newest revision in one transaction."""
    _back_up(path, Path(f"{path}.before-{HEAD}"))
    from alembic import command
    from alembic.config import Config

    engine = _writing_engine(path)
    try:
        with engine.connect().execution_options(writing=True) as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            # Tables are made anew and renamed: their rows must not be missed meanwhile. Nothing
            # but a connection without a transaction hears this.
            driver.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
                config.attributes["connection"] = connection
                command.upgrade(config, HEAD)
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise damaged(path, f"rows of revision {revision} point nowhere")
    finally:
        engine.dispose()


def _back_up(path: Path, copy: Path) -> None:
    """A whole copy of the catalog, log included; an older copy of the same name is replaced."""
    draft = Path(f"{copy}.part")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        draft.replace(copy)
    except OSError as error:
        raise disk.os_fault(error, copy) from error
    finally:
        draft.unlink(missing_ok=True)
