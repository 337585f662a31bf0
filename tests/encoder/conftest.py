"""Small models with random weights, written as files: what loads them is the real thing."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from photofind.encoder.runtime import import_open_clip, import_timm, start_torch
from photofind.images import Preprocessing, read_picture

start_torch()  # as the application does: its threads sleep while they wait

import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

TINY: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2},
}
CONVOLUTIONAL: dict[str, Any] = {
    "embed_dim": 48,
    "vision_cfg": {
        "timm_model_name": "mobilenetv2_050",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
        "image_size": 96,
    },
    "text_cfg": TINY["text_cfg"],
    "custom_text": True,
}
SIGMOID: dict[str, Any] = {  # as SigLIP is made: squashed pictures, a bias, a text tower that looks
    "embed_dim": 64,  # both ways and reads its last token
    "init_logit_bias": -10,
    "custom_text": True,
    "vision_cfg": TINY["vision_cfg"],
    "text_cfg": {
        **TINY["text_cfg"],
        "no_causal_mask": True,
        "proj_bias": True,
        "pool_type": "last",
        "norm_kwargs": {"eps": 1e-6},
    },
}
HALF_GREY = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}


def random_model(config: dict[str, Any], seed: int = 0) -> Any:
    """open_clip's own model of this configuration, with weights that differ from layer to layer."""
    open_clip = import_open_clip()
    if "timm_model_name" in config["vision_cfg"]:
        import_timm()
    torch.manual_seed(seed)
    kind = open_clip.CustomTextCLIP if config.get("custom_text") else open_clip.CLIP
    model = kind(**{key: value for key, value in config.items() if key != "custom_text"}).eval()
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.5, 1.5)
    return model


def write_model(
    folder: Path, config: dict[str, Any], preprocessing: dict[str, Any], seed: int = 0
) -> Path:
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocessing})
    )
    state = random_model(config, seed).state_dict()
    save_file(
        {name: value.clone() for name, value in state.items()},
        folder / "open_clip_model.safetensors",
    )
    return folder


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of model folders: `tiny`, `convolutional`, `sigmoid`."""
    root = tmp_path_factory.mktemp("models")
    write_model(root / "tiny", TINY, {})
    write_model(root / "convolutional", CONVOLUTIONAL, HALF_GREY)
    write_model(root / "sigmoid", SIGMOID, {**HALF_GREY, "resize_mode": "squash"})
    return root


@pytest.fixture(scope="session")
def real_architecture(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A name that open_clip knows, and a safetensors file with random weights for it."""
    name = "ViT-S-32-alt"
    open_clip = import_open_clip()
    torch.manual_seed(1)
    model = open_clip.CLIP(**open_clip.get_model_config(name))
    file = tmp_path_factory.mktemp("checkpoints") / "weights.safetensors"
    save_file({key: value.clone() for key, value in model.state_dict().items()}, file)
    return name, file


@pytest.fixture(scope="session")
def photos() -> Callable[[Preprocessing], NDArray[np.uint8]]:
    """Four real photos, as an encoder is shown them."""

    def png(picture: NDArray[np.uint8]) -> bytes:
        encoded = io.BytesIO()
        Image.fromarray(picture).save(encoded, "PNG")
        return encoded.getvalue()

    pictures = [
        png(picture) for picture in (data.astronaut(), data.chelsea(), data.coffee(), data.rocket())
    ]

    def shown(preprocessing: Preprocessing) -> NDArray[np.uint8]:
        pixels = [read_picture(picture, preprocessing).pixels for picture in pictures]
        return np.stack([picture for picture in pixels if picture is not None])

    return shown
