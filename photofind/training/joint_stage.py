"""Both towers together, at small rates: what neither could learn from the teacher alone.

The upper image tower and the text tower are trained against each other, on real tokens; the
teacher still holds the text tower in place with captions and names that no photo here shows.
Meaningless texts stand among the wrong answers for every photo, so that they score low. And some
photos are seen twice, once with writing drawn over them, which must change nothing: most of all in
a last, calm stage of the same kind, at a third of the rates.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from photofind.training.batches import ConceptNames, Drawer, Drawn
from photofind.training.caches import teacher_mean
from photofind.training.image_stage import (
    CAPTIONED,
    CLASSES,
    LABELLED,
    ImageSide,
    caption_vectors,
    draw_from,
    open_sources,
)
from photofind.training.loop import Group
from photofind.training.loss import (
    concept_entropy,
    contrastive_many,
    distillation,
    following,
    nearness_of,
)
from photofind.training.maps import WHOLE, WRITTEN
from photofind.training.model import encode_tokens, training_dtype
from photofind.training.names import nonsense
from photofind.training.text_stage import (
    BARE,
    LENGTH_GROUPS,
    TEMPLATES,
    TextDrawer,
    TextPlan,
    in_template,
    text_groups,
    text_modules,
    tokenize,
)

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class JointPlan:
    """Sizes, rates and weights of the losses."""

    captioned: int = 128  # photos a batch
    labelled: int = 96
    window: int = 9  # nearly whole photos, as the encoder is shown
    sentences: int = 1  # a photo
    names: int = 144  # concepts a batch, those of its photos among them
    meaningless: int = 16
    anchors: int = 32  # captions, and as many short texts, held to the teacher
    written: int = 24  # photos that are also seen with writing over them
    upper_rate: float = 2e-4
    head_rate: float = 3e-4
    text_rate: float = 2e-4
    concept_weight: float = 1.0
    distill_weight: float = 0.3
    anchor_weight: float = 1.0
    written_weight: float = 3.0
    dropped: float = 0.2  # of the pooled features, at random
    forgotten: float = 0.1  # of a caption's words, at random
    nearness: float = 0.07  # temperature of a caption's right answers; 0: its own photo alone
    draws: int = 1  # which of the sequences of batches; another one for another stage
    seed: int = 0


class JointSides(nn.Module):
    """Both sides. The map of the teacher stays as the image stage left it.

    The text tower's projection must have that map behind it already: its sentences are compared
    with photos as they are (see :func:`photofind.training.export.put_map_behind`).
    """

    def __init__(self, image: ImageSide, model: open_clip.CLIP) -> None:
        super().__init__()
        self.image = image
        self.text = text_modules(model)
        image.text_map.requires_grad_(False)


class JointStage:
    """Batches and loss. See :class:`photofind.training.loop.Stage`."""

    def __init__(self, run: Path, image: ImageSide, model: open_clip.CLIP, plan: JointPlan) -> None:
        self._plan = plan
        self._model = model
        self._sides = JointSides(image, model)
        self._device = next(image.parameters()).device
        self._names = ConceptNames(run, teacher_mean(run))
        self._texts = TextDrawer(run, TextPlan(seed=plan.seed))
        self._drawer = Drawer(run, self._device)
        self._captioned = open_sources(self._drawer, CAPTIONED, captioned=True)
        self._vectors = caption_vectors(run)
        self._half = training_dtype(self._device) is torch.bfloat16
        self._labelled = open_sources(self._drawer, LABELLED, captioned=False)

    @property
    def module(self) -> nn.Module:
        return self._sides

    def groups(self) -> Iterable[Group]:
        plan, image = self._plan, self._sides.image
        upper = list(image.upper.parameters())
        yield Group(tuple(p for p in upper if p.ndim > 1), plan.upper_rate, decay=0.02)
        yield Group(tuple(p for p in upper if p.ndim <= 1), plan.upper_rate)
        yield Group(tuple(image.projection.parameters()), plan.head_rate, decay=0.05)
        yield Group((image.scale.log, image.concept_scale.log), 1e-3)
        yield from text_groups(self._sides.text, plan.text_rate)

    def loss(self, step: int) -> tuple[Tensor, dict[str, float]]:
        plan, image = self._plan, self._sides.image
        rng = np.random.default_rng((plan.seed, plan.draws, step))
        captioned = draw_from(self._captioned, plan.captioned, rng)
        labelled = draw_from(self._labelled, plan.labelled, rng)
        twice = self._twice(rng)
        batch = self._drawer.read([*captioned, *labelled, *twice], rng, window=plan.window)
        assert batch.maps is not None
        first = sum(len(rows) for _, rows, _ in captioned)
        drawn = plan.captioned + plan.labelled
        pooled, seen_twice = torch.split(image.upper(batch.maps), [drawn, 2 * plan.written])
        photos = image.photos(F.dropout(pooled, plan.dropped))
        plain, written = image.photos(seen_twice).chunk(2)

        concepts = self._names.concepts(labelled, rng)
        shown = self._shown(concepts, rng)
        whole = self._captions(captioned, rng)
        captions = [self._shortened(caption, rng) for caption in whole]
        own_rng = random.Random(int(rng.integers(2**31)))
        meaningless = [nonsense(own_rng) for _ in range(plan.meaningless)]
        held = [self._texts.captions(plan.anchors, rng), self._texts.short(plan.anchors, rng)]
        texts = tokenize([*captions, *self._dressed(shown, rng), *meaningless])
        tokens = torch.cat([texts, *(tokens for tokens, _ in held)]).to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            encoded = encode_tokens(self._model, tokens, LENGTH_GROUPS)
        sizes = [len(captions), len(shown), plan.meaningless, 2 * plan.anchors]
        sentences, names, distractors, anchors = torch.split(encoded, sizes)

        scale, concept_scale = image.scale(), image.concept_scale()
        near = None
        if plan.nearness:
            told = torch.stack([self._vectors[caption] for caption in whole]).to(self._device)
            near = nearness_of(told, plan.nearness)
        contrast = contrastive_many(
            photos[:first], sentences.view(first, plan.sentences, -1), scale, distractors, near
        )
        place = np.full(len(self._names), -1)
        place[shown] = np.arange(len(shown))
        known = concepts >= 0
        right = torch.from_numpy(place[concepts[known]]).to(self._device)
        labelled_photos = photos[first:][torch.from_numpy(known).to(self._device)]
        wrong_too = torch.cat([names, distractors])
        concept = concept_entropy(labelled_photos, wrong_too, right, concept_scale)

        classes = torch.from_numpy(shown[shown < CLASSES]).to(self._device)
        student = concept_scale * photos @ names[: len(classes)].T
        distilled = distillation(student, batch.logits[:drawn, classes])
        teachers = torch.cat([vectors for _, vectors in held]).to(self._device)
        apart = following(anchors, image.sentences(teachers))
        blind = following(written, plain.detach())
        total = (
            contrast
            + plan.concept_weight * concept
            + plan.distill_weight * distilled
            + plan.anchor_weight * apart
            + plan.written_weight * blind
        )
        return total, {
            "contrast": float(contrast.detach()),
            "concept": float(concept.detach()),
            "distilled": float(distilled.detach()),
            "apart": float(apart.detach()),
            "blind": float(blind.detach()),
            "scale": float(scale.detach()),
        }

    def _twice(self, rng: np.random.Generator) -> list[Drawn]:
        """The same captioned photos whole, and whole with writing over them."""
        source = self._captioned[0][0]
        rows, _ = source.draw(self._plan.written, rng)
        return [(source, rows, [WHOLE] * len(rows)), (source, rows, [WRITTEN] * len(rows))]

    def _shown(self, concepts: Numbers, rng: np.random.Generator) -> Numbers:
        """The batch's concepts and others, ascending: the classifier's classes come first."""
        own = np.unique(concepts[concepts >= 0])
        others = np.setdiff1d(np.arange(len(self._names)), own)
        more = rng.choice(others, max(0, self._plan.names - len(own)), replace=False)
        return np.sort(np.concatenate([own, more]))

    def _dressed(self, shown: Numbers, rng: np.random.Generator) -> list[str]:
        """A name of each concept, bare or in a template."""
        names = [self._names.texts[row] for row in self._names.draw(rng)[shown]]
        which = rng.integers(0, len(TEMPLATES), len(names))
        bare = rng.random(len(names)) < BARE
        return [
            name if alone else in_template(name, TEMPLATES[number])
            for name, alone, number in zip(names, bare, which, strict=True)
        ]

    def _shortened(self, caption: str, rng: np.random.Generator) -> str:
        """The caption without some of its words: a person who searches types fewer."""
        words = caption.split()
        kept = rng.random(len(words)) >= self._plan.forgotten
        return " ".join(word for word, stays in zip(words, kept, strict=True) if stays) or caption

    def _captions(self, captioned: list[Drawn], rng: np.random.Generator) -> list[str]:
        """``sentences`` captions of each photo, one photo after the other."""
        found: list[str] = []
        for source, rows, _ in captioned:
            for row in rows:
                captions = source.photo(int(row))["captions"]
                assert isinstance(captions, list)
                chosen = np.resize(rng.permutation(len(captions)), self._plan.sentences)
                found.extend(captions[number] for number in chosen)
        return found
