"""A CLIP of a few thousand weights, for tests in which meaning does not matter.

It is made by open_clip's own classes and loaded through the product's own path for folders, with
random weights of a fixed seed: equal pictures get equal vectors, others get others.
"""

import json
from pathlib import Path

MODEL = {
    "embed_dim": 32,
    "vision_cfg": {
        "image_size": 32,
        "layers": 1,
        "width": 64,
        "patch_size": 8,
        "head_width": 32,
        # Without weights that were learned, an average tells pictures apart, a class token hardly.
        "pool_type": "avg",
        "no_ln_pre": True,
    },
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
PREPROCESSING = {
    "size": [32, 32],
    "mode": "RGB",
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
    "fill_color": 0,
}


def write_tiny_model(folder: Path, *, seed: int = 0) -> str:
    """Write the model's folder; returns its name for `--model`."""
    # The product's own cure for a torchvision that does not fit its torch.
    from photofind.encoder.runtime import import_open_clip

    import_open_clip()
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    weights = {name: w.contiguous() for name, w in CLIP(**MODEL).state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    config = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESSING}
    (folder / "open_clip_config.json").write_text(json.dumps(config), encoding="utf-8")
    return f"local-dir:{folder}"
