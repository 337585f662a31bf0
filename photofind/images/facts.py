"""What a picture file says about itself: when, where and with which camera it was taken.

EXIF is written by a thousand programs. A tag of the wrong type, an impossible date or a zero
divisor makes that one fact unknown and never fails the picture.
"""

import calendar
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from PIL import ExifTags, Image

TEXT_LIMIT_CHARACTERS: Final = 120

# What Pillow raises while it parses EXIF that is cut off or nonsense.
MALFORMED: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    ZeroDivisionError,
    SyntaxError,
    OSError,
    EOFError,
    struct.error,
)

_Tag = ExifTags.Base
_Gps = ExifTags.GPS
_DATE = re.compile(r"\s*(\d{4})\D(\d{1,2})\D(\d{1,2})(?:\D+(\d{1,2})\D(\d{1,2})(?:\D(\d{1,2}))?)?")
_FIRST_YEAR: Final = 1826  # of the oldest photograph that is left
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Facts:
    """Width and height are upright pixels of the full picture; what is unknown is None."""

    width: int
    height: int
    format: str  # as a person knows it: "JPEG", "PNG", "HEIF", "RAW" ...
    taken_at: int | None = None  # the camera's wall clock, as seconds since 1970 as if it were UTC
    camera: str | None = None
    lens: str | None = None
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    latitude: float | None = None  # degrees, north positive
    longitude: float | None = None  # degrees, east positive


def read_facts(exif: Image.Exif, width: int, height: int, format_name: str) -> Facts:
    """The facts of a picture from its EXIF (which may be empty)."""
    shot = _attempt(lambda: exif.get_ifd(ExifTags.IFD.Exif)) or {}
    place = _attempt(lambda: exif.get_ifd(ExifTags.IFD.GPSInfo)) or {}

    def tag(number: int) -> Any:
        # Some programs write the tags of the EXIF folder into the main one.
        value = shot.get(number)
        return _attempt(lambda: exif.get(number)) if value is None else value

    latitude, longitude = _position(place)
    dates = (tag(_Tag.DateTimeOriginal), tag(_Tag.DateTimeDigitized), tag(_Tag.DateTime))
    return Facts(
        width=width,
        height=height,
        format=format_name,
        taken_at=next((time for time in map(parse_date, dates) if time is not None), None),
        camera=_camera(_text(tag(_Tag.Make)), _text(tag(_Tag.Model))),
        lens=_text(tag(_Tag.LensModel)),
        exposure_seconds=_positive(tag(_Tag.ExposureTime)),
        f_number=_positive(tag(_Tag.FNumber)),
        iso=_whole(tag(_Tag.ISOSpeedRatings)),
        focal_length_mm=_positive(tag(_Tag.FocalLength)),
        latitude=latitude,
        longitude=longitude,
    )


def orientation_of(exif: Image.Exif) -> int:
    """EXIF's orientation, 1 to 8; 1 where it is missing or nonsense."""
    value = _attempt(lambda: exif.get(_Tag.Orientation))
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_of(image: Image.Image) -> Image.Exif:
    """A loaded image's EXIF; empty where it is missing or broken."""
    return _attempt(image.getexif) or Image.Exif()


def parse_date(value: object) -> int | None:
    """EXIF's "YYYY:MM:DD HH:MM:SS", however it is punctuated, as seconds since 1970 as if UTC."""
    text = _text(value)
    match = _DATE.match(text) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if year < _FIRST_YEAR or not 1 <= month <= 12:
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1] or hour > 24 or minute > 59:
        return None
    return calendar.timegm((year, month, day, hour, minute, min(second, 59)))


def _attempt(read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except MALFORMED:
        return None


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    printable = "".join(c if c.isprintable() else " " for c in value.split("\0")[0])
    return " ".join(printable.split())[:TEXT_LIMIT_CHARACTERS] or None


def _camera(make: str | None, model: str | None) -> str | None:
    """The model, with the maker before it unless the model names the maker itself."""
    if not make or not model:
        return model or make
    named = model.casefold().split()[0] in make.casefold().split()
    return model if named else f"{make} {model}"


def _number(value: object) -> float | None:
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, it may refuse
    except MALFORMED:
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _whole(value: object) -> int | None:
    number = _positive(value)
    return None if number is None or number >= 2**31 else round(number) or None


def _position(place: dict[int, Any]) -> tuple[float | None, float | None]:
    latitude = _degrees(place.get(_Gps.GPSLatitude), place.get(_Gps.GPSLatitudeRef), "S", 90)
    longitude = _degrees(place.get(_Gps.GPSLongitude), place.get(_Gps.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None, None  # exactly 0, 0 is what cameras write while they do not know
    return latitude, longitude


def _degrees(value: object, direction: object, negative: str, limit: float) -> float | None:
    parts = value if isinstance(value, tuple | list) else (value,)
    numbers = [_number(part) for part in parts[:3]]
    if not numbers or numbers[0] is None:
        return None
    degrees = sum((number or 0.0) / 60**power for power, number in enumerate(numbers))
    if (_text(direction) or "").upper().startswith(negative):
        degrees = -degrees
    return degrees if abs(degrees) <= limit else None
