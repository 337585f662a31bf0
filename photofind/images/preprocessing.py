"""What an encoder wants to be shown: the resizing of open_clip's inference transform, as data.

`open_clip.transform.image_transform(is_train=False)` describes it with torch and torchvision. The
decoder runs in processes that must start quickly and die cheaply, so the same steps are done here
with Pillow alone; a test holds both against each other, pixel by pixel. Mean and standard deviation
are carried along for the encoder, which normalises whole batches.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

VERSION: Final = 1  # part of the encoder key; raised when the same photo would give other pixels
EXTREME_RATIO: Final = 16  # of the sides; beyond it a picture is cropped before it is resized

_FILTERS: Final = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Side length, way of fitting, filter and normalisation of one encoder's pictures."""

    size: int
    resize: Literal["shortest", "longest", "squash"]
    interpolation: Literal["bicubic", "bilinear"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    fill: int = 0  # grey value of what "longest" leaves empty

    def fingerprint(self) -> str:
        """Short, stable text; equal exactly when a photo gives the encoder the same input."""
        normalisation = ",".join(f"{value:.6g}" for value in (*self.mean, *self.std))
        digest = hashlib.sha256(f"{normalisation};{self.fill}".encode()).hexdigest()[:8]
        return f"p{VERSION}-{self.size}-{self.resize}-{self.interpolation}-{digest}"


def encoder_pixels(image: Image.Image, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """An RGB image as the encoder sees it: uint8 (S, S, 3), C-contiguous, not yet normalised."""
    size = preprocessing.size
    resample = _FILTERS[preprocessing.interpolation]
    if preprocessing.resize == "squash":
        return np.array(_resized(image, (size, size), resample))
    if preprocessing.resize == "longest":
        ratio = max(image.width, image.height) / size
        fitted = (max(1, round(image.width / ratio)), max(1, round(image.height / ratio)))
        image = _resized(image, fitted, resample)
        canvas = Image.new("RGB", (size, size), (preprocessing.fill,) * 3)
        canvas.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
        return np.array(canvas)
    image = _without_far_ends(image)
    short, long = sorted(image.size)
    wanted = int(size * long / short)
    fitted = (size, wanted) if image.width <= image.height else (wanted, size)
    image = _resized(image, fitted, resample)
    left = round((image.width - size) / 2.0)
    top = round((image.height - size) / 2.0)
    return np.array(image.crop((left, top, left + size, top + size)))


def _resized(image: Image.Image, size: tuple[int, int], resample: Image.Resampling) -> Image.Image:
    return image if image.size == size else image.resize(size, resample)


def _without_far_ends(image: Image.Image) -> Image.Image:
    """The middle of a picture so long that resizing its short side up would need gigabytes.

    The centre crop afterwards takes only the middle square, so nothing that counts is lost.
    """
    short, long = sorted(image.size)
    keep = short * EXTREME_RATIO
    if long <= keep:
        return image
    start = (long - keep) // 2
    if image.width > image.height:
        return image.crop((start, 0, start + keep, short))
    return image.crop((0, start, short, start + keep))
