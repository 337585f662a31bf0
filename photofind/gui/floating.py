"""What floats over the photos: a rounded surface with a soft shadow; how many are selected; where
folders may be dropped."""

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QWidget

from photofind.gui import theme

SHADOW = 3  # logical pixels, round the surface
MARGIN = 16  # to the edges of what it floats over
SIDE, ABOVE = 14, 7  # from words to the surface's edge
GAP = 4  # between one floating thing and another
HINT_SIZE = 1.25  # of the window's font
HINT_FRAME = 3
VEIL_STRENGTH = 0.6  # of the background over the photos while folders hover


def paint_surface(painter: QPainter, widget: QWidget) -> QRectF:
    """Paint the surface of a widget that floats; gives where it lies."""
    body = QRectF(widget.rect()).adjusted(SHADOW, SHADOW - 1, -SHADOW, -SHADOW - 1)
    paint_body(painter, widget.palette(), body)
    return body


def paint_body(painter: QPainter, palette: QPalette, body: QRectF) -> None:
    """Paint a surface that floats, with its shadow around it."""
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


class DropHint(QLabel):
    """Over all of its parent while folders hover: a frame, and what letting them go will do. The
    pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(self.tr("Drop to add to PhotoFind"), parent)
        self._parent = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * HINT_SIZE)
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        self.hide()
        parent.installEventFilter(self)

    def set_hovering(self, hovering: bool) -> None:
        """Whether something hovers that would be taken."""
        self.setGeometry(self._parent.rect())
        self.setVisible(hovering)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._parent.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        veil = QColor(palette.color(QPalette.ColorRole.Base))
        veil.setAlphaF(VEIL_STRENGTH)
        painter.fillRect(self.rect(), veil)
        words = self.fontMetrics().boundingRect(self.text())
        surface = QRect(0, 0, words.width() + 48, words.height() + 28)
        surface.moveCenter(self.rect().center())
        paint_body(painter, palette, QRectF(surface))
        inset = HINT_FRAME / 2 + 6
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent(palette), HINT_FRAME))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 10, 10)
        painter.end()
        super().paintEvent(event)
