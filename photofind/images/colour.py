"""Any picture mode that Pillow knows -> 8-bit sRGB without transparency.

Two steps, because a large picture is made smaller between them: `plain` brings odd modes (palettes,
16 bit, float, 1 bit) to 8-bit channels, `to_srgb` applies the colour profile and lays what is
transparent over white. ImageCms does the colour arithmetic.
"""

import io
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

WHITE: Final = (255, 255, 255)
STRIP_ROWS: Final = 64
PROFILES_KEPT: Final = 8  # transforms of the profiles seen last; building one costs milliseconds

_BROKEN_PROFILE: Final = (ImageCms.PyCMSError, OSError, TypeError, ValueError, AttributeError)
_SRGB: Final = ImageCms.createProfile("sRGB")


def plain(image: Image.Image) -> Image.Image:
    """The same picture with mode L, LA, RGB, RGBA or CMYK."""
    mode = image.mode
    if mode in ("L", "RGB"):
        return image.convert("RGBA") if "transparency" in image.info else image
    if mode == "RGBA" and _hides_nothing(image):
        return image.convert("RGB")
    if mode in ("LA", "RGBA", "CMYK"):
        return image
    if mode == "P":
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if mode == "1":
        return image.convert("L")
    if mode == "F" or mode.startswith("I"):
        grey = _eight_bits(image)
        return ImageOps.invert(grey) if _is_white_zero(image) else grey
    return image.convert({"La": "LA", "RGBa": "RGBA", "PA": "RGBA"}.get(mode, "RGB"))


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A `plain` picture as RGB in sRGB over white. A profile that makes no sense is ignored."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode[:-1]) if alpha else image
    colours = _converted(colours, profile)
    if alpha is None or alpha.getextrema() == (255, 255):
        return colours
    over = Image.new("RGB", image.size, WHITE)
    over.paste(colours, mask=alpha)
    return over


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        transform = _transform(bytes(profile), image.mode)
        if transform is None and image.mode == "L":
            image = image.convert("RGB")
            transform = _transform(bytes(profile), "RGB")
        if transform is not None:
            try:
                return ImageCms.applyTransform(image, transform) or image.convert("RGB")
            except _BROKEN_PROFILE:
                pass  # the colours stay as they are stored
    return image if image.mode == "RGB" else image.convert("RGB")


@lru_cache(maxsize=PROFILES_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile to sRGB; None where there is nothing to do or nothing to be done."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source)
        if name.startswith("sRGB") and "linear" not in name.lower():
            return None
        return ImageCms.buildTransform(source, _SRGB, mode, "RGB")
    except _BROKEN_PROFILE:
        return None


def _hides_nothing(image: Image.Image) -> bool:
    """Whether a fourth channel is no transparency.

    In Photoshop's files it is as often a selection that was saved; and where it is transparency,
    the colours lie over white already. In TGA and BMP it may be there without ever having been
    filled.
    """
    if image.format in ("TGA", "BMP", "DIB"):
        return image.getchannel("A").getextrema() == (0, 0)
    return image.format == "PSD"


def _is_white_zero(image: Image.Image) -> bool:
    """Whether a TIFF counts from white to black, as some scanners do. Pillow turns it round only
    where a value has 8 bits or fewer."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    return bool(image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey values of 16 or 32 bits or floating point, scaled to 8.

    Scanners store 10 to 14 bits in 16-bit samples without saying so: the scale is the smallest
    usual depth that holds the brightest value. Floats are taken as 0 to 1, else as 0 to 255, else
    the range that they span becomes black to white.
    """
    values = np.asarray(image)
    floating = values.dtype.kind == "f"
    # In strips: a copy of it all as floats would be the largest thing in memory.
    strips = [slice(top, top + STRIP_ROWS) for top in range(0, len(values), STRIP_ROWS)]
    ranges = [_finite_range(values[strip]) for strip in strips]
    low = min(darkest for darkest, _ in ranges)
    high = max(brightest for _, brightest in ranges)
    if low < 0 or high >= 2**16:
        white, black = high, low
    elif floating:
        white, black = (1.0 if high <= 1 else max(high, 255.0)), 0.0
    elif image.mode == "I" and high < 2**8:
        white, black = 255.0, 0.0
    else:
        depth = next(bits for bits in (10, 12, 14, 16) if high < 2**bits)
        white, black = 2.0**depth - 1, 0.0
    grey = np.empty(values.shape, np.uint8)
    scale = np.float32(255 / max(white - black, 1e-9))
    for strip in strips:
        shades = (values[strip].astype(np.float32) - np.float32(black)) * scale + 0.5
        grey[strip] = np.clip(np.nan_to_num(shades), 0, 255)
    return Image.fromarray(grey)


def _finite_range(values: NDArray[Any]) -> tuple[float, float]:
    """The smallest and the largest number; what is not finite is left out."""
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
