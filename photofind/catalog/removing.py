"""Removing a folder, bringing it back, and forgetting what it left behind.

A folder that is removed is gone from sight at once: no list, count or search knows it. What was
read of it is kept for a while (`records.KEPT_DAYS`), so that a folder removed by mistake comes back
without being read again. To keep it nothing new is needed: its files are missing, as those that a
scan did not find, and a setting says since when the folder is removed. Only files that were read
and not missing are kept: the others know nothing worth keeping, and a file that comes back can so
be told from one that was gone before.

No file of a removed folder ever lies within a folder of the library whose scans come there: one
that is added takes over what is kept below it.

Apart from `writer.py` only to keep both of a readable size. Each function is a part of one of the
writer's transactions and returns the photos that must then be settled.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from photofind.catalog.listing import in_list
from photofind.catalog.lookups import lies_at_or_below, of_removed_folder, removal, removed_folders
from photofind.catalog.records import MISSING, OFFLINE, READ
from photofind.catalog.schema import file, folder, setting


def hide(connection: Connection, folder_id: int, now: int) -> Sequence[int]:
    """The folder is removed since `now`; the files worth keeping are hidden, others forgotten."""
    removed = removed_folders(connection)
    concerned = file.c.folder_id == folder_id
    photos: Sequence[int] = []
    if folder_id not in removed:
        photos = connection.scalars(select(file.c.photo_id).where(concerned)).all()
        worthless = or_(file.c.presence == MISSING, file.c.state != READ)
        connection.execute(delete(file).where(concerned, worthless))
        connection.execute(update(file).where(concerned).values(presence=MISSING))
    # Asked again, it is removed since then; but what was to be forgotten at once stays so.
    since = min(now, removed.get(folder_id, now))
    if connection.scalar(select(folder.c.id).where(folder.c.id == folder_id)) is not None:
        mark = upsert(setting).values(name=removal(folder_id), value=str(since))
        connection.execute(
            mark.on_conflict_do_update(index_elements=["name"], set_={"value": mark.excluded.value})
        )
    drop_empty(connection)
    return photos


def bring_back(
    connection: Connection, folder_id: int, path: bytes, apart: Sequence[int] = ()
) -> Sequence[int]:
    """What is kept at or below a path is of this folder now, and offline until a scan finds it;
    not what is kept of these removed folders."""
    connection.execute(delete(setting).where(setting.c.name == removal(folder_id)))
    kept = or_(of_removed_folder, file.c.folder_id == folder_id) & lies_at_or_below(path)
    kept &= file.c.folder_id.not_in(apart)
    photos = connection.scalars(select(file.c.photo_id).where(kept)).all()
    connection.execute(update(file).where(kept).values(folder_id=folder_id, presence=OFFLINE))
    drop_empty(connection)
    return photos


def forget_some(connection: Connection, folder_id: int, files: int) -> Sequence[int]:
    """So many files of a removed folder are forgotten, and with the last one the folder."""
    some = select(file.c.id, file.c.photo_id).where(file.c.folder_id == folder_id).limit(files)
    rows = connection.execute(some).all()
    connection.execute(delete(file).where(in_list(file.c.id, [row.id for row in rows])))
    drop_empty(connection)
    return [row.photo_id for row in rows]


def drop_empty(connection: Connection) -> None:
    """Removed folders of which nothing is kept are forgotten."""
    for folder_id in removed_folders(connection):
        some = select(file.c.id).where(file.c.folder_id == folder_id).limit(1)
        if connection.scalar(some) is None:
            connection.execute(delete(folder).where(folder.c.id == folder_id))
            connection.execute(delete(setting).where(setting.c.name == removal(folder_id)))
