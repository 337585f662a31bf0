"""Batches for the image side: photos with captions, and photos with labels from many sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from photofind.training.caches import MappedSet, Sentences
from photofind.training.model import MAP_SIDE
from photofind.training.names import WIDER


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos of one batch. ``maps`` (n, 112, h, w) or None, ``pooled`` (n, 1280), float32."""

    maps: Tensor | None
    pooled: Tensor
    logits: Tensor  # (n, 1000), of the classifier


class Source:
    """One set, drawn at random: rows, views and windows depend on the generator alone."""

    def __init__(self, photos: MappedSet, rows: NDArray[np.int64]) -> None:
        self._set = photos
        self._rows = rows

    def draw(self, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], list[int]]:
        """Rows and their views. The views of a row that is not there yet fall to the first."""
        rows = np.sort(rng.choice(self._rows, count, replace=count > len(self._rows)))
        views = rng.integers(0, len(self._set.views), count)
        return rows, [
            int(view) if row < self._set.views[view].done else 0
            for row, view in zip(rows, views, strict=True)
        ]

    def read(
        self, rows: NDArray[np.int64], views: Sequence[int], *, with_maps: bool
    ) -> tuple[NDArray[np.float16] | None, NDArray[np.float16], NDArray[np.float16]]:
        """Maps as they lie (n, 12, 12, 112), pooled features, logits."""
        pairs = list(zip(rows, views, strict=True))
        every = self._set.views
        maps = np.stack([every[v].maps[r] for r, v in pairs]) if with_maps else None
        pooled = np.stack([every[v].pooled[r] for r, v in pairs])
        return maps, pooled, np.stack([every[v].logits[r] for r, v in pairs])

    def photo(self, row: int) -> dict[str, object]:
        found: dict[str, object] = self._set.photos[row]
        return found


Drawn = tuple[Source, NDArray[np.int64], list[int]]  # a source, its rows, the view of each


class Drawer:
    """Draws from several sources by weight and puts the parts together."""

    def __init__(self, run: Path, device: torch.device) -> None:
        self._run = run
        self._device = device

    def source(self, name: str, *, captioned: bool) -> Source | None:
        """A set's photos that have a caption, or a label; None when there are none yet."""
        photos = MappedSet(self._run, name)
        if not photos.views:
            return None
        wanted = [
            row
            for row in range(photos.views[0].done)
            if (photos.photos[row].get("captions") if captioned else label_of(photos.photos[row]))
        ]
        return Source(photos, np.array(wanted)) if wanted else None

    def read(
        self,
        drawn: Sequence[Drawn],
        rng: np.random.Generator,
        *,
        window: int | None,
    ) -> Photos:
        """The photos of the parts, one after the other, on the device.

        ``window``: how much of a map, of 12 a side, a random crop keeps at least; one crop for
        the whole batch. None: no maps.
        """
        parts = [
            source.read(rows, views, with_maps=window is not None) for source, rows, views in drawn
        ]
        pooled = torch.from_numpy(np.concatenate([p[1] for p in parts])).float()
        logits = torch.from_numpy(np.concatenate([p[2] for p in parts])).float()
        maps = None
        if window is not None:
            whole = np.concatenate([p[0] for p in parts if p[0] is not None])
            height, width = rng.integers(window, MAP_SIDE + 1, 2)
            top = rng.integers(0, MAP_SIDE - height + 1)
            left = rng.integers(0, MAP_SIDE - width + 1)
            seen = whole[:, top : top + height, left : left + width].astype(np.float32)
            maps = torch.from_numpy(seen).permute(0, 3, 1, 2)
            maps = maps.to(self._device, memory_format=torch.channels_last)
        return Photos(maps, pooled.to(self._device), logits.to(self._device))


def label_of(photo: dict[str, object]) -> object:
    """A WordNet id, a plain label, a list of labels, or None."""
    return photo.get("wnid") or photo.get("label")


class ConceptNames:
    """The concepts with the vectors of their names."""

    def __init__(self, run: Path, mean: NDArray[np.float32]) -> None:
        kept = json.loads((run / "text" / "concepts.json").read_text(encoding="utf-8"))
        self.by_label: dict[str, int] = kept["by_label"]
        sentences = Sentences(run, "names", mean)
        self.texts = sentences.texts
        self.vectors = torch.from_numpy(sentences.vectors)
        counts = np.array([len(names) for names in kept["names"]])
        self._first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._counts = counts

    def __len__(self) -> int:
        return len(self._counts)

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """One name of each concept, as rows of ``texts``; the first name half of the time."""
        other = rng.integers(0, self._counts)
        chosen: NDArray[np.int64] = self._first + np.where(rng.random(len(self)) < 0.5, 0, other)
        return chosen

    def concept(self, photo: dict[str, object], rng: np.random.Generator) -> int:
        """The concept of a labelled photo, one of them at random; -1 for a label left out.

        Half of the time a wider one that it belongs to.
        """
        label = label_of(photo)
        if isinstance(label, list):
            label = label[int(rng.integers(len(label)))]
        wider = WIDER.get(str(label))
        if wider in self.by_label and rng.random() < 0.5:
            label = wider
        return self.by_label.get(str(label), -1)

    def concepts(self, labelled: Sequence[Drawn], rng: np.random.Generator) -> NDArray[np.int64]:
        """The concept of each drawn photo, in the batch's order."""
        return np.array(
            [
                self.concept(source.photo(int(row)), rng)
                for source, rows, _ in labelled
                for row in rows
            ]
        )
