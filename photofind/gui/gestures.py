"""What the pointer does in the grid: choose, add, extend, a rubber band, drag out, hover, zoom.

Kept apart from the grid so that each of the two can be read alone. Lives on the GUI thread.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QDrag, QImage, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from photofind.gui.cells import CellPainter, Part, part_at
from photofind.gui.dates import number_title
from photofind.gui.drag import file_mime
from photofind.gui.selection import Range

if TYPE_CHECKING:
    from photofind.gui.grid import PhotoGrid

MOST_DRAGGED = 10_000  # files; other programs choke on more
DRAG_PICTURE_PX = 96
AUTOSCROLL_MILLISECONDS = 16
AUTOSCROLL_SHARE = 0.25  # of the distance outside the view, each step

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier


class Gestures(QObject):
    """The pointer's part of one grid."""

    def __init__(self, grid: "PhotoGrid") -> None:
        super().__init__(grid)
        self._grid = grid
        self._pressed_at: QPoint | None = None
        self._pressed: int | None = None  # position under the press
        self._choose_on_release = False
        self._dragging = False
        self._band_from: QPoint | None = None  # in the content
        self._band_to = QPoint()
        self._band_before: tuple[Range, ...] = ()
        self._pointer = QPoint(-1, -1)
        self._autoscroll = QTimer(self)
        self._autoscroll.setInterval(AUTOSCROLL_MILLISECONDS)
        self._autoscroll.timeout.connect(self._scroll_on)
        self.hovered: int | None = None
        self.hot: Part | None = None
        self.heading: int | None = None  # the section whose heading is under the pointer

    @property
    def band(self) -> QRect | None:
        """The rubber band, in the content."""
        if self._band_from is None:
            return None
        return QRect(self._band_from, self._band_to).normalized()

    # ------------------------------------------------------------------------------------- hover

    def hover(self, point: QPoint) -> None:
        """The pointer is at a point of the view."""
        self._pointer = point
        former = (self.hovered, self.hot, self.heading)
        self.heading = self._grid.heading_at(point)
        self.hovered = None if self.heading is not None else self._grid.position_at(point)
        self.hot = None
        if self.hovered is not None:
            cell = self._grid.cell(self.hovered)
            self.hot = part_at(point, cell, mirrored=self._grid.mirrored)
        now = (self.hovered, self.hot, self.heading)
        if now != former:
            for position in {former[0], now[0]} - {None}:
                self._grid.update_cell(position)
            if former[2] != now[2]:
                self._grid.viewport().update()

    def hover_again(self) -> None:
        """What lies under the resting pointer has moved."""
        if self._pointer.x() >= 0 and self._band_from is None:
            self.hover(self._pointer)

    def leave(self) -> None:
        """The pointer has left."""
        self.hover(QPoint(-1, -1))

    def positions_changed(self) -> None:
        """Positions mean other photos: what was begun at one is not finished at another."""
        self._pressed, self._choose_on_release = None, False
        if self._band_before:
            self._band_before = self._grid.selection.ranges

    # ------------------------------------------------------------------------------------- press

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if event.button() == Qt.MouseButton.RightButton:
            self._choose_for_menu(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        modifiers = event.modifiers()
        self._pressed_at, self._dragging = point, False
        self._pressed, self._choose_on_release = None, False
        self.hover(point)
        if self.heading is not None:
            self._toggle_section(self.heading)
            self._pressed_at = None
            return
        position = self.hovered
        if position is None:
            self._begin_band(point, keep=bool(modifiers & (_SHIFT | _CTRL)))
            return
        self._pressed = position
        selection = self._grid.selection
        if self.hot is Part.TICK and not modifiers & _SHIFT:
            self._grid.select(lambda: selection.toggle(position))
        elif self.hot in (Part.MENU, Part.SIMILAR):
            self._press_button(self.hot, position, event)
        elif modifiers & _SHIFT:
            self._grid.select(lambda: selection.extend(position, keep=bool(modifiers & _CTRL)))
        elif modifiers & _CTRL:
            self._grid.select(lambda: selection.toggle(position))
        elif position in selection:
            self._choose_on_release = True  # or the whole selection is about to be dragged
        else:
            self._grid.select(lambda: selection.choose(position))

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved, perhaps with the button down."""
        point = event.position().toPoint()
        if self._band_from is not None:
            self._pointer = point
            self._stretch()
            return
        if not event.buttons() & Qt.MouseButton.LeftButton or self._pressed_at is None:
            self.hover(point)
            return
        far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if not far or self._dragging or self._pressed is None:
            return
        if event.modifiers() & (_SHIFT | _CTRL):
            self._begin_band(self._pressed_at, keep=True)
            self._pointer = point
            self._stretch()
        elif self._pressed in self._grid.selection:
            self._dragging, self._choose_on_release = True, False
            self._grid.read_selected(lambda row: row.path, self._drag, most=MOST_DRAGGED)

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._band_from is not None:
            self._band_from = None
            self._autoscroll.stop()
            self._grid.viewport().update()
        elif self._choose_on_release and self._pressed is not None:
            position = self._pressed
            self._grid.select(lambda: self._grid.selection.choose(position))
        self._pressed_at = self._pressed = None
        self._choose_on_release = self._dragging = False

    def double_click(self, event: QMouseEvent) -> None:
        """Open, unless it was a button or the tick."""
        self.hover(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or self.hot is not None:
            self.press(event)
        elif self.hovered is not None:
            self._pressed_at = None
            self._grid.open_at(self.hovered)

    # ------------------------------------------------------------------------------------- parts

    def _press_button(self, part: Part, position: int, event: QMouseEvent) -> None:
        self._pressed_at = None
        if part is Part.SIMILAR:
            self._grid.similar_at(position)
            return
        if position not in self._grid.selection:
            self._grid.select(lambda: self._grid.selection.choose(position))
        self._grid.context_menu_wanted.emit(event.globalPosition().toPoint())

    def _choose_for_menu(self, point: QPoint) -> None:
        position = self._grid.position_at(point)
        if position is not None and position not in self._grid.selection:
            self._grid.select(lambda: self._grid.selection.choose(position))

    def _toggle_section(self, section: int) -> None:
        geometry, selection = self._grid.geometry_of_cells, self._grid.selection
        start, stop = geometry.first_of(section), geometry.first_of(section + 1)
        change = selection.remove if selection.covers(start, stop) else selection.add
        self._grid.select(lambda: change(start, stop))

    def _begin_band(self, point: QPoint, *, keep: bool) -> None:
        self._band_from = self._band_to = point + QPoint(0, self._grid.offset)
        self._band_before = self._grid.selection.ranges if keep else ()
        if not keep:
            self._grid.select(self._grid.selection.clear)

    def _stretch(self) -> None:
        """The rubber band reaches to the pointer."""
        view = self._grid.viewport().rect()
        outside = not view.top() <= self._pointer.y() <= view.bottom()
        if outside and not self._autoscroll.isActive():
            self._autoscroll.start()
        elif not outside:
            self._autoscroll.stop()
        self._band_to = self._pointer + QPoint(0, self._grid.offset)
        assert self._band_from is not None
        touched = self._grid.geometry_of_cells.between(
            self._band_from.x(), self._band_from.y(), self._band_to.x(), self._band_to.y()
        )
        self._grid.select(lambda: self._grid.selection.replace([*self._band_before, *touched]))
        self._grid.viewport().update()

    def _scroll_on(self) -> None:
        view = self._grid.viewport().rect()
        beyond = min(0, self._pointer.y()) + max(0, self._pointer.y() - view.bottom())
        if beyond:
            self._grid.scroll_by(int(beyond * AUTOSCROLL_SHARE) or (1 if beyond > 0 else -1))
            self._stretch()

    def _drag(self, paths: Sequence[bytes]) -> None:
        """The paths are here: drag them, if the button is still down."""
        if not self._dragging or not paths:
            return
        drag = QDrag(self._grid)
        drag.setMimeData(file_mime(paths))
        position = self._pressed
        row = None if position is None else self._grid.row(position)
        image = None
        if row is not None and row.content_hash is not None:
            image = self._grid.image_of(row.content_hash)
        ratio = self._grid.devicePixelRatioF()
        picture = drag_picture(image, len(paths), self._grid.painter_of_cells, ratio)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(DRAG_PICTURE_PX // 2, DRAG_PICTURE_PX // 2))
        drag.exec(Qt.DropAction.CopyAction)
        self._pressed_at = self._pressed = None
        self._dragging = False


def drag_picture(image: QImage | None, count: int, look: CellPainter, ratio: float) -> QPixmap:
    """What hangs on the pointer while photos are dragged: one of them, and how many there are."""
    edge = DRAG_PICTURE_PX + 12
    picture = QPixmap(round(edge * ratio), round(edge * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    frame = QRectF(0, 12, DRAG_PICTURE_PX, DRAG_PICTURE_PX)
    if image is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.quiet)
        painter.drawRoundedRect(frame, 6, 6)
    else:
        size = image.size().scaled(frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(0, 0), QSizeF(size))
        place.moveCenter(frame.center())
        painter.drawImage(place, image)
    if count > 1:
        words = number_title(count)
        width = max(24, painter.fontMetrics().horizontalAdvance(words) + 14)
        badge = QRectF(edge - width, 0, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.accent)
        painter.drawRoundedRect(badge, 12, 12)
        painter.setPen(look.on_accent)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return picture
