"""The losses: contrast between photos and sentences, and following a teacher.

All vectors are rows of unit length, (n, d) float; all scales are the factor that multiplies
cosines before the softmax (the reciprocal of the temperature).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

FIRST_TEMPERATURE = 0.07  # where CLIP's learnable temperature begins
HIGHEST_SCALE = 100.0  # CLIP's clamp: a temperature below 0.01 makes training unstable


class LogitScale(nn.Module):
    """A learnable softmax scale, kept as its logarithm and clamped, as in CLIP."""

    def __init__(self, temperature: float = FIRST_TEMPERATURE) -> None:
        super().__init__()
        self.log = nn.Parameter(torch.tensor(math.log(1.0 / temperature)))

    def forward(self) -> Tensor:
        """The scale, at most :data:`HIGHEST_SCALE`. The gradient ends at the clamp."""
        return self.log.clamp(max=math.log(HIGHEST_SCALE)).exp()


def symmetric_cross_entropy(logits: Tensor) -> Tensor:
    """CLIP's loss over an (n, n) matrix of scaled cosines whose pairs lie on the diagonal.

    The mean of the cross entropy of rows (each photo among the sentences) and of columns (each
    sentence among the photos). Radford et al. 2021, figure 3.
    """
    pairs = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


def contrastive(photos: Tensor, sentences: Tensor, scale: Tensor) -> Tensor:
    """The symmetric cross entropy of n photos and their n sentences."""
    return symmetric_cross_entropy(scale * photos @ sentences.T)


def contrastive_many(
    photos: Tensor,
    sentences: Tensor,
    scale: Tensor,
    distractors: Tensor | None = None,
    nearness: Tensor | None = None,
) -> Tensor:
    """Contrast with several sentences a photo: ``sentences`` is (n, k, d), k for each photo.

    A photo's probability is shared evenly among its k sentences; each sentence looks for its one
    photo. ``distractors`` (m, d) are sentences that belong to no photo here: further wrong
    answers for each photo. ``nearness`` (n k, n k), rows that add up to 1: how much of each
    sentence's probability goes to the photos of the others (see :func:`nearness_of`); without it
    everything to its own. With k = 1 and none of them it is :func:`contrastive`.
    """
    n, k, width = sentences.shape
    logits = scale * photos @ sentences.reshape(n * k, width).T
    owner = torch.arange(n, device=photos.device).repeat_interleave(k)
    owned = F.one_hot(owner, n).to(logits.dtype)
    right = owned if nearness is None else nearness @ owned
    of_sentences = F.cross_entropy(logits.T, right)
    if distractors is not None:
        logits = torch.cat([logits, scale * photos @ distractors.T], dim=1)
    own = (owned.T if nearness is None else owned.T @ nearness) / k
    of_photos = -(own * logits.log_softmax(dim=1)[:, : n * k]).sum(dim=1).mean()
    return (of_photos + of_sentences) / 2


def nearness_of(teacher: Tensor, temperature: float) -> Tensor:
    """How near sentences are to one another by a teacher's vectors (n, d): (n, n), rows sum to 1.

    In a few thousand captions many say nearly the same. To call all but one of them wrong teaches
    the noise of who described which photo.
    """
    return (teacher @ teacher.T / temperature).softmax(dim=1)


def concept_entropy(photos: Tensor, names: Tensor, concepts: Tensor, scale: Tensor) -> Tensor:
    """Cross entropy of labelled photos over all concepts' names: (n, d), (c, d), (n,) -> scalar.

    Unlike contrast within a batch it has no false negatives when two photos share a label.
    """
    return F.cross_entropy(scale * photos @ names.T, concepts, label_smoothing=0.05)


def distillation(logits: Tensor, teacher: Tensor, temperature: float = 1.0) -> Tensor:
    """Kullback-Leibler divergence of the student's softmax from the teacher's, per row.

    Both (n, c), unscaled by ``temperature``; the square keeps the gradient's size (Hinton 2015).
    """
    student = (logits / temperature).log_softmax(dim=1)
    target = (teacher / temperature).softmax(dim=1)
    return F.kl_div(student, target, reduction="batchmean") * temperature**2


def following(student: Tensor, teacher: Tensor) -> Tensor:
    """One minus the mean cosine of student and teacher vectors, both (n, d), teacher's unit."""
    return 1.0 - (F.normalize(student, dim=-1) * teacher).sum(dim=-1).mean()
