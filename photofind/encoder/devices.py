"""Where to compute and in which precision: chosen by trying, trusted after a comparison.

A graphics card that says it is there may lack kernels for it, and half precision may give vectors
that are finite and wrong. So a device is asked to compute something before it is used, and a tower
is used on a device in a precision only if there it gives the vectors that float32 gives on the CPU.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import torch  # noqa: TID253 (this module is imported when an encoder is opened, not before)

from photofind.errors import DeviceError, ModelError

_log = logging.getLogger(__name__)

DEVICES: Final = ("auto", "cpu", "cuda", "mps")
TRUSTED_COSINE: Final = 0.999  # to float32 on the CPU, the least over the samples
SAME: Final = 0.99999  # cosine between two ways to compute the same in float32
TRIALS: Final = 6  # of what is timed
WORTHWHILE: Final = 1.2  # bfloat16 must be this much faster than float32 on a CPU


def choose_device(asked: str) -> str:
    """ "cpu", "cuda" or "mps". Raises DeviceError when what was asked for cannot be used."""
    if asked not in DEVICES:
        raise DeviceError(
            "There is no device {device}; choose one of {known}.",
            device=asked,
            known=", ".join(DEVICES),
        )
    if asked == "cpu":
        return "cpu"
    for device in ("cuda", "mps") if asked == "auto" else (asked,):
        problem = _problem(device)
        if problem is None:
            return device
        if asked == device:
            raise DeviceError("{detail} Use --device cpu, or auto.", detail=problem)
        _log.info("%s", problem)
    return "cpu"


def _problem(device: str) -> str | None:
    """Why a device cannot be used; None when it has just computed something rightly."""
    backend = torch.cuda if device == "cuda" else torch.backends.mps
    name = "CUDA graphics card" if device == "cuda" else "Apple graphics processor (MPS)"
    if not backend.is_available():
        return f"There is no {name} that PhotoFind can use on this computer."
    try:
        ones = torch.ones(8, 8, device=device)
        right = float((ones @ ones).sum()) == 512.0
    # "no kernel image is available for execution on the device", "Torch not compiled with CUDA"
    except (RuntimeError, AssertionError) as error:
        return f"The {name} is there but does not compute ({first_line(error)})."
    return None if right else f"The {name} is there but computes wrongly."


def precisions(device: str) -> list[torch.dtype]:
    """Precisions to try on a device, the fastest first; float32 comes last."""
    if device == "cuda":
        return [torch.float16, torch.bfloat16, torch.float32]
    if device == "mps":
        return [torch.float16, torch.float32]
    return [torch.bfloat16, torch.float32] if _bfloat16_is_faster() else [torch.float32]


def _bfloat16_is_faster() -> bool:
    """Whether this CPU multiplies bfloat16 faster (avx512_bf16, AMX ...); tried in 10 ms."""

    def seconds(dtype: torch.dtype) -> float:
        left, right = torch.ones(256, 512, dtype=dtype), torch.ones(512, 512, dtype=dtype)
        return least_seconds(lambda: torch.nn.functional.linear(left, right))

    with torch.inference_mode():
        return seconds(torch.bfloat16) * WORTHWHILE < seconds(torch.float32)


def least_seconds(run: Callable[[], object]) -> float:
    """How long something takes: the shortest of some runs, which least else held up."""
    taken = []
    for _ in range(TRIALS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def check_numbers(vectors: torch.Tensor) -> None:
    """Raises ModelError when a tower's float32 vectors hold what is no number."""
    if not bool(torch.isfinite(vectors).all()):
        raise ModelError(
            "The model's weights give no usable vectors; its file is damaged or incomplete."
        )


def place(
    tower: Any,
    device: str,
    sample: torch.Tensor,
    reference: torch.Tensor,
    forward: Callable[[torch.Tensor], torch.Tensor],
    late: Sequence[Any] = (),
) -> None:
    """Move a float32 tower from the CPU to a device, in the fastest precision that can be trusted.

    `forward(sample)` runs the tower wherever it is and gives float32 vectors (n, d); `reference` is
    what it gave on the CPU in float32. Where a reduced precision is not exact enough, it is tried
    again with the layers `late` left in float32. Raises ModelError when the reference has no
    numbers and DeviceError when the device's vectors are not the CPU's.
    """
    check_numbers(reference)
    dtypes = precisions(device)
    if device == "cpu" and dtypes == [torch.float32]:
        return  # as it is: the reference came from nothing else
    originals = _tensors(tower)
    for dtype, kept in _forms(dtypes, late):
        form = f"{dtype} on {device}, {len(kept)} layers in float32"
        try:
            _convert(tower, device, dtype, kept)
            agreement = least_cosine(forward(sample).cpu(), reference)
        except RuntimeError as error:  # no kernel for this precision, or no memory
            _log.info("%s: %s", form, first_line(error))
            agreement = 0.0
        trusted = agreement >= TRUSTED_COSINE  # False for not-a-number
        _log.info("%s: %s, cosine %.5f", form, "used" if trusted else "not used", agreement)
        if trusted:
            return
        _restore(tower, originals)
    raise DeviceError(
        "The device {device} gives other vectors than the CPU; use --device cpu.", device=device
    )


def _forms(
    dtypes: list[torch.dtype], late: Sequence[Any]
) -> Iterator[tuple[torch.dtype, Sequence[Any]]]:
    for dtype in dtypes:
        yield dtype, ()
        if late and dtype.itemsize < 4:
            yield dtype, late


def _convert(tower: Any, device: str, dtype: torch.dtype, kept: Sequence[Any]) -> None:
    tower.to(device)
    for layer in tower.modules():
        if layer not in kept:
            layer._apply(lambda t: t.to(dtype) if t.is_floating_point() else t, recurse=False)


def least_cosine(left: torch.Tensor, right: torch.Tensor) -> float:
    """The least cosine between rows; not-a-number when a row has one, and then >= nothing."""
    return float(torch.nn.functional.cosine_similarity(left, right, dim=-1).min())


def _tensors(tower: Any) -> list[tuple[Any, str, "torch.Tensor"]]:
    """Every parameter and buffer with its place, to put it back; nothing is copied."""
    return [
        (module, name, tensor.data)
        for module in tower.modules()
        for tensors in (module._parameters, module._buffers)
        for name, tensor in tensors.items()
        if tensor is not None
    ]


def _restore(tower: Any, originals: list[tuple[Any, str, "torch.Tensor"]]) -> None:
    tower.to("cpu")
    for module, name, tensor in originals:
        if name in module._parameters:
            module._parameters[name].data = tensor
        else:
            module._buffers[name] = tensor


def first_line(error: BaseException) -> str:
    """What torch says, without the pages that may follow."""
    return str(error).strip().partition("\n")[0]
