"""What training reads, from the run's folder: photos as pixels and maps, sentences as vectors.

Everything lies in arrays on disk that are mapped, not read: the operating system keeps in memory
what is used. Rows of a set's maps are in a fixed random order, so that a pass that was stopped
half way has covered a random half of the set.

    px/NAME.npy            (n, S, S, 3) uint8      decoded photos
    px/NAME.json           what is known of each: label, WordNet id or captions
    feat/NAME.order.npy    (n,)                    the photo of each row of the following
    feat/NAME.vK.map.npy   (n, 12, 12, 112) float16  the lower tower's answer for view K
    feat/NAME.vK.pool.npy  (n, 1280) float16       pooled features of the untrained upper tower
    feat/NAME.vK.logit.npy (n, 1000) float16       and the classifier's logits
    feat/NAME.vK.done.json                         how many rows are there
    text/NAME.json, .npy   sentences, and the teacher's vectors (n, 384) float16
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class View:
    """One view of a set's photos, as the lower tower sees it."""

    done: int  # rows that are there
    maps: NDArray[np.float16]
    pooled: NDArray[np.float16]
    logits: NDArray[np.float16]


class MappedSet:
    """A set of photos whose lower maps were computed, in one or more views."""

    def __init__(self, run: Path, name: str) -> None:
        self._stem = run / "feat" / name
        self.name = name
        kept = Path(f"{self._stem}.order.npy")
        order = np.load(kept) if kept.exists() else np.empty(0, np.int64)
        listed = run / "px" / f"{name}.json"
        described = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
        # A set whose doubles were dropped is shorter than its array.
        self.photos: list[Any] = [described[n] if n < len(described) else {} for n in order]

    @cached_property
    def views(self) -> list[View]:
        """The views that are there, the plain one first."""
        views = []
        for number in range(16):
            stem = f"{self._stem}.v{number}"
            done = Path(f"{stem}.done.json")
            if not done.exists():
                break
            views.append(
                View(
                    int(json.loads(done.read_text())),
                    np.load(f"{stem}.map.npy", mmap_mode="r"),
                    np.load(f"{stem}.pool.npy", mmap_mode="r"),
                    np.load(f"{stem}.logit.npy", mmap_mode="r"),
                )
            )
        return views


class Sentences:
    """Sentences with the teacher's vectors, centred on ``mean`` and of unit length."""

    def __init__(self, run: Path, name: str, mean: NDArray[np.float32]) -> None:
        stem = run / "text" / name
        self.texts: list[str] = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        vectors = np.load(stem.with_suffix(".npy")).astype(np.float32) - mean
        self.vectors: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def keep_mean(run: Path, mean: NDArray[np.float32]) -> None:
    """Settle what :func:`teacher_mean` gives."""
    (run / "text").mkdir(parents=True, exist_ok=True)
    np.save(run / "text" / "mean.npy", mean)


def teacher_mean(run: Path) -> NDArray[np.float32]:
    """The mean that is taken off the teacher's vectors: halfway between captions and names.

    Computed once and kept, since every stage must take off the same.
    """
    kept = run / "text" / "mean.npy"
    if not kept.exists():
        captions = np.load(run / "text" / "cap_flickr8k.npy").astype(np.float32).mean(axis=0)
        names = np.load(run / "text" / "names.npy").astype(np.float32).mean(axis=0)
        keep_mean(run, (captions + names) / 2)
    mean: NDArray[np.float32] = np.load(kept)
    return mean
