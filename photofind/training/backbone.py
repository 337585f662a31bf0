"""The image tower's start: MobileNetV2 1.0 as a classifier, out of a TensorFlow Lite file.

Hides the file format and two differences between the frameworks. The file (Apache-2.0, from
google-coral/test_data) is quantised to eight bits and has its batch norms folded; its
convolutions are read in order into timm's ``mobilenetv2_100`` with neutral batch norms.

TensorFlow pads a strided convolution at the end, PyTorch at both sides, so that each of the five
halvings looks one pixel aside. Mirrored from left to right the two agree, and a network of
mirrored kernels sees mirrored photos, which are photos like others: so the kernels are mirrored
and half of the difference is gone (on Imagenette at 192 pixels 66 % instead of 62 % right).
Training absorbs the other half.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import nn

FILE_NAME = "mobilenet_v2_1.0_224_quant.tflite"
LABELS_NAME = "imagenet_labels.txt"
ARCHITECTURE = "mobilenetv2_100"
CONVOLUTIONS = 52  # before the classifier, which is one as well


class BackboneUnreadable(Exception):
    """The file is not the one that is expected, or the package that reads it is missing."""


def class_labels(folder: Path) -> list[str]:
    """The thousand classes' names, without the background class that stands first."""
    lines = (folder / LABELS_NAME).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines][1:1001]


def load_backbone(folder: Path) -> Any:
    """timm's network in evaluation mode, float32, with its classifier of 1,000 classes.

    Pixels are expected in -1..1. Raises BackboneUnreadable.
    """
    convolutions = _convolutions((folder / FILE_NAME).read_bytes())
    network: Any = timm.create_model(ARCHITECTURE, num_classes=1000)
    modules = list(network.modules())
    empty: list[Any] = [module for module in modules if isinstance(module, nn.Conv2d)]
    norms: list[Any] = [module for module in modules if isinstance(module, nn.BatchNorm2d)]
    if not len(empty) == len(norms) == len(convolutions) - 1 == CONVOLUTIONS:
        raise BackboneUnreadable(f"{FILE_NAME} has {len(convolutions)} convolutions, not 53")
    with torch.no_grad():
        for layer, norm, (weight, bias) in zip(empty, norms, convolutions[:-1], strict=True):
            if weight.shape != layer.weight.shape:
                raise BackboneUnreadable(f"{FILE_NAME} is of another architecture")
            layer.weight.copy_(torch.from_numpy(weight[..., ::-1].copy()))
            norm.weight.fill_(1.0)
            norm.bias.copy_(torch.from_numpy(bias))
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0 - norm.eps)
        weight, bias = convolutions[-1]
        network.classifier.weight.copy_(torch.from_numpy(weight[1:, :, 0, 0].copy()))
        network.classifier.bias.copy_(torch.from_numpy(bias[1:].copy()))
    return network.eval()


def _convolutions(content: bytes) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Weights (out, in / groups, height, width) and biases, in the order of computation."""
    try:
        import tflite
    except ImportError as error:
        raise BackboneUnreadable("The backbone's file is read by: pip install tflite") from error
    model = tflite.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    axes = {
        tflite.BuiltinOperator.CONV_2D: (0, 3, 1, 2),
        tflite.BuiltinOperator.DEPTHWISE_CONV_2D: (3, 0, 1, 2),
    }
    found = []
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if kind in axes:
            weight, bias = (_values(model, graph, operator.Inputs(place)) for place in (1, 2))
            found.append((weight.transpose(axes[kind]), bias))
    return found


def _values(model: Any, graph: Any, number: int) -> NDArray[np.float32]:
    import tflite

    tensor = graph.Tensors(number)
    kinds = {tflite.TensorType.UINT8: np.uint8, tflite.TensorType.INT32: np.int32}
    raw = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
    values = np.frombuffer(raw, kinds[tensor.Type()]).reshape(tensor.ShapeAsNumpy())
    quantised = tensor.Quantization()
    zero, step = quantised.ZeroPointAsNumpy()[0], quantised.ScaleAsNumpy()[0]
    return (values.astype(np.float32) - np.float32(zero)) * np.float32(step)
