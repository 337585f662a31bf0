"""The icons: one family of SVG files, painted in whatever colour the palette asks for.

A file draws with `currentColor` on a square of 24; it is rendered at the exact number of device
pixels that it will cover, so that it is sharp at every scale, and kept.
"""

from functools import lru_cache
from typing import TypeVar

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox, QToolButton, QWidget

from photofind.gui.theme import accent, hover
from photofind.resources import resource

ICON_SIZE = 20  # logical pixels
BUTTON_SIZE = 34
RADIUS = 8.0
Box = TypeVar("Box", QDialogButtonBox, QMessageBox)
APPLICATION_SIZES = (16, 24, 32, 48, 64, 128, 256)  # pixels


def application_icon() -> QIcon:
    """The icon of the program itself."""
    icon = QIcon()
    for size in APPLICATION_SIZES:
        icon.addFile(str(resource("icons", "application", f"{size}.png")), QSize(size, size))
    return icon


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Paint an icon into a square; its edges come to lie on whole device pixels."""
    ratio = painter.device().devicePixelRatio()
    edge = max(1, round(rect.width() * ratio))
    pixmap = _pixmap(name, edge, colour.rgba(), ratio)
    left, top = round(rect.x() * ratio) / ratio, round(rect.y() * ratio) / ratio
    painter.drawPixmap(QRectF(left, top, edge / ratio, edge / ratio).topLeft(), pixmap)


@lru_cache(maxsize=256)
def _pixmap(name: str, edge: int, rgba: int, ratio: float) -> QPixmap:
    colour = QColor.fromRgba(rgba)
    drawing = _drawing(name).replace(b"currentColor", colour.name().encode())
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=64)
def _drawing(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes()


def without_icons(buttons: Box) -> Box:
    """The buttons of a dialog with words alone, where Qt draws itself: its icons are dark whatever
    they stand on. A desktop with a style of its own has icons of its own, or none."""
    if QApplication.style().name() == "fusion":
        for button in buttons.buttons():
            button.setIcon(QIcon())
    return buttons


class IconButton(QToolButton):
    """A flat button that is an icon, with a rounded wash under the pointer."""

    def __init__(
        self, name: str, text: str, parent: QWidget | None = None, *, size: int = BUTTON_SIZE
    ) -> None:
        """`text` is the tooltip and what a screen reader says."""
        super().__init__(parent)
        self._name = name
        self.setFixedSize(size, size)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Say something else."""
        self.setToolTip(text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return self.size()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        pressed = self.isDown() or self.isChecked()
        if self.isEnabled() and (pressed or self.underMouse()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(hover(palette, pressed=pressed))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent(palette), 2))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        edge = min(ICON_SIZE, self.height() - 8)
        square = QRectF((self.width() - edge) / 2, (self.height() - edge) / 2, edge, edge)
        paint_icon(painter, self._name, square, palette.color(group, QPalette.ColorRole.WindowText))
        painter.end()
