"""Pictures and ways to save them, for the tests of reading."""

import io
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from photofind.images import Preprocessing

pillow_heif.register_heif_opener(thumbnails=False)

CLIP = Preprocessing(64, "shortest", "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (40, 50, 210), (255, 255, 255)


def corners(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green, blue and white from the upper left to the lower right: shows how it is turned."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    return image.resize((width, height), Image.Resampling.NEAREST)


def saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    """A picture as a file's bytes."""
    file = io.BytesIO()
    image.save(file, format_name, **options)
    return file.getvalue()


def exif(orientation: int | None = None, **tags: object) -> Image.Exif:
    """EXIF with tags by their names, those of the photo's own directory included."""
    result = Image.Exif()
    if orientation is not None:
        result[ExifTags.Base.Orientation] = orientation
    for name, value in tags.items():
        number = ExifTags.Base[name]
        if number in (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTime):
            result[number] = value
        else:
            result.get_ifd(ExifTags.IFD.Exif)[number] = value
    return result


def swapped_profile() -> bytes:
    """A sound colour profile whose red is sRGB's blue and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    for start in range(132, 132 + 12 * count, 12):
        name = bytes(profile[start : start + 4])
        profile[start : start + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def difference(one: Image.Image | NDArray[Any], other: Image.Image | NDArray[Any]) -> float:
    """The mean difference of two pictures of one size, of 255."""
    first, second = (np.asarray(image, np.float32) for image in (one, other))
    assert first.shape == second.shape
    return float(np.abs(first - second).mean())


def opened(jpeg: bytes) -> Image.Image:
    """A decoded thumbnail."""
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return image.convert("RGB")
