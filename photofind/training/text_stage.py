"""The text tower, a student of the sentence teacher.

Its sentences: captions, short phrases cut out of captions, and names in templates. All templates
of one name share one target, so that "a photo of a tench" and "tench" come to lie in one place;
names are drawn far more often than their number deserves, since rare ones are lost first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES
from torch import Tensor, nn

from photofind.training.caches import Sentences, teacher_mean
from photofind.training.loop import Group
from photofind.training.loss import following, symmetric_cross_entropy
from photofind.training.model import CONTEXT, encode_tokens, training_dtype

TEMPLATES: tuple[str, ...] = tuple(template("{}") for template in OPENAI_IMAGENET_TEMPLATES)
BARE = 0.35  # of the drawn names stand alone, the others in a template
CONTRAST_SCALE = 25.0  # fixed: what tells one sentence from another matters, not how far apart

AT_ONCE = 512  # sentences, where none of them is trained on
LENGTH_GROUPS = 8  # a batch is encoded in so many parts of like length

CAPTIONS = {"cap_flickr30k": 0.55, "cap_flickr8k": 0.20, "cap_coco": 0.15, "cap_cc": 0.10}
SHORT = {"phrases": 0.5, "names": 0.3, "nouns": 0.2}
NAMED = ("names", "nouns")  # lists of names, to be put in templates


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Sizes and rates."""

    captions: int = 256  # sentences a batch
    short: int = 256
    rate: float = 1.2e-3
    follow_weight: float = 4.0
    seed: int = 0
    caption_sets: dict[str, float] = field(default_factory=lambda: dict(CAPTIONS))
    short_sets: dict[str, float] = field(default_factory=lambda: dict(SHORT))


def in_template(name: str, template: str) -> str:
    """The name in the template; an article of the name's own replaces the template's.

    >>> in_template("a man", "a photo of a {}.")
    'a photo of a man.'
    """
    first, _, rest = name.partition(" ")
    if first in ("a", "an", "the") and rest:
        name = rest
    return template.format(name)


class TokenSet:
    """Sentences as tokens (n, 32) int32 beside their vectors, tokenized once and kept."""

    def __init__(self, run: Path, name: str, mean: NDArray[np.float32]) -> None:
        sentences = Sentences(run, name, mean)
        self.texts, self.vectors = sentences.texts, sentences.vectors
        kept = run / "text" / f"{name}.tokens.npy"
        if not kept.exists():
            np.save(kept, tokenize(self.texts).numpy().astype(np.int32))
        self.tokens: NDArray[np.int32] = np.load(kept)


def tokenize(texts: list[str]) -> Tensor:
    """CLIP's tokens, (n, 32) int64."""
    tokens: Tensor = open_clip.SimpleTokenizer(context_length=CONTEXT)(texts)
    return tokens


@torch.inference_mode()
def encode_texts(model: open_clip.CLIP, texts: Sequence[str]) -> NDArray[np.float32]:
    """(n, 384) unit rows of the text tower, in the order given, computed where the model lies."""
    device = model.positional_embedding.device
    parts = [
        encode_tokens(
            model, tokenize(list(texts[first : first + AT_ONCE])).to(device), LENGTH_GROUPS
        )
        for first in range(0, len(texts), AT_ONCE)
    ]
    found: NDArray[np.float32] = torch.cat(parts).cpu().numpy()
    return found


