"""Pictures for the screen, made by Pillow away from the GUI thread.

Never by Qt there: PySide holds the interpreter lock while Qt decodes or scales (the GUI thread was
measured to starve for seconds behind one decoding thread), Pillow lets it go.
"""

import io
from functools import lru_cache

from PIL import Image, ImageDraw
from PySide6.QtGui import QImage

BAND_ORDER = "BGRA"  # of Qt's 32-bit pixels on the little-endian machines that Qt is built for
SUPERSAMPLING = 8  # how finely the edge of a rounded corner is measured


def from_pillow(image: Image.Image) -> QImage:
    """An RGB or RGBA (premultiplied) picture as Qt keeps it; any thread."""
    opaque = image.mode != "RGBA"
    width, height = image.size
    # Qt keeps a reference to the bytes: nothing is copied.
    data = (image.convert("RGBA") if opaque else image).tobytes("raw", BAND_ORDER)
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    return QImage(data, width, height, width * 4, kind)


def cell_image(jpeg: bytes, edge: int, *, fill: bool, radius: float) -> QImage:
    """A thumbnail for a cell of `edge` device pixels, with rounded corners; any thread.

    `fill` crops it to the square, else the whole photo lies within it. Raises OSError for bytes
    that are no picture.
    """
    image = _decode(jpeg)
    width, height = image.size
    if fill:
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        image = image.resize(
            (edge, edge), Image.Resampling.BICUBIC, (left, top, left + side, top + side)
        )
    else:
        scale = edge / max(width, height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = image.resize(size, Image.Resampling.BICUBIC)
    # Pasting through the mask onto nothing multiplies all four bands: premultiplied, as Qt wants.
    rounded = Image.new("RGBA", image.size)
    rounded.paste(image.convert("RGBA"), mask=_mask(image.size, radius))
    return from_pillow(rounded)


def whole_image(jpeg: bytes) -> QImage:
    """A thumbnail in its own size; any thread. Raises OSError for bytes that are no picture."""
    return from_pillow(_decode(jpeg))


def _decode(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as opened:
        return opened.convert("RGB")


@lru_cache(maxsize=16)
def _mask(size: tuple[int, int], radius: float) -> Image.Image:
    """White with antialiased round corners."""
    width, height = size
    corner = min(int(radius) + 1, width // 2, height // 2)
    mask = Image.new("L", size, 255)
    if corner < 1:
        return mask
    fine = Image.new("L", (corner * SUPERSAMPLING, corner * SUPERSAMPLING), 0)
    reach = 2 * radius * SUPERSAMPLING
    ImageDraw.Draw(fine).ellipse((0, 0, reach - 1, reach - 1), fill=255)
    tile = fine.resize((corner, corner), Image.Resampling.BOX)
    flip, mirror = Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_LEFT_RIGHT
    mask.paste(tile, (0, 0))
    mask.paste(tile.transpose(mirror), (width - corner, 0))
    mask.paste(tile.transpose(flip), (0, height - corner))
    mask.paste(tile.transpose(flip).transpose(mirror), (width - corner, height - corner))
    return mask
