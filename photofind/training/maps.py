"""The lower image tower's answers, computed once a photo and view.

On a processor the lower blocks cost four fifths of a training step and would hardly change; their
answers are kept in half precision. View 0 is the whole photo, view 1 the whole photo with writing
drawn over it; every further view is a random crop, perhaps mirrored, brighter or flatter.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from photofind.encoder.convolutions import fold_batch_norms
from photofind.training.model import (
    FEATURES,
    IMAGE_SIZE,
    MAP_CHANNELS,
    MAP_SIDE,
    Lower,
    Upper,
    training_dtype,
)
from photofind.training.writing import write_over

AT_ONCE = 64
WHOLE, WRITTEN = 0, 1  # the views that are no crops
ORDER_SEED = 7
LEAST_AREA = 0.4  # of the photo, that a crop keeps
ASPECT = 0.29  # natural logarithm of the widest crop's squeeze
LIGHT = 0.2  # brightness and contrast change by at most as much


def whole_view(pixels: Tensor) -> Tensor:
    """(n, 3, s, s) in 0..255 to (n, 3, 192, 192): what the encoder is shown."""
    if pixels.shape[-1] == IMAGE_SIZE:
        return pixels
    size = (IMAGE_SIZE, IMAGE_SIZE)
    smaller = pixels.shape[-1] > IMAGE_SIZE
    return F.interpolate(pixels, size=size, mode="bicubic", antialias=smaller).clamp(0, 255)


def random_view(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """(n, 3, s, s) in 0..255 to (n, 3, 192, 192): a crop of its own for each photo."""
    count = len(pixels)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(count).uniform_(low, high, generator=generator)

    area, aspect = uniform(LEAST_AREA, 1), uniform(-ASPECT, ASPECT).exp()
    wide, high = (area * aspect).sqrt().clamp(max=1), (area / aspect).sqrt().clamp(max=1)
    across, down = uniform(-1, 1) * (1 - wide), uniform(-1, 1) * (1 - high)
    mirrored = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = wide * mirrored, across
    theta[:, 1, 1], theta[:, 1, 2] = high, down
    grid = F.affine_grid(theta, [count, 3, IMAGE_SIZE, IMAGE_SIZE], align_corners=False)
    seen = F.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)
    brighter = uniform(1 - LIGHT, 1 + LIGHT).view(-1, 1, 1, 1)
    contrast = uniform(1 - LIGHT, 1 + LIGHT).view(-1, 1, 1, 1)
    mean = seen.mean(dim=(1, 2, 3), keepdim=True)
    return ((seen - mean) * contrast + mean * brighter).clamp(0, 255)


class Mapper:
    """Computes and keeps the maps of sets, one view at a time."""

    def __init__(self, run: Path, network: Any, device: torch.device) -> None:
        """``network``: the classifier of :func:`..backbone.load_backbone`; it is taken over."""
        self._run = run
        self._device = device
        self._dtype = training_dtype(device)
        fold_batch_norms(network)
        kept = network.to(device, self._dtype, memory_format=torch.channels_last)
        self._lower, self._upper, self._classifier = Lower(kept), Upper(kept), kept.classifier
        (run / "feat").mkdir(parents=True, exist_ok=True)

    def keep(
        self, name: str, view: int, limit: int | None, report: Callable[[str], None], seed: int = 1
    ) -> int:
        """Compute a set's view as far as ``limit`` rows, from where it stands; returns the rows."""
        pixels = np.load(self._run / "px" / f"{name}.npy", mmap_mode="r")
        stem = self._run / "feat" / name
        if not Path(f"{stem}.order.npy").exists():
            order = np.random.RandomState(ORDER_SEED).permutation(len(pixels))
            np.save(f"{stem}.order.npy", order)
        order = np.load(f"{stem}.order.npy")
        arrays = self._arrays(f"{stem}.v{view}", len(pixels))
        listed = Path(f"{stem}.v{view}.done.json")
        done = int(json.loads(listed.read_text())) if listed.exists() else 0
        last = min(len(pixels), limit or len(pixels))
        generator = torch.Generator().manual_seed(seed + 1000 * view + done)
        rng = np.random.default_rng((seed, view, done))
        begun, first = time.monotonic(), done
        while done < last:
            rows = order[done : min(done + AT_ONCE, last)]
            seen = np.stack([pixels[row] for row in rows])
            if view == WRITTEN:
                seen = np.stack([write_over(picture, rng) for picture in seen])
            self._keep_batch(arrays, done, seen, view, generator)
            done += len(rows)
            if done == last or (done - first) % (AT_ONCE * 50) == 0:
                listed.write_text(json.dumps(done))
                speed = (done - first) / (time.monotonic() - begun)
                report(f"{name} view {view}: {done} of {last} mapped, {speed:.0f} a second")
        return done

    @torch.inference_mode()
    def _keep_batch(
        self,
        arrays: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
        first: int,
        pixels: NDArray[np.uint8],
        view: int,
        generator: torch.Generator,
    ) -> None:
        seen = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
        seen = whole_view(seen) if view <= WRITTEN else random_view(seen, generator)
        shown = (seen / 127.5 - 1).to(self._device, self._dtype)
        maps = self._lower(shown.contiguous(memory_format=torch.channels_last))
        pooled = self._upper(maps)
        values = (
            maps.half().permute(0, 2, 3, 1),
            pooled.float(),
            self._classifier(pooled).float(),
        )
        for array, value in zip(arrays, values, strict=True):
            array[first : first + len(pixels)] = value.cpu().numpy()

    @staticmethod
    def _arrays(stem: str, count: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        shapes = {
            "map": (np.float16, (count, MAP_SIDE, MAP_SIDE, MAP_CHANNELS)),
            "pool": (np.float16, (count, FEATURES)),
            "logit": (np.float16, (count, 1000)),
        }

        def opened(kind: str) -> NDArray[Any]:
            file = Path(f"{stem}.{kind}.npy")
            if file.exists():
                kept: NDArray[Any] = np.load(file, mmap_mode="r+")
                return kept
            dtype, shape = shapes[kind]
            made: NDArray[Any] = np.lib.format.open_memmap(file, "w+", dtype, shape)
            return made

        return opened("map"), opened("pool"), opened("logit")