class TextDrawer:
    """Draws sentences with the teacher's vectors; the same for the same generator."""

    def __init__(self, run: Path, plan: TextPlan) -> None:
        mean = teacher_mean(run)
        self._tokenizer = open_clip.SimpleTokenizer(context_length=CONTEXT)

        def read(weights: dict[str, float]) -> list[tuple[TokenSet, float, bool]]:
            return [
                (TokenSet(run, name, mean), weight, name in NAMED)
                for name, weight in weights.items()
                if (run / "text" / f"{name}.npy").exists()
            ]

        self._captions, self._short = read(plan.caption_sets), read(plan.short_sets)

    def captions(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Tokens (n, 32) and the teacher's centred unit vectors (n, 384)."""
        return self._draw(self._captions, count, rng)

    def short(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The same for phrases and names."""
        return self._draw(self._short, count, rng)

    def _draw(
        self, sets: list[tuple[TokenSet, float, bool]], count: int, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        weights = np.array([weight for _, weight, _ in sets])
        tokens: list[NDArray[np.int32]] = []
        vectors: list[NDArray[np.float32]] = []
        for (kept, _, named), share in zip(
            sets, rng.multinomial(count, weights / weights.sum()), strict=True
        ):
            rows = rng.integers(0, len(kept.texts), share)
            vectors.append(kept.vectors[rows])
            chosen = kept.tokens[rows]
            if named and share:
                dressed = rng.random(share) >= BARE
                if dressed.any():
                    which = rng.integers(0, len(TEMPLATES), share)
                    texts = [
                        in_template(kept.texts[row], TEMPLATES[number])
                        for row, number in zip(rows[dressed], which[dressed], strict=True)
                    ]
                    chosen[dressed] = self._tokenizer(texts).numpy()
            tokens.append(chosen)
        return (
            torch.from_numpy(np.concatenate(tokens)).long(),
            torch.from_numpy(np.concatenate(vectors)),
        )


class TextStage:
    """Batches and loss. See :class:`photofind.training.loop.Stage`."""

    def __init__(self, run: Path, model: open_clip.CLIP, plan: TextPlan) -> None:
        self._model = model
        self._plan = plan
        self._drawer = TextDrawer(run, plan)
        self._text = text_modules(model)
        # The weights stay float32.
        self._half = training_dtype(model.positional_embedding.device) is torch.bfloat16

    @property
    def module(self) -> nn.Module:
        return self._text

    def groups(self) -> Iterable[Group]:
        return text_groups(self._text, self._plan.rate)

    def loss(self, step: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng((self._plan.seed, step))
        device = self._model.positional_embedding.device
        long, long_teacher = self._drawer.captions(self._plan.captions, rng)
        short, short_teacher = self._drawer.short(self._plan.short, rng)
        teachers = (long_teacher.to(device), short_teacher.to(device))
        with torch.autocast(device.type, torch.bfloat16, enabled=self._half):
            tokens = torch.cat([long, short]).to(device)
            encoded = encode_tokens(self._model, tokens, LENGTH_GROUPS)
        students = torch.split(encoded, [len(long), len(short)])
        apart = following(encoded, torch.cat(teachers))
        # Captions among captions, names among names: the hard ones.
        told = sum(
            symmetric_cross_entropy(CONTRAST_SCALE * student @ teacher.T)
            for student, teacher in zip(students, teachers, strict=True)
        )
        total = self._plan.follow_weight * apart + told / 2
        return total, {
            "cosine_captions": _cosine(students[0], teachers[0]),
            "cosine_short": _cosine(students[1], teachers[1]),
        }


def _cosine(student: Tensor, teacher: Tensor) -> float:
    return float((student.detach() * teacher).sum(dim=1).mean())


def text_modules(model: open_clip.CLIP) -> nn.Module:
    """The text side of open_clip's CLIP, whose parts lie in the model itself, as one module."""
    text = nn.Module()
    text.token_embedding = model.token_embedding
    text.transformer = model.transformer
    text.ln_final = model.ln_final
    text.positional_embedding = model.positional_embedding
    text.text_projection = model.text_projection
    return text


def text_groups(text: nn.Module, rate: float) -> Iterable[Group]:
    """Matrices decay; embeddings, norms and biases do not."""
    plain: list[nn.Parameter] = []
    matrices: list[nn.Parameter] = []
    for name, parameter in text.named_parameters():
        decays = parameter.ndim > 1 and "embedding" not in name
        (matrices if decays else plain).append(parameter)
    yield Group(tuple(matrices), rate, decay=0.05)
    yield Group(tuple(plain), rate)
