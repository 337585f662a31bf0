"""Writing drawn over photos, so that the model learns to see the photo behind it.

CLIP is drawn to what stands written in a picture (Goh et al. 2021, "Multimodal neurons in
artificial neural networks": the typographic attack). Dates in the corner, captions, large digits
and watermarks are drawn here over photos whose sentences do not speak of them.
"""

from __future__ import annotations

import string

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from photofind.training.pages import words

SMALLEST, LARGEST = 0.05, 0.45  # height of the letters, of the photo's


def write_over(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The photo (s, s, 3) with one to five pieces of writing somewhere on it."""
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 6))):
        _write(draw, picture.width, rng)
    return np.asarray(picture)


def _write(draw: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    text = _text(rng)
    # Small writing is the more frequent; only a few signs stand large.
    height = SMALLEST + (LARGEST - SMALLEST) * rng.random() ** 2
    font = ImageFont.load_default(side * (height if len(text) < 4 else min(height, 0.15)))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    at = (
        rng.random() * max(1.0, side - (right - left)) - left,
        rng.random() * max(1.0, side - (bottom - top)) - top,
    )
    light = rng.random() < 0.7
    ink = tuple(
        int(value) for value in (rng.integers(200, 256, 3) if light else rng.integers(0, 90, 3))
    )
    edge = int(rng.random() < 0.6)
    draw.text(
        at,
        text,
        fill=ink,
        font=font,
        stroke_width=edge,
        stroke_fill=(0, 0, 0) if light else (255, 255, 255),
    )


def _text(rng: np.random.Generator) -> str:
    """A digit, a letter, a date, a time, or some words."""
    kind = rng.random()
    if kind < 0.35:
        return str(rng.integers(0, 10 ** int(rng.integers(1, 4))))
    if kind < 0.45:
        return str(rng.choice(list(string.ascii_letters)))
    if kind < 0.6:
        day, month, year = rng.integers((1, 1, 1990), (29, 13, 2030))
        return (
            f"{day:02}.{month:02}.{year}" if rng.random() < 0.5 else f"{year}-{month:02}-{day:02}"
        )
    if kind < 0.7:
        return f"{rng.integers(0, 24):02}:{rng.integers(0, 60):02}"
    return words(rng, int(rng.integers(1, 4)))
