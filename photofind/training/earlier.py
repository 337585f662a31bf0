"""An earlier model's text tower, in the sentence teacher's place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from photofind.training.export import WEIGHTS_NAME
from photofind.training.model import encode_tokens, new_model
from photofind.training.text_stage import LENGTH_GROUPS, text_modules, tokenize

BATCH = 512  # sentences


def read_text(folder: Path) -> open_clip.CLIP:
    """A model with the text tower of an exported folder; its image tower is random.

    The earlier model's image tower may have been another. Raises ValueError for a text tower of
    another shape.
    """
    model = new_model()
    text = text_modules(model)
    state = {name: value.float() for name, value in load_file(folder / WEIGHTS_NAME).items()}
    try:
        text.load_state_dict({name: state[name] for name in text.state_dict()})
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{folder} holds a text tower of another shape: {error}") from error
    return model


class EarlierText:
    """Sentences to unit vectors of the earlier model."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self._model = read_text(folder).to(device)
        self._device = device

    @torch.inference_mode()
    def __call__(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384) float32, unit rows, in the order given."""
        parts = []
        for first in range(0, len(sentences), BATCH):
            tokens = tokenize(list(sentences[first : first + BATCH])).to(self._device)
            parts.append(encode_tokens(self._model, tokens, LENGTH_GROUPS).cpu().numpy())
        return np.concatenate(parts)
