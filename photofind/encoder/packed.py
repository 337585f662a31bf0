"""Linear layers in float32 on a CPU, their weights laid out once as its kernels read them.

torch hands the kernels plain weights, which are laid out anew with every call: for the few rows of
a query that is most of the work. oneDNN, which torch brings along for x86, takes weights that are
laid out beforehand, and computes the GELU that follows on its way out. torch's own compiler chooses
these operations too, but needs minutes, and a C++ compiler at run time.

Measured on two cores of a CPU with AVX2, median milliseconds of a query: ViT-B-32-256 37 as built,
19 so; the built-in model 3.1 and 2.6. Convolutions gain too little (3 of 100) to be packed.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)

from photofind.encoder.devices import SAME, least_cosine
from photofind.encoder.layers import Exchange, children, follower, part_attention

_log = logging.getLogger(__name__)

SMALLEST: Final = 128  # features in and out of a linear layer that is worth it
ROWS: Final = 16  # of the inputs that linear layers are laid out for: the tokens of a query
TRIALS: Final = 5


def pack(tower: Any, run: Callable[[], torch.Tensor]) -> bool:
    """Replace a float32 tower's layers; `run` sends samples through it, to float32 (n, d).

    False, and the tower as it was, where that is no faster here, or gives other vectors.
    """
    wanted, before = run(), _least_seconds(run)
    exchange = Exchange()
    try:
        part_attention(tower, exchange, torch.float32)
        for parent, name, layer in children(tower):
            if type(layer) is not torch.nn.Linear or min(layer.weight.shape) < SMALLEST:
                continue
            packed = PackedLinear(layer)
            exchange.put(parent, name, packed)
            following = follower(parent, name)
            if following is not None and isinstance(following[1], torch.nn.GELU):
                packed.gelu = following[1].approximate
                exchange.put(parent, following[0], torch.nn.Identity())
        agreement = least_cosine(run(), wanted)
        after = _least_seconds(run)
    except (AttributeError, RuntimeError) as error:  # this torch, or this computer, lacks them
        _log.info("weights stay as they are: %s", str(error).strip().partition("\n")[0])
        exchange.undo()
        return False
    if agreement >= SAME and after < before:
        _log.info("weights laid out for this CPU: %.1f ms, not %.1f", after * 1e3, before * 1e3)
        return True
    _log.info("weights stay as they are: %.1f ms, cosine %.5f", after * 1e3, agreement)
    exchange.undo()
    return False


def _least_seconds(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(TRIALS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


class PackedLinear(torch.nn.Module):
    """A linear layer."""

    int8_original_dtype = torch.float32
    """open_clip asks a layer without `weight` for this: the precision of what it is given."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)
        self._bias = None if linear.bias is None else linear.bias.detach()
        self.gelu: str | None = None  # "none" or "tanh": computed by the kernel on its way out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        activation, how = ("gelu", self.gelu) if self.gelu else ("none", "")
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, activation, [], how
        )
        return out
