"""The built-in model's shape: its open_clip configuration, and its image tower in two parts."""

from __future__ import annotations

from typing import Any

import open_clip
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from photofind.encoder.devices import precisions

DIMENSION = 384  # of the embedding; the sentence teacher's
IMAGE_SIZE = 192  # pixels
SPLIT = 5  # the first stages of blocks, ending at a sixteenth of the size, are kept frozen
MAP_SIDE = IMAGE_SIZE // 16
MAP_CHANNELS = 112
FEATURES = 1280  # pooled, before the projection
CONTEXT = 32  # tokens; a search sentence is shorter, and the tower costs by the token

MODEL: dict[str, Any] = {
    "embed_dim": DIMENSION,
    "vision_cfg": {
        "timm_model_name": "efficientnet_lite0",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
        "image_size": IMAGE_SIZE,
    },
    "text_cfg": {
        "context_length": CONTEXT,
        "vocab_size": 49408,  # CLIP's own: a shorter one needs a tokenizer that open_clip lacks
        "width": 256,
        "heads": 4,
        "layers": 4,
    },
}

# A photo is squeezed into the square, not cropped: what stands at its edge can be found too.
PREPROCESSING: dict[str, Any] = {
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "interpolation": "bicubic",
    "resize_mode": "squash",
}


def training_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device multiplies it faster than float32, else float32."""
    return torch.bfloat16 if torch.bfloat16 in precisions(device.type) else torch.float32


def new_model(seed: int = 0) -> open_clip.CLIP:
    """The model with random weights, in evaluation mode, float32."""
    torch.manual_seed(seed)
    return open_clip.CLIP(**MODEL).eval()


class Lower(nn.Module):
    """Pixels (n, 3, 192, 192) in -1..1 to maps (n, 112, 12, 12): stem and the first blocks."""

    def __init__(self, trunk: Any) -> None:
        super().__init__()
        self.stem, self.norm = trunk.conv_stem, trunk.bn1
        self.blocks = trunk.blocks[:SPLIT]

    def forward(self, pixels: Tensor) -> Tensor:
        x: Tensor = self.blocks(self.norm(self.stem(pixels)))
        return x


class Upper(nn.Module):
    """Maps (n, 112, h, w) to pooled features (n, 1280): the last blocks. Any map size."""

    def __init__(self, trunk: Any) -> None:
        super().__init__()
        self.blocks = trunk.blocks[SPLIT:]
        self.head, self.norm = trunk.conv_head, trunk.bn2

    def forward(self, maps: Tensor) -> Tensor:
        x: Tensor = self.norm(self.head(self.blocks(maps)))
        return x.mean(dim=(2, 3))


def encode_tokens(model: open_clip.CLIP, tokens: Tensor, parts: int = 1) -> Tensor:
    """Unit sentence vectors (n, 384) from tokens (n, length), computed no longer than need be.

    The same as ``model.encode_text``: the mask is causal, so what stands after the end of the
    text changes nothing, and the tower may be cut to the longest sentence. With several parts,
    sentences of like length are encoded together, each part cut to its own longest.
    """
    ends = tokens.argmax(dim=1)
    # Looked up once: each look-up's gradient is as large as the whole vocabulary.
    x = model.token_embedding(tokens[:, : int(ends.max()) + 1])
    order = torch.argsort(ends)
    encoded = [_encode(model, x[rows], ends[rows]) for rows in order.chunk(parts)]
    return F.normalize(torch.cat(encoded)[torch.argsort(order)].float(), dim=-1)


def _encode(model: open_clip.CLIP, embedded: Tensor, ends: Tensor) -> Tensor:
    length = int(ends.max()) + 1
    x = embedded[:, :length] + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    last = model.ln_final(x[torch.arange(len(x), device=x.device), ends])
    projected: Tensor = last @ model.text_projection
    return projected
