"""JPEGs that lack their end marker and nothing else. Hides JPEG's segments from the decoding.

A copy that lost its last bytes leaves such files, and so do cameras that write none; every browser
shows them. libjpeg waits for more before it gives out the last rows. Given an end marker it takes
any file, however much of it is gone, and makes the rest grey. So it is asked several times, each
time with other bytes before the marker: a picture whose data is all there looks at none of them,
and comes out the same each time.
"""

import hashlib
import io
import os
import random
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import JpegImagePlugin

from photofind.images.files import WHOLE_FILE_LIMIT_BYTES

MOST_PIXELS: Final = 100_000_000  # some ten seconds of work; a file's time is limited

_END: Final = b"\xff\xd9"
_HALF_AN_END: Final = b"\xff"
_RESTARTS: Final = tuple(bytes((0xFF, 0xD0 + number)) for number in range(8))
_TAIL_BYTES: Final = 64

_INTERVAL: Final = 0xDD  # a marker: from here on restart markers stand in the data
_SCAN: Final = 0xDA  # a marker: the data of some colours begins, or of a part of their precision
_SEQUENTIAL: Final = (0xC0, 0xC1, 0xC9)  # markers of a picture's size and colours
_PROGRESSIVE: Final = (0xC2, 0xCA)
_WITHOUT_LENGTH: Final = (0x00, 0x01, *range(0xD0, 0xD9))  # markers that nothing belongs to
_FREQUENCIES: Final = frozenset(range(64))  # of a colour in a block of 8 x 8 pixels


def with_end(stream: BinaryIO, pixel_limit: int) -> BinaryIO | None:
    """A JPEG that seemed cut, with its end marker; None unless all its data is there.

    It is decoded in full for that, several times, so not where it has very many pixels. Call it in
    `decoder_errors`.
    """
    if stream.seek(0, os.SEEK_END) > WHOLE_FILE_LIMIT_BYTES:
        return None
    stream.seek(0)
    data = stream.read()
    if data.endswith(_END) or not _has_every_scan(data):
        return None
    data = data.removesuffix(_HALF_AN_END)
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    # Progressive ones take half as much memory more.
    if image.width * image.height * 3 // 2 > min(pixel_limit, MOST_PIXELS):
        return None
    ended = data + _END
    expected = _pixels(ended)
    if any(_pixels(data + tail + _END) != expected for tail in _tails(data)):
        return None
    return io.BytesIO(ended)


def _tails(data: bytes) -> Iterator[bytes]:
    """What might stand where the file was cut, always the same for the same file.

    Not a pattern: one that repeats can end block after block with the grey that nothing gives, too.
    """
    chance = random.Random(len(data))
    # Between two restart markers libjpeg looks at nothing until it has met the right one.
    restarts = _RESTARTS if bytes((0xFF, _INTERVAL)) in data else ()
    for start in (b"",) * 8 + restarts:
        yield start + chance.randbytes(_TAIL_BYTES).replace(b"\xff", b"\xfe")


def _pixels(data: bytes) -> bytes:
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    return hashlib.sha256(image.tobytes()).digest()


def _has_every_scan(data: bytes) -> bool:
    """Whether the last of a picture's scans has begun: a cut between two leaves nothing to see."""
    progressive = False
    lacking: dict[int, frozenset[int]] = {}  # of each colour the frequencies that are not yet exact
    at = 0
    while (at := data.find(b"\xff", at)) >= 0:
        marker, segment = data[at + 1 : at + 2], data[at + 4 : at + 2 + _length(data, at + 2)]
        at += 1
        if not marker or marker == b"\xff" or marker[0] in _WITHOUT_LENGTH:
            continue
        at += 1 + _length(data, at + 1)
        if at > len(data):
            return False
        if marker[0] in (*_SEQUENTIAL, *_PROGRESSIVE):
            progressive = marker[0] in _PROGRESSIVE
            lacking = dict.fromkeys(segment[6::3], _FREQUENCIES)
        elif marker[0] == _SCAN:
            colours = segment[1:-3:2]
            first, last, precision = segment[-3:]
            if not progressive:
                sent = _FREQUENCIES
            elif precision & 0x0F:  # bits that a later scan will send
                sent = frozenset()
            else:
                sent = frozenset(range(first, last + 1))
            lacking |= {colour: lacking.get(colour, sent) - sent for colour in colours}
    return bool(lacking) and not any(lacking.values())


def _length(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
