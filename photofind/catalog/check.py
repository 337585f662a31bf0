"""Whether a catalog holds together: what SQLite says of the file, and our own promises.

Everything here reads the whole catalog; it is for the doctor and for tests.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Select,
    except_,
    exists,
    func,
    or_,
    select,
    union_all,
)

from photofind.catalog.listing import is_showing, places, stretches
from photofind.catalog.lookups import of_removed_folder, removed_ids
from photofind.catalog.records import FAILED, MISSING, READ
from photofind.catalog.schema import embedding, encoder, file, folder, listing, photo, tally

TOLD_AT_MOST: Final = 10  # messages of SQLite's own check


def contradictions(connection: Connection) -> list[str]:
    """One sentence for each promise that the catalog breaks; none for a sound one."""
    return [*_of_the_file(connection), *_of_the_rows(connection)]


def _of_the_file(connection: Connection) -> Iterator[str]:
    for message in connection.exec_driver_sql(f"PRAGMA integrity_check({TOLD_AT_MOST})").scalars():
        if message != "ok":
            yield f"SQLite finds the file damaged: {message}"
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        yield f"{len(dangling)} rows point to rows that are not there"


def _of_the_rows(connection: Connection) -> Iterator[str]:
    for sentence, statement in _promises():
        counted = connection.scalar(select(func.count()).select_from(statement.subquery()))
        if counted:
            yield f"{counted} {sentence}"


def _promises() -> Iterator[tuple[str, Select[Any]]]:
    """What is wrong, and the rows of which it is true."""
    has_file = exists().where(file.c.photo_id == photo.c.id)
    has_showing_file = exists().where(file.c.photo_id == photo.c.id, is_showing)
    unread = photo.c.content_hash.is_(None)
    yield "photos have no file", select(photo.c.id).where(~has_file)
    yield (
        "photos are shown or hidden against what their files say",
        select(photo.c.id).where(photo.c.shown != has_showing_file),
    )
    yield (
        "files share a photo that was never read",
        select(photo.c.id)
        .join(file, file.c.photo_id == photo.c.id)
        .where(unread)
        .group_by(photo.c.id)
        .having(func.count() > 1),
    )
    of_photo = file.join(photo, photo.c.id == file.c.photo_id)
    yield (
        "read files have a photo without content",
        select(file.c.id).select_from(of_photo).where(file.c.state == READ, unread),
    )
    yield (
        "files are set aside without a reason, or have one without being set aside",
        select(file.c.id).where((file.c.state == FAILED) == file.c.reason.is_(None)),
    )
    yield (
        "files do not lie in their folder",
        select(file.c.id)
        .join(folder, folder.c.id == file.c.folder_id)
        .where(func.substr(file.c.path, 1, func.length(folder.c.path)) != folder.c.path),
    )
    not_kept = or_(file.c.presence != MISSING, file.c.state != READ)
    yield (
        "files of removed folders are still in use",
        select(file.c.id).where(of_removed_folder, not_kept),
    )
    yield (
        "folders are removed, but nothing of them is kept",
        select(removed_ids.except_(select(file.c.folder_id)).subquery()),
    )
    yield (
        "embeddings are of a wrong length or of a photo that was never read",
        select(embedding.c.photo_id)
        .join(encoder, encoder.c.id == embedding.c.encoder_id)
        .join(photo, photo.c.id == embedding.c.photo_id)
        .where(or_(func.length(embedding.c.vector) != encoder.c.dimension * 4, unread)),
    )
    listed = select(listing.c.view, listing.c.month, listing.c.moment, listing.c.photo_id)
    placed = union_all(*places()).subquery()
    yield "places in the grid are wrong", _difference(listed, select(placed))
    counted = select(tally.c.view, tally.c.month, tally.c.stretch, tally.c.photos)
    yield "counts of the grid are wrong", _difference(counted, stretches())


def _difference(kept: Select[Any], right: Select[Any]) -> Select[Any]:
    """Rows that only one of two selects has."""
    surplus, lacking = except_(kept, right).subquery(), except_(right, kept).subquery()
    return select(union_all(select(surplus), select(lacking)).subquery())
