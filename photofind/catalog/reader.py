"""The reading side of the catalog, for any process. It sees each of the writer's commits at once
and never keeps it waiting.

One reader belongs to one thread: the one that opened it. Every method reads one state of the
catalog. All raise CatalogDamaged or LibraryUnusable when the file fails them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, and_, exists, false, func, or_, select

from photofind.catalog import lookups
from photofind.catalog.check import contradictions
from photofind.catalog.listing import in_list, stretch_bits, view_number
from photofind.catalog.opening import faults, open_for_reading
from photofind.catalog.records import (
    FAILED,
    HERE,
    MISSING,
    OFFLINE,
    ONLINE_ONLY,
    READ,
    WAITING,
    FileFound,
    FolderRow,
    Ledger,
    MonthCount,
    PhotoDetails,
    PhotoRow,
    SetAside,
    View,
)
from photofind.catalog.schema import ALL_PHOTOS, embedding, file, folder, listing, photo, tally

ENCODER_SETTING: Final = "encoder_key"  # the setting that names the library's own encoder
_BEST_FIRST: Final = {HERE: 0, OFFLINE: 1, MISSING: 2}


class CatalogReader:
    """What the catalog knows, to be read. A context manager."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine
        self._connection = engine.connect()

    @classmethod
    def open(cls, path: Path) -> "CatalogReader | None":
        """A reader for this thread; None when there is no catalog yet.

        Raises CatalogDamaged, CatalogTooNew, LibraryUnusable.
        """
        with faults(path):
            engine = open_for_reading(path)
            return None if engine is None else cls(path, engine)

    def close(self) -> None:
        """End the connection; in the thread that opened the reader."""
        self._connection.close()
        self._engine.dispose()

    def __enter__(self) -> "CatalogReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with faults(self.path), self._connection.begin():
            yield self._connection

    # ---------------------------------------------------------------------------- grid

    def months(self, view: View) -> list[MonthCount]:
        """The months of a view that have photos, newest first."""
        counted = (
            select(tally.c.month, func.sum(tally.c.photos))
            .where(tally.c.view == view_number(view))
            .group_by(tally.c.month)
            .order_by(tally.c.month.desc())
        )
        with self._reading() as connection:
            return [MonthCount(month, count) for month, count in connection.execute(counted)]

    def photos_of_month(self, view: View, month: int, offset: int, limit: int) -> list[PhotoRow]:
        """A page of a month, newest first."""
        number = view_number(view)
        with self._reading() as connection:
            stretch = _stretch_at(connection, number, month, offset)
            if stretch is None:
                return []
            end, newer = stretch
            page = (
                select(listing.c.photo_id)
                .where(listing.c.view == number, listing.c.month == month)
                .where(listing.c.moment < end)
                .order_by(listing.c.moment.desc(), listing.c.photo_id.desc())
                .offset(offset - newer)
                .limit(limit)
            )
            ids = connection.scalars(page).all()
            return _photo_rows(connection, ids, view.folder_id)

    def position(self, view: View, photo_id: int) -> tuple[int, int] | None:
        """(month, offset within it) of a photo in a view; None when it is not shown there."""
        number = view_number(view)
        with self._reading() as connection:
            place = connection.execute(
                select(listing.c.month, listing.c.moment).where(
                    listing.c.photo_id == photo_id, listing.c.view == number
                )
            ).one_or_none()
            if place is None:
                return None
            stretch = place.moment >> stretch_bits(number)
            newer_stretches = select(func.coalesce(func.sum(tally.c.photos), 0)).where(
                tally.c.view == number, tally.c.month == place.month, tally.c.stretch > stretch
            )
            newer_within = (
                select(func.count())
                .select_from(listing)
                .where(
                    listing.c.view == number,
                    listing.c.month == place.month,
                    listing.c.moment.between(place.moment, _end_of(stretch, number) - 1),
                    or_(
                        listing.c.moment > place.moment,
                        and_(listing.c.moment == place.moment, listing.c.photo_id > photo_id),
                    ),
                )
            )
            newer = (
                connection.scalars(newer_stretches).one() + connection.scalars(newer_within).one()
            )
            return place.month, newer

    def photos(self, ids: Sequence[int]) -> list[PhotoRow]:
        """These photos in the order asked; those that are not shown are left out."""
        with self._reading() as connection:
            return _photo_rows(connection, ids, None)

    def newest_first(self, ids: Sequence[int]) -> list[int]:
        """The same photos by the time they were taken; those that are not shown are left out."""
        ordered = (
            select(photo.c.id)
            .where(in_list(photo.c.id, ids), photo.c.shown)
            .order_by(photo.c.taken_at.desc(), photo.c.id.desc())
        )
        with self._reading() as connection:
            return list(connection.scalars(ordered))

    def details(self, photo_id: int) -> PhotoDetails | None:
        """All that is known of a photo; None when it is gone, be it with a removed folder."""
        with self._reading() as connection:
            row = connection.execute(select(photo).where(photo.c.id == photo_id)).one_or_none()
            if row is None:
                return None
            files = connection.execute(
                select(file, folder.c.path.label("folder"))
                .join(folder, folder.c.id == file.c.folder_id)
                .where(file.c.photo_id == photo_id, ~lookups.of_removed_folder)
            ).all()
        if not files:
            return None
        found = [
            FileFound(
                each.id,
                each.path,
                each.size,
                each.mtime_ns,
                each.presence,
                each.state,
                each.folder_id,
                each.folder,
            )
            for each in sorted(files, key=lambda each: (_BEST_FIRST[each.presence], each.id))
        ]
        # Late: only who asks for facts needs the image library.
        from photofind.images import Facts

        facts = None
        if row.content_hash is not None:
            facts = Facts(
                width=row.width,
                height=row.height,
                format=row.format,
                taken_at=row.taken_at if row.dated else None,
                camera=row.camera,
                lens=row.lens,
                exposure_seconds=row.exposure_seconds,
                f_number=row.f_number,
                iso=row.iso,
                focal_length_mm=row.focal_length_mm,
                latitude=row.latitude,
                longitude=row.longitude,
            )
        return PhotoDetails(row.id, row.content_hash, row.taken_at, row.added_at, facts, found)

    # ------------------------------------------------------------------------- accounts

    def folders(self) -> list[FolderRow]:
        """All folders, by path."""
        with self._reading() as connection:
            return lookups.folder_rows(connection)

    def ledger(self) -> Ledger:
        """Where every file stands, counted for the library's own encoder."""
        with self._reading() as connection:
            photos = connection.scalar(
                select(func.sum(tally.c.photos)).where(tally.c.view == ALL_PHOTOS)
            )
            here = dict.fromkeys((WAITING, READ, FAILED, ONLINE_ONLY), 0)
            offline = 0
            for _, presence, state, count in lookups.file_counts(connection):
                if presence == HERE:
                    here[state] += count
                elif presence == OFFLINE:
                    offline += count
            key = lookups.setting_value(connection, ENCODER_SETTING)
            encoder_id = lookups.encoder_id(connection, key)
            lacking = here[READ] if encoder_id is None else _lacking(connection, encoder_id)
            return Ledger(
                photos=photos or 0,
                files=sum(here.values()) + offline,
                done=here[READ] - lacking,
                waiting=here[WAITING] + lacking,
                set_aside=here[FAILED],
                offline=offline,
                online_only=here[ONLINE_ONLY],
                embedded=0 if encoder_id is None else _searchable(connection, encoder_id),
            )

    def set_aside(self, limit: int = 1000, offset: int = 0) -> list[SetAside]:
        """Files that could not be read and are here, by path."""
        listed = (
            select(file.c.id, file.c.path, file.c.reason, file.c.detail)
            .where(lookups.in_any_folder, file.c.state == FAILED, file.c.presence == HERE)
            .order_by(file.c.path)
            .limit(limit)
            .offset(offset)
        )
        with self._reading() as connection:
            return [SetAside(*row) for row in connection.execute(listed)]

    def setting(self, name: str) -> str | None:
        """A setting of the library; None when it was never set."""
        with self._reading() as connection:
            return lookups.setting_value(connection, name)

    def check(self) -> list[str]:
        """What is wrong inside the catalog, one sentence each; reads all of it."""
        with self._reading() as connection:
            return contradictions(connection)


