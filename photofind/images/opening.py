"""A picture's header, by the decoder that its content asks for; and decoders' words in ours.

The content decides, never the name. Nothing is decoded yet.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import BinaryIO, Final

from PIL import (
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
)

from photofind.errors import Reason, UnreadablePhoto
from photofind.images.files import unreadable
from photofind.images.raw import first_directory

ITEMS_BYTES: Final = 2**16  # of an AVIF hold the list of its items
TEXT_LIMIT_BYTES: Final = 32 * 2**20
DETAIL_LIMIT_CHARACTERS: Final = 200

# Pictures that Pillow reads. Left out: EPS (runs Ghostscript), WMF, icons (ICO, ICNS, CUR),
# scientific grids (FITS, GRIB, HDF5, BUFR), video.
# fmt: off
FORMATS: Final = (
    "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "JPEG2000", "PPM", "TGA", "PCX", "DDS", "PSD",
    "QOI", "SGI", "SUN", "PCD",
)
# fmt: on
_JPEG: Final = b"\xff\xd8"
_TIFF: Final = (b"II*\0", b"MM\0*")
_SIGNATURES: Final = (
    *_TIFF,
    b"\x89PNG\r\n",
    b"GIF8",
    b"8BPS",
    b"DDS ",
    b"qoif",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",  # JPEG 2000 without a container
)
_PSD: Final = b"8BPS"
_PSD_DEPTH: Final = slice(22, 24)  # of its header: bits of a value
_AVIF_BRANDS: Final = (b"avif", b"avis")
_HEIF_BRANDS: Final = (b"hei", b"hev", b"mif", b"msf")  # heic, heix, hevc, mif1 ...
_HEIF_FAMILY: Final = (b"mif1", b"msf1")
_EXIF_ITEM: Final = b"Exif"  # its type in the list of a file's items
_IMAGE_WIDTH: Final = 256  # the TIFF tag

# Editors write megabytes of history beside the pixels; Pillow refuses a PNG for more than one.
PngImagePlugin.MAX_TEXT_CHUNK = TEXT_LIMIT_BYTES


def open_picture(stream: BinaryIO, head: bytes) -> Image.Image:
    """The picture whose first bytes are `head`, not yet decoded. Call it in `decoder_errors`."""
    brand = _brand(head)
    try:
        if head.startswith(_JPEG):
            # Not by Image.open: it holds the full size against the limit, but a JPEG of 200
            # megapixels is decoded at an eighth of its sides. It would also look for the further
            # pictures of an MPO, and fail the first one where their list is broken.
            return JpegImagePlugin.JpegImageFile(stream)
        if brand in _AVIF_BRANDS:
            return _open_avif(stream)
        if brand:
            _register_heif()
            return Image.open(stream, formats=("HEIF", "AVIF"))
        return _open_any(stream)
    except UnidentifiedImageError as error:
        raise UnreadablePhoto(_why_unidentified(stream, head, brand)) from error


def _brand(head: bytes) -> bytes:
    """What kind of HEIF or AVIF a file says it is; empty where it is neither.

    Some AVIF files give the family's name first (`mif1`) and their own further on. libheif opens
    them, but has no decoder for them.
    """
    if head[4:8] != b"ftyp":
        return b""
    brand = head[8:12]
    if brand.startswith(_HEIF_FAMILY):
        end = min(int.from_bytes(head[:4], "big"), len(head))
        others = [head[at : at + 4] for at in range(16, end - 3, 4)]
        return next((other for other in others if other in _AVIF_BRANDS), brand)
    return brand


def _why_unidentified(stream: BinaryIO, head: bytes, brand: bytes) -> Reason:
    if head.startswith(_TIFF) and _IMAGE_WIDTH in first_directory(stream, head):
        return Reason.UNSUPPORTED  # a sound TIFF of a rare kind, such as colours in floats
    if head.startswith(_PSD) and int.from_bytes(head[_PSD_DEPTH], "big") in (16, 32):
        return Reason.UNSUPPORTED
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if webp or head.startswith(_SIGNATURES) or brand.startswith((*_HEIF_BRANDS, *_AVIF_BRANDS)):
        return Reason.DAMAGED
    return Reason.NOT_AN_IMAGE


def _open_any(stream: BinaryIO) -> Image.Image:
    image = Image.open(stream, formats=FORMATS)
    if isinstance(image, TiffImagePlugin.TiffImageFile) and _is_deep_and_apart(image):
        # Pillow reads the plain ones as if they had 8 bits, and shows noise. libtiff, which it
        # leaves the packed ones to, reads both. The switch is the whole process's: another picture
        # that is opened meanwhile is read by libtiff as well, and looks the same.
        stream.seek(0)
        before, TiffImagePlugin.READ_LIBTIFF = TiffImagePlugin.READ_LIBTIFF, True
        try:
            return Image.open(stream, formats=("TIFF",))
        finally:
            TiffImagePlugin.READ_LIBTIFF = before
    return image


def _is_deep_and_apart(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Whether it has 16 bits a colour, and each colour in a place of its own."""
    apart = image.tag_v2.get(TiffImagePlugin.PLANAR_CONFIGURATION) == 2
    return apart and 16 in image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, ())


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


@cache
def _register_heif() -> None:
    """Once a process, with the first HEIC: importing libheif takes longer than decoding a JPEG."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


@contextmanager
def decoder_errors() -> Iterator[None]:
    """Whatever a decoder raises over a hostile file, as UnreadablePhoto; its warnings go.

    Filters of warnings are the whole process's: two threads in here at once may leave warnings
    switched off, which is all that can happen.
    """
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
