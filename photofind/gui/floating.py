"""What floats over the photos: a rounded surface with a soft shadow, and how many are selected."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QWidget

from photofind.gui import theme

SHADOW = 3  # logical pixels, round the surface
MARGIN = 16  # to the edges of what it floats over
SIDE, ABOVE = 14, 7  # from words to the surface's edge
GAP = 4  # between one floating thing and another


def paint_surface(painter: QPainter, widget: QWidget) -> QRectF:
    """Paint the surface of a widget that floats; gives where it lies."""
    palette = widget.palette()
    body = QRectF(widget.rect()).adjusted(SHADOW, SHADOW - 1, -SHADOW, -SHADOW - 1)
    radius = body.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in range(SHADOW, 0, -1):
        painter.setBrush(QColor(0, 0, 0, 12))
        painter.drawRoundedRect(
            body.adjusted(-spread, 1 - spread, spread, 1 + spread), radius + spread, radius + spread
        )
    painter.setBrush(palette.color(QPalette.ColorRole.Window))
    painter.setPen(QPen(theme.hairline(palette), 1))
    painter.drawRoundedRect(body, radius, radius)
    return body


class SelectionCount(QLabel):
    """How many photos are selected, in the lower corner where rows begin; for several alone, since
    one is plain to see. The pointer goes through it."""

    def __init__(self, parent: QWidget, beside: QWidget) -> None:
        """`beside` floats over the same parent; where they would meet, this one stands above."""
        super().__init__(parent)
        self._parent = parent
        self._beside = beside
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setContentsMargins(SIDE + SHADOW, ABOVE + SHADOW, SIDE + SHADOW, ABOVE + SHADOW)
        self.hide()
        parent.installEventFilter(self)
        beside.installEventFilter(self)

    def show_count(self, count: int) -> None:
        """So many are selected."""
        self.setVisible(count > 1)
        if count > 1:
            self.setText(self.tr("%Ln photo(s) selected", "", count))
            self._place()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moves = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
        if event.type() in moves and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_surface(painter, self)
        painter.end()
        super().paintEvent(event)

    def _place(self) -> None:
        self.adjustSize()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        edge = MARGIN - SHADOW
        x = self._parent.width() - edge - self.width() if mirrored else edge
        self.move(x, self._parent.height() - edge - self.height())
        if self._beside.isVisible() and self._beside.geometry().intersects(self.geometry()):
            self.move(x, self._beside.y() - GAP - self.height())
