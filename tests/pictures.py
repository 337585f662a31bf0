"""Photos made for tests: each number is another picture, the same every time."""

import io
from pathlib import Path

import numpy as np
from PIL import Image


def picture(number: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A coarse pattern of colours, different for every number."""
    random = np.random.default_rng(number)
    cells = random.integers(0, 256, (4, 6, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize(size, Image.Resampling.NEAREST)


def jpeg(number: int, size: tuple[int, int] = (96, 64)) -> bytes:
    """The picture as a JPEG file's bytes."""
    file = io.BytesIO()
    picture(number, size).save(file, "JPEG", quality=90)
    return file.getvalue()


def fill(
    folder: Path, count: int, *, first: int = 0, size: tuple[int, int] = (96, 64)
) -> list[Path]:
    """Write pictures `first` to `first + count - 1` into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"p{number:04d}.jpg" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        path.write_bytes(jpeg(number, size))
    return paths
