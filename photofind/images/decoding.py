"""Encoded picture -> upright sRGB image with its facts. Hides Pillow, pillow-heif and rawpy.

What is wanted smaller is decoded
smaller: JPEG by its decoder's own scaling (Pillow's `draft`), everything else by averaging whole
blocks before any colour arithmetic.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import BinaryIO, Final

import psutil
from PIL import Image, JpegImagePlugin

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import raw
from photofind.images.colour import plain, to_srgb
from photofind.images.facts import Facts, exif_of, orientation_of, read_facts
from photofind.images.opening import decoder_errors, open_picture
from photofind.images.preprocessing import Shrunk
from photofind.images.unended import with_end

# A picture in work takes up to 16 bytes a pixel: Pillow keeps 4, and up to four copies live at
# once (of the decoder, decoded, converted, turned). One picture may take a quarter of the
# machine's memory.
BYTES_PER_PIXEL: Final = 16
MEMORY_SHARE: Final = 1 / 4
LEAST_PIXEL_LIMIT: Final = 100_000_000  # what telephones make today, on whatever machine
HEAD_BYTES: Final = 64  # of a file tell which decoder it needs

_NAMES: Final = {"DIB": "BMP", "JPEG2000": "JPEG 2000", "PPM": "Netpbm"}
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Shrink = Callable[[int, int], float]
"""From a picture's width and height: the factor (0 to 1) by which it may be decoded smaller."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture in sRGB, upright, at least as large as was asked; facts of the full one."""

    picture: Shrunk
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A decoded picture in sRGB as it is stored: not yet turned upright."""

    picture: Shrunk
    exif: Image.Exif
    orientation: int
    format: str


@cache
def default_pixel_limit() -> int:
    """The most pixels that one picture may have on this machine, from its memory."""
    memory = psutil.virtual_memory().total
    return max(LEAST_PIXEL_LIMIT, int(memory * MEMORY_SHARE / BYTES_PER_PIXEL))


# Pillow's own guard stays as the second one: it also sees frames, tiles and canvases that only its
# plugins know. It warns above this number and refuses above twice of it.
Image.MAX_IMAGE_PIXELS = default_pixel_limit() // 2


def full_size(_width: int, _height: int) -> float:
    """The `Shrink` of a picture that is wanted whole."""
    return 1.0


def decode(stream: BinaryIO, *, suffix: str, shrink: Shrink, pixel_limit: int | None) -> Decoded:
    """Decode a picture from a seekable stream. `suffix` (".nef") is a hint for RAW alone.

    Raises UnreadablePhoto.
    """
    limit = default_pixel_limit() if pixel_limit is None else pixel_limit
    with decoder_errors():
        head = stream.read(HEAD_BYTES)
        if not head:
            raise UnreadablePhoto(Reason.EMPTY)
        if not raw.may_be_raw(stream, head, suffix):
            stream.seek(0)
            return _finished(_load(stream, head, shrink, limit))
        try:
            stream.seek(0)
            return _decode_raw(stream, head, shrink, limit)
        except UnreadablePhoto as refusal:
            if refusal.reason is Reason.TOO_LARGE:
                raise
            stream.seek(0)
            try:
                return _finished(_load(stream, head, shrink, limit))
            except UnreadablePhoto as error:
                if error.reason is Reason.NOT_AN_IMAGE and not raw.has_mark(head):
                    raise  # only its name is that of a RAW
                raise refusal from error


def _decode_raw(stream: BinaryIO, head: bytes, shrink: Shrink, limit: int) -> Decoded:
    with raw.Raw(stream) as opened:
        sensor = (opened.width, opened.height)
        preview = _load_preview(opened, shrink, limit)
        # A developed picture has half the sensor's sides: it is no gain over a larger preview.
        least = min(shrink(*sensor), 0.5) * max(sensor)
        picture = None if preview is None else _upright(preview)
        if picture is None or max(picture.full_size) < least:
            try:
                _check_pixels(opened.width * opened.height, sensor, limit)
                picture = Shrunk.whole(opened.develop())
            except UnreadablePhoto:
                if picture is None:
                    raise
        exif = raw.first_directory(stream, head)
        if not len(exif) and preview is not None:
            exif = preview.exif
        facts = read_facts(exif, *sensor, "RAW")
        return Decoded(picture, facts if facts.lens else replace(facts, lens=opened.lens()))


def _load_preview(opened: raw.Raw, shrink: Shrink, limit: int) -> _Loaded | None:
    preview = opened.preview()
    if preview is None:
        return None
    try:
        if isinstance(preview, bytes):
            loaded = _load(io.BytesIO(preview), preview[:HEAD_BYTES], shrink, limit)
        else:
            loaded = _Loaded(Shrunk.whole(preview.convert("RGB")), Image.Exif(), 1, "RAW")
    except UnreadablePhoto:
        return None  # there are still the sensor's values
    orientation = opened.preview_orientation(loaded.picture.image, loaded.orientation)
    return replace(loaded, orientation=orientation)


def _load(stream: BinaryIO, head: bytes, shrink: Shrink, limit: int) -> _Loaded:
    image = open_picture(stream, head)
    try:
        return _load_opened(image, shrink, limit)
    except OSError as error:
        if error.errno is not None or not isinstance(image, JpegImagePlugin.JpegImageFile):
            raise
        ended = with_end(stream, limit)
        if ended is None:
            raise
        return _load(ended, head, shrink, limit)


def _load_opened(image: Image.Image, shrink: Shrink, limit: int) -> _Loaded:
    size = image.size
    scale = min(1.0, shrink(*size))
    extent: tuple[float, float] | None = None  # of the full picture in the decoded one
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        drafted = image.draft(None, (max(1, int(size[0] * scale)), max(1, int(size[1] * scale))))
        extent = drafted[1][2:] if drafted else None
        pixels = image.width * image.height
        if image.info.get("progressive"):
            pixels += size[0] * size[1] // 2  # all its coefficients are in memory at once
        _check_pixels(pixels, size, limit)
        image.load()
    else:
        _check_pixels(size[0] * size[1], size, limit)
        image.load()
        size = image.size  # TIFF and HEIF may know better once they are decoded
    # Orientation and profile are read after `load`: TIFF and HEIF turn the picture while loading
    # and say so only then, PNG may keep both behind the pixels.
    exif = exif_of(image)
    orientation = orientation_of(exif)
    profile = image.info.get("icc_profile")
    flat = plain(image)
    width, height = extent or size
    blocks = max(1, math.floor(min(width, height) / (min(size) * scale)))
    if blocks > 1:
        flat = flat.reduce(blocks)
    picture = Shrunk(to_srgb(flat, profile), size, (0, 0, width / blocks, height / blocks))
    name = image.format or ""
    return _Loaded(picture, exif, orientation, _NAMES.get(name, name))


def _finished(loaded: _Loaded) -> Decoded:
    picture = _upright(loaded)
    return Decoded(picture, read_facts(loaded.exif, *picture.full_size, loaded.format))


def _upright(loaded: _Loaded) -> Shrunk:
    turn = _TURNS.get(loaded.orientation)
    stored = loaded.picture
    if turn is None:
        return stored
    # Each turn is: exchange the axes or not, then mirror left and right, up and down, or not.
    left, top, right, bottom = stored.box
    size = stored.full_size
    if loaded.orientation >= 5:
        left, top, right, bottom = top, left, bottom, right
        size = size[::-1]
    image = stored.image.transpose(turn)
    if loaded.orientation in (2, 3, 6, 7):
        left, right = image.width - right, image.width - left
    if loaded.orientation in (3, 4, 7, 8):
        top, bottom = image.height - bottom, image.height - top
    return Shrunk(image, size, (left, top, right, bottom))


def _check_pixels(pixels: int, size: tuple[int, int], limit: int) -> None:
    if pixels > limit:
        raise UnreadablePhoto(Reason.TOO_LARGE, f"{size[0]} x {size[1]} pixels")
