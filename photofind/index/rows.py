"""All vectors in memory, for exact search. Not thread-safe: the index holds its lock.

They lie in blocks of a fixed size, so that growing never copies what is there (200 MB at 100,000
photos, with every search waiting).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

BLOCK_ROWS: Final = 4096
FEW_IDS: Final = 2048  # up to here ids are looked up one by one, without sorting all of them


class Rows:
    """Vectors by id, in rows 0 .. len - 1 without holes."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._blocks: list[Vectors] = []
        self._ids: Ids = np.empty(0, np.int64)
        self._row_of: dict[int, int] = {}
        self._order: Ids | None = None  # rows by rising id; None after a change

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, photo_id: int) -> bool:
        return photo_id in self._row_of

    def ids(self) -> Ids:
        """The ids in the order of rows; a view that the next change makes stale."""
        return self._ids[: len(self)]

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Append vectors of ids that are not held yet."""
        first, count = len(self), len(ids)
        if first + count > len(self._ids):
            room = np.empty(max(BLOCK_ROWS, (first + count) * 5 // 4) - len(self._ids), np.int64)
            self._ids = np.concatenate([self._ids, room])
        self._ids[first : first + count] = ids
        self._row_of.update(zip(ids.tolist(), range(first, first + count), strict=True))
        done = 0
        while done < count:
            block, offset = divmod(first + done, BLOCK_ROWS)
            if block == len(self._blocks):
                self._blocks.append(np.empty((BLOCK_ROWS, self._dimension), np.float32))
            fits = min(BLOCK_ROWS - offset, count - done)
            self._blocks[block][offset : offset + fits] = vectors[done : done + fits]
            done += fits
        self._order = None

    def remove(self, photo_id: int) -> None:
        """Forget an id that is held; the last row takes its place."""
        row = self._row_of.pop(photo_id)
        last = len(self)
        if row != last:
            moved = int(self._ids[last])
            self._ids[row] = moved
            self._row_of[moved] = row
            self._at(row)[:] = self._at(last)
        if len(self._blocks) * BLOCK_ROWS - last > 2 * BLOCK_ROWS:
            self._blocks.pop()
        self._order = None

    def find(self, ids: Ids) -> Ids:
        """The rows of those ids that are held, each once, rising."""
        if len(ids) <= FEW_IDS:
            rows = {self._row_of.get(photo_id, -1) for photo_id in ids.tolist()} - {-1}
            return np.array(sorted(rows), np.int64)
        held = self.ids()
        if not len(held):
            return np.empty(0, np.int64)
        if self._order is None:
            self._order = np.argsort(held)
        places = np.searchsorted(held, ids, sorter=self._order)
        rows_near = self._order[np.minimum(places, len(held) - 1)]
        return np.unique(rows_near[held[rows_near] == ids])

    def in_order(self, ids: Ids) -> Ids:
        """The rows of those ids that are held, in the order of the ids."""
        rows = [self._row_of[photo_id] for photo_id in ids.tolist() if photo_id in self._row_of]
        return np.array(rows, np.int64)

    def take(self, rows: Ids) -> Vectors:
        """A copy of the vectors in these rows, in their order."""
        vectors = np.empty((len(rows), self._dimension), np.float32)
        blocks, offsets = np.divmod(rows, BLOCK_ROWS)
        for block in np.unique(blocks):
            here = blocks == block
            vectors[here] = self._blocks[block][offsets[here]]
        return vectors

    def scores(self, query: Vectors, rows: Ids | None = None) -> NDArray[np.float32]:
        """The inner product of a query with all rows, or with some; right to about 1e-6."""
        if rows is not None and len(rows) * 4 < len(self):
            return self.take(rows) @ query
        left, parts = len(self), [np.empty(0, np.float32)]
        for block in self._blocks:
            parts.append(block[: max(0, left)] @ query)
            left -= BLOCK_ROWS
        every = np.concatenate(parts)
        return every if rows is None else every[rows]

    def exact_scores(self, query: Vectors, rows: Ids) -> NDArray[np.float64]:
        """The same in double precision."""
        wide = query.astype(np.float64)
        parts = [
            self.take(rows[start : start + BLOCK_ROWS]).astype(np.float64) @ wide
            for start in range(0, len(rows), BLOCK_ROWS)
        ]
        return np.concatenate([np.empty(0), *parts])

    def _at(self, row: int) -> Vectors:
        block, offset = divmod(row, BLOCK_ROWS)
        vector: Vectors = self._blocks[block][offset]
        return vector
