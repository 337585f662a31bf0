"""What becomes of a file whose content is known: a new photo, or one more file of a known one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from photofind.catalog.moments import month_of, taken_from_mtime, within_calendar
from photofind.catalog.records import HERE, MISSING, READ, FileRead, Kind
from photofind.catalog.schema import file, photo

HASHES_AT_ONCE: Final = 500  # parameters of one statement


@dataclass(frozen=True, slots=True)
class Merged:
    """Where a file went."""

    photo_id: int
    kind: Literal["new"] | Kind
    replaced_file_id: int | None
    touched: tuple[int, ...]  # photos to be settled


def file_row(connection: Connection, file_id: int) -> Row[Any] | None:
    """A file with its photo's own columns; None when it is gone."""
    return connection.execute(
        select(
            file.c.id,
            file.c.path,
            file.c.photo_id,
            photo.c.content_hash,
            photo.c.added_at,
            photo.c.added_month,
        )
        .join(photo, photo.c.id == file.c.photo_id)
        .where(file.c.id == file_id)
    ).one_or_none()


def photo_with_content(connection: Connection, content_hash: bytes) -> int | None:
    """The photo of this content."""
    return connection.scalar(select(photo.c.id).where(photo.c.content_hash == content_hash))


def known_contents(connection: Connection, content_hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these contents have a photo."""
    known: set[bytes] = set()
    for start in range(0, len(content_hashes), HASHES_AT_ONCE):
        some = content_hashes[start : start + HASHES_AT_ONCE]
        found = connection.scalars(
            select(photo.c.content_hash).where(photo.c.content_hash.in_(some))
        )
        known.update(content for content in found if content is not None)
    return known


def bind_to_photo(
    connection: Connection, row: Row[Any], photo_id: int, size: int, mtime_ns: int
) -> Merged:
    """The file is one of a known photo: as before, the new place of a missing one, or a copy."""
    kind: Kind = "same"
    replaced: int | None = None
    if row.photo_id != photo_id:
        replaced = _missing_twin(connection, photo_id, row.path)
        kind = "copy" if replaced is None else "moved"
    if replaced is not None:
        connection.execute(delete(file).where(file.c.id == replaced))
    _bind(connection, row.id, photo_id, size, mtime_ns)
    return Merged(photo_id, kind, replaced, (row.photo_id, photo_id))


def merge_read(connection: Connection, row: Row[Any], read: FileRead) -> Merged:
    """Bind a file that was read to the photo of its content, which is made when it is new."""
    known = photo_with_content(connection, read.content_hash)
    if known is not None:
        return bind_to_photo(connection, row, known, read.size, read.mtime_ns)
    values = _photo_values(read)
    if row.content_hash is None:
        photo_id: int = row.photo_id
        connection.execute(update(photo).where(photo.c.id == photo_id).values(values))
    else:  # the file had another content; a photo is its content, so this is another photo
        values |= {"added_at": row.added_at, "added_month": row.added_month, "shown": False}
        made = connection.execute(insert(photo).values(values)).inserted_primary_key
        assert made is not None
        photo_id = made[0]
    _bind(connection, row.id, photo_id, read.size, read.mtime_ns)
    return Merged(photo_id, "new", None, (row.photo_id, photo_id))


def _bind(connection: Connection, file_id: int, photo_id: int, size: int, mtime_ns: int) -> None:
    connection.execute(
        update(file)
        .where(file.c.id == file_id)
        .values(
            photo_id=photo_id,
            size=size,
            mtime_ns=mtime_ns,
            state=READ,
            presence=HERE,
            reason=None,
            detail=None,
            attempts=0,
        )
    )


def _missing_twin(connection: Connection, photo_id: int, path: bytes) -> int | None:
    """The missing file whose place a new one takes: one of the same name before any other."""
    rows = connection.execute(
        select(file.c.id, file.c.path)
        .where(and_(file.c.photo_id == photo_id, file.c.presence == MISSING, file.c.state == READ))
        .order_by(file.c.id)
    ).all()
    name = os.path.basename(path)
    alike = [row for row in rows if os.path.basename(row.path) == name]
    return next((row.id for row in (*alike, *rows)), None)


def _photo_values(read: FileRead) -> dict[str, Any]:
    facts = read.facts
    taken_at = within_calendar(
        taken_from_mtime(read.mtime_ns) if facts.taken_at is None else facts.taken_at
    )
    return {
        "content_hash": read.content_hash,
        "size": read.size,
        "taken_at": taken_at,
        "dated": facts.taken_at is not None,
        "month": month_of(taken_at),
        "width": facts.width,
        "height": facts.height,
        "format": facts.format,
        "camera": facts.camera,
        "lens": facts.lens,
        "exposure_seconds": facts.exposure_seconds,
        "f_number": facts.f_number,
        "iso": facts.iso,
        "focal_length_mm": facts.focal_length_mm,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
    }
