"""An earlier model's text tower, in the sentence teacher's place."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import open_clip
import torch
from safetensors.torch import load_file

from photofind.training.export import WEIGHTS_NAME
from photofind.training.model import new_model
from photofind.training.sentences import Encode
from photofind.training.text_stage import encode_texts, text_modules


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


def earlier_text(folder: Path, device: torch.device) -> Encode:
    """Sentences to unit vectors (n, 384) of the earlier model."""
    return partial(encode_texts, read_text(folder).to(device))
