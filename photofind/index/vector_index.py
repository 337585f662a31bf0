"""The index over one encoder's embeddings: exact where it can be, a graph where it must be.

* Up to `exact_limit` vectors, for restricted searches and for very many hits, every vector is
  compared: at 20,000 vectors of 512 that takes 4 ms, and nothing can be missed.
* Beyond it a graph is built, or brought back from its file, in a thread of its own, beside the
  searches, which stay exact until it is ready. What is added later is searched exactly until it has
  joined the graph, a few vectors at a time; the lock is taken in turns, so that no search waits
  longer than one such add takes.
* The file is written from `file_from` vectors on. It may lag behind: whoever loads it adds what is
  missing and removes what is too much.
"""

import itertools
import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from photofind.index import cachefile
from photofind.index.cachefile import Contents
from photofind.index.graph import Graph, GraphState
from photofind.index.rows import Ids, Rows, Vectors
from photofind.index.turns import Turns
from photofind.priority import give_way

Scores = NDArray[np.float32]
_log = logging.getLogger(__name__)

EXACT_LIMIT: Final = 20_000  # vectors; 4 ms on two cores, where the graph takes 0.5
FILE_FROM: Final = 500  # vectors; fewer are read from the catalog as quickly
GRAPH_HITS: Final = 500  # more hits than this are searched exactly
ROWS_AT_ONCE: Final = 1000  # copied while the lock is held: 2 MB
JOIN_AT_ONCE: Final = 16  # added to the graph while the lock is held: about 10 ms
FEW_LEFT: Final = 1000  # vectors outside the graph that need no pause in its use
BUILD_THREADS: Final = max(1, (os.cpu_count() or 2) // 2)  # the rest is for searches
SCORE_DIGITS: Final = 6  # equal vectors have equal scores, wherever they lie in memory
NEAR_TIE: Final = 4e-6  # what scores in single precision may be wrong by


class VectorIndex:
    """Unit vectors by photo id. Any thread may call anything."""

    def __init__(
        self,
        dimension: int,
        file: Path,
        *,
        key: str,
        exact_limit: int = EXACT_LIMIT,
        file_from: int = FILE_FROM,
    ) -> None:
        self._dimension = dimension
        self._file = file
        self._key = key
        self._exact_limit = exact_limit
        self._file_from = file_from
        self._lock = Turns()  # guards everything below
        self._rows = Rows(dimension)
        self._graph: Graph | None = None  # searched; None while it is small, built or loaded
        self._waiting: dict[int, None] = {}  # held, but not in the graph that is searched
        self._gone: list[int] = []  # removed while a graph was being built or loaded
        self._builder: threading.Thread | None = None
        self._changed = False  # since the file was written
        self._saving = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def ids(self) -> Ids:
        """The ids held, in no order."""
        with self._lock:
            return self._rows.ids().copy()

    def vectors(self, ids: Iterable[int] | Ids) -> Vectors:
        """The vectors (n, d) of these ids in their order, without those that are not held."""
        with self._lock:
            return self._rows.take(self._rows.in_order(np.asarray(ids, np.int64)))

    # ------------------------------------------------------------------------ what it holds

    def add(self, ids: Iterable[int] | Ids, vectors: Vectors) -> None:
        """Hold these vectors (n, d), in place of those of ids already held."""
        last_of = {photo_id: row for row, photo_id in enumerate(np.asarray(ids, np.int64).tolist())}
        fresh = np.fromiter(last_of, np.int64, len(last_of))
        chosen = np.asarray(vectors, np.float32)[list(last_of.values())].reshape(
            len(fresh), self._dimension
        )
        if not np.isfinite(chosen).all():
            raise ValueError("a vector to be indexed holds what is no number")
        for start in range(0, len(fresh), ROWS_AT_ONCE):
            part = fresh[start : start + ROWS_AT_ONCE]
            with self._lock:
                self._drop(part.tolist())
                self._rows.add(part, chosen[start : start + ROWS_AT_ONCE])
                self._waiting.update(dict.fromkeys(part.tolist()))
                self._after_change()

    def remove(self, ids: Iterable[int] | Ids) -> None:
        """Forget these ids; those not held are passed over."""
        with self._lock:
            self._drop(np.asarray(ids, np.int64).tolist())
            self._after_change()

    def _drop(self, ids: list[int]) -> None:
        for photo_id in ids:
            if photo_id not in self._rows:
                continue
            self._rows.remove(photo_id)
            self._waiting.pop(photo_id, None)
            if self._graph is not None and photo_id in self._graph:
                self._graph.remove(photo_id)
            elif self._graph is None and self._builder is not None:
                self._gone.append(photo_id)

    def _after_change(self) -> None:
        self._changed = True
        if len(self._rows) > self._exact_limit and self._builder is None:
            self._begin_building(None)

    def _begin_building(self, state: GraphState | None) -> None:
        self._builder = threading.Thread(
            target=self._build, args=(state,), name="index", daemon=True
        )
        self._builder.start()

    # ------------------------------------------------------------------------ searching

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> tuple[Ids, Scores]:
        """The k nearest ids, best first, equal ones by id, with their cosines in [-1, 1].

        `allowed` restricts the search to these ids. Fewer come back when fewer are held.
        """
        query = np.ascontiguousarray(vector, np.float32)
        with self._lock:
            rows = self._candidates(query, k, allowed)
            return self._best(query, rows, k)

    def _best(self, query: Vectors, rows: Ids | None, k: int) -> tuple[Ids, Scores]:
        scores = self._rows.scores(query, rows)
        if rows is None:
            rows = np.arange(len(scores))
        if 0 < k < len(scores):
            least = np.partition(scores, len(scores) - k)[len(scores) - k] - NEAR_TIE
            rows = rows[scores >= least]
        ids = self._rows.ids()[rows]
        exact = np.clip(self._rows.exact_scores(query, rows), -1, 1).round(SCORE_DIGITS)
        order = np.lexsort((ids, -exact))[: max(0, k)]
        return ids[order], exact[order].astype(np.float32)

    def _candidates(self, query: Vectors, k: int, allowed: Ids | None) -> Ids | None:
        """The rows to compare; None is all of them."""
        if allowed is not None:
            return self._rows.find(np.asarray(allowed, np.int64))
        if self._graph is None or k > GRAPH_HITS or len(self._rows) <= self._exact_limit:
            return None
        near = self._graph.search(query, k)
        if near is None:
            _log.info("the graph found too few vectors; searched exactly")
            return None
        waiting = np.fromiter(self._waiting, np.int64, len(self._waiting))
        return self._rows.find(np.concatenate([near, waiting]))

    # ------------------------------------------------------------------------ the graph

    def _build(self, state: GraphState | None) -> None:
        """In its own thread: bring the graph up to the rows, until nothing is left to do.

        A graph that a file held is taken over first.
        """
        give_way()
        try:
            if state is not None:
                self._build_apart(Graph.of_state(state))
            while self._build_step():
                pass
        except BaseException:
            with self._lock:  # searches go on, exactly
                self._graph, self._builder = None, None
            raise

    def _build_step(self) -> bool:
        with self._lock:
            graph = self._graph
            if len(self._rows) <= self._exact_limit:
                self._graph, self._builder = None, None
                return False
            rebuild = graph is None or graph.worn
            if not rebuild and not self._waiting:
                self._builder = None
                return False
            if rebuild or len(self._waiting) > FEW_LEFT:
                self._graph, self._gone = None, []
        if self._graph is None:
            self._build_apart(None if rebuild else graph)
            try:
                self.save()
            except OSError as error:  # the graph is there all the same; a later save tries again
                _log.warning("the index file was not written: %s", error)
            return True
        with self._lock:
            if self._graph is not None:
                self._join(self._graph)
        return True

    def _build_apart(self, graph: Graph | None) -> None:
        """Build or extend a graph that nobody searches meanwhile, then let it be searched."""
        with self._lock:
            if graph is None:
                self._waiting = dict.fromkeys(self._rows.ids().tolist())
                graph = Graph(self._dimension, len(self._rows) * 5 // 4)
        while True:
            with self._lock:
                for photo_id in self._gone:
                    if photo_id in graph:
                        graph.remove(photo_id)
                self._gone = []
                if len(self._waiting) <= FEW_LEFT:
                    self._graph = graph
                    return
                ids, vectors = self._some_waiting(ROWS_AT_ONCE)
            graph.add(ids, vectors, threads=BUILD_THREADS)
            with self._lock:
                # Those removed or replaced meanwhile leave the graph again, in the next round.
                for photo_id in set(ids.tolist()).difference(self._gone):
                    del self._waiting[photo_id]

    def _join(self, graph: Graph) -> None:
        ids, vectors = self._some_waiting(JOIN_AT_ONCE)
        graph.add(ids, vectors)
        for photo_id in ids.tolist():
            del self._waiting[photo_id]
        self._changed = True  # a file written meanwhile lacks them

    def _some_waiting(self, count: int) -> tuple[Ids, Vectors]:
        wanted = np.fromiter(itertools.islice(self._waiting, count), np.int64)
        rows = self._rows.find(wanted)
        return self._rows.ids()[rows], self._rows.take(rows)

    # ------------------------------------------------------------------------ the file

    def load(self) -> None:
        """Take what the file holds, if it is sound and of this key; else stay empty.

        For an index that is still empty. Searches are exact until the graph is there, too.
        """
        contents = cachefile.read(self._file)
        if contents is None or (contents.key, contents.dimension) != (self._key, self._dimension):
            return
        arrays = contents.arrays
        if not contents.settings:
            self._take(arrays["ids"], arrays["vectors"], None)
            return
        state = GraphState(
            arrays.pop("photo_ids"),
            arrays.pop("photo_labels"),
            arrays.pop("digests"),
            contents.settings,
            arrays,
        )
        self._take(state.photo_ids, Graph.vectors_of(state), state)

    def _take(self, ids: Ids, vectors: Vectors, state: GraphState | None) -> None:
        with self._lock:
            self._rows = Rows(self._dimension)
            self._rows.add(ids, vectors)
            self._graph, self._gone = None, []
            self._waiting = {} if state else dict.fromkeys(ids.tolist())
            self._changed = False
            if state is not None and len(ids) > self._exact_limit:
                self._begin_building(state)

    def save(self) -> None:
        """Write the file if there is anything new. Raises OSError; searches go on meanwhile."""
        with self._saving:
            with self._lock:
                if not self._changed:
                    return
                few = len(self._rows) < self._file_from
                contents = None if few else self._contents()
                if contents is None and not few:
                    return  # a graph is being built, and written afterwards
                self._changed = False
            if contents is None:
                self._file.unlink(missing_ok=True)
                return
            try:
                cachefile.write(self._file, contents)
            except BaseException:
                self._changed = True
                raise

    def _contents(self) -> Contents | None:
        if self._graph is not None:
            state = self._graph.state()
            arrays = {
                "photo_ids": state.photo_ids,
                "photo_labels": state.photo_labels,
                "digests": state.digests,
                **state.arrays,
            }
            return Contents(self._key, self._dimension, state.settings, arrays)
        if len(self._rows) > self._exact_limit:
            return None
        everything = np.arange(len(self._rows))
        ids = self._rows.ids().copy()
        arrays = {"ids": ids, "vectors": self._rows.take(everything)}
        return Contents(self._key, self._dimension, {}, arrays)
