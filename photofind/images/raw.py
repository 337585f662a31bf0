"""Camera RAW by LibRaw: the preview that the camera embedded, or a quick development of half size.

A RAW file is often a TIFF whose first picture is a stamp of 100 pixels, so Pillow "reads" it and
shows the stamp. Whether a TIFF is a RAW is asked of its content: of marks in its first directory,
and then of LibRaw. LibRaw is not asked about every TIFF, because it takes some plain ones for RAW.
rawpy is imported with the first RAW only.
"""

from types import TracebackType
from typing import Any, BinaryIO, Final, Literal

from PIL import Image

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import facts
from photofind.images.names import RAW_SUFFIXES

_MARKS: Final = (
    b"FUJIFILMCCD-RAW",
    b"IIRO",  # Olympus
    b"IIRS",
    b"MMOR",
    b"IIU\0",  # Panasonic
    b"FOVb",  # Sigma
    b"\0MRM",  # Minolta
    b"II\x1a\0\0\0HEAPCCDR",  # Canon CRW
)
_TIFF: Final = (b"II*\0", b"MM\0*")
_CANON_CR3: Final = b"ftypcrx "
_CANON_CR2: Final = b"CR"
_JPEG: Final = b"\xff\xd8"

_SUBFILE_TYPE, _PHOTOMETRIC, _DNG_VERSION = 254, 262, 50706
_REDUCED: Final = 1  # the bit of the subfile type that says: a smaller copy of another picture
_SENSOR_VALUES: Final = (
    32803,
    34892,
)  # photometric interpretations: colour filter array, linear raw


def has_mark(head: bytes) -> bool:
    """Whether a file begins as only RAW files do."""
    return head.startswith(_MARKS) or head[4:12] == _CANON_CR3


def may_be_raw(stream: BinaryIO, head: bytes, suffix: str) -> bool:
    """Whether LibRaw is to be asked first; `head` is the beginning of the stream."""
    if has_mark(head):
        return True
    if not head.startswith(_TIFF):
        return suffix in RAW_SUFFIXES and not head.startswith(_JPEG)
    if suffix in RAW_SUFFIXES or head[8:10] == _CANON_CR2:
        return True
    directory = first_directory(stream, head)
    kind = directory.get(_SUBFILE_TYPE)
    return (
        _DNG_VERSION in directory
        or (isinstance(kind, int) and bool(kind & _REDUCED))
        or directory.get(_PHOTOMETRIC) in _SENSOR_VALUES
    )


def first_directory(stream: BinaryIO, head: bytes) -> Image.Exif:
    """What a RAW file says in its first directory, which is also its EXIF; further ones are read
    from the stream when they are asked for. Empty where it is not kept like a TIFF."""
    exif = Image.Exif()
    order: Literal["little", "big"] = "little" if head.startswith(b"II") else "big"
    if head.startswith((b"II", b"MM")):
        # Not by the header: where TIFF has the number 42, Olympus and Panasonic have their own.
        exif.endian = "<" if order == "little" else ">"
        try:
            exif.load_from_fp(stream, int.from_bytes(head[4:8], order))
        except facts.MALFORMED:
            return Image.Exif()
    return exif


class Raw:
    """An opened RAW file, closed by `with`."""

    def __init__(self, stream: BinaryIO) -> None:
        """Raises UnreadablePhoto where LibRaw does not read the file."""
        import rawpy

        self._rawpy = rawpy
        try:
            self._raw = rawpy.imread(stream)
        except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
            raise self._refusal(error) from error
        sizes = self._raw.sizes
        self.flip: int = sizes.flip  # 0; or 3: by 180, 5: by 90 left, 6: by 90 degrees right
        turned = self.flip in (5, 6)
        self.width: int = sizes.height if turned else sizes.width  # upright
        self.height: int = sizes.width if turned else sizes.height

    def __enter__(self) -> "Raw":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()

    def preview(self) -> bytes | Image.Image | None:
        """The embedded picture, encoded as a JPEG or as pixels; None where none can be had."""
        try:
            thumbnail = self._raw.extract_thumb()
        except (self._rawpy.LibRawError, self._rawpy.NotSupportedError):
            return None
        if isinstance(thumbnail.data, bytes):
            return thumbnail.data
        return Image.fromarray(thumbnail.data)

    def develop(self) -> Image.Image:
        """A picture computed from the sensor's values: half size, upright, sRGB.

        Raises UnreadablePhoto.
        """
        try:
            pixels = self._raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)
        except (self._rawpy.LibRawError, self._rawpy.NotSupportedError) as error:
            raise self._refusal(error) from error
        return Image.fromarray(pixels)

    def preview_orientation(self, preview: Image.Image, tagged: int) -> int:
        """The EXIF orientation that turns a preview upright, from its own tag and the RAW's.

        Some cameras tag their previews, some turn them, some leave both to the RAW's own tag, which
        LibRaw then writes into the preview. So the RAW's shape has the last word.
        """
        orientation = tagged if tagged != 1 else {3: 3, 5: 8, 6: 6}.get(self.flip, 1)
        stands = preview.width < preview.height
        already_turned = stands == (self.width < self.height)
        return 1 if orientation >= 5 and already_turned else orientation

    def lens(self) -> str | None:
        return str(self._raw.lens.model or "").strip() or None

    def _refusal(self, error: Exception) -> UnreadablePhoto:
        words: Any = error.args[0] if error.args else type(error).__name__
        said = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
        rawpy = self._rawpy
        if isinstance(error, rawpy.LibRawFileUnsupportedError | rawpy.NotSupportedError):
            return UnreadablePhoto(Reason.UNSUPPORTED, said)
        if isinstance(error, rawpy.LibRawTooBigError | rawpy.LibRawUnsufficientMemoryError):
            return UnreadablePhoto(Reason.TOO_LARGE, said)
        return UnreadablePhoto(Reason.DAMAGED, said)
