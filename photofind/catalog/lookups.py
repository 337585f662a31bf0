"""Reads that the writing and the reading catalog have in common, each within a transaction."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, Integer, Select, cast, func, or_, select

from photofind.catalog.listing import in_list, is_showing
from photofind.catalog.records import MISSING, FolderRow
from photofind.catalog.schema import embedding, encoder, file, folder, photo, setting, tally
from photofind.paths import is_within

# Always true. Said beside a condition on presence and state, it lets SQLite find the files by the
# index that begins with the folder, instead of looking at each.
in_any_folder: Final = file.c.folder_id.in_(select(folder.c.id))

# A setting for each removed folder, named by its id: since when, in seconds since the epoch. A
# column of the folder would say the same, at the price of a copy of every catalog there is.
_REMOVAL: Final = "removed-folder/"
_removed: Final = setting.c.name.startswith(_REMOVAL)
_removed_id: Final = cast(func.substr(setting.c.name, len(_REMOVAL) + 1), Integer)
removed_ids: Final = select(_removed_id).where(_removed)
of_removed_folder: Final = file.c.folder_id.in_(removed_ids)


def removal(folder_id: int) -> str:
    """The name of the setting that says since when a folder is removed."""
    return f"{_REMOVAL}{folder_id}"


def removed_folders(connection: Connection) -> dict[int, int]:
    """Since when each removed folder is removed, longest ago first."""
    rows = connection.execute(select(_removed_id, setting.c.value).where(_removed)).all()
    since = {row[0]: int(row[1]) for row in rows}
    return dict(sorted(since.items(), key=lambda each: each[::-1]))


PassesOver = Callable[[bytes, bytes], bool]
"""Whether scanning the one folder skips the other, which lies below it."""


def nothing(_folder: bytes, _below: bytes) -> bool:
    """The scan that passes over nothing."""
    return False


def folder_around(
    folders: Iterable[FolderRow], path: bytes, passes_over: PassesOver
) -> FolderRow | None:
    """The folder that a path lies in: the innermost one of those whose scans come there."""
    around = (f for f in folders if is_within(path, f.path) and not passes_over(f.path, path))
    return max(around, key=lambda f: len(f.path), default=None)


def removed_apart(connection: Connection, path: bytes, passes_over: PassesOver) -> list[int]:
    """The removed folders below a path that scanning the path passes over."""
    removed = connection.execute(
        select(folder.c.id, folder.c.path).where(folder.c.id.in_(removed_ids))
    )
    return [row.id for row in removed if is_within(row.path, path) and passes_over(path, row.path)]


def lies_at_or_below(path: bytes) -> ColumnElement[bool]:
    """Whether a file lies at a path or below it, as `paths.is_within`."""
    separator = os.sep.encode()
    first = path.rstrip(separator) + separator
    end = first[:-1] + bytes([first[-1] + 1])  # a byte after the separator ends what lies below
    return or_(file.c.path == path, (file.c.path >= first) & (file.c.path < end))


def file_counts(connection: Connection) -> list[tuple[int, str, str, int]]:
    """(folder id, presence, state, files), from one index alone."""
    columns = (file.c.folder_id, file.c.presence, file.c.state)
    counted = select(*columns, func.count()).group_by(*columns)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(counted)]


def folder_rows(connection: Connection) -> list[FolderRow]:
    """All folders, by path; without removed ones."""
    files: dict[int, int] = defaultdict(int)
    for folder_id, presence, _, count in file_counts(connection):
        if presence != MISSING:
            files[folder_id] += count
    summed = select(tally.c.view, func.sum(tally.c.photos)).group_by(tally.c.view)
    photos = {row[0]: row[1] for row in connection.execute(summed)}
    listed = select(folder).where(folder.c.id.not_in(removed_ids)).order_by(folder.c.path)
    return [
        FolderRow(
            row.id,
            row.path,
            row.online,
            row.added_at,
            row.last_seen_at,
            files=files.get(row.id, 0),
            photos=photos.get(row.id, 0),
        )
        for row in connection.execute(listed)
    ]


def setting_value(connection: Connection, name: str) -> str | None:
    """One setting of the library; None when it was never set."""
    return connection.scalar(select(setting.c.value).where(setting.c.name == name))


def encoder_id(connection: Connection, key: str | None) -> int | None:
    """The id of an encoder by its key."""
    return connection.scalar(select(encoder.c.id).where(encoder.c.key == key))


def embedded_count(connection: Connection, encoder_id: int) -> int:
    """How many photos have an embedding of this encoder."""
    counted = select(func.count()).select_from(embedding)
    return connection.scalar(counted.where(embedding.c.encoder_id == encoder_id)) or 0


def read_photo_count(connection: Connection) -> int:
    """How many photos were ever read. Only those can have embeddings."""
    counted = select(func.count()).select_from(photo)
    return connection.scalar(counted.where(photo.c.content_hash.is_not(None))) or 0


def showing_files(photo_ids: Iterable[int]) -> Select[tuple[int, int, bytes, str, int]]:
    """(photo id, file id, path, presence, folder id) of the files that show these photos."""
    return (
        select(file.c.photo_id, file.c.id, file.c.path, file.c.presence, file.c.folder_id)
        .where(in_list(file.c.photo_id, photo_ids), is_showing)
        .order_by(file.c.presence, file.c.id)  # "here" before "offline"
    )
