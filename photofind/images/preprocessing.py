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


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A picture that was decoded smaller, and where the full one lies in it.

    A picture of 3,641 columns decoded at a quarter has 911, the last of them a quarter full. Taken
    for 911 whole ones, everything shifts a little, and a crop may be off by a pixel. So the box
    says where the full picture ends, in fractions of a pixel, and sizes are computed from the full
    size.
    """

    image: Image.Image  # RGB
    full_size: tuple[int, int]
    box: tuple[float, float, float, float]  # left, top, right, bottom

    @classmethod
    def whole(cls, image: Image.Image) -> "Shrunk":
        return cls(image, image.size, (0, 0, *image.size))

    def resized(
        self,
        size: tuple[int, int],
        resample: Image.Resampling,
        crop: tuple[int, int, int, int] | None = None,
    ) -> Image.Image:
        """The full picture at another size, or a crop of that: (left, top, right, bottom).

        Where a picture gets smaller, only the crop is computed, which saves a quarter of the time.
        Pillow takes what lies around its box into account, so the pixels are those that a crop of
        the whole would have, but for the last bit of one value in some hundred.
        """
        if size == self.full_size == self.image.size:
            return self.image if crop is None else self.image.crop(crop)
        if crop is None:
            return self.image.resize(size, resample, box=self.box)
        if size[0] > self.image.width:
            return self.resized(size, resample).crop(crop)
        left, top, right, bottom = self.box
        across, down = (right - left) / size[0], (bottom - top) / size[1]
        part = (
            left + crop[0] * across,
            top + crop[1] * down,
            min(left + crop[2] * across, self.image.width),
            min(top + crop[3] * down, self.image.height),
        )
        return self.image.resize((crop[2] - crop[0], crop[3] - crop[1]), resample, box=part)


def encoder_pixels(picture: Shrunk, preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """A picture as the encoder sees it: uint8 (S, S, 3), C-contiguous, not yet normalised."""
    size = preprocessing.size
    resample = _FILTERS[preprocessing.interpolation]
    if preprocessing.resize == "squash":
        return np.array(picture.resized((size, size), resample))
    if preprocessing.resize == "longest":
        ratio = max(picture.full_size) / size
        fitted = [max(1, round(side / ratio)) for side in picture.full_size]
        image = picture.resized((fitted[0], fitted[1]), resample)
        canvas = Image.new("RGB", (size, size), (preprocessing.fill,) * 3)
        canvas.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
        return np.array(canvas)
    picture = _without_far_ends(picture)
    width, height = picture.full_size
    long = int(size * max(width, height) / min(width, height))
    fitted_size = (size, long) if width <= height else (long, size)
    left, top = (round((side - size) / 2.0) for side in fitted_size)
    return np.array(picture.resized(fitted_size, resample, (left, top, left + size, top + size)))


def _without_far_ends(picture: Shrunk) -> Shrunk:
    """The middle of a picture so long that resizing its short side up would need gigabytes.

    The centre crop afterwards takes only the middle square, so nothing that counts is lost.
    """
    width, height = picture.image.size
    keep = min(width, height) * EXTREME_RATIO
    if max(width, height) <= keep:
        return picture
    left, top = max(0, width - keep) // 2, max(0, height - keep) // 2
    middle = picture.image.crop((left, top, left + min(width, keep), top + min(height, keep)))
    return Shrunk.whole(middle)
