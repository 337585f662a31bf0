"""Transformer image towers in 8-bit integers, on CPUs that multiply them faster than floats.

Weights are rounded to 8 bits with a scale for each output channel, when the tower is loaded; inputs
with one scale, taken from the values at hand each time, so that no picture falls outside a range
that was fixed beforehand. Accumulation is exact (32 bits), everything between the layers stays in
float32. The kernels are oneDNN's, which torch brings along for x86.

Trained transformers have channels far larger than the others, which would leave the rest a few
steps of a common scale. Where that costs a layer accuracy, its inputs are divided by a factor for
each channel and its weights multiplied by it, which shares the difference between both
(SmoothQuant, Xiao et al. 2023, arXiv 2211.10438). A layer that is still not exact enough stays a
float: in bfloat16 where the CPU multiplies that faster, else in float32.

CPUs without VNNI add two products in 16 bits on the way, which overflows where both are large, and
without a word. There the weights have 7 bits, so that it cannot.

Measured with ViT-B-32-256 on two cores of a CPU with avx512_vnni, photos per core second: float32
7.9, bfloat16 15.0, this 26; cosine to float32 at least 0.9999 (random weights).
With AVX2 alone: float32 6.5, this 12.1; cosine at least 0.9998. OpenVINO 2026.4, in the same
minute, of both cores: 11.5 in float32, 10.5 in integers (cosine 0.9979), this 20.9.
"""

import copy
import logging
import math
import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)

from photofind.encoder.devices import least_seconds, precisions
from photofind.encoder.layers import (
    Exchange,
    FusedLinear,
    children,
    linears,
    part_attention,
    put_linear,
)

_log = logging.getLogger(__name__)

WORTHWHILE: Final = 1.2  # how much faster than bfloat16 integers must be
SMALLEST: Final = 256  # features in and out of a layer that is worth it
FEWEST: Final = 8  # layers in a tower that is worth it
SMOOTHED_ABOVE: Final = 0.01  # a layer's relative error on the samples; 0.009 is usual
FLOATS_ABOVE: Final = 0.02
SAMPLE_ROWS: Final = 128  # of a layer's inputs, to judge it by
LEVELS: Final = 127  # of a weight, to either side of nothing
SAFE_LEVELS: Final = 64  # 2 products of it and 255 fit 16 bits
_MATRIX: Final = (512, 768, 768)  # rows, inputs, outputs of the trial


def is_faster() -> bool:
    """Whether integers are multiplied faster here than any float; tried in some 50 ms."""
    rows, inputs, outputs = _MATRIX
    numbers = torch.linspace(-1, 1, rows * inputs).view(rows, inputs)
    linear = torch.nn.Linear(inputs, outputs)

    with torch.inference_mode(), warnings.catch_warnings():
        # "torch.quantize_per_tensor ... will be removed in a future release": said once, here.
        # Without it this is False. https://github.com/pytorch/pytorch/issues/184982
        warnings.simplefilter("ignore")
        try:
            integers = least_seconds(partial(Int8Linear(linear), numbers))
        except (RuntimeError, AttributeError) as error:
            _log.info("no integer kernels on this computer: %s", error)
            return False
        floats = least_seconds(partial(linear, numbers))
        if reduced_floats() is not torch.float32:
            reduced = partial(linear.to(torch.bfloat16), numbers.to(torch.bfloat16))
            halves = least_seconds(reduced)
            floats = min(floats, halves)
    return integers * WORTHWHILE < floats


@cache
def levels() -> int:
    """How large a weight may be here: as large as its 8 bits hold, if that is added up rightly."""
    inputs, outputs = 64, 16
    packed = torch.ops.onednn.qlinear_prepack(
        torch.full((outputs, inputs), LEVELS, dtype=torch.int8), None
    )
    sums = _multiply(
        torch.full((1, inputs), 255, dtype=torch.uint8),
        1.0, 0, packed, torch.ones(outputs), torch.zeros(outputs, dtype=torch.int64), None,
        FusedLinear.activation,
    )  # fmt: skip
    return LEVELS if bool((sums == 255 * LEVELS * inputs).all()) else SAFE_LEVELS


@cache
def reduced_floats() -> torch.dtype:
    """What layers that stay floats are computed in: bfloat16 where that is faster."""
    return precisions("cpu")[0]


