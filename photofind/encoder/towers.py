"""The two towers: sentences to vectors, pictures to vectors.

Each runs open_clip's own layers. The text tower leaves out what cannot matter: in a causal
transformer no token sees what follows it, so everything after the end-of-text token is cut off
(4 ms instead of 20 for a short query).

On a CPU the text tower answers in float32, which needs no trust, as soon as its weights are there:
somebody waits for the first query, and choosing a reduced precision costs a large model up to a
second (a trial of the kernels, new weights, a second run to compare). It is chosen by `settle`,
once there is enough to do; where it stays float32, the weights are packed then (see `packed`). An
outcome kept in a file would spare later starts the choice as well, but can be wrong for another
processor, torch or driver; float32 cannot.
"""

import copy
import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)
from numpy.typing import NDArray

from photofind.encoder.convolutions import fold_batch_norms, late_layers
from photofind.encoder.devices import SAME, TRUSTED_COSINE, check_numbers, least_cosine, place
from photofind.encoder.int8 import quantise
from photofind.encoder.packed import pack
from photofind.encoder.runtime import import_open_clip
from photofind.images import Preprocessing

_log = logging.getLogger(__name__)

SAMPLE_TEXTS: Final = ("a dog on a beach", "two people at a table in the evening")
SAMPLE_PICTURES: Final = 3


class TextTower:
    """Sentences to vectors. Any thread."""

    def __init__(self, tower: Any, tokenize: Callable[[list[str]], Any], device: str) -> None:
        self._tower = tower.float()  # replaced as a whole by `settle`, never changed in use
        self._tokenize = tokenize
        self._pool = import_open_clip().transformer.text_global_pool if _is_causal(tower) else None
        self._settling = threading.Lock()
        self._unsettled: tuple[torch.Tensor, torch.Tensor] | None = None  # sample, reference
        with torch.inference_mode():
            sample = tokenize(list(SAMPLE_TEXTS))
            reference = self._run(tower, sample)
            self.dimension = int(reference.shape[1])
            if device == "cpu":
                check_numbers(reference)
                self._unsettled = sample, reference
            else:
                place(tower, device, sample, reference, partial(self._run, tower))

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """float32 (n, d) on the CPU, not normalised."""
        with torch.inference_mode():
            return self._run(self._tower, self._tokenize(list(texts))).cpu()

    def settle(self) -> None:
        """Go over to the fastest precision that can be trusted; done once.

        Sentences that come meanwhile, from other threads, are still encoded in float32.
        """
        with self._settling, torch.inference_mode():
            if self._unsettled is None:
                return
            sample, reference = self._unsettled
            twin = _twin(self._tower)
            place(twin, "cpu", sample, reference, partial(self._run, twin))
            if next(twin.parameters()).dtype == torch.float32:
                pack(twin, partial(self._run, twin, sample))
            self._tower, self._unsettled = twin, None

    def _run(self, tower: Any, tokens: torch.Tensor) -> torch.Tensor:
        device = next(tower.parameters()).device
        if self._pool is None:
            return _floats(tower(tokens.to(device)))
        return _run_to_the_end_of_text(tower, tokens.to(device), self._pool)


def _run_to_the_end_of_text(
    tower: Any, tokens: torch.Tensor, pool: Callable[..., Any]
) -> torch.Tensor:
    """TextTransformer.forward, on as many tokens as the longest text has."""
    ends = tokens.argmax(-1) if tower.pool_type == "argmax" else _first(tokens, tower.eos_id)
    tokens = tokens[:, : int(ends.max()) + 1]
    length = tokens.shape[1]
    dtype = tower.token_embedding.weight.dtype
    x = tower.token_embedding(tokens).to(dtype) + tower.positional_embedding[:length].to(dtype)
    x = tower.transformer(x, attn_mask=tower.attn_mask[:length, :length])
    x = pool(tower.ln_final(x), tokens, tower.pool_type, eos_token_id=tower.eos_id)
    projection = tower.text_projection
    if projection is not None:
        x = projection(x) if callable(projection) else x @ projection
    return _floats(x)


