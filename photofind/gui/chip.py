"""A picture or photo that is looked for, as a chip in the search field."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from photofind.gui import theme
from photofind.gui.icons import IconButton, paint_icon
from photofind.gui.query import Query
from photofind.gui.words import plain_tip

CHIP_HEIGHT = 28  # logical pixels
CHIP_LABEL = 190  # the greatest width of a chip's words


@dataclass(frozen=True, slots=True)
class Chip:
    """A picture or photo standing in the field."""

    query: Query
    label: str
    image: QImage | None = None


class ChipView(QWidget):
    """A small picture, some words and a cross."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = ""
        self._pixmap: QPixmap | None = None
        self.setFixedHeight(CHIP_HEIGHT)
        self._cross = IconButton("close", self.tr("Search for something else"), self, size=22)
        self._cross.clicked.connect(self.closed)

    def show_chip(self, chip: Chip) -> None:
        self._label = self.fontMetrics().elidedText(
            chip.label, Qt.TextElideMode.ElideMiddle, CHIP_LABEL
        )
        self.setToolTip(plain_tip(chip.label))
        self.setAccessibleName(chip.label)
        self._pixmap = None
        if chip.image is not None:
            ratio = self.devicePixelRatioF()
            edge = round((CHIP_HEIGHT - 6) * ratio)
            scaled = chip.image.scaled(
                edge,
                edge,
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
            corner = QPoint((scaled.width() - edge) // 2, (scaled.height() - edge) // 2)
            self._pixmap = QPixmap.fromImage(scaled.copy(corner.x(), corner.y(), edge, edge))
            self._pixmap.setDevicePixelRatio(ratio)
        width = CHIP_HEIGHT + 6 + self.fontMetrics().horizontalAdvance(self._label) + 6 + 24
        self.setFixedWidth(width)
        self._cross.move(width - 25, (CHIP_HEIGHT - 22) // 2)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        body = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tint(palette, QPalette.ColorRole.Base, 0.2))
        painter.drawRoundedRect(body, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        square = QRectF(3, 3, CHIP_HEIGHT - 6, CHIP_HEIGHT - 6)
        text = palette.color(QPalette.ColorRole.Text)
        if self._pixmap is None:
            paint_icon(painter, "similar", square.adjusted(3, 3, -3, -3), text)
        else:
            round_corners = QPainterPath()
            round_corners.addEllipse(square)
            painter.setClipPath(round_corners)
            painter.drawPixmap(square.topLeft(), self._pixmap)
            painter.setClipping(False)
        painter.setPen(text)
        words = body.adjusted(CHIP_HEIGHT + 4, 0, -24, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._label)
        painter.end()
