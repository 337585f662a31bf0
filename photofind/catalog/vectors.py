"""Embeddings in and out of the catalog, as arrays.

Photo ids are int64, vectors float32, C-contiguous, of unit length, one row a photo.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, exists, false, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from photofind.catalog.listing import in_list
from photofind.catalog.records import FileRead
from photofind.catalog.schema import VECTOR_DTYPE, embedding, encoder, listing, photo

_KEEP: Final = upsert(embedding).on_conflict_do_nothing()


def encoder_row_id(connection: Connection, key: str, name: str, dimension: int) -> int:
    """The id of an encoder, made when it is new. A key always has one dimension."""
    made = upsert(encoder).values(key=key, name=name, dimension=dimension)
    connection.execute(
        made.on_conflict_do_update(index_elements=["key"], set_={"name": made.excluded.name})
    )
    row = connection.execute(select(encoder).where(encoder.c.key == key)).one()
    if row.dimension != dimension:
        raise ValueError(f"encoder {key} has {row.dimension} dimensions, not {dimension}")
    return int(row.id)


def encoder_names(connection: Connection) -> list[str]:
    """The models that were ever loaded for this catalog, each once, the oldest first."""
    found = select(encoder.c.name).group_by(encoder.c.name).order_by(func.min(encoder.c.id))
    return list(connection.scalars(found))


def dimension_of(connection: Connection, encoder_id: int) -> int:
    """The length of an encoder's vectors."""
    found = select(encoder.c.dimension).where(encoder.c.id == encoder_id)
    return int(connection.scalars(found).one())


def refuse_unusable(connection: Connection, encoder_id: int, reads: Sequence[FileRead]) -> None:
    """Raise ValueError for an embedding that could never be searched."""
    dimension = dimension_of(connection, encoder_id)
    for read in reads:
        if read.embedding.shape != (dimension,) or not np.isfinite(read.embedding).all():
            raise ValueError(f"file {read.file_id} has no usable embedding of {dimension} numbers")


def keep(
    connection: Connection,
    encoder_id: int,
    embeddings: Sequence[tuple[int, NDArray[np.float32]]],
) -> None:
    """Keep embeddings by photo id; where there is one already, it stays."""
    if embeddings:
        connection.execute(
            _KEEP,
            [
                {
                    "photo_id": photo_id,
                    "encoder_id": encoder_id,
                    "vector": vector.astype(VECTOR_DTYPE, copy=False).tobytes(),
                }
                for photo_id, vector in embeddings
            ],
        )


def is_embedded(connection: Connection, encoder_id: int, photo_id: int) -> bool:
    """Whether a photo has an embedding of this encoder."""
    found = select(embedding.c.photo_id).where(
        embedding.c.photo_id == photo_id, embedding.c.encoder_id == encoder_id
    )
    return connection.scalar(found) is not None


def by_id(
    connection: Connection, encoder_id: int, after: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Embeddings of the next photos after an id, by id."""
    return _arrays(
        connection,
        encoder_id,
        _embeddings(encoder_id).where(embedding.c.photo_id > after).limit(limit),
    )


def of_photos(
    connection: Connection, encoder_id: int, photo_ids: Iterable[int]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Embeddings of these photos, by id; photos without one are left out."""
    return _arrays(
        connection,
        encoder_id,
        _embeddings(encoder_id).where(in_list(embedding.c.photo_id, photo_ids)),
    )


def embedded_ids(connection: Connection, encoder_id: int) -> NDArray[np.int64]:
    """All photos with an embedding, ascending."""
    of_encoder = embedding.c.encoder_id == encoder_id
    return _ids(connection, select(embedding.c.photo_id).where(of_encoder))


def searchable_ids(
    connection: Connection, encoder_id: int, folder_ids: Sequence[int] | None
) -> NDArray[np.int64]:
    """Photos that are shown and have an embedding, ascending; in these folders, or anywhere."""
    if folder_ids is None:
        hidden = _ids(connection, select(photo.c.id).where(photo.c.shown == false()))
        embedded = embedded_ids(connection, encoder_id)
        return embedded[~np.isin(embedded, hidden, assume_unique=True)]
    embedded_here = exists().where(
        embedding.c.photo_id == listing.c.photo_id, embedding.c.encoder_id == encoder_id
    )
    in_folders = in_list(listing.c.view, folder_ids)
    return _ids(connection, select(listing.c.photo_id).where(in_folders, embedded_here).distinct())


def _embeddings(encoder_id: int) -> Select[tuple[int, bytes]]:
    return (
        select(embedding.c.photo_id, embedding.c.vector)
        .where(embedding.c.encoder_id == encoder_id)
        .order_by(embedding.c.photo_id)
    )


def _arrays(
    connection: Connection, encoder_id: int, statement: Select[tuple[int, bytes]]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    dimension = dimension_of(connection, encoder_id)
    rows = connection.execute(statement).all()
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    vectors = np.frombuffer(b"".join(row[1] for row in rows), VECTOR_DTYPE)
    return ids, vectors.reshape(len(rows), dimension).astype(np.float32)


def _ids(connection: Connection, statement: Select[tuple[int]]) -> NDArray[np.int64]:
    """The ids that a statement selects, ascending. They come as one text: a million rows of one
    number take twenty times as long."""
    (column,) = statement.subquery().c
    joined = connection.scalar(select(func.group_concat(column)))
    return np.sort(np.fromstring(joined or "", np.int64, sep=","))
