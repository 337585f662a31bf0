"""The image side, against the vectors of the sentence teacher.

First the projection alone on the pooled features of the untrained tower (minutes), then the upper
part of the tower with it on the kept maps. Three losses at once: captioned photos contrasted with
their sentences, labelled photos among the names of all concepts, and the softmax over the
classifier's thousand class names following the classifier itself, which keeps the breadth of
what it knew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from photofind.training.batches import ConceptNames, Drawer, Drawn, Photos, Source
from photofind.training.caches import Sentences, teacher_mean
from photofind.training.loop import Group
from photofind.training.loss import (
    LogitScale,
    concept_entropy,
    contrastive_many,
    distillation,
    nearness_of,
)
from photofind.training.model import DIMENSION, FEATURES, Upper

CLASSES = 1000  # the classifier's, and the first so many concepts
SENTENCES = 5  # a photo at most

# How often a labelled photo comes from each set: breadth before size.
LABELLED: dict[str, float] = {
    "tiny": 0.36,
    "mini": 0.14,
    "caltech": 0.10,
    "sports": 0.05,
    "places": 0.12,
    "beaches": 0.02,
    "imagenette": 0.04,
    "scenes": 0.08,
    "food": 0.05,
    "pacs": 0.03,
    "groceries": 0.03,
    "rooms": 0.02,
    "places_grey": 0.01,
    "clothing": 0.04,
    "cats_dogs": 0.04,
    "weather": 0.03,
    "fruits_vegetables": 0.03,
    "coco_small": 0.02,
    "pages": 0.04,
    "flowers": 0.12,
}
# Flickr8k comes first: the joint stage looks at its photos with writing over them.
CAPTIONED: dict[str, float] = {
    "flickr8k": 0.60,
    "coco_sample": 0.18,
    "coco_captioned": 0.05,
    "coco_more": 0.04,
    "coco_objects": 0.06,
    "web_sample": 0.06,
    "flowers_captioned": 0.02,
    "coco_small": 0.01,
}


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """Sizes, rates and weights of the losses."""

    captioned: int = 128  # photos a batch
    labelled: int = 128
    window: int = 7  # of 12: the least that a random crop keeps of a map, a side
    frozen: bool = False  # train the projection alone
    upper_rate: float = 3e-4
    head_rate: float = 1e-3
    text_rate: float = 2e-4
    concept_weight: float = 1.0
    distill_weight: float = 0.5
    distill_labelled: float = 0.3  # on photos that have a label, as a part of the above
    dropped: float = 0.2  # of the pooled features, at random
    nearness: float = 0.07  # temperature of a caption's right answers; 0: its own photo alone
    seed: int = 0


class ImageSide(nn.Module):
    """What this stage trains: the upper tower, its projection, and the map of the teacher."""

    def __init__(self, upper: Upper) -> None:
        super().__init__()
        self.upper = upper
        self.projection = nn.Linear(FEATURES, DIMENSION, bias=False)
        self.text_map = nn.Linear(DIMENSION, DIMENSION, bias=False)
        nn.init.eye_(self.text_map.weight)
        self.scale = LogitScale()
        self.concept_scale = LogitScale(0.05)

    def photos(self, pooled: Tensor) -> Tensor:
        return F.normalize(self.projection(pooled), dim=-1)

    def sentences(self, teacher: Tensor) -> Tensor:
        return F.normalize(self.text_map(teacher), dim=-1)


class ImageStage:
    """Batches and loss. See :class:`photofind.training.loop.Stage`."""

    def __init__(self, run: Path, module: ImageSide, plan: ImagePlan) -> None:
        self._side = module
        self._plan = plan
        self._device = next(module.parameters()).device
        mean = teacher_mean(run)
        self._names = ConceptNames(run, mean)
        self._drawer = Drawer(run, self._device)
        self._captioned = open_sources(self._drawer, CAPTIONED, captioned=True)
        self._labelled = open_sources(self._drawer, LABELLED, captioned=False)
        self._vectors = caption_vectors(run)

    @property
    def module(self) -> nn.Module:
        return self._side

    def groups(self) -> Iterable[Group]:
        side, plan = self._side, self._plan
        if not plan.frozen:
            weights = tuple(p for p in side.upper.parameters() if p.ndim > 1)
            yield Group(weights, plan.upper_rate, decay=0.02)
            yield Group(tuple(p for p in side.upper.parameters() if p.ndim <= 1), plan.upper_rate)
        yield Group(tuple(side.projection.parameters()), plan.head_rate, decay=0.05)
        yield Group(tuple(side.text_map.parameters()), plan.text_rate)
        yield Group((side.scale.log, side.concept_scale.log), 1e-3)

    def loss(self, step: int) -> tuple[Tensor, dict[str, float]]:
        plan, side = self._plan, self._side
        rng = np.random.default_rng((plan.seed, step))
        captioned = draw_from(self._captioned, plan.captioned, rng)
        labelled = draw_from(self._labelled, plan.labelled, rng)
        batch = self._drawer.read(
            [*captioned, *labelled], rng, window=None if plan.frozen else plan.window
        )
        photos = side.photos(F.dropout(self._pooled(batch), plan.dropped))
        first = sum(len(rows) for _, rows, _ in captioned)

        sentences = self._sentences(captioned, rng)
        near = nearness_of(sentences.flatten(0, 1), plan.nearness) if plan.nearness else None
        scale = side.scale()
        contrast = contrastive_many(photos[:first], side.sentences(sentences), scale, nearness=near)

        names = side.sentences(self._names.vectors[self._names.draw(rng)].to(self._device))
        concepts = torch.from_numpy(self._names.concepts(labelled, rng)).to(self._device)
        known = concepts >= 0
        concept_scale = side.concept_scale()
        concept = concept_entropy(photos[first:][known], names, concepts[known], concept_scale)

        classes = concept_scale * photos @ names[:CLASSES].T
        distilled = distillation(classes[:first], batch.logits[:first])
        distilled = distilled + plan.distill_labelled * distillation(
            classes[first:], batch.logits[first:]
        )
        total = contrast + plan.concept_weight * concept + plan.distill_weight * distilled
        return total, {
            "contrast": float(contrast.detach()),
            "concept": float(concept.detach()),
            "distilled": float(distilled.detach()),
            "scale": float(scale.detach()),
        }

    def _pooled(self, batch: Photos) -> Tensor:
        if batch.maps is None:
            return batch.pooled
        pooled: Tensor = self._side.upper(batch.maps)
        return pooled

    def _sentences(self, captioned: list[Drawn], rng: np.random.Generator) -> Tensor:
        """(n, 5, 384) teacher vectors of each photo's captions."""
        rows = []
        for source, numbers, _ in captioned:
            for number in numbers:
                captions = source.photo(int(number))["captions"]
                assert isinstance(captions, list)
                chosen = rng.permutation(len(captions))[:SENTENCES]
                chosen = np.resize(chosen, SENTENCES)
                rows.append(torch.stack([self._vectors[captions[n]] for n in chosen]))
        return torch.stack(rows).to(self._device)


def caption_vectors(run: Path) -> dict[str, Tensor]:
    """The teacher's vector, (384,), of each caption of a photo."""
    mean = teacher_mean(run)
    found: dict[str, Tensor] = {}
    for name in (name for name in CAPTIONED if (run / "px" / f"{name}.json").exists()):
        sentences = Sentences(run, f"cap_{name}", mean)
        found.update(zip(sentences.texts, torch.from_numpy(sentences.vectors), strict=True))
    return found


def open_sources(
    drawer: Drawer, weights: dict[str, float], *, captioned: bool
) -> list[tuple[Source, float]]:
    """The sets that are there, each with its weight."""
    found = []
    for name, weight in weights.items():
        source = drawer.source(name, captioned=captioned)
        if source is not None:
            found.append((source, weight))
    return found


def draw_from(
    sources: list[tuple[Source, float]], count: int, rng: np.random.Generator
) -> list[Drawn]:
    """So many photos in all, divided among the sources by their weights."""
    weights = np.array([weight for _, weight in sources])
    counts = rng.multinomial(count, weights / weights.sum())
    return [
        (source, *source.draw(int(n), rng))
        for (source, _), n in zip(sources, counts, strict=True)
        if n
    ]