def _stretch_at(
    connection: Connection, view: int, month: int, offset: int
) -> tuple[int, int] | None:
    """The stretch with this offset in a month: (its end, how many photos are newer than it)."""
    newer = 0
    rows = connection.execute(
        select(tally.c.stretch, tally.c.photos)
        .where(tally.c.view == view, tally.c.month == month)
        .order_by(tally.c.stretch.desc())
    )
    for stretch, photos in rows.all():
        if offset < newer + photos:
            return _end_of(stretch, view), newer
        newer += photos
    return None


def _end_of(stretch: int, view: int) -> int:
    """The first moment after a stretch."""
    return (stretch + 1) << stretch_bits(view)


def _photo_rows(
    connection: Connection, ids: Iterable[int], folder_id: int | None
) -> list[PhotoRow]:
    """Rows of shown photos in this order; the best file is one of this folder, if there is one."""
    wanted = list(ids)
    columns = (
        photo.c.id,
        photo.c.content_hash,
        photo.c.taken_at,
        photo.c.width,
        photo.c.height,
    )
    photos = select(*columns).where(in_list(photo.c.id, wanted), photo.c.shown)
    found = {row[0]: row for row in connection.execute(photos)}
    best: dict[int, tuple[bytes, str, int]] = {}  # path, presence, folder id
    files: dict[int, int] = dict.fromkeys(found, 0)
    for photo_id, _, path, presence, of_folder in connection.execute(lookups.showing_files(found)):
        files[photo_id] += 1
        held = best.setdefault(photo_id, (path, presence, of_folder))
        if of_folder == folder_id != held[2] and presence == held[1]:
            best[photo_id] = path, presence, of_folder
    rows: list[PhotoRow] = []
    for photo_id in wanted:
        if photo_id not in found:
            continue
        _, content_hash, taken_at, width, height = found[photo_id]
        path, presence, of_folder = best[photo_id]
        rows.append(
            PhotoRow(
                id=photo_id,
                content_hash=content_hash,
                taken_at=taken_at,
                width=width or 0,
                height=height or 0,
                path=path,
                presence=presence,
                folder_id=of_folder,
                read=content_hash is not None,
                files=files[photo_id],
            )
        )
    return rows


def _lacking(connection: Connection, encoder_id: int) -> int:
    """How many files are here and read, but their photo has no embedding of this encoder."""
    read = lookups.read_photo_count(connection)
    if lookups.embedded_count(connection, encoder_id) == read:
        return 0  # every photo that could have one does: nothing to look through
    return _count(
        connection,
        select(file.c.id).where(
            file.c.presence == HERE,
            file.c.state == READ,
            ~exists().where(
                embedding.c.photo_id == file.c.photo_id, embedding.c.encoder_id == encoder_id
            ),
        ),
    )


def _searchable(connection: Connection, encoder_id: int) -> int:
    """How many photos are shown and have an embedding: all that have one, without the hidden."""
    hidden = _count(
        connection,
        select(photo.c.id)
        .join(embedding, embedding.c.photo_id == photo.c.id)
        .where(photo.c.shown == false(), embedding.c.encoder_id == encoder_id),
    )
    return lookups.embedded_count(connection, encoder_id) - hidden


def _count(connection: Connection, statement: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(statement.subquery())) or 0
