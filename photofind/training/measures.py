"""Measures of a model: retrieval over captioned photos, classification over labelled ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RANK_CHUNK = 2048  # queries whose scores are held at once


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How high the one right photo of each query stands. Recalls are shares of the queries."""

    queries: int
    photos: int
    recall_1: float
    recall_5: float
    recall_10: float
    median_rank: float  # 1 is the best

    def __str__(self) -> str:
        return (
            f"R@1 {self.recall_1:.3f}  R@5 {self.recall_5:.3f}  R@10 {self.recall_10:.3f}  "
            f"median rank {self.median_rank:g}  ({self.queries} queries, {self.photos} photos)"
        )

    def fields(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """Shares of the photos whose label stands first, or among the first five."""

    photos: int
    labels: int
    top_1: float
    top_5: float

    def __str__(self) -> str:
        return (
            f"top-1 {self.top_1:.3f}  top-5 {self.top_5:.3f}  "
            f"({self.photos} photos, {self.labels} labels)"
        )

    def fields(self) -> dict[str, float]:
        return asdict(self)


def ranks(
    queries: NDArray[np.float32], photos: NDArray[np.float32], right: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rank, from 1, of photo ``right[i]`` for query i; rows are unit vectors.

    A photo with the same score as the right one counts as standing before it: a model that
    answers the same for everything must not look perfect.
    """
    found = np.empty(len(queries), np.int64)
    for first in range(0, len(queries), RANK_CHUNK):
        part = slice(first, first + RANK_CHUNK)
        scores = queries[part] @ photos.T
        own = np.take_along_axis(scores, right[part, None], axis=1)
        found[part] = (scores >= own).sum(axis=1)
    return found


def retrieval(
    queries: NDArray[np.float32], photos: NDArray[np.float32], right: NDArray[np.int64]
) -> Retrieval:
    """Text-to-image retrieval; see :func:`ranks`."""
    place = ranks(queries, photos, right)
    return Retrieval(
        queries=len(queries),
        photos=len(photos),
        recall_1=float((place <= 1).mean()),
        recall_5=float((place <= 5).mean()),
        recall_10=float((place <= 10).mean()),
        median_rank=float(np.median(place)),
    )


def zero_shot(
    photos: NDArray[np.float32], labels: NDArray[np.float32], right: NDArray[np.int64]
) -> ZeroShot:
    """Classification by the nearest label vector: (n, d), (labels, d), (n,) of label numbers."""
    scores = photos @ labels.T
    best = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    hits = best == right[:, None]
    return ZeroShot(
        photos=len(photos),
        labels=len(labels),
        top_1=float(hits[:, 0].mean()),
        top_5=float(hits.any(axis=1).mean()),
    )
