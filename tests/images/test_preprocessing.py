"""The encoder is shown what open_clip would show it."""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageOps

from photofind.encoder.runtime import import_open_clip
from photofind.images import Preprocessing, open_upright, read_photo, read_picture
from photofind.images.preprocessing import Shrunk, encoder_pixels
from tests.images.encoded import difference, exif, saved


def preprocessing(
    size: int = 96, resize: Any = "shortest", interpolation: Any = "bicubic", fill: int = 0
) -> Preprocessing:
    return Preprocessing(size, resize, interpolation, (0.48, 0.46, 0.41), (0.27, 0.26, 0.28), fill)


def open_clips(image: Image.Image, asked: Preprocessing) -> NDArray[np.uint8]:
    """The pixels that open_clip's own transform makes, before it normalises them."""
    transform = import_open_clip().image_transform(
        asked.size,
        is_train=False,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        resize_mode=asked.resize,
        interpolation=asked.interpolation,
        fill_color=asked.fill,
    )
    pixels = (transform(image) * 255).round().byte().permute(1, 2, 0).numpy()
    return np.ascontiguousarray(pixels)


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("resize", ["shortest", "longest", "squash"])
def test_the_pixels_are_those_of_open_clip(
    astronaut: Image.Image, resize: str, interpolation: str
) -> None:
    sizes = [(512, 384), (384, 512), (96, 96), (97, 96), (96, 201), (60, 41), (512, 37), (33, 500)]
    for fill in (0, 127):
        asked = preprocessing(96, resize, interpolation, fill)
        for size in sizes:
            image = astronaut.resize(size)
            ours = encoder_pixels(Shrunk.whole(image), asked).astype(int)
            apart = np.abs(ours - open_clips(image, asked))
            # A crop is computed alone, so that the last bit of a few values rounds otherwise.
            assert apart.max() <= (1 if resize == "shortest" else 0), size
            assert apart.mean() < 0.01, size


def test_the_middle_of_a_very_long_picture_is_shown(astronaut: Image.Image) -> None:
    asked = preprocessing()
    for size in ((512, 8), (8, 512)):
        image = astronaut.resize(size)
        assert difference(encoder_pixels(Shrunk.whole(image), asked), open_clips(image, asked)) < 1
    line = Image.new("RGB", (60_000, 2), (9, 99, 199))
    assert (encoder_pixels(Shrunk.whole(line), asked) == (9, 99, 199)).all()


def test_pixels_are_contiguous_bytes(astronaut: Image.Image) -> None:
    for resize in ("shortest", "longest", "squash"):
        pixels = encoder_pixels(Shrunk.whole(astronaut), preprocessing(resize=resize))
        assert (pixels.shape, pixels.dtype) == ((96, 96, 3), np.uint8)
        assert pixels.flags.c_contiguous
        assert pixels.flags.owndata


def test_a_fingerprint_tells_preprocessings_apart() -> None:
    one = preprocessing()
    assert one.fingerprint() == preprocessing().fingerprint()
    others = [
        preprocessing(97),
        preprocessing(resize="squash"),
        preprocessing(interpolation="bilinear"),
        preprocessing(fill=1),
        Preprocessing(96, "shortest", "bicubic", (0.48, 0.46, 0.4), (0.27, 0.26, 0.28)),
        Preprocessing(96, "shortest", "bicubic", (0.48, 0.46, 0.41), (0.27, 0.26, 0.2)),
    ]
    assert len({one.fingerprint(), *(other.fingerprint() for other in others)}) == 7


@pytest.fixture(scope="module")
def large_photos() -> list[Image.Image]:
    """Of sides that no power of two divides: rows and columns are left over in every decode."""
    photos = [skimage.data.retina(), skimage.data.rocket(), skimage.data.coffee()]
    sizes = [(2413, 2201), (2561, 1709), (1367, 2051)]
    return [
        Image.fromarray(values).resize(size, Image.Resampling.LANCZOS)
        for values, size in zip(photos, sizes, strict=True)
    ]


@pytest.mark.parametrize("size", [192, 256, 336])
@pytest.mark.parametrize("format_name", ["JPEG", "BMP"])
def test_the_fast_decode_of_a_large_photo_shows_the_same(
    large_photos: list[Image.Image], format_name: str, size: int
) -> None:
    """Decoded smaller (JPEG) or averaged, against the full decode: less than a shade apart."""
    asked = preprocessing(size)
    for number, large in enumerate(large_photos):
        tags = exif((1, 6, 3, 8)[number])
        data = saved(large, format_name, **({"exif": tags} if format_name == "JPEG" else {}))
        pixels = read_picture(data, asked).pixels
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        assert pixels is not None
        assert difference(pixels, open_clips(upright.convert("RGB"), asked)) < 0.6


@pytest.mark.shared
def test_real_photos_are_shown_as_open_clip_shows_them(shared_data: Path) -> None:
    asked = preprocessing(256)
    worst = 0.0
    for path in sorted((shared_data / "photos").glob("*.jpg")):
        name = os.fsencode(path)
        pixels = read_photo(name, asked).pixels
        assert pixels is not None
        worst = max(worst, difference(pixels, open_clips(open_upright(name), asked)))
    assert worst < 1
