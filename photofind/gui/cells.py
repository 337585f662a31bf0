"""How one cell of the grid looks: the photo, its ring and tick, its buttons, its mark when offline.

Painted on the GUI thread, some hundred times a frame, so nothing is worked out twice: what depends
on palette and scale is made once and kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QPolygonF,
)

from photofind.gui import theme
from photofind.gui.geometry import Rect
from photofind.gui.icons import paint_icon

RADIUS_PX = 6
RING_PX = 3
BUTTON_PX = 28
BUTTON_MARGIN_PX = 6
TICK_RADIUS_PX = 10.0
ICON_INSET = 0.19  # of a round button's width
ROOMY_CELL_PX = 104  # smaller cells show a tick and no buttons
OFFLINE_OPACITY = 0.55
TINT_STRENGTH = 0.08  # of text over base, where there is no thumbnail
HEADING_SIZE = 1.15  # of the window's font


class Part(Enum):
    """What of a cell is under the pointer."""

    TICK = "tick"
    MENU = "menu"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Look:
    """The state of one cell."""

    selected: bool = False
    focused: bool = False  # the keyboard is here, which is not plain to see otherwise
    hovered: bool = False
    offline: bool = False
    hot: Part | None = None

    def gone_offline(self) -> "Look":
        """The same of a photo whose folder is not here."""
        return replace(self, offline=True)


PLAIN = Look()  # most are, and a frame has hundreds


def part_rect(part: Part, cell: Rect, *, mirrored: bool) -> QRect:
    """Where a part of a cell lies."""
    far = cell.edge - BUTTON_PX - BUTTON_MARGIN_PX
    left, top = {
        Part.TICK: (BUTTON_MARGIN_PX, BUTTON_MARGIN_PX),
        Part.MENU: (far, BUTTON_MARGIN_PX),
        Part.SIMILAR: (far, far),
    }[part]
    if mirrored:
        left = cell.edge - BUTTON_PX - left
    return QRect(cell.x + left, cell.y + top, BUTTON_PX, BUTTON_PX)


def part_at(point: QPoint, cell: Rect, *, mirrored: bool) -> Part | None:
    """The part of a cell under a point."""
    for part in Part:
        if part is not Part.TICK and cell.edge < ROOMY_CELL_PX:
            continue
        if part_rect(part, cell, mirrored=mirrored).contains(point):
            return part
    return None


class CellPainter:
    """Paints cells for one palette and one scale."""

    def __init__(
        self, palette: QPalette, font: QFont, device_pixel_ratio: float, *, mirrored: bool
    ) -> None:
        self.base = palette.color(QPalette.ColorRole.Base)
        self.text = palette.color(QPalette.ColorRole.Text)
        self.accent = theme.accent(palette)
        self.on_accent = theme.on(self.accent)
        self.quiet = theme.muted(palette, QPalette.ColorRole.Base)
        self.ratio = device_pixel_ratio
        self.mirrored = mirrored
        self.font = font
        self.heading_font = QFont(font)
        self.heading_font.setPointSizeF(font.pointSizeF() * HEADING_SIZE)
        self.heading_font.setWeight(QFont.Weight.DemiBold)
        self._tint: QImage | None = None
        self._chosen: QImage | None = None

    # --------------------------------------------------------------- in device pixels: the photo

    def snapped(self, cell: Rect) -> QRect:
        """A cell in whole device pixels: every cell the same size, so that none is blurred."""
        edge = self.device_edge(cell.edge)
        return QRect(round(cell.x * self.ratio), round(cell.y * self.ratio), edge, edge)

    def device_edge(self, edge: int) -> int:
        """The edge of a cell in device pixels."""
        return int(edge * self.ratio)

    @property
    def radius(self) -> float:
        """Of the corners, in device pixels."""
        return RADIUS_PX * self.ratio

    def paint_photo(
        self, painter: QPainter, cell: Rect, image: QImage | None, opacity: float
    ) -> None:
        """A photo, or the flat tint of one that is not here yet. `painter` works in device pixels;
        `opacity` under 1 lets the tint through."""
        place = self.snapped(cell)
        if image is None or opacity < 1:
            painter.drawImage(place.topLeft(), self._tinted(place.width()))
        if image is None:
            return
        if opacity < 1:
            painter.setOpacity(opacity)
        size = image.size()
        if max(size.width(), size.height()) != place.width():  # made for another size of cells
            size.scale(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(QPoint(0, 0), size)
        target.moveCenter(place.center())
        if size == image.size():
            painter.drawImage(target.topLeft(), image)
        else:
            painter.drawImage(target, image)
        if opacity < 1:
            painter.setOpacity(1)

    def paint_selected(self, painter: QPainter, cell: Rect) -> None:
        """The ring and the tick of a selected photo; `painter` works in device pixels.

        A picture that is kept: drawing the ring takes ten times as long as painting the photo.
        """
        place = self.snapped(cell)
        if self._chosen is None or self._chosen.width() != place.width():
            self._chosen = self._layer(place.width(), self._draw_selected)
        painter.drawImage(place.topLeft(), self._chosen)

    def _tinted(self, edge: int) -> QImage:
        if self._tint is None or self._tint.width() != edge:
            self._tint = self._layer(edge, self._draw_tint)
        return self._tint

    def _layer(self, edge: int, draw: Callable[[QPainter, Rect], None]) -> QImage:
        """A cell's picture of `edge` device pixels, drawn in logical ones."""
        layer = QImage(edge, edge, QImage.Format.Format_ARGB32_Premultiplied)
        layer.fill(0)
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.ratio, self.ratio)
        draw(painter, Rect(0, 0, round(edge / self.ratio)))
        painter.end()
        return layer

    def _draw_tint(self, painter: QPainter, cell: Rect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mixed(self.base, self.text, TINT_STRENGTH))
        painter.drawRoundedRect(QRectF(0, 0, cell.edge, cell.edge), RADIUS_PX, RADIUS_PX)

    def _draw_selected(self, painter: QPainter, cell: Rect) -> None:
        outline, inset = QRectF(0, 0, cell.edge, cell.edge), RING_PX / 2
        # A thin line of the background keeps the ring apart from a photo of its own colour.
        inner = outline.adjusted(RING_PX + 0.5, RING_PX + 0.5, -RING_PX - 0.5, -RING_PX - 0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.base, 1.5))
        painter.drawRoundedRect(inner, RADIUS_PX - RING_PX, RADIUS_PX - RING_PX)
        painter.setPen(QPen(self.accent, RING_PX))
        painter.drawRoundedRect(
            outline.adjusted(inset, inset, -inset, -inset), RADIUS_PX - inset, RADIUS_PX - inset
        )
        self._tick(painter, cell, Look(selected=True))

    # ------------------------------------------------------------- in logical pixels: the marks

    def paint_marks(self, painter: QPainter, cell: Rect, look: Look) -> None:
        """What lies over a photo, but for the ring and tick of a selected one."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if look.focused:
            inset = RING_PX if look.selected else 0
            outline = QRectF(cell.x, cell.y, cell.edge, cell.edge)
            self._focus(painter, outline.adjusted(inset, inset, -inset, -inset))
        roomy = cell.edge >= ROOMY_CELL_PX
        if look.hovered and not look.selected:
            self._tick(painter, cell, look)
        if look.hovered and roomy:
            for part, icon in ((Part.MENU, "more"), (Part.SIMILAR, "similar")):
                self._button(painter, cell, part, icon, hot=look.hot is part)
        if look.offline:
            self._offline(painter, cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def paint_heading(
        self, painter: QPainter, line: QRect, title: str, count: str, ticked: bool | None
    ) -> None:
        """The heading of a month: its name, how many photos, and a tick when it can be taken."""
        metrics = QFontMetrics(self.heading_font)
        width = metrics.horizontalAdvance(title)
        gap = metrics.horizontalAdvance("  ")
        lead = Qt.AlignmentFlag.AlignRight if self.mirrored else Qt.AlignmentFlag.AlignLeft
        # Absolute: the painter's own direction would turn it round a second time.
        align = lead | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.setFont(self.heading_font)
        painter.setPen(self.text)
        painter.drawText(line, align, title)
        painter.setFont(self.font)
        painter.setPen(self.quiet)
        left, right = (0, -width - gap) if self.mirrored else (width + gap, 0)
        painter.drawText(line.adjusted(left, 1, right, 1), align, count)
        if ticked is not None:
            across = width + 2 * gap + QFontMetrics(self.font).horizontalAdvance(count) + 10
            x = line.right() - across if self.mirrored else line.left() + across
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._circle(painter, QPointF(x, line.center().y() + 1), selected=ticked, hot=True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _focus(self, painter: QPainter, outline: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.base, 4))
        painter.drawRoundedRect(outline.adjusted(2, 2, -2, -2), RADIUS_PX - 2, RADIUS_PX - 2)
        painter.setPen(QPen(self.text, 2))
        painter.drawRoundedRect(outline.adjusted(1, 1, -1, -1), RADIUS_PX - 1, RADIUS_PX - 1)

    def _tick(self, painter: QPainter, cell: Rect, look: Look) -> None:
        middle = QRectF(part_rect(Part.TICK, cell, mirrored=self.mirrored)).center()
        self._circle(painter, middle, selected=look.selected, hot=look.hot is Part.TICK)

    def _circle(self, painter: QPainter, middle: QPointF, *, selected: bool, hot: bool) -> None:
        painter.setPen(QPen(self.base if selected else _WHITE, 1.5))
        painter.setBrush(self.accent if selected else _VEIL_HOT if hot else _VEIL)
        painter.drawEllipse(middle, TICK_RADIUS_PX, TICK_RADIUS_PX)
        if selected or hot:
            painter.setPen(_pen(self.on_accent if selected else _WHITE, 2))
            painter.drawPolyline(_TICK.translated(middle))

    def _button(self, painter: QPainter, cell: Rect, part: Part, icon: str, *, hot: bool) -> None:
        place = QRectF(part_rect(part, cell, mirrored=self.mirrored))
        self._veiled(painter, place, icon, _VEIL_HOT if hot else _VEIL)

    def _offline(self, painter: QPainter, cell: Rect) -> None:
        size = 24 if cell.edge >= ROOMY_CELL_PX else 16
        gap = BUTTON_MARGIN_PX if cell.edge >= ROOMY_CELL_PX else BUTTON_MARGIN_PX // 2
        x = cell.x + (cell.edge - gap - size if self.mirrored else gap)
        place = QRectF(x, cell.y + cell.edge - gap - size, size, size)
        self._veiled(painter, place, "offline", _VEIL_HOT)

    def _veiled(self, painter: QPainter, place: QRectF, icon: str, veil: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(veil)
        painter.drawEllipse(place)
        inset = place.width() * ICON_INSET
        paint_icon(painter, icon, place.adjusted(inset, inset, -inset, -inset), _WHITE)


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(
        colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


# Over a photo nothing of the palette can be relied on: white on a dark veil can be read on all.
_WHITE = QColor(255, 255, 255)
_VEIL = QColor(0, 0, 0, 110)
_VEIL_HOT = QColor(0, 0, 0, 190)
_TICK = QPolygonF([QPointF(-4.2, 0.3), QPointF(-1.3, 3.2), QPointF(4.4, -3.1)])