def _twin(tower: Any) -> Any:
    """A tower of its own whose tensors are, until they are replaced, the same memory."""
    shared: dict[int, Any] = {
        id(weight): torch.nn.Parameter(weight.data, requires_grad=False)
        for weight in tower.parameters()
    }
    shared |= {id(buffer): buffer for buffer in tower.buffers()}
    return copy.deepcopy(tower, shared)


def _is_causal(tower: Any) -> bool:
    """Whether the vector is read at the end-of-text token and depends on nothing after it."""
    return (
        isinstance(tower, import_open_clip().transformer.TextTransformer)
        and tower.attn_mask is not None
        and tower.cls_emb is None
        and not tower.use_pad_mask
        and tower.pool_type in ("argmax", "eos")
    )


def _first(tokens: torch.Tensor, wanted: int) -> torch.Tensor:
    found = tokens == wanted
    last = torch.full_like(tokens[:, 0], tokens.shape[1] - 1)
    return torch.where(found.any(-1), found.int().argmax(-1), last)


class ImageTower:
    """Pictures to vectors. Any thread."""

    def __init__(self, tower: Any, preprocessing: Preprocessing, device: str) -> None:
        self._tower = tower.float()
        # Of values 0..255: what open_clip's ToTensor and Normalize do, in one step.
        self._mean = 255 * torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
        self._scale = 1 / (255 * torch.tensor(preprocessing.std).view(1, 3, 1, 1))
        tower.to(memory_format=torch.channels_last)
        with torch.inference_mode():
            sample = torch.from_numpy(_sample_pictures(preprocessing.size))
            reference = self._run(sample)
            if device == "cpu" and self._in_integers(sample, reference):
                return
            late = self._prepare_convolutions(sample, reference)
            place(tower, device, sample, reference, self._run, late)

    def __call__(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """uint8 (n, S, S, 3) to float32 (n, d) on the CPU, not normalised."""
        with torch.inference_mode():
            return self._run(torch.from_numpy(np.ascontiguousarray(pixels))).cpu()

    def _run(self, pixels: torch.Tensor) -> torch.Tensor:
        weight = next(self._tower.parameters())
        pictures = pixels.to(weight.device).permute(0, 3, 1, 2).to(torch.float32)
        pictures.sub_(self._mean.to(weight.device)).mul_(self._scale.to(weight.device))
        return _floats(self._tower(pictures.to(weight.dtype)))

    def _in_integers(self, sample: torch.Tensor, reference: torch.Tensor) -> bool:
        exchange = quantise(self._tower, lambda: self._run(sample))
        if exchange is None:
            return False
        agreement = least_cosine(self._run(sample), reference)
        if agreement >= TRUSTED_COSINE:
            _log.info("8-bit integers: used, cosine %.5f", agreement)
            return True
        _log.info("8-bit integers: not used, cosine %.5f", agreement)
        exchange.undo()
        return False

    def _prepare_convolutions(self, sample: torch.Tensor, reference: torch.Tensor) -> list[Any]:
        """Fold the batch norms, unless this network turns out not to be built as it looks.

        Returns the layers that may stay in float32, see `late_layers`.
        """
        replaced = fold_batch_norms(self._tower)
        if not replaced:
            return []
        if not least_cosine(self._run(sample), reference) >= SAME:
            _log.info("batch norms stay: folded, the tower gives other vectors")
            replaced.undo()
            return []
        return late_layers(self._tower)


def _floats(out: Any) -> torch.Tensor:
    """The pooled vectors in float32; some towers give their tokens as well."""
    vectors: torch.Tensor = (out[0] if isinstance(out, tuple) else out).float()
    return vectors


def _sample_pictures(size: int) -> NDArray[np.uint8]:
    """Made-up photos, always the same: soft shapes in many colours with some grain."""
    random = np.random.default_rng(0)
    down, across = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size), indexing="ij")
    waves = random.uniform(-9, 9, (SAMPLE_PICTURES, 3, 2, 1, 1))
    phases = random.uniform(0, 6, (SAMPLE_PICTURES, 3, 1, 1))
    soft = np.sin(waves[:, :, 0] * down + waves[:, :, 1] * across + phases)
    grain = random.normal(0, 0.1, (SAMPLE_PICTURES, 3, size, size))
    pictures = np.clip(127 + 110 * (soft + grain), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1))
