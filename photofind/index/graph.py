"""The nearest-neighbour graph. Not thread-safe: hnswlib may not add and search at once.

What is done about hnswlib's habits (nmslib/hnswlib issues 29, 373, 465, 562):
* many equal vectors lose their connections: a vector is put into the graph once, under a label of
  its own, and the ids of all photos that have it hang on that label;
* marking a label deleted twice raises, and so does adding a deleted one again: labels are never
  reused, a photo that comes back gets a new one;
* a search raises when fewer live vectors than asked for are reached: it asks for no more than there
  are, and says so when the graph does not find them, for the caller to search exactly;
* capacity is fixed: it grows before it is reached.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import hnswlib
import numpy as np
from numpy.typing import NDArray

from photofind.index.rows import Ids, Vectors

LINKS: Final = 16  # per vector; hnswlib's M
BUILD_BREADTH: Final = 100  # candidates looked at while adding
SEARCH_BREADTH: Final = (
    400  # while searching, at least: recall@20 0.99 at 100,000, where 128 gives 0.87
)


@dataclass(frozen=True, slots=True)
class GraphState:
    """A graph as arrays: what a file holds of it."""

    photo_ids: Ids  # parallel to `photo_labels`
    photo_labels: Ids
    digests: NDArray[np.uint64]  # by label
    settings: dict[str, Any]  # hnswlib's scalars
    arrays: dict[str, NDArray[Any]]  # hnswlib's memory


class Graph:
    """Distinct vectors in hnswlib, and which photos have them."""

    def __init__(self, dimension: int, capacity: int) -> None:
        self._dimension = dimension
        self._graph = hnswlib.Index("ip", dimension)
        self._graph.init_index(max(1, capacity), LINKS, BUILD_BREADTH)
        self._digests: list[int] = []  # by label
        self._label_of_digest: dict[int, int] = {}
        self._label_of: dict[int, int] = {}  # by photo id
        self._photos: dict[int, list[int]] = {}  # by live label

    def __len__(self) -> int:
        """How many photos' vectors are in the graph."""
        return len(self._label_of)

    def __contains__(self, photo_id: int) -> bool:
        return photo_id in self._label_of

    def ids(self) -> Ids:
        return np.fromiter(self._label_of, np.int64, len(self._label_of))

    @property
    def worn(self) -> bool:
        """More of the graph is deleted than alive."""
        return len(self._digests) > 2 * len(self._photos) + 1000

    def add(self, ids: Ids, vectors: Vectors, threads: int = 1) -> None:
        """Vectors of photos that are not in the graph."""
        fresh: list[int] = []
        for row, photo_id in enumerate(ids.tolist()):
            digest = _digest(vectors[row])
            label = self._label_of_digest.get(digest)
            if label is None:
                label = len(self._digests)
                self._digests.append(digest)
                self._label_of_digest[digest] = label
                self._photos[label] = []
                fresh.append(row)
            self._label_of[photo_id] = label
            self._photos[label].append(photo_id)
        if not fresh:
            return
        if len(self._digests) > self._graph.get_max_elements():
            self._graph.resize_index(len(self._digests) * 3 // 2)
        labels = np.arange(len(self._digests) - len(fresh), len(self._digests))
        self._graph.add_items(vectors[fresh], labels, num_threads=threads)

    def remove(self, photo_id: int) -> None:
        """Forget a photo that is in the graph."""
        label = self._label_of.pop(photo_id)
        photos = self._photos[label]
        photos.remove(photo_id)
        if not photos:
            del self._photos[label]
            del self._label_of_digest[self._digests[label]]
            self._graph.mark_deleted(label)

    def search(self, query: Vectors, count: int) -> Ids | None:
        """Ids of the photos nearest to a query, `count` at least; None when the graph fails."""
        wanted = min(count, len(self._photos))
        if not wanted:
            return np.empty(0, np.int64)
        self._graph.set_ef(max(SEARCH_BREADTH, 2 * wanted))
        try:
            labels, _ = self._graph.knn_query(query[np.newaxis], wanted, num_threads=1)
        except RuntimeError:  # "Cannot return the results in a contiguous 2D array"
            return None
        found = [photo_id for label in labels[0].tolist() for photo_id in self._photos[label]]
        return np.array(found, np.int64)

    # ------------------------------------------------------------------------ to a file and back

    def state(self) -> GraphState:
        """A copy of everything, as arrays."""
        (held,) = self._graph.__getstate__()
        arrays = {name: value for name, value in held.items() if isinstance(value, np.ndarray)}
        return GraphState(
            photo_ids=self.ids(),
            photo_labels=np.fromiter(self._label_of.values(), np.int64, len(self._label_of)),
            digests=np.array(self._digests, np.uint64),
            settings={name: value for name, value in held.items() if name not in arrays},
            arrays=arrays,
        )

    @classmethod
    def of_state(cls, state: GraphState) -> "Graph":
        graph = cls.__new__(cls)
        graph._dimension = state.settings["dim"]
        graph._graph = hnswlib.Index.__new__(hnswlib.Index)
        graph._graph.__setstate__(({**state.settings, **state.arrays},))
        graph._digests = state.digests.tolist()
        graph._label_of = dict(
            zip(state.photo_ids.tolist(), state.photo_labels.tolist(), strict=True)
        )
        graph._photos = {}
        for photo_id, label in graph._label_of.items():
            graph._photos.setdefault(label, []).append(photo_id)
        graph._label_of_digest = {graph._digests[label]: label for label in graph._photos}
        return graph

    @staticmethod
    def vectors_of(state: GraphState) -> Vectors:
        """The vectors of `photo_ids`, out of hnswlib's memory: a file need not hold them twice."""
        settings = state.settings
        count, size = settings["cur_element_count"], settings["size_data_per_element"]
        elements = state.arrays["data_level0"].reshape(count, size).view(np.uint8)
        start = settings["offset_data"]
        stop = start + 4 * settings["dim"]
        rows = np.empty(count, np.int64)  # by label
        rows[state.arrays["label_lookup_external"]] = state.arrays["label_lookup_internal"]
        picked = elements[rows[state.photo_labels], start:stop]
        return np.ascontiguousarray(picked).view(np.float32)


def _digest(vector: Vectors) -> int:
    """64 bits of a vector's bytes; two vectors of a library never share them by accident."""
    return int.from_bytes(hashlib.blake2b(vector.tobytes(), digest_size=8).digest(), "little")
