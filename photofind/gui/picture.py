"""One picture, fitted, zoomed and dragged, in the device's own pixels.

It paints the best it has been given: the thumbnail at once, the sharp one in the size of the view,
the full one when zoomed. Dark, whatever the theme.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

BLACK = QColor(12, 12, 13)
TINT = QColor(38, 38, 40)  # a photo of which there is nothing yet
OFFLINE_OPACITY = 0.7
STEP = 1.25  # of one notch of the wheel or press of a key
WHEEL_STEP = 120  # of Qt, an eighth of a degree each
GREATEST_SCALE = 16.0  # device pixels per pixel of the photo
ENLARGED = 2.0  # at most, so that a small photo fills more of the view
BLOCKY_SCALE = 4.0  # from here on pixels are shown as the squares that they are


class Picture(QWidget):
    """A picture. Scales are device pixels per pixel of the photo."""

    view_changed = Signal()  # zoomed or resized: other pixels may be wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = QSizeF()  # of the photo, in its pixels
        self._images: tuple[QImage, ...] = ()  # largest first
        self._scale: float | None = None  # None: fitted
        self._centre = QPointF(0.5, 0.5)  # of the view, as a share of the photo
        self._dragged_from: QPointF | None = None
        self._faded = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)

    # --------------------------------------------------------------------------------- what it is

    def show_photo(self, size: QSize, *, faded: bool = False) -> None:
        """Another photo of this size (empty: not known), fitted; nothing of it is here yet."""
        self._size = QSizeF(size)
        self._images = ()
        self._scale = None
        self._centre = QPointF(0.5, 0.5)
        self._faded = faded
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.update()

    def set_images(self, images: Sequence[QImage]) -> None:
        """The same picture in one or more sizes."""
        self._images = tuple(sorted(images, key=lambda image: -image.width()))
        if self._size.isEmpty() and self._images:
            self._size = QSizeF(self._images[0].size())
        self.update()

    def box(self) -> tuple[int, int]:
        """The view in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    # -------------------------------------------------------------------------------------- zoom

    @property
    def fitted(self) -> bool:
        """Whether all of it is shown."""
        return self._scale is None

    @property
    def scale(self) -> float:
        """Device pixels per pixel of the photo."""
        return self._fit() if self._scale is None else self._scale

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Nearer or, with negative steps, farther, round a point of the view (its middle)."""
        self._zoom_to(self.scale * STEP**steps, at)

    def fit(self) -> None:
        """Show all of it."""
        self._zoom_to(self._fit(), None)

    def toggle_actual(self, at: QPointF | None = None) -> None:
        """One pixel for each of the photo's, or all of it again."""
        self._zoom_to(1.0 if self.fitted and self._fit() != 1.0 else self._fit(), at)

    def _fit(self) -> float:
        if self._size.isEmpty():
            return 1.0
        width, height = self.box()
        return min(width / self._size.width(), height / self._size.height(), self._most_enlarged())

    def _most_enlarged(self) -> float:
        return ENLARGED * self.devicePixelRatioF()

    def _zoom_to(self, scale: float, at: QPointF | None) -> None:
        if self._size.isEmpty():
            return
        fit = self._fit()
        scale = min(scale, max(GREATEST_SCALE, fit))
        point = QPointF(self.rect().center()) if at is None else at
        under = self._share_at(point)
        self._scale = None if scale <= fit * 1.001 else scale
        self._hold(under, point)
        self.setCursor(Qt.CursorShape.ArrowCursor if self.fitted else Qt.CursorShape.OpenHandCursor)
        self.view_changed.emit()
        self.update()

    def _share_at(self, point: QPointF) -> QPointF:
        """The point of the photo, as a share of it, at a point of the view."""
        target = self._target()
        at = point * self.devicePixelRatioF()
        return QPointF(
            (at.x() - target.x()) / max(1.0, target.width()),
            (at.y() - target.y()) / max(1.0, target.height()),
        )

    def _hold(self, share: QPointF, point: QPointF) -> None:
        """Move so that a point of the photo is at a point of the view, but leave no gap."""
        ratio, scale = self.devicePixelRatioF(), self.scale
        width, height = self.box()
        wide, high = self._size.width() * scale, self._size.height() * scale
        x = share.x() * wide - point.x() * ratio + width / 2
        y = share.y() * high - point.y() * ratio + height / 2
        x = wide / 2 if wide <= width else min(max(x, width / 2), wide - width / 2)
        y = high / 2 if high <= height else min(max(y, height / 2), high - height / 2)
        self._centre = QPointF(x / max(1.0, wide), y / max(1.0, high))

    def _target(self) -> QRectF:
        """Where the whole picture would lie, in device pixels of the view, at whole ones."""
        width, height = self.box()
        wide = max(1, round(self._size.width() * self.scale))
        high = max(1, round(self._size.height() * self.scale))
        left = round(width / 2 - self._centre.x() * wide)
        top = round(height / 2 - self._centre.y() * high)
        return QRectF(left, top, wide, high)

    # ------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), BLACK)
        if self._size.isEmpty():
            return
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        target = self._target()
        if not self._images:
            painter.fillRect(target, TINT)
            return
        if self._faded:
            painter.setOpacity(OFFLINE_OPACITY)
        image = self._best(target)
        if image.size() == target.size().toSize():
            painter.drawImage(target.topLeft(), image)
            return
        seen = target.intersected(QRectF(0, 0, *self.box()))
        share = image.width() / target.width()
        source = QRectF(
            (seen.x() - target.x()) * share,
            (seen.y() - target.y()) * share,
            seen.width() * share,
            seen.height() * share,
        )
        smooth = target.width() < image.width() * BLOCKY_SCALE or self.scale < BLOCKY_SCALE
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(seen, image, source)

    def _best(self, target: QRectF) -> QImage:
        """The smallest image that need not be enlarged, else the largest."""
        enough = [image for image in self._images if image.width() >= target.width()]
        return enough[-1] if enough else self._images[0]

    # -------------------------------------------------------------------------------------- events

    def resizeEvent(self, _event: QResizeEvent) -> None:
        if self._scale is not None and self._scale <= self._fit():
            self._scale = None
        self._hold(self._centre, QPointF(self.rect().center()))
        self.view_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(event.angleDelta().y() / WHEEL_STEP, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.fitted:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the viewer shows its buttons
        if self._dragged_from is not None:
            under = self._share_at(self._dragged_from)
            self._dragged_from = event.position()
            self._hold(under, event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._dragged_from is not None:
            self._dragged_from = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle_actual(event.position())

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._zoom_to(self.scale * (1 + event.value()), event.position())
            return True
        return super().event(event)
