"""Encoded picture -> upright sRGB image with its facts. Hides Pillow, pillow-heif and rawpy.

The content decides which decoder is asked, never the name. What is wanted smaller is decoded
smaller: JPEG by its decoder's own scaling (Pillow's `draft`), everything else by averaging whole
blocks before any colour arithmetic.
"""

import io
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import BinaryIO, Final

import psutil
from PIL import Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import raw
from photofind.images.colour import plain, to_srgb
from photofind.images.facts import Facts, exif_of, orientation_of, read_facts
from photofind.images.files import unreadable
from photofind.images.preprocessing import Shrunk

# A picture in work takes up to 16 bytes a pixel: Pillow keeps 4, and up to four copies live at
# once (of the decoder, decoded, converted, turned). One picture may take a quarter of the
# machine's memory.
BYTES_PER_PIXEL: Final = 16
MEMORY_SHARE: Final = 1 / 4
LEAST_PIXEL_LIMIT: Final = 100_000_000  # what telephones make today, on whatever machine
HEAD_BYTES: Final = 64  # of a file tell which decoder it needs
ITEMS_BYTES: Final = 2**16  # of an AVIF hold the list of its items
TEXT_LIMIT_BYTES: Final = 32 * 2**20
DETAIL_LIMIT_CHARACTERS: Final = 200

# Pictures that Pillow reads. Left out: EPS (runs Ghostscript), WMF, fonts of icons (ICO, ICNS,
# CUR), scientific grids (FITS, GRIB, HDF5, BUFR), video.
FORMATS: Final = (
    "PNG",
    "WEBP",
    "GIF",
    "TIFF",
    "BMP",
    "DIB",
    "JPEG2000",
    "AVIF",
    "PPM",
    "TGA",
    "PCX",
    "DDS",
    "PSD",
    "QOI",
    "SGI",
    "SUN",
    "PCD",
)
_NAMES: Final = {"DIB": "BMP", "JPEG2000": "JPEG 2000", "PPM": "Netpbm"}
_JPEG: Final = b"\xff\xd8"
_SIGNATURES: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"8BPS",
    b"DDS ",
    b"qoif",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
)
_HEIF_BRANDS: Final = frozenset(
    (
        b"heic",
        b"heix",
        b"hevc",
        b"hevx",
        b"heim",
        b"heis",
        b"hevm",
        b"hevs",
        b"mif1",
        b"mif2",
        b"msf1",
    )
)
_AVIF_BRANDS: Final = frozenset((b"avif", b"avis"))
_EXIF_ITEM: Final = b"Exif"  # its type in the list of a file's items

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
# Editors write megabytes of history beside the pixels; Pillow refuses a PNG for more than one.
PngImagePlugin.MAX_TEXT_CHUNK = TEXT_LIMIT_BYTES


def full_size(_width: int, _height: int) -> float:
    """The `Shrink` of a picture that is wanted whole."""
    return 1.0


def decode(stream: BinaryIO, *, suffix: str, shrink: Shrink, pixel_limit: int | None) -> Decoded:
    """Decode a picture from a seekable stream. `suffix` (".nef") is a hint for RAW alone.

    Raises UnreadablePhoto.
    """
    limit = default_pixel_limit() if pixel_limit is None else pixel_limit
    with _decoder_errors():
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
    image = _open(stream, head)
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


def _open(stream: BinaryIO, head: bytes) -> Image.Image:
    """The picture's header, by the decoder that its content asks for."""
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    try:
        if head.startswith(_JPEG):
            # Not by Image.open: it holds the full size against the limit, but a JPEG of 200
            # megapixels is decoded at an eighth of its sides. It would also look for the further
            # pictures of an MPO, and fail the first one where their list is broken.
            return JpegImagePlugin.JpegImageFile(stream)
        if brand in _HEIF_BRANDS:
            _register_heif()
            return Image.open(stream, formats=("HEIF", "AVIF"))
        if brand in _AVIF_BRANDS:
            return _open_avif(stream)
        return Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        if brand in _HEIF_BRANDS | _AVIF_BRANDS or _is_known(head):
            raise UnreadablePhoto(Reason.DAMAGED) from error
        raise UnreadablePhoto(Reason.NOT_AN_IMAGE) from error


def _open_avif(stream: BinaryIO) -> Image.Image:
    """libavif refuses a sound picture whose EXIF is broken; then it is opened without its EXIF."""
    try:
        return Image.open(stream, formats=("AVIF",))
    except Exception:
        stream.seek(0)
        data = stream.read()
        if _EXIF_ITEM not in data[:ITEMS_BYTES]:
            raise
        return Image.open(io.BytesIO(data.replace(_EXIF_ITEM, b"skip")), formats=("AVIF",))


def _is_known(head: bytes) -> bool:
    return head.startswith(_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


@cache
def _register_heif() -> None:
    """Once a process, with the first HEIC: importing libheif takes longer than decoding a JPEG."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _check_pixels(pixels: int, size: tuple[int, int], limit: int) -> None:
    if pixels > limit:
        raise UnreadablePhoto(Reason.TOO_LARGE, f"{size[0]} x {size[1]} pixels")


@contextmanager
def _decoder_errors() -> Iterator[None]:
    """Whatever a decoder raises over a hostile file, as UnreadablePhoto; its warnings go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except UnreadablePhoto:
            raise
        except Image.DecompressionBombError as error:
            raise UnreadablePhoto(Reason.TOO_LARGE) from error
        except MemoryError as error:
            raise UnreadablePhoto(Reason.TOO_LARGE, "not enough memory") from error
        except Exception as error:
            raise _damage(error) from error


def _damage(error: Exception) -> UnreadablePhoto:
    if isinstance(error, OSError) and error.errno is not None:
        return unreadable(error)  # the disk under a streamed file
    said = " ".join(str(error).split())[:DETAIL_LIMIT_CHARACTERS]
    lowered = said.lower()
    if "memory" in lowered and "alloc" in lowered:
        return UnreadablePhoto(Reason.TOO_LARGE, "not enough memory")
    if isinstance(error, EOFError) or "truncated" in lowered or "end of file" in lowered:
        return UnreadablePhoto(Reason.TRUNCATED, said)
    return UnreadablePhoto(Reason.DAMAGED, said or type(error).__name__)