def quantise(tower: Any, run: Callable[[], Any]) -> Exchange | None:
    """Replace a float32 tower's large layers; `run` sends sample pictures through it.

    Returns what was replaced. None when the tower has too few such layers, or this computer no fast
    kernels for them: then it is left as it is.
    """
    exchange = Exchange()
    part_attention(tower, exchange, reduced_floats())
    large = linears(tower, SMALLEST)
    if len(large) < FEWEST or not is_faster():
        exchange.undo()
        return None
    inputs = _inputs_of([layer for _, _, layer in large], run)
    floats: list[tuple[Any, str, Any]] = []
    for parent, name, layer in large:
        integers = _best_int8(layer, inputs.pop(layer))
        if integers is None:
            floats.append((parent, name, layer))
        else:
            put_linear(exchange, parent, name, integers)
    kept = len(floats)
    floats += [child for child in children(tower) if isinstance(child[2], torch.nn.Conv2d)]
    if reduced_floats() is not torch.float32:
        for parent, name, layer in floats:
            exchange.put(parent, name, BFloat16(layer))
    _log.info("%d of %d layers in 8-bit integers", len(large) - kept, len(large))
    return exchange


def _best_int8(linear: torch.nn.Linear, sample: torch.Tensor) -> "Int8Linear | None":
    """The layer in integers, smoothed if need be; None when it is not exact enough."""
    wanted = linear(sample)

    def error(candidate: Int8Linear) -> float:
        return float((candidate(sample) - wanted).norm() / wanted.norm())

    plain = Int8Linear(linear)
    if error(plain) <= SMOOTHED_ABOVE:
        return plain
    channels = sample.abs().amax(0).clamp_min(1e-6)
    smooth = (channels / linear.weight.abs().amax(0).clamp_min(1e-6)).sqrt()
    smoothed = Int8Linear(linear, smooth)
    return smoothed if error(smoothed) <= FLOATS_ABOVE else None


class Int8Linear(FusedLinear):
    """A linear layer with weights and inputs in 8 bits; float32 comes out."""

    def __init__(self, linear: torch.nn.Linear, smooth: torch.Tensor | None = None) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        if smooth is not None:
            weight = weight * smooth
        most = levels()
        self._scales = weight.abs().amax(1).clamp_min(1e-12) / most
        rounded = (weight / self._scales[:, None]).round().clamp(-most, most).to(torch.int8)
        self._packed = torch.ops.onednn.qlinear_prepack(rounded, None)
        self._zeros = torch.zeros(len(self._scales), dtype=torch.int64)
        self._bias = None if linear.bias is None else linear.bias.detach().float()
        self._divisor = None if smooth is None else 1 / smooth

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shape = (*x.shape[:-1], len(self._scales))
        rows = x.reshape(-1, x.shape[-1]).float()
        if self._divisor is not None:
            rows = rows * self._divisor
        low, high = torch.aminmax(rows)
        least, most = min(float(low), 0.0), max(float(high), 0.0)
        step = max((most - least) / 255, 1e-12)
        if not math.isfinite(step):  # a picture without numbers stays without
            return torch.full(shape, math.nan)
        zero = round(-least / step)
        integers = _as_bytes(torch.quantize_per_tensor(rows, step, zero, torch.quint8))
        out = _multiply(
            integers,
            step,
            zero,
            self._packed,
            self._scales,
            self._zeros,
            self._bias,
            self.activation,
        )
        return out.view(shape)


def _multiply(
    integers: torch.Tensor,
    step: float,
    zero: int,
    packed: torch.Tensor,
    scales: torch.Tensor,
    zeros: torch.Tensor,
    bias: torch.Tensor | None,
    activation: tuple[str, str],
) -> torch.Tensor:
    """uint8 (n, inputs) times packed int8 weights, as float32 (n, outputs)."""
    name, how = activation
    out: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
        integers, step, zero, packed, scales, zeros, bias,
        1.0, 0, torch.float32, name, [], how,
    )  # fmt: skip
    return out


def _as_bytes(quantised: torch.Tensor) -> torch.Tensor:
    """The integers of a quantised tensor where they lie; `int_repr` copies them."""
    return torch.empty(0, dtype=torch.uint8).set_(
        quantised.untyped_storage(), 0, quantised.size(), quantised.stride()
    )


class BFloat16(torch.nn.Module):
    """A layer in bfloat16 between floats."""

    def __init__(self, layer: torch.nn.Module) -> None:
        super().__init__()
        self._layer = copy.deepcopy(layer).to(torch.bfloat16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self._layer(x.to(torch.bfloat16)).float()
        return out


def _inputs_of(layers: list[Any], run: Callable[[], Any]) -> dict[Any, torch.Tensor]:
    """Some of the rows that each layer is given when the samples are run."""
    seen: dict[Any, torch.Tensor] = {}

    def keep(layer: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        rows = inputs[0].flatten(0, -2)
        seen[layer] = rows[:: -(-len(rows) // SAMPLE_ROWS)].float()

    hooks = [layer.register_forward_pre_hook(keep) for layer in layers]
    run()
    for hook in hooks:
        hook.remove()
    return seen
