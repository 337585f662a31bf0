"""What a scan found, written down: the one transaction of `Catalog.apply`."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from photofind.catalog.listing import in_list
from photofind.catalog.moments import month_of, taken_from_mtime, wall_seconds
from photofind.catalog.records import HERE, MISSING, OFFLINE, ONLINE_ONLY, WAITING
from photofind.catalog.schema import file, folder, photo

if TYPE_CHECKING:
    from photofind.scan import FoundFile, KnownFile, ScanPlan

ROWS_AT_ONCE: Final = 10_000


class PlanWriter:
    """Writes one plan into one folder. `touched` gathers the photos that must then be settled."""

    def __init__(self, connection: Connection, folder_id: int, now: int) -> None:
        self._connection = connection
        self._folder_id = folder_id
        self._now = now
        self.touched: set[int] = set()

    def write(self, plan: "ScanPlan") -> list[int]:
        """The ids of the files to read: added and changed ones."""
        # A plan of a part of the folder says nothing of the folder itself.
        whole = (folder.c.id == self._folder_id) & (folder.c.path == plan.folder)
        seen = {"online": True, "last_seen_at": self._now} if plan.online else {"online": False}
        self._connection.execute(update(folder).where(whole).values(seen))
        self._mark(plan.offline, OFFLINE)
        self._mark(plan.back, HERE)
        self._mark(self._forget_unread(plan.missing), MISSING)
        self._forget(known.id for known in plan.excluded)
        to_read = self._change([(known.id, found) for known, found in plan.changed])
        return to_read + self._add(plan.added)

    def _mark(self, files: Iterable["KnownFile"], presence: str) -> None:
        ids = [known.id for known in files]
        # Between here and offline nothing changes for the photo: it stays shown.
        missing = None if presence == MISSING else file.c.presence == MISSING
        self._touch(ids, missing)
        self._connection.execute(
            update(file).where(in_list(file.c.id, ids)).values(presence=presence)
        )

    def _forget_unread(self, files: Sequence["KnownFile"]) -> list["KnownFile"]:
        """Of a file that is gone and was never read nothing is worth keeping. Returns the rest."""
        never_read = (
            select(file.c.id)
            .join(photo, photo.c.id == file.c.photo_id)
            .where(in_list(file.c.id, [known.id for known in files]))
            .where(photo.c.content_hash.is_(None))
        )
        unread = set(self._connection.scalars(never_read))
        self._forget(unread)
        return [known for known in files if known.id not in unread]

    def _forget(self, file_ids: Iterable[int]) -> None:
        ids = list(file_ids)
        self._touch(ids)
        self._connection.execute(delete(file).where(in_list(file.c.id, ids)))

    def _touch(self, file_ids: Sequence[int], which: ColumnElement[bool] | None = None) -> None:
        photos = select(file.c.photo_id).where(in_list(file.c.id, file_ids))
        self.touched.update(
            self._connection.scalars(photos if which is None else photos.where(which))
        )

    # -------------------------------------------------------------------------- changed

    def _change(self, changed: Sequence[tuple[int, "FoundFile"]]) -> list[int]:
        """Files that are other than they were wait again.

        They keep their photos until their bytes were looked at: perhaps only the time changed.
        One whose bytes are out of reach leaves its photo at once.
        """
        found_by_id = dict(changed)
        rows = self._connection.execute(
            select(file.c.id, file.c.photo_id, photo.c.content_hash)
            .join(photo, photo.c.id == file.c.photo_id)
            .where(in_list(file.c.id, found_by_id))
        ).all()
        if not rows:
            return []
        self.touched.update(row.photo_id for row in rows)
        self._connection.execute(
            update(file).where(file.c.id == bindparam("of")).values(_unread_file),
            [{"of": row.id, **_file_values(found_by_id[row.id])} for row in rows],
        )
        redated = [
            {"of": row.photo_id, **_photo_values(found_by_id[row.id])}
            for row in rows
            if row.content_hash is None
        ]
        if redated:
            self._connection.execute(
                update(photo)
                .where(photo.c.id == bindparam("of"))
                .values(taken_at=bindparam("taken_at"), month=bindparam("month")),
                redated,
            )
        out_of_reach = [
            row.id for row in rows if row.content_hash and found_by_id[row.id].online_only
        ]
        photo_ids = self._add_photos([found_by_id[file_id] for file_id in out_of_reach])
        for file_id, photo_id in zip(out_of_reach, photo_ids, strict=True):
            self._connection.execute(
                update(file).where(file.c.id == file_id).values(photo_id=photo_id)
            )
        return [row.id for row in rows if not found_by_id[row.id].online_only]

    # ---------------------------------------------------------------------------- added

    def _add(self, added: Sequence["FoundFile"]) -> list[int]:
        """New files, each with a photo of its own until it is read."""
        to_read: list[int] = []
        waiting = iter(added)
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            to_read += self._add_some(some)
        return to_read

    def _add_some(self, added: Sequence["FoundFile"]) -> list[int]:
        photo_ids = self._add_photos(added)
        first = _next_id(self._connection, file)
        rows = [
            {
                "id": first + place,
                "path": found.path,
                "folder_id": self._folder_id,
                "photo_id": photo_id,
                **_file_values(found),
            }
            for place, (found, photo_id) in enumerate(zip(added, photo_ids, strict=True))
        ]
        # A path may be known already: it was scanned as a part of another folder meanwhile.
        self._connection.execute(upsert(file).on_conflict_do_nothing(["path"]), rows)
        written = set(self._connection.scalars(select(file.c.id).where(file.c.id >= first)))
        ids = range(first, first + len(added))
        known = [found for file_id, found in zip(ids, added, strict=True) if file_id not in written]
        to_read = [
            file_id
            for file_id, found in zip(ids, added, strict=True)
            if file_id in written and not found.online_only
        ]
        return to_read + self._see_again(known)

    def _see_again(self, found_files: Sequence["FoundFile"]) -> list[int]:
        """Files that a plan calls new but the catalog knows: they are here, in this folder."""
        changed: list[tuple[int, FoundFile]] = []
        for found in found_files:
            row = self._connection.execute(select(file).where(file.c.path == found.path)).one()
            self.touched.add(row.photo_id)
            self._connection.execute(
                update(file)
                .where(file.c.id == row.id)
                .values(folder_id=self._folder_id, presence=HERE, device=found.device)
            )
            if (row.size, row.mtime_ns) != (found.size, found.mtime_ns):
                changed.append((row.id, found))
        return self._change(changed)

    def _add_photos(self, found_files: Sequence["FoundFile"]) -> list[int]:
        if not found_files:
            return []
        first = _next_id(self._connection, photo)
        added_month = month_of(wall_seconds(self._now))
        self._connection.execute(
            insert(photo),
            [
                {
                    "id": first + place,
                    "added_at": self._now,
                    "added_month": added_month,
                    "shown": False,
                    **_photo_values(found),
                }
                for place, found in enumerate(found_files)
            ],
        )
        ids = range(first, first + len(found_files))
        self.touched.update(ids)
        return list(ids)


_unread_file: Final[dict[str, BindParameter[Any]]] = {
    name: bindparam(name)
    for name in ("size", "mtime_ns", "device", "state", "presence", "reason", "detail", "attempts")
}


def _file_values(found: "FoundFile") -> dict[str, Any]:
    return {
        "size": found.size,
        "mtime_ns": found.mtime_ns,
        "device": found.device,
        "state": ONLINE_ONLY if found.online_only else WAITING,
        "presence": HERE,
        "reason": None,
        "detail": None,
        "attempts": 0,
    }


def _photo_values(found: "FoundFile") -> dict[str, Any]:
    taken_at = taken_from_mtime(found.mtime_ns)
    return {"taken_at": taken_at, "month": month_of(taken_at), "dated": False}


def _next_id(connection: Connection, table: Table) -> int:
    """The id that SQLite would give next; AUTOINCREMENT never gives one twice."""
    last = connection.scalar(
        text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table.name}
    )
    highest = connection.scalar(select(func.max(table.c.id)))
    return max(last or 0, highest or 0) + 1
