"""A photo read once: hash, facts, thumbnail and encoder pixels from one decode of one read."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.images.decoding import Decoded, Shrink, decode
from photofind.images.facts import Facts
from photofind.images.files import read_file
from photofind.images.names import suffix_of
from photofind.images.preprocessing import Preprocessing, Shrunk, encoder_pixels

THUMBNAIL_SIDE: Final = 384  # pixels, long side
THUMBNAIL_QUALITY: Final = 80
# The short side to which a picture is decoded at least, for its thumbnail and for its encoder. A
# JPEG is decoded at a half, a quarter or an eighth of its sides, and fine textures (cloth, fences)
# then turn into patterns that the encoder sees: with a margin of 2, one photo of 146 came to a
# cosine of 0.98 to the full decode, with 8/3 all are above 0.99, and 12 megapixels are still read
# at a quarter for an encoder of 256 pixels.
DECODED_SIDE: Final = 512
ENCODER_MARGIN: Final = 8 / 3


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """Everything that indexing needs of one file."""

    content_hash: bytes  # sha256 of the file, 32 bytes
    size: int  # bytes
    mtime_ns: int  # when the file was read; 0 for a picture that has no file
    facts: Facts
    thumbnail: bytes  # JPEG in sRGB, long side at most 384 pixels, never enlarged
    pixels: NDArray[np.uint8] | None  # (S, S, 3) RGB; None where no encoder was named


def read_photo(
    path: bytes, preprocessing: Preprocessing | None, *, pixel_limit: int | None = None
) -> ReadPhoto:
    """Read and decode one file. Any thread; in the worker it runs in a decoder process (`pool`).

    Raises UnreadablePhoto.
    """
    with read_file(path) as content:
        decoded = _decode(content.stream, suffix_of(path), preprocessing, pixel_limit)
        return _photo(decoded, content.content_hash, content.size, content.mtime_ns, preprocessing)


def read_picture(
    data: bytes, preprocessing: Preprocessing | None, *, pixel_limit: int | None = None
) -> ReadPhoto:
    """The same for an encoded picture in memory, as pasted or dropped. Raises UnreadablePhoto."""
    decoded = _decode(io.BytesIO(data), "", preprocessing, pixel_limit)
    return _photo(decoded, hashlib.sha256(data).digest(), len(data), 0, preprocessing)


def open_upright(path: bytes, *, at_least: tuple[int, int] | None = None) -> Image.Image:
    """A photo for the viewer: RGB, sRGB, upright. Any thread.

    `at_least` is the width and height of the view in pixels: the picture may then be decoded
    smaller, but large enough to fill the view without being enlarged. Raises UnreadablePhoto.
    """

    def shrink(width: int, height: int) -> float:
        if at_least is None:
            return 1.0
        # Whether it stands or lies is not known before it is decoded: large enough for both.
        return max(
            min(at_least[0] / width, at_least[1] / height),
            min(at_least[0] / height, at_least[1] / width),
        )

    with read_file(path) as content:
        suffix = suffix_of(path)
        decoded = decode(content.stream, suffix=suffix, shrink=shrink, pixel_limit=None)
        return decoded.picture.image


def _thumbnail(picture: Shrunk) -> bytes:
    """A picture as a JPEG of at most 384 pixels on its long side."""
    ratio = min(1.0, THUMBNAIL_SIDE / max(picture.full_size))
    width, height = (max(1, round(side * ratio)) for side in picture.full_size)
    encoded = io.BytesIO()
    # As sharp as bicubic where a picture gets smaller, in two thirds of the time.
    image = picture.resized((width, height), Image.Resampling.HAMMING)
    image.save(encoded, "JPEG", quality=THUMBNAIL_QUALITY)
    return encoded.getvalue()


def _decode(
    stream: BinaryIO, suffix: str, preprocessing: Preprocessing | None, pixel_limit: int | None
) -> Decoded:
    return decode(stream, suffix=suffix, shrink=_shrink(preprocessing), pixel_limit=pixel_limit)


def _shrink(preprocessing: Preprocessing | None) -> Shrink:
    side: float = DECODED_SIDE
    if preprocessing is not None:
        side = max(side, ENCODER_MARGIN * preprocessing.size)
    return lambda width, height: side / min(width, height)


def _photo(
    decoded: Decoded,
    content_hash: bytes,
    size: int,
    mtime_ns: int,
    preprocessing: Preprocessing | None,
) -> ReadPhoto:
    return ReadPhoto(
        content_hash=content_hash,
        size=size,
        mtime_ns=mtime_ns,
        facts=decoded.facts,
        thumbnail=_thumbnail(decoded.picture),
        pixels=None if preprocessing is None else encoder_pixels(decoded.picture, preprocessing),
    )
