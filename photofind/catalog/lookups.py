"""Reads that the writing and the reading catalog have in common, each within a transaction."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, Select, func, select

from photofind.catalog.listing import in_list, is_showing
from photofind.catalog.records import MISSING, FolderRow
from photofind.catalog.schema import embedding, encoder, file, folder, photo, setting, tally

# Always true. Said beside a condition on presence and state, it lets SQLite find the files by the
# index that begins with the folder, instead of looking at each.
in_any_folder: Final = file.c.folder_id.in_(select(folder.c.id))


def file_counts(connection: Connection) -> list[tuple[int, str, str, int]]:
    """(folder id, presence, state, files), from one index alone."""
    columns = (file.c.folder_id, file.c.presence, file.c.state)
    counted = select(*columns, func.count()).group_by(*columns)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(counted)]


def folder_rows(connection: Connection) -> list[FolderRow]:
    """All folders, by path."""
    files: dict[int, int] = defaultdict(int)
    for folder_id, presence, _, count in file_counts(connection):
        if presence != MISSING:
            files[folder_id] += count
    summed = select(tally.c.view, func.sum(tally.c.photos)).group_by(tally.c.view)
    photos = {row[0]: row[1] for row in connection.execute(summed)}
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
        for row in connection.execute(select(folder).order_by(folder.c.path))
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
