"""Which photos are shown, where each stands in the views of the grid, and which are forgotten.

Whoever changes files or photos hands the ids of the photos concerned to `settle`, at the end of the
same transaction; nobody else writes `photo.shown`, `listing` and `tally`, or deletes a photo.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from photofind.catalog.records import SHOWN_PRESENCES, SHOWN_STATES, Removed, View
from photofind.catalog.schema import ALL_PHOTOS, RECENT_PHOTOS, file, listing, photo, tally

# How many of the lowest bits of a moment do not count for its stretch: 18 hours of capture time,
# 1,024 photos in the order of adding. A page costs about one stretch.
TIME_STRETCH_BITS: Final = 16
RECENT_STRETCH_BITS: Final = 10

# Each writing connection has one; it is empty between transactions.
touched = Table(
    "touched", MetaData(), Column("photo_id", Integer, primary_key=True), prefixes=["TEMPORARY"]
)

is_showing: Final = and_(file.c.presence.in_(SHOWN_PRESENCES), file.c.state.in_(SHOWN_STATES))


def view_number(view: View) -> int:
    """The number under which a view stands in `listing` and `tally`."""
    if view.recent:
        return RECENT_PHOTOS
    return ALL_PHOTOS if view.folder_id is None else view.folder_id


def stretch_bits(view: int) -> int:
    """How many bits of a moment lie within one stretch of this view."""
    return RECENT_STRETCH_BITS if view == RECENT_PHOTOS else TIME_STRETCH_BITS


def in_list(column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column has one of these numbers: one parameter, however many there are."""
    listed = func.json_each(bindparam(None, _as_json(ids), unique=True)).table_valued("value")
    return column.in_(select(listed.c.value))


def _as_json(ids: Iterable[int]) -> str:
    return f"[{','.join(str(int(number)) for number in ids)}]"


def settle(connection: Connection, photo_ids: Iterable[int]) -> Removed:
    """Bring everything that follows from the files of these photos up to date.

    Photos without any file are deleted, with their embeddings; which, is returned.
    """
    rows = [{"photo_id": photo_id} for photo_id in set(photo_ids)]
    if not rows:
        return Removed([], [])
    connection.execute(insert(touched), rows)
    among = select(touched.c.photo_id)
    _count(connection, among, sign=-1)
    connection.execute(delete(listing).where(listing.c.photo_id.in_(among)))
    removed = _forget(connection, among)
    shown = exists().where(file.c.photo_id == photo.c.id, is_showing)
    connection.execute(update(photo).where(photo.c.id.in_(among)).values(shown=shown))
    columns = [column.name for column in listing.columns]
    for placed in places():
        in_order = placed.order_by(*placed.selected_columns)  # a tree grows best in its own order
        connection.execute(insert(listing).from_select(columns, in_order))
    _count(connection, among, sign=1)
    connection.execute(delete(tally).where(tally.c.photos == 0))
    connection.execute(delete(touched))
    return removed


def places(*, of_touched: bool = True) -> Sequence[Select[tuple[int, int, int, int]]]:
    """Selects of (view, month, moment, photo_id): where the shown photos stand."""
    by_time = (photo.c.month, photo.c.taken_at, photo.c.id)
    everywhere = select(literal(ALL_PHOTOS).label("view"), *by_time).where(photo.c.shown)
    recent = select(literal(RECENT_PHOTOS), photo.c.added_month, photo.c.id, photo.c.id)
    by_folder = select(file.c.folder_id, *by_time).distinct().where(is_showing)
    selects = (
        everywhere,
        recent.where(photo.c.shown),
        by_folder.join_from(file, photo, photo.c.id == file.c.photo_id),
    )
    if not of_touched:
        return selects
    # Each by its own key: joined to `touched`, SQLite would look through all photos.
    among = select(touched.c.photo_id)
    keys = (photo.c.id, photo.c.id, file.c.photo_id)
    return [each.where(key.in_(among)) for each, key in zip(selects, keys, strict=True)]


def stretches(*conditions: ColumnElement[bool], sign: int = 1) -> Select[tuple[int, int, int, int]]:
    """(view, month, stretch, photos) of the listing; with sign -1, to be taken off."""
    bits = case((listing.c.view == RECENT_PHOTOS, RECENT_STRETCH_BITS), else_=TIME_STRETCH_BITS)
    stretch = listing.c.moment.op(">>")(bits).label("stretch")
    return (
        select(listing.c.view, listing.c.month, stretch, (func.count() * sign).label("photos"))
        .where(*conditions)
        .group_by(listing.c.view, listing.c.month, stretch)
    )


def _count(connection: Connection, among: Select[tuple[int]], sign: int) -> None:
    """Add the listed photos among these to the tally, or take them off."""
    counted = upsert(tally).from_select(
        ["view", "month", "stretch", "photos"],
        stretches(listing.c.photo_id.in_(among), sign=sign),
    )
    connection.execute(
        counted.on_conflict_do_update(
            index_elements=["view", "month", "stretch"],
            set_={"photos": tally.c.photos + counted.excluded.photos},
        )
    )


def _forget(connection: Connection, among: Select[tuple[int]]) -> Removed:
    """Delete the photos among these that have no file left."""
    orphan = and_(photo.c.id.in_(among), ~exists().where(file.c.photo_id == photo.c.id))
    gone = connection.execute(select(photo.c.id, photo.c.content_hash).where(orphan)).all()
    if gone:
        connection.execute(delete(photo).where(orphan))
    return Removed(
        photo_ids=[row.id for row in gone],
        content_hashes=[row.content_hash for row in gone if row.content_hash is not None],
    )
