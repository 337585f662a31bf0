"""The writing side of the catalog. One per library, in the worker.

Any thread may call it: each call has a connection of its own, and those that write take turns.
Every method is one transaction, committed when it returns; when it raises nothing was written.
All raise DiskFull, LibraryReadOnly, CatalogDamaged or LibraryUnusable when the world fails them,
and can be called again once it is mended.

The rules, in one place:
- A file has a photo at once: one of its own until it is read, then the photo of its content.
- A changed file keeps its photo until its new bytes are known. A photo without files is forgotten.
- A missing file keeps its photo alive, until a new file of the same content takes its place.
- So do the files of a removed folder, for a while; see `removing.py`.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from photofind.catalog import lookups, removing, vectors
from photofind.catalog.listing import in_list, settle
from photofind.catalog.lookups import PassesOver
from photofind.catalog.merging import Merging, photos_of
from photofind.catalog.opening import faults, open_for_writing
from photofind.catalog.planning import PlanWriter
from photofind.catalog.records import (
    FAILED,
    PRESENCES,
    WAITING,
    Adopted,
    FileFailed,
    FileRead,
    FolderRow,
    Removed,
    Stored,
)
from photofind.catalog.schema import file, folder, setting
from photofind.catalog.state import CatalogState
from photofind.catalog.vigil import look_at_file, look_at_revision
from photofind.errors import DiskFull, Reason
from photofind.paths import is_within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from photofind.scan import ScanPlan


PURGED_AT_ONCE: Final = 500  # files


class Catalog(CatalogState):
    """The catalog as it is (`CatalogState`), and everything that changes it."""

    def __init__(self, path: Path, engine: Engine) -> None:
        super().__init__(path, engine)
        self._turn = threading.Lock()
        self._bytes = path.stat().st_size  # when it was last looked at
        self._removed_ids: list[int] = []
        self._removed_hashes: list[bytes] = []

    @classmethod
    def open(cls, path: Path) -> "Catalog":
        """Open the catalog; it is made when it is not there, and migrated when it is older.

        Raises CatalogDamaged, CatalogTooNew, LibraryReadOnly, DiskFull, LibraryUnusable; whatever
        is there is then left as it is.
        """
        return cls(path, open_for_writing(path))

    def close(self) -> None:
        """Move what the log holds into the catalog and close every connection.

        On a full disk the log stays beside the catalog, with all that was committed.
        """
        try:
            with suppress(DiskFull):
                self._checkpoint("TRUNCATE")
        finally:
            self._engine.dispose()

    def verify(self) -> None:
        """A quick look whether the file below is still this catalog, made when a client comes.

        Raises CatalogDamaged, CatalogTooNew. After that the catalog must not be used or closed.
        """
        self._bytes = look_at_file(self.path, self._bytes)
        with self._reading() as connection:
            look_at_revision(connection, self.path)

    def checkpoint(self) -> None:
        """Move what the log holds into the catalog, as far as readers allow. After a burst of
        writes, so that an end at any moment finds little left to do."""
        self._checkpoint("PASSIVE")

    def _checkpoint(self, mode: str) -> None:
        with self._turn, faults(self.path), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(f"PRAGMA wal_checkpoint({mode})")

    # ------------------------------------------------------------------------- folders

    def add_folder(self, path: bytes, passes_over: PassesOver = lookups.nothing) -> FolderRow:
        """The folder at this path, added if need be.

        Within a known folder it is that one. Above known ones it takes their place, with all that
        is known of their files; but where the outer one's scan passes over the inner one, both
        stay, or the outer would give up what it never sees. What is kept of removed folders comes
        back with it: these files are offline until a scan finds them.
        """
        with self._writing() as connection:
            known = lookups.folder_rows(connection)
            around = lookups.folder_around(known, path, passes_over)
            if around is not None and around.path != path:
                return around
            inner = [
                row.id
                for row in known
                if row.path != path
                and is_within(row.path, path)
                and not passes_over(path, row.path)
            ]
            if around is None:
                folder_id = self._begin_folder(connection, path, passes_over)
            else:
                folder_id = around.id
            self._take_over(connection, inner, folder_id)
            rows = lookups.folder_rows(connection)
            return next(row for row in rows if row.id == folder_id)

    def _begin_folder(self, connection: Connection, path: bytes, passes_over: PassesOver) -> int:
        made = upsert(folder).values(path=path, online=True, added_at=_now())
        folder_id: int = connection.scalars(
            made.on_conflict_do_update(  # it was removed
                index_elements=["path"], set_={"online": True}
            ).returning(folder.c.id)
        ).one()
        apart = lookups.removed_apart(connection, path, passes_over)
        self._settle(connection, removing.bring_back(connection, folder_id, path, apart))
        return folder_id

    def _take_over(self, connection: Connection, inner: Sequence[int], folder_id: int) -> None:
        concerned = in_list(file.c.folder_id, inner)
        photos = connection.scalars(select(file.c.photo_id).where(concerned)).all()
        connection.execute(update(file).where(concerned).values(folder_id=folder_id))
        self._settle(connection, photos)
        connection.execute(delete(folder).where(in_list(folder.c.id, inner)))

    def remove_folder(self, folder_id: int, *, keep: bool = True) -> Removed:
        """Take a folder and its files out of sight. What was read of them is kept until `purge`
        finds it old; without `keep` it is so at once. Returns the photos that are forgotten."""
        with self._writing() as connection:
            photos = removing.hide(connection, folder_id, _now() if keep else 0)
            return self._settle(connection, photos)

    def purge(
        self,
        removed_until: int,
        forget: Callable[[Sequence[bytes]], None],
        *,
        files: int = PURGED_AT_ONCE,
    ) -> Removed | None:
        """Forget some of what is kept of the folders that were removed until then (seconds since
        the epoch). Returns the photos that are forgotten; None when there is nothing to forget.

        `forget` is told the contents of these photos before anything is written: what else is kept
        of them goes first, so that an end in between leaves nothing behind that nobody knows of.
        `take_removed` does not tell them again.
        """
        with self._reading() as connection:
            removed = lookups.removed_folders(connection)
        folder_id = next((f for f, since in removed.items() if since <= removed_until), None)
        if folder_id is None:
            return None
        with self._writing() as connection:
            forgotten = settle(connection, removing.forget_some(connection, folder_id, files))
            forget(forgotten.content_hashes)
            return forgotten

    def take_removed(self) -> Removed:
        """Photos forgotten by any method since this was last asked: caches forget them, too.

        A content that has come back meanwhile is not among the hashes.
        """
        with self._turn:
            removed = Removed(self._removed_ids, self._removed_hashes)
            self._removed_ids, self._removed_hashes = [], []
        with self._reading() as connection:
            known = photos_of(connection, removed.content_hashes)
        return Removed(
            removed.photo_ids,
            [content for content in removed.content_hashes if content not in known],
        )

    # --------------------------------------------------------------- scanning and reading

    def apply(self, folder_id: int, plan: "ScanPlan") -> list[int]:
        """Write down what a scan found. Returns the ids of files to read: added and changed ones.

        Online-only files are not among them.
        """
        with self._writing() as connection:
            writer = PlanWriter(connection, folder_id, _now())
            to_read = writer.write(plan)
            self._settle(connection, writer.touched)
            return to_read

    def begin(self, ids: Sequence[int]) -> None:
        """Count one more attempt at these files, before they are touched."""
        with self._writing() as connection:
            connection.execute(
                update(file).where(in_list(file.c.id, ids)).values(attempts=file.c.attempts + 1)
            )

    def withdraw(self, ids: Sequence[int]) -> None:
        """Take back what `begin` counted: nothing came of these attempts, through no fault of the
        files."""
        with self._writing() as connection:
            connection.execute(
                update(file)
                .where(in_list(file.c.id, ids), file.c.attempts > 0)
                .values(attempts=file.c.attempts - 1)
            )

    def adopt(
        self, encoder_id: int, file_id: int, content_hash: bytes, size: int, mtime_ns: int
    ) -> Adopted | None:
        """Bind a file to the photo of its content, without reading it.

        None when the content is not known, has no embedding of this encoder, or the file is gone.
        """
        with self._writing() as connection:
            photo_id = photos_of(connection, [content_hash]).get(content_hash)
            if photo_id is None or not vectors.is_embedded(connection, encoder_id, photo_id):
                return None
            merging = Merging(connection, [file_id], [content_hash])
            merged = merging.bind(file_id, content_hash, size, mtime_ns)
            if merged is None:
                return None
            merging.write()
            self._settle(connection, merging.touched)
            assert merged.kind != "new"
            return Adopted(merged.kind, merged.photo_id, merged.replaced_file_id)

    def store(
        self, encoder_id: int, results: Sequence[FileRead], failures: Sequence[FileFailed]
    ) -> list[Stored]:
        """Keep a batch: photos, facts and embeddings of the files read, reasons of the failed.

        One `Stored` for each read file that is still known, in their order. The same content twice,
        also within the batch, is one photo. Raises ValueError for an embedding that is not finite
        or not of the encoder's dimension.
        """
        with self._writing() as connection:
            vectors.refuse_unusable(connection, encoder_id, results)
            merging = Merging(
                connection,
                [read.file_id for read in results],
                [read.content_hash for read in results],
            )
            stored: list[Stored] = []
            embeddings: list[tuple[int, NDArray[np.float32]]] = []
            for read in results:
                merged = merging.merge(read)
                if merged is None:
                    continue
                embeddings.append((merged.photo_id, read.embedding))
                stored.append(
                    Stored(read.file_id, merged.photo_id, merged.kind, merged.replaced_file_id)
                )
            merging.write()
            vectors.keep(connection, encoder_id, embeddings)
            self._settle(connection, {*merging.touched, *self._set_aside(connection, failures)})
            return stored

    def _set_aside(self, connection: Connection, failures: Sequence[FileFailed]) -> list[int]:
        if not failures:
            return []
        connection.execute(
            update(file)
            .where(file.c.id == bindparam("of"), ~lookups.of_removed_folder)
            .values(state=FAILED, reason=bindparam("why"), detail=bindparam("detail")),
            [
                {"of": failed.file_id, "why": failed.reason.value, "detail": failed.detail}
                for failed in failures
            ],
        )
        concerned = in_list(file.c.id, [failed.file_id for failed in failures])
        return list(connection.scalars(select(file.c.photo_id).where(concerned)))

    def retry(self, file_ids: Sequence[int] | None = None) -> int:
        """Let files that were set aside wait again; None: all. Returns how many."""
        return self._retry(true() if file_ids is None else in_list(file.c.id, file_ids))

    def retry_reasons(self, reasons: Collection[Reason]) -> int:
        """The same for files that were set aside for one of these reasons."""
        return self._retry(file.c.reason.in_([reason.value for reason in reasons]))

    def _retry(self, which: ColumnElement[bool]) -> int:
        failed = (lookups.in_any_folder, file.c.presence.in_(PRESENCES), file.c.state == FAILED)
        with self._writing() as connection:
            rows = connection.execute(
                select(file.c.id, file.c.photo_id).where(*failed, which)
            ).all()
            connection.execute(
                update(file)
                .where(in_list(file.c.id, [row.id for row in rows]))
                .values(state=WAITING, reason=None, detail=None, attempts=0)
            )
            self._settle(connection, [row.photo_id for row in rows])
            return len(rows)

    # ----------------------------------------------------------- encoders and settings

    def encoder_id(self, key: str, name: str, dimension: int) -> int:
        """The id of an encoder, made when its key is new."""
        with self._writing() as connection:
            return vectors.encoder_row_id(connection, key, name, dimension)

    def set_setting(self, name: str, value: str | None) -> None:
        """Keep a setting; None forgets it."""
        with self._writing() as connection:
            if value is None:
                connection.execute(delete(setting).where(setting.c.name == name))
                return
            kept = upsert(setting).values(name=name, value=value)
            connection.execute(
                kept.on_conflict_do_update(
                    index_elements=["name"], set_={"value": kept.excluded.value}
                )
            )

    # -------------------------------------------------------------------- transactions

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(writing=True)
        with self._turn:
            kept = len(self._removed_ids), len(self._removed_hashes)
            try:
                with faults(self.path), engine.connect() as connection, connection.begin():
                    yield connection
            except BaseException:
                del self._removed_ids[kept[0] :], self._removed_hashes[kept[1] :]
                raise

    def _settle(self, connection: Connection, photo_ids: Iterable[int]) -> Removed:
        removed = settle(connection, photo_ids)
        self._removed_ids += removed.photo_ids
        self._removed_hashes += removed.content_hashes
        return removed


def _now() -> int:
    return int(time.time())
