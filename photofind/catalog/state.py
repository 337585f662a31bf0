"""What the worker asks of its catalog. Nothing here changes anything.

Apart from `writer.py` only to keep both of a readable size: `Catalog` is this, and the changes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Connection, Engine, exists, false, literal, select

from photofind.catalog import lookups, vectors
from photofind.catalog.check import contradictions
from photofind.catalog.listing import in_list
from photofind.catalog.lookups import PassesOver
from photofind.catalog.opening import faults
from photofind.catalog.records import HERE, OFFLINE, READ, WAITING, FolderRow, PendingFile
from photofind.catalog.schema import embedding, file, folder, photo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from photofind.scan import KnownFile

EMBEDDINGS_AT_ONCE: Final = 10_000


class CatalogState:
    """Folders, files, photos, embeddings and settings, as they are. Any thread; each method reads
    one state of the catalog, on a connection of its own."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with faults(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    # --------------------------------------------------------------- folders and files

    def folders(self) -> list[FolderRow]:
        """All folders, by path."""
        with self._reading() as connection:
            return lookups.folder_rows(connection)

    def folder_around(
        self, path: bytes, passes_over: PassesOver = lookups.nothing
    ) -> FolderRow | None:
        """The folder that a path lies in: the innermost one of those whose scans come there."""
        return lookups.folder_around(self.folders(), path, passes_over)

    def known_files(self, folder_id: int, below: bytes | None = None) -> list["KnownFile"]:
        """The files of a folder, or of the part of it at or below a path; missing ones, too."""
        wanted = file.c.folder_id == folder_id
        if below is not None:
            wanted &= lookups.lies_at_or_below(below)
        return self._known(wanted, file.c.presence)

    def removed_files(
        self, below: bytes, passes_over: PassesOver = lookups.nothing
    ) -> list["KnownFile"]:
        """The files at or below a path that are kept of removed folders, as they will be known when
        a folder there is added."""
        with self._reading() as connection:
            apart = lookups.removed_apart(connection, below, passes_over)
        wanted = lookups.of_removed_folder & lookups.lies_at_or_below(below)
        return self._known(wanted & file.c.folder_id.not_in(apart), literal(OFFLINE))

    def removed_paths(self) -> set[bytes]:
        """The folders that were removed and of which something is kept."""
        with self._reading() as connection:
            removed = select(folder.c.path).where(folder.c.id.in_(lookups.removed_ids))
            return set(connection.scalars(removed))

    def _known(
        self, wanted: ColumnElement[bool], presence: ColumnElement[str]
    ) -> list["KnownFile"]:
        # Late: the scanner brings the image library along, which readers do not need.
        from photofind.scan import KnownFile

        columns = (file.c.id, file.c.path, file.c.size, file.c.mtime_ns, file.c.device)
        files = select(*columns, presence, file.c.state).where(wanted)
        with self._reading() as connection:
            return [KnownFile(*row) for row in connection.execute(files)]

    def files(self, ids: Sequence[int]) -> list[PendingFile]:
        """These files, in the order asked; those that are gone are left out."""
        columns = (
            file.c.id,
            file.c.path,
            file.c.size,
            file.c.mtime_ns,
            file.c.attempts,
            file.c.photo_id,
            file.c.state,
        )
        with self._reading() as connection:
            rows = connection.execute(select(*columns).where(in_list(file.c.id, ids)))
            found = {row.id: PendingFile(*row) for row in rows}
        return [found[file_id] for file_id in ids if file_id in found]

    def sizes_known(self, sizes: Collection[int]) -> set[int]:
        """Which of these sizes in bytes some known content has: a file of such a size may be moved
        or copied, which its hash tells without decoding it."""
        with self._reading() as connection:
            known = select(photo.c.size).where(in_list(photo.c.size, sizes)).distinct()
            return {size for size in connection.scalars(known) if size is not None}

    # -------------------------------------------------------------------- what to read

    def pending(self, encoder_id: int) -> list[int]:
        """Files to read, newest first: waiting ones, and one file of each photo that was read but
        has no embedding of this encoder. Only files that are here."""
        with self._reading() as connection:
            wanted = (lookups.in_any_folder & (file.c.presence == HERE)) & (
                (file.c.state == WAITING) | self._lacking(connection, encoder_id)
            )
            rows = connection.execute(
                select(file.c.id, file.c.state, file.c.photo_id)
                .join(photo, photo.c.id == file.c.photo_id)
                .where(wanted)
                .order_by(photo.c.taken_at.desc(), file.c.id.desc())
            )
            begun: set[int] = set()
            files: list[int] = []
            for file_id, state, photo_id in rows:
                if state == READ and photo_id in begun:
                    continue
                if state == READ:
                    begun.add(photo_id)
                files.append(file_id)
            return files

    def _lacking(self, connection: Connection, encoder_id: int) -> ColumnElement[bool]:
        """Whether a file was read and its photo has no embedding of this encoder."""
        read = lookups.read_photo_count(connection)
        if lookups.embedded_count(connection, encoder_id) == read:
            return false()  # every photo that could have one does: nothing to look through
        return (file.c.state == READ) & ~exists().where(
            embedding.c.photo_id == file.c.photo_id, embedding.c.encoder_id == encoder_id
        )

    def pending_of(self, photo_ids: Iterable[int]) -> list[int]:
        """Files of these photos that are here and can be read, in the order of the photos."""
        place = {photo_id: place for place, photo_id in enumerate(photo_ids)}
        with self._reading() as connection:
            rows = connection.execute(
                select(file.c.photo_id, file.c.id)
                .where(in_list(file.c.photo_id, place))
                .where(file.c.presence == HERE, file.c.state.in_((WAITING, READ)))
            ).all()
        return [row.id for row in sorted(rows, key=lambda row: (place[row.photo_id], row.id))]

    # --------------------------------------------------------------- what can be found

    def embeddings(
        self, encoder_id: int, after: int = 0, limit: int = EMBEDDINGS_AT_ONCE
    ) -> "tuple[NDArray[np.int64], NDArray[np.float32]]":
        """Photo ids (n,) and unit vectors (n, d) of the next photos after an id, by id."""
        with self._reading() as connection:
            return vectors.by_id(connection, encoder_id, after, limit)

    def embeddings_of(
        self, encoder_id: int, photo_ids: Iterable[int]
    ) -> "tuple[NDArray[np.int64], NDArray[np.float32]]":
        """The same of these photos, by id; those without an embedding are left out."""
        with self._reading() as connection:
            return vectors.of_photos(connection, encoder_id, photo_ids)

    def embedded_ids(self, encoder_id: int) -> "NDArray[np.int64]":
        """All photos with an embedding, shown or not, ascending."""
        with self._reading() as connection:
            return vectors.embedded_ids(connection, encoder_id)

    def searchable_ids(
        self, encoder_id: int, folder_ids: Sequence[int] | None = None
    ) -> "NDArray[np.int64]":
        """Photos that are shown and have an embedding, ascending; of these folders, or all."""
        with self._reading() as connection:
            return vectors.searchable_ids(connection, encoder_id, folder_ids)

    def content_hashes(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """(photo id, content hash) of shown photos that were read, by id from `after` on."""
        wanted = (
            select(photo.c.id, photo.c.content_hash)
            .where(photo.c.id > after, photo.c.shown, photo.c.content_hash.is_not(None))
            .order_by(photo.c.id)
            .limit(limit)
        )
        with self._reading() as connection:
            return [(row.id, row.content_hash) for row in connection.execute(wanted)]

    def paths_of(self, photo_ids: Iterable[int], *, here: bool = False) -> dict[int, bytes]:
        """The best path of each shown photo: of a file that is here before one that is offline.
        With `here` only of files that are here."""
        with self._reading() as connection:
            paths: dict[int, bytes] = {}
            for row in connection.execute(lookups.showing_files(photo_ids)):
                if here and row.presence != HERE:
                    continue
                paths.setdefault(row.photo_id, row.path)
            return paths

    # ------------------------------------------------------------------------ the rest

    def encoder_names(self) -> list[str]:
        """The models that were ever loaded for this catalog, the oldest first."""
        with self._reading() as connection:
            return vectors.encoder_names(connection)

    def setting(self, name: str) -> str | None:
        """A setting of the library; None when it was never set."""
        with self._reading() as connection:
            return lookups.setting_value(connection, name)

    def check(self) -> list[str]:
        """What is wrong inside the catalog, one sentence each; reads all of it."""
        with self._reading() as connection:
            return contradictions(connection)
