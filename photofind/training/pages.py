"""Pictures of pages and screens, drawn here: documents, receipts, screenshots, charts, codes.

People keep them among their photos, and no set of photos within reach has any. They are drawn
from random words and shapes, so nobody's letter is among them; the model learns from them that
paper and screens exist, not what stands on them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = 448  # pixels drawn; halved afterwards, so that small letters look printed
Colour = tuple[int, int, int]
Paint = Callable[[ImageDraw.ImageDraw, np.random.Generator], None]

_LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
_WEIGHTS = np.array([26 - n for n in range(26)], float) / sum(range(1, 27))


def page(label: str, seed: int) -> NDArray[np.uint8]:
    """One picture, (224, 224, 3) uint8, of a label in :data:`PAINTERS`."""
    rng = np.random.default_rng(seed)
    paper = _light(rng) if rng.random() < 0.8 or label != "code" else _dark(rng)
    picture = Image.new("RGB", (SIZE, SIZE), paper)
    PAINTERS[label](ImageDraw.Draw(picture), rng)
    if label in ("document", "receipt", "table", "map") and rng.random() < 0.5:
        picture = _photographed(picture, rng)
    small = picture.resize((SIZE // 2, SIZE // 2), Image.Resampling.BOX)
    return np.asarray(small)


def _photographed(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """As lying on a table: turned, smaller, on a darker ground, lit from one side, soft."""
    ground = Image.new("RGB", (SIZE, SIZE), _dark(rng))
    side = int(SIZE * rng.uniform(0.7, 0.95))
    turned = picture.resize((side, int(side * rng.uniform(0.9, 1.1))))
    mask = Image.new("L", turned.size, 255)
    angle = rng.uniform(-25, 25)
    turned, mask = turned.rotate(angle, expand=True), mask.rotate(angle, expand=True)
    corner = tuple((SIZE - edge) // 2 for edge in turned.size)
    ground.paste(turned, (corner[0], corner[1]), mask)
    light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), SIZE)[None, :, None]
    lit = Image.fromarray((np.asarray(ground) * light).astype(np.uint8))
    return lit.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5)))


def _light(rng: np.random.Generator) -> Colour:
    base = rng.integers(225, 256)
    red, green, blue = (int(base - rng.integers(0, 14)) for _ in range(3))
    return red, green, blue


def _dark(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(value) for value in rng.integers(15, 110, 3))
    return red, green, blue


def _strong(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(value) for value in rng.integers(20, 235, 3))
    return red, green, blue


def _word(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list(_LETTERS), rng.integers(2, 10), p=_WEIGHTS))


def words(rng: np.random.Generator, count: int) -> str:
    return " ".join(_word(rng) for _ in range(count))


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: float, fill: Colour
) -> None:
    draw.text(at, text, font=ImageFont.load_default(size), fill=fill)


def _lines(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    box: tuple[int, int, int, int],
    size: int,
    fill: Colour = (25, 25, 30),
) -> None:
    left, top, right, bottom = box
    y = top
    while y + size < bottom:
        if rng.random() < 0.12:
            y += size
            continue
        room = (right - left) * (1.0 if rng.random() < 0.8 else rng.uniform(0.2, 0.9))
        _text(draw, (left, y), words(rng, 30)[: int(room / (size * 0.55))], size, fill)
        y += int(size * 1.45)


def _document(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    edge = int(rng.integers(20, 60))
    _text(draw, (edge, edge), words(rng, 4).title(), int(rng.integers(18, 34)), (20, 20, 20))
    size = int(rng.integers(9, 18))
    if rng.random() < 0.3:
        middle = SIZE // 2
        _lines(draw, rng, (edge, edge + 60, middle - 10, SIZE - edge), size)
        _lines(draw, rng, (middle + 10, edge + 60, SIZE - edge, SIZE - edge), size)
    else:
        _lines(draw, rng, (edge, edge + 60, SIZE - edge, SIZE - edge), size)


def _receipt(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    left, right = 110, SIZE - 110
    draw.rectangle((0, 0, SIZE, SIZE), fill=_dark(rng))
    draw.rectangle((left - 20, 0, right + 20, SIZE), fill=_light(rng))
    _text(draw, (left, 20), words(rng, 2).upper(), 22, (20, 20, 20))
    for y in range(70, SIZE - 60, int(rng.integers(20, 30))):
        _text(draw, (left, y), words(rng, 2)[:16], 14, (30, 30, 30))
        _text(draw, (right - 50, y), f"{rng.uniform(0.5, 90):.2f}", 14, (30, 30, 30))
    _text(draw, (left, SIZE - 45), f"TOTAL  {rng.uniform(10, 300):.2f}", 22, (10, 10, 10))


def _screenshot(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((0, 0, SIZE, SIZE), fill=_strong(rng))
    for _ in range(rng.integers(1, 4)):
        left, top = (int(value) for value in rng.integers(0, SIZE // 3, 2))
        right, bottom = (int(value) for value in rng.integers(SIZE // 2, SIZE, 2))
        draw.rectangle((left, top, right, bottom), fill=_light(rng), outline=(90, 90, 90))
        draw.rectangle((left, top, right, top + 24), fill=_strong(rng))
        for dot in range(3):
            x = right - 20 - dot * 20
            draw.ellipse((x, top + 6, x + 11, top + 17), fill=_strong(rng))
        _lines(draw, rng, (left + 90, top + 40, right - 10, bottom - 10), int(rng.integers(9, 15)))
        for y in range(top + 40, bottom - 30, 30):
            draw.rounded_rectangle((left + 8, y, left + 78, y + 20), 4, fill=_strong(rng))
    draw.rectangle((0, SIZE - 26, SIZE, SIZE), fill=_dark(rng))


def _phone(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((0, 0, SIZE, 44), fill=_strong(rng))
    _text(draw, (20, 10), _word(rng).title(), 20, (255, 255, 255))
    y, mine, other = 60, _strong(rng), (225, 225, 230)
    while y < SIZE - 60:
        height, width = int(rng.integers(28, 80)), int(rng.integers(120, 320))
        right = rng.random() < 0.5
        left = SIZE - width - 16 if right else 16
        box = (left, y, left + width, y + height)
        draw.rounded_rectangle(box, 14, fill=mine if right else other)
        _lines(draw, rng, (left + 10, y + 6, left + width - 10, y + height), 13)
        y += height + 12


def _chart(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    _text(draw, (70, 14), words(rng, 3).title(), 22, (30, 30, 30))
    kind = rng.integers(0, 3)
    if kind == 2:
        start = 0.0
        for share in rng.dirichlet(np.ones(rng.integers(3, 7))):
            draw.pieslice((80, 80, 370, 370), start, start + share * 360, fill=_strong(rng))
            start += share * 360
        return
    draw.line((60, 60, 60, 400, 420, 400), fill=(40, 40, 40), width=2)
    for y in range(80, 400, 40):
        draw.line((60, y, 420, y), fill=(205, 205, 205))
        _text(draw, (26, y - 7), str(400 - y), 12, (90, 90, 90))
    count = int(rng.integers(4, 10))
    heights = rng.integers(80, 390, count)
    step = 350 // count
    if kind == 0:
        for number, height in enumerate(heights):
            left = 72 + number * step
            draw.rectangle((left, int(height), left + step - 8, 400), fill=_strong(rng))
    else:
        for _ in range(rng.integers(1, 4)):
            points = [(66 + n * step, int(rng.integers(80, 390))) for n in range(count)]
            draw.line(points, fill=_strong(rng), width=3)


def _table(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    rows, columns = int(rng.integers(8, 20)), int(rng.integers(3, 7))
    high, wide = SIZE / rows, SIZE / columns
    draw.rectangle((0, 0, SIZE, high), fill=_strong(rng))
    for row in range(rows):
        for column in range(columns):
            text = _word(rng) if row == 0 or column == 0 else str(rng.integers(0, 9999))
            _text(
                draw, (column * wide + 5, row * high + 4), text, min(15, high * 0.6), (30, 30, 30)
            )
        draw.line((0, row * high, SIZE, row * high), fill=(180, 180, 180))
    for column in range(columns):
        draw.line((column * wide, 0, column * wide, SIZE), fill=(180, 180, 180))


def _code(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    dark = rng.random() < 0.75
    draw.rectangle((0, 0, SIZE, SIZE), fill=(28, 30, 38) if dark else (250, 250, 250))
    size = int(rng.integers(11, 18))
    for y in range(10, SIZE, int(size * 1.4)):
        x = 12 + int(rng.integers(0, 4)) * size * 2
        for _ in range(rng.integers(0, 6)):
            word = _word(rng) + str(rng.choice(list("(){}=:;., ")))
            tint = rng.integers(120, 256, 3) if dark else rng.integers(0, 130, 3)
            _text(draw, (x, y), word, size, (int(tint[0]), int(tint[1]), int(tint[2])))
            x += int(len(word) * size * 0.62) + size // 2


def _qr_code(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    cells = int(rng.integers(21, 38))
    edge = int(rng.integers(20, 90))
    cell = (SIZE - 2 * edge) / cells
    bars = rng.random() < 0.25
    dark = rng.random((1 if bars else cells, cells)) < 0.5
    for row in range(cells):
        for column in range(cells):
            if dark[0 if bars else row, column]:
                x, y = edge + column * cell, edge + row * cell
                draw.rectangle((x, y, x + cell, y + cell), fill=(0, 0, 0))
    if not bars:
        for x, y in ((0, 0), (cells - 7, 0), (0, cells - 7)):
            left, top = edge + x * cell, edge + y * cell
            for inset, fill in ((0, (0, 0, 0)), (1, (255, 255, 255)), (2, (0, 0, 0))):
                box = [left + inset * cell, top + inset * cell]
                box += [left + (7 - inset) * cell, top + (7 - inset) * cell]
                draw.rectangle(box, fill=fill)


def _slide(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((0, 0, SIZE, SIZE), fill=_strong(rng) if rng.random() < 0.5 else _light(rng))
    ink = (255, 255, 255) if rng.random() < 0.5 else (20, 20, 30)
    _text(draw, (30, 40), words(rng, 3).title()[:22], 40, ink)
    for y in range(150, 400, 55):
        draw.ellipse((40, y + 8, 52, y + 20), fill=ink)
        _text(draw, (66, y), words(rng, 4)[:28], 24, ink)


def _map(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((0, 0, SIZE, SIZE), fill=(238, 234, 224))
    for _ in range(rng.integers(2, 6)):
        x, y = (int(value) for value in rng.integers(-50, SIZE, 2))
        side = int(rng.integers(60, 180))
        fill = (190, 222, 180) if rng.random() < 0.6 else (170, 205, 235)
        draw.ellipse((x, y, x + side, y + side * 0.7), fill=fill)
    for _ in range(rng.integers(12, 30)):
        ends = [int(value) for value in rng.integers(-40, SIZE + 40, 4)]
        draw.line(ends, fill=(200, 195, 185), width=8)
        draw.line(ends, fill=(255, 255, 255), width=5)
    for _ in range(rng.integers(5, 15)):
        x, y = (int(value) for value in rng.integers(0, SIZE - 60, 2))
        _text(draw, (x, y), _word(rng).title(), 12, (80, 80, 80))


PAINTERS: dict[str, Paint] = {
    "document": _document,
    "receipt": _receipt,
    "screenshot": _screenshot,
    "phone screenshot": _phone,
    "chart": _chart,
    "table": _table,
    "code": _code,
    "qr code": _qr_code,
    "slide": _slide,
    "map": _map,
}
