"""Linear layers in float32 on a CPU, their weights laid out once as its kernels read them.

torch hands the kernels plain weights, which are laid out anew with every call: for the few rows of
a query that is most of the work. oneDNN, which torch brings along for x86, takes weights that are
laid out beforehand, and computes the GELU that follows on its way out. torch's own compiler chooses
these operations too, but needs minutes, and a C++ compiler at run time.

Measured on two cores of a CPU with AVX2, median milliseconds of a query: ViT-B-32-256 37 as built,
19 so; the built-in model 3.1 and 2.6. Convolutions gain too little (3 of 100) to be packed.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)

from photofind.encoder.devices import SAME, first_line, least_cosine, least_seconds
from photofind.encoder.layers import Exchange, FusedLinear, linears, part_attention, put_linear

_log = logging.getLogger(__name__)

SMALLEST: Final = 128  # features in and out of a linear layer that is worth it
ROWS: Final = 16  # of the inputs that linear layers are laid out for: the tokens of a query


def pack(tower: Any, run: Callable[[], torch.Tensor]) -> bool:
    """Replace a float32 tower's layers; `run` sends samples through it, to float32 (n, d).

    False, and the tower as it was, where that is no faster here, or gives other vectors.
    """
    wanted, before = run(), least_seconds(run)
    exchange = Exchange()
    try:
        part_attention(tower, exchange, torch.float32)
        for parent, name, layer in linears(tower, SMALLEST):
            put_linear(exchange, parent, name, PackedLinear(layer))
        agreement, after = least_cosine(run(), wanted), least_seconds(run)
        told = f"{after * 1e3:.1f} ms, not {before * 1e3:.1f}; cosine {agreement:.5f}"
        if agreement >= SAME and after < before:
            _log.info("weights laid out for this CPU: %s", told)
            return True
    except (AttributeError, RuntimeError) as error:  # this torch, or this computer, lacks them
        told = first_line(error)
    _log.info("weights stay as they are: %s", told)
    exchange.undo()
    return False


class PackedLinear(FusedLinear):
    """A linear layer."""

    int8_original_dtype = torch.float32
    """open_clip asks a layer without `weight` for this: the precision of what it is given."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)
        self._bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        activation, how = self.activation
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, activation, [], how
        )
        return out
