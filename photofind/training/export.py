"""The trained parts as a model folder that open_clip, and so the encoder, loads as local-dir:."""

from __future__ import annotations

import json
import os
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from torch import Tensor

from photofind.training.model import MODEL, PREPROCESSING

CONFIG_NAME = "open_clip_config.json"
WEIGHTS_NAME = "open_clip_model.safetensors"
READABLE = 0o644


@torch.no_grad()
def put_map_behind(model: open_clip.CLIP, text_map: Tensor) -> None:
    """Put the image stage's map of the teacher, (384, 384), behind the text tower that follows it.

    The tower gives rows ``x @ text_projection`` and the map gives ``row @ text_map.T``: the two
    are one matrix.
    """
    model.text_projection.copy_(model.text_projection @ text_map.T)


def export(model: open_clip.CLIP, folder: Path) -> Path:
    """Write configuration and weights in half precision; returns the weights' file.

    Both are replaced atomically. Raises ValueError for weights that half precision cannot hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halves: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        if name == "attn_mask":
            continue  # made anew by open_clip
        if value.is_floating_point():
            value = value.half()
            if not value.isfinite().all():
                raise ValueError(f"{name} does not fit half precision")
        halves[name] = value.cpu().contiguous()
    weights = folder / WEIGHTS_NAME
    part = folder / f"{WEIGHTS_NAME}.part"
    save_file(halves, part, metadata={"format": "pt"})
    part.chmod(READABLE)  # safetensors writes for its owner alone
    os.replace(part, weights)
    config = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESSING}
    (folder / CONFIG_NAME).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return weights
