"""Pictures and ways to save them, for the tests of reading."""

import io
import struct
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


def deep_tiff(colours: list[NDArray[np.uint16]], photometric: int) -> bytes:
    """A plain TIFF of 16 bits a colour, each colour in a place of its own; Pillow writes none."""
    height, width = colours[0].shape
    count = len(colours)
    tags = {256: [width], 257: [height], 258: [16] * count, 259: [1], 262: [photometric]}
    tags |= {273: [0] * count, 277: [count], 278: [height], 279: [2 * width * height] * count}
    tags |= {284: [2]}
    lists = 8 + 2 + 12 * len(tags) + 4  # where those longer than one begin
    pixels = lists + sum(4 * len(values) for values in tags.values() if len(values) > 1)
    tags[273] = [pixels + number * 2 * width * height for number in range(count)]
    directory, far = struct.pack("<H", len(tags)), b""
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}I", *values)
        directory += struct.pack("<HHI", tag, 4, len(values))
        directory += packed if len(values) == 1 else struct.pack("<I", lists + len(far))
        far += packed if len(values) > 1 else b""
    data = b"".join(colour.astype("<u2").tobytes() for colour in colours)
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + far + data


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
