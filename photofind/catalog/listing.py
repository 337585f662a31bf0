"""Which photos are shown, where each stands in the views of the grid, and which are forgotten.

Whoever changes files or photos hands the ids of the photos concerned to `settle`, at the end of the
same transaction; nobody else writes `photo.shown`, `listing` and `tally`, or deletes a photo.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Executable,
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


def numbers(name: str) -> Select[tuple[int]]:
    """A list of numbers to be looked for: one parameter of this name, however many there are, whose
    value comes from `as_json`."""
    return _each(bindparam(name))


def as_json(ids: Iterable[int]) -> str:
    """Numbers as the parameter of `numbers`."""
    return f"[{','.join(str(int(number)) for number in ids)}]"


def in_list(column: ColumnElement[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column has one of these numbers."""
    return column.in_(_each(bindparam(None, as_json(ids), unique=True)))


def _each(parameter: BindParameter[str]) -> Select[tuple[int]]:
    listed = func.json_each(parameter).table_valued("value")
    return select(listed.c.value)


def settle(connection: Connection, photo_ids: Iterable[int]) -> Removed:
    """Bring everything that follows from the files of these photos up to date.

    Photos without any file are deleted, with their embeddings; which, is returned.
    """
    rows = [{"photo_id": photo_id} for photo_id in set(photo_ids)]
    if not rows:
        return Removed([], [])
    connection.execute(_TOUCH, rows)
    connection.execute(_TAKE_OFF)
    connection.execute(_UNLIST)
    gone = connection.execute(_ORPHANS).all()
    if gone:
        connection.execute(_FORGET_ORPHANS)
    connection.execute(_SHOW)
    for listed in _LIST:
        connection.execute(listed)
    connection.execute(_COUNT)
    connection.execute(_DROP_EMPTY)
    connection.execute(_UNTOUCH)
    return Removed(
        photo_ids=[row.id for row in gone],
        content_hashes=[row.content_hash for row in gone if row.content_hash is not None],
    )


def places(*conditions: ColumnElement[bool]) -> Sequence[Select[tuple[int, int, int, int]]]:
    """Selects of (view, month, moment, photo_id): where the shown photos stand."""
    by_time = (photo.c.month, photo.c.taken_at, photo.c.id)
    everywhere = select(literal(ALL_PHOTOS).label("view"), *by_time).where(photo.c.shown)
    recent = select(literal(RECENT_PHOTOS), photo.c.added_month, photo.c.id, photo.c.id)
    by_folder = select(file.c.folder_id, *by_time).distinct().where(is_showing)
    return (
        everywhere.where(*conditions),
        recent.where(photo.c.shown, *conditions),
        by_folder.join_from(file, photo, photo.c.id == file.c.photo_id).where(*conditions),
    )


def stretches(*conditions: ColumnElement[bool], sign: int = 1) -> Select[tuple[int, int, int, int]]:
    """(view, month, stretch, photos) of the listing; with sign -1, to be taken off."""
    bits = case((listing.c.view == RECENT_PHOTOS, RECENT_STRETCH_BITS), else_=TIME_STRETCH_BITS)
    stretch = listing.c.moment.op(">>")(bits).label("stretch")
    return (
        select(listing.c.view, listing.c.month, stretch, (func.count() * sign).label("photos"))
        .where(*conditions)
        .group_by(listing.c.view, listing.c.month, stretch)
    )


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _counted(sign: int) -> Executable:
    """Add the touched photos that are listed to the tally, or take them off."""
    made = upsert(tally).from_select(
        _names(tally), stretches(listing.c.photo_id.in_(_AMONG), sign=sign)
    )
    return made.on_conflict_do_update(
        index_elements=["view", "month", "stretch"],
        set_={"photos": tally.c.photos + made.excluded.photos},
    )


# What `settle` runs, built once. Photos are named by a list of keys: joined to `touched`, SQLite
# would look through all of them.
_AMONG: Final = select(touched.c.photo_id)
_IS_ORPHAN: Final = and_(photo.c.id.in_(_AMONG), ~exists().where(file.c.photo_id == photo.c.id))
_TOUCH: Final = insert(touched)
_UNTOUCH: Final = delete(touched)
_TAKE_OFF: Final = _counted(-1)
_COUNT: Final = _counted(1)
_DROP_EMPTY: Final = delete(tally).where(tally.c.photos == 0)
_UNLIST: Final = delete(listing).where(listing.c.photo_id.in_(_AMONG))
_ORPHANS: Final = select(photo.c.id, photo.c.content_hash).where(_IS_ORPHAN)
_FORGET_ORPHANS: Final = delete(photo).where(_IS_ORPHAN)
_SHOW: Final = (
    update(photo)
    .where(photo.c.id.in_(_AMONG))
    .values(shown=exists().where(file.c.photo_id == photo.c.id, is_showing))
)
_LIST: Final = [
    # A tree grows best in its own order.
    insert(listing).from_select(_names(listing), placed.order_by(*placed.selected_columns))
    for placed in places(photo.c.id.in_(_AMONG))
]
