"""What becomes of files whose content is known: new photos, or more files of known ones.

A batch costs a handful of statements, however many files it has; each is built once, for building
one costs ten times as much as running it.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from photofind.catalog.listing import as_json, numbers
from photofind.catalog.lookups import of_removed_folder
from photofind.catalog.moments import month_of, taken_from_mtime, within_calendar
from photofind.catalog.records import HERE, MISSING, READ, FileRead, Kind
from photofind.catalog.schema import file, photo

CONTENTS_AT_ONCE: Final = 500  # parameters of one statement

_FILES: Final = (
    select(
        file.c.id,
        file.c.path,
        file.c.photo_id,
        photo.c.content_hash,
        photo.c.added_at,
        photo.c.added_month,
    )
    .join(photo, photo.c.id == file.c.photo_id)
    .where(file.c.id.in_(numbers("ids")), ~of_removed_folder)
)
_PHOTOS_OF_CONTENTS: Final = select(photo.c.content_hash, photo.c.id).where(
    photo.c.content_hash.in_(bindparam("contents", expanding=True))
)
_MISSING_TWINS: Final = (
    select(file.c.id, file.c.path)
    .where(file.c.photo_id == bindparam("photo"))
    .where(file.c.presence == MISSING, file.c.state == READ, ~of_removed_folder)
    .order_by(file.c.id)
)
_FORGET_FILE: Final = delete(file).where(file.c.id == bindparam("of"))
_BIND_FILE: Final = (
    update(file)
    .where(file.c.id == bindparam("of"))
    .values(
        photo_id=bindparam("photo_id"),
        size=bindparam("size"),
        mtime_ns=bindparam("mtime_ns"),
        state=READ,
        presence=HERE,
        reason=None,
        detail=None,
        attempts=0,
    )
)
_FACTS: Final = (
    "width",
    "height",
    "format",
    "camera",
    "lens",
    "exposure_seconds",
    "f_number",
    "iso",
    "focal_length_mm",
    "latitude",
    "longitude",
)
_FILL_PHOTO: Final = (
    update(photo)
    .where(photo.c.id == bindparam("of"))
    .values(
        {
            name: bindparam(name)
            for name in ("content_hash", "size", "taken_at", "dated", "month", *_FACTS)
        }
    )
)
_ADD_PHOTO: Final = insert(photo)


@dataclass(frozen=True, slots=True)
class Merged:
    """Where a file went."""

    photo_id: int
    kind: Literal["new"] | Kind
    replaced_file_id: int | None


class Merging:
    """The files of one batch, whose contents are known. What is decided is written by `write`;
    `touched` are the photos that must then be settled."""

    def __init__(
        self, connection: Connection, file_ids: Sequence[int], contents: Sequence[bytes]
    ) -> None:
        self._connection = connection
        files = connection.execute(_FILES, {"ids": as_json(file_ids)})
        self._files: dict[int, Row[Any]] = {row.id: row for row in files}
        self._photos = photos_of(connection, contents)
        self._bound: list[dict[str, Any]] = []
        self._filled: list[dict[str, Any]] = []
        self.touched: set[int] = set()

    def bind(self, file_id: int, content: bytes, size: int, mtime_ns: int) -> Merged | None:
        """The file is one of a known photo: as before, the new place of a missing one, or a copy.

        None when the file is gone, or removed with its folder, or its content is not known.
        """
        row, photo_id = self._files.get(file_id), self._photos.get(content)
        if row is None or photo_id is None:
            return None
        kind: Kind = "same"
        replaced: int | None = None
        if row.photo_id != photo_id:
            replaced = self._missing_twin(photo_id, row.path)
            kind = "copy" if replaced is None else "moved"
        if replaced is not None:
            self._connection.execute(_FORGET_FILE, {"of": replaced})
        self._bind(row, photo_id, size, mtime_ns)
        return Merged(photo_id, kind, replaced)

    def merge(self, read: FileRead) -> Merged | None:
        """The same for a file that was read; a content that is not known makes a new photo."""
        row = self._files.get(read.file_id)
        if row is None or read.content_hash in self._photos:
            return self.bind(read.file_id, read.content_hash, read.size, read.mtime_ns)
        values = _photo_values(read)
        if row.content_hash is None:
            photo_id: int = row.photo_id
            self._filled.append({"of": photo_id, **values})
        else:  # the file had another content; a photo is its content, so this is another photo
            values |= {"added_at": row.added_at, "added_month": row.added_month, "shown": False}
            made = self._connection.execute(_ADD_PHOTO, values).inserted_primary_key
            assert made is not None
            photo_id = made[0]
        self._photos[read.content_hash] = photo_id
        self._bind(row, photo_id, read.size, read.mtime_ns)
        return Merged(photo_id, "new", None)

    def write(self) -> None:
        """Write down what was decided."""
        if self._filled:
            self._connection.execute(_FILL_PHOTO, self._filled)
        if self._bound:
            self._connection.execute(_BIND_FILE, self._bound)

    def _bind(self, row: Row[Any], photo_id: int, size: int, mtime_ns: int) -> None:
        self.touched |= {row.photo_id, photo_id}
        self._bound.append({"of": row.id, "photo_id": photo_id, "size": size, "mtime_ns": mtime_ns})

    def _missing_twin(self, photo_id: int, path: bytes) -> int | None:
        """The missing file whose place a new one takes: one of the same name before any other.

        A file of this batch is not missing, whatever the catalog still says: it was read.
        """
        rows = [
            row
            for row in self._connection.execute(_MISSING_TWINS, {"photo": photo_id})
            if row.id not in self._files
        ]
        name = os.path.basename(path)
        alike = [row for row in rows if os.path.basename(row.path) == name]
        return next((row.id for row in (*alike, *rows)), None)


def photos_of(connection: Connection, contents: Iterable[bytes]) -> dict[bytes, int]:
    """The photos of these contents; contents without one are left out."""
    wanted = list(dict.fromkeys(contents))
    photos: dict[bytes, int] = {}
    for start in range(0, len(wanted), CONTENTS_AT_ONCE):
        some = wanted[start : start + CONTENTS_AT_ONCE]
        for content, photo_id in connection.execute(_PHOTOS_OF_CONTENTS, {"contents": some}):
            assert content is not None
            photos[content] = photo_id
    return photos


def _photo_values(read: FileRead) -> dict[str, Any]:
    taken_at = within_calendar(
        taken_from_mtime(read.mtime_ns) if read.facts.taken_at is None else read.facts.taken_at
    )
    return {
        "content_hash": read.content_hash,
        "size": read.size,
        "taken_at": taken_at,
        "dated": read.facts.taken_at is not None,
        "month": month_of(taken_at),
        **{name: getattr(read.facts, name) for name in _FACTS},
    }
