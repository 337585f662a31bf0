"""A camera RAW made for tests: a DNG with sensor values, and, if wanted, an embedded preview."""

import struct

import numpy as np

BYTE, ASCII, SHORT, LONG, RATIONAL, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
_FORMATS = {BYTE: "B", SHORT: "H", LONG: "I"}


def dng(
    width: int = 400,
    height: int = 300,
    *,
    preview: bytes | None = None,
    preview_size: tuple[int, int] = (0, 0),
    orientation: int = 1,
) -> bytes:
    """A picture whose left half is red and whose right half is blue, as the sensor saw it.

    `preview` is a JPEG; `orientation` is the RAW's own EXIF orientation.
    """
    sensor = np.full((height, width), 400, np.uint16)
    sensor[0::2, 0 : width // 2 : 2] = 12_000  # the pattern is red, green, green, blue
    sensor[1::2, width // 2 + 1 :: 2] = 12_000
    file = bytearray(b"II*\0\0\0\0\0")

    def place(data: bytes) -> int:
        if len(file) % 2:
            file.append(0)
        offset = len(file)
        file.extend(data)
        return offset

    def directory(entries: list[tuple[int, int, object]]) -> int:
        packed = []
        for tag, kind, value in sorted(entries):
            if kind == ASCII:
                data = str(value).encode() + b"\0"
                count = len(data)
            elif kind in (RATIONAL, SIGNED_RATIONAL):
                numbers = value if isinstance(value, list) else [value]
                data = b"".join(struct.pack("<ii", round(n * 1000), 1000) for n in numbers)
                count = len(numbers)
            else:
                numbers = value if isinstance(value, list) else [value]
                data = struct.pack(f"<{len(numbers)}{_FORMATS[kind]}", *numbers)
                count = len(numbers)
            inline = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", place(data))
            packed.append(struct.pack("<HHI", tag, kind, count) + inline)
        return place(struct.pack("<H", len(packed)) + b"".join(packed) + b"\0\0\0\0")

    raw = directory(
        [
            (254, LONG, 0),
            (256, LONG, width),
            (257, LONG, height),
            (258, SHORT, 16),
            (259, SHORT, 1),
            (262, SHORT, 32803),
            (273, LONG, place(sensor.tobytes())),
            (277, SHORT, 1),
            (278, LONG, height),
            (279, LONG, sensor.nbytes),
            (33421, SHORT, [2, 2]),
            (33422, BYTE, [0, 1, 1, 2]),
            (50714, SHORT, 256),
            (50717, LONG, 16_000),
        ]
    )
    first: list[tuple[int, int, object]] = [
        (254, LONG, 1),
        (271, ASCII, "Maker"),
        (272, ASCII, "Maker One"),
        (274, SHORT, orientation),
        (306, ASCII, "2020:01:02 03:04:05"),
        (330, LONG, raw),
        (50706, BYTE, [1, 4, 0, 0]),
        (50708, ASCII, "Maker One"),
        (50721, SIGNED_RATIONAL, [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        (50728, RATIONAL, [1, 1, 1]),
        (50778, SHORT, 21),
    ]
    if preview is not None:
        first += [
            (256, LONG, preview_size[0]),
            (257, LONG, preview_size[1]),
            (258, SHORT, [8, 8, 8]),
            (259, SHORT, 7),
            (262, SHORT, 6),
            (273, LONG, place(preview)),
            (277, SHORT, 3),
            (278, LONG, preview_size[1]),
            (279, LONG, len(preview)),
        ]
    file[4:8] = struct.pack("<I", directory(first))
    return bytes(file)
