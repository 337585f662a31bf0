"""The years at the right edge of the grid: drag to travel, with the month beside the pointer.

It stands in place of the scroll bar while the library is shown by month. Heights on it are heights
in the content, so a year takes the room that its photos take.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QSizePolicy, QWidget

from photofind.gui import theme
from photofind.gui.dates import month_title, number_title

WIDTH_PX = 64
END_MARGIN_PX = 16  # above the newest and below the oldest
LABEL_SPACING_PX = 24  # between years, at least
BUBBLE_GAP_PX = 8
BUBBLE_RADIUS_PX = 8
MARK_PX = 10  # half the height of the mark of where one is


class Bubble(QLabel):
    """A month beside the pointer: light on dark where all else is dark on light."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContentsMargins(12, 7, 12, 7)
        self.setForegroundRole(QPalette.ColorRole.Base)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Text))
        painter.drawRoundedRect(self.rect(), BUBBLE_RADIUS_PX, BUBBLE_RADIUS_PX)
        painter.end()
        super().paintEvent(event)


class Timeline(QWidget):
    """Years and where one is among them. `travelled` gives a height as a share of all, 0 to 1."""

    travelled = Signal(float)

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._months: tuple[int, ...] = ()
        self._shares: list[float] = []
        self._share = 0.0
        self._pointer: int | None = None
        self._dragging = False
        self._bubble = Bubble(area)
        self._bubble.hide()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Timeline"))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 200)

    def set_months(self, months: Sequence[int], shares: Sequence[float]) -> None:
        """The months shown (yyyymm), newest first, and where each begins as a share of all."""
        self._months = tuple(months)
        self._shares = list(shares)
        self.update()

    def set_share(self, share: float) -> None:
        """Where the view is."""
        former, self._share = self._y(self._share), share
        if (now := self._y(share)) != former:
            for y in (former, now):
                self.update(0, y - MARK_PX, WIDTH_PX, 2 * MARK_PX)

    def labels(self) -> list[tuple[int, int]]:
        """The years that have room, with their heights: (year, y)."""
        placed: list[tuple[int, int]] = []
        former: int | None = None
        for month, share in zip(self._months, self._shares, strict=True):
            year = month // 100
            if year == former:
                continue
            former = year
            y = self._y(share)
            if not placed or y - placed[-1][1] >= LABEL_SPACING_PX:
                placed.append((year, y))
        return placed

    def month_at(self, y: int) -> int | None:
        """The month at a height."""
        share = self._share_at(y)
        found: int | None = None
        for month, start in zip(self._months, self._shares, strict=True):
            if found is not None and start > share:
                break
            found = month
        return found

    # ------------------------------------------------------------------------------------ events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.fillRect(event.rect(), palette.color(QPalette.ColorRole.Base))
        quiet = theme.muted(palette, QPalette.ColorRole.Base)
        font = painter.font()
        metrics = QFontMetrics(font)
        painter.setPen(quiet)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
        for year, y in self.labels():
            line = QRect(0, y - metrics.height() // 2, WIDTH_PX, metrics.height())
            if not line.intersects(event.rect()):
                continue
            label = str(year) if year else number_title(year)
            painter.drawText(
                line.adjusted(14, 0, -14, 0),
                side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter,
                label,
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent(palette))
        x = 2 if mirrored else WIDTH_PX - 8
        painter.drawRoundedRect(
            QRectF(x, self._y(self._share) - MARK_PX + 1, 6, 2 * MARK_PX - 2), 3, 3
        )
        if self._pointer is not None and not self._dragging:
            painter.setBrush(quiet)
            painter.drawEllipse(QPointF(x + 3, self._pointer), 2, 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._point(event.position().toPoint())

    def leaveEvent(self, _event: QEvent) -> None:
        if not self._dragging:
            self._pointer = None
            self._bubble.hide()
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self._travel(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._travel(event.position().toPoint())
        else:
            self._point(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        if not self.rect().contains(event.position().toPoint()):
            self.leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._area.wheelEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._bubble.hide()

    # ------------------------------------------------------------------------------------- parts

    def _y(self, share: float) -> int:
        return END_MARGIN_PX + round(share * max(0, self.height() - 2 * END_MARGIN_PX))

    def _share_at(self, y: int) -> float:
        room = max(1, self.height() - 2 * END_MARGIN_PX)
        return min(1.0, max(0.0, (y - END_MARGIN_PX) / room))

    def _travel(self, point: QPoint) -> None:
        self._point(point)
        self.travelled.emit(self._share_at(point.y()))

    def _point(self, point: QPoint) -> None:
        self._pointer = point.y()
        month = self.month_at(point.y())
        if month is not None:
            self._bubble.setText(month_title(month))
            self._bubble.adjustSize()
            size = self._bubble.size()
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            x = self.width() + BUBBLE_GAP_PX if mirrored else -size.width() - BUBBLE_GAP_PX
            y = min(max(0, point.y() - size.height() // 2), self.height() - size.height())
            self._bubble.move(self.mapTo(self._area, QPoint(x, y)))
            self._bubble.show()
            self._bubble.raise_()
        self.update()
