"""The grid of photos: the library by month, or the hits of a search, and what is done with them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from photofind.catalog.records import HERE
from photofind.gui import results, theme
from photofind.gui.accessible import announce
from photofind.gui.arranging import Arranging
from photofind.gui.canvas import CELL_SIZES, MONTH_HEADING_PX, WHEEL_STEP, Anchor, PhotoCanvas
from photofind.gui.cells import PLAIN, Look, Part
from photofind.gui.gestures import Gestures
from photofind.gui.keys import key_pressed
from photofind.gui.orders import HitOrder
from photofind.gui.reads import LibraryReads
from photofind.gui.results import MoreButton, ResultsBar
from photofind.gui.selection import Range, Selection
from photofind.gui.sequence import PhotoSequence
from photofind.gui.thumbcache import Thumbnails
from photofind.gui.tooltips import spoken, tooltip

if TYPE_CHECKING:
    from photofind.catalog import PhotoRow
    from photofind.catalog.records import View

__all__ = ["CELL_SIZES", "PhotoGrid"]

T = TypeVar("T")

CELL_STEP = 1.18  # of one step of zooming
WEAKER_HEADING_PX = 64
HITS_TOP_PX = 4
HELD_PHOTOS = 400  # ends of selected ranges whose rows are kept, to be found again
BAND_STRENGTH = 0.2  # of the accent colour within the rubber band


class PhotoGrid(PhotoCanvas):
    """Photos in rows, by month or as hits."""

    opened = Signal(int)  # photo id: Enter, double click
    similar_wanted = Signal(int)
    peek_wanted = Signal(int)
    selection_changed = Signal(int)  # how many
    context_menu_wanted = Signal(QPoint)  # global
    order_changed = Signal(str)  # "relevance" or "date"
    count_changed = Signal(int)  # how many are shown

    def __init__(
        self, reads: LibraryReads, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(PhotoSequence(reads), thumbnails, parent)
        self.selection = Selection()
        self._reads = reads
        self._sequence.setParent(self)
        self._arranging = Arranging(self)
        self._gestures = Gestures(self)
        self._results = ResultsBar(self)
        self._results.order_chosen.connect(self._choose_order)
        self._results.hide()
        self._weaker = MoreButton(self.viewport())
        self._weaker.reached.connect(self._show_weaker)
        self._weaker.clicked.connect(self._arranging.toggle_weaker)
        self._weaker.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photos"))

    # ---------------------------------------------------------------------------- what is shown

    def show_view(self, view: "View") -> None:
        """Show the library, or a part of it, by month. Coming back to a view after others, it is
        where it was left."""
        self._arranging.show_view(view)

    def show_hits(
        self,
        photo_ids: Sequence[int],
        *,
        matches: int,
        title: str,
        weaker_title: str = "",
        renewed: bool = False,
    ) -> None:
        """Show the hits of a search, best first, the first `matches` of them above the cut.

        `title` is the sentence above them. With `renewed` they are a newer answer to the query
        whose hits are shown: scroll and selection stay, however many hits came or went.
        """
        self._arranging.show_hits(photo_ids, matches, title, weaker_title, renewed=renewed)

    def refresh(self, layout: bool = True, photo_ids: Sequence[int] = ()) -> None:
        """The library has changed: look again, and leave what is looked at where it is.

        `layout` says that photos came, went or moved; else only these photos (none named: many)
        have been read or got thumbnails.
        """
        self._thumbnails.look_again()
        if layout:
            self._arranging.renew()
        else:
            self._sequence.look_again(photo_ids)
            self._supply.look()

    def sequence(self) -> PhotoSequence:
        """The photos in the order shown."""
        return self._sequence

    def count(self) -> int:
        """How many photos are shown."""
        return self._sequence.count

    @property
    def order(self) -> str:
        """How hits are ordered: "relevance" or "date"."""
        return self._arranging.by

    @order.setter
    def order(self, order: str) -> None:
        if order == self._arranging.by:
            return
        self._arranging.sort(order)
        self.order_changed.emit(order)

    def zoom(self, steps: float) -> None:
        """Larger cells, or, with negative steps, smaller ones."""
        self.cell_size = round(self.cell_size * CELL_STEP**steps)

    # ------------------------------------------------------------------------ selected and current

    def selection_count(self) -> int:
        """How many photos are selected."""
        return len(self.selection)

    def current_id(self) -> int | None:
        """The photo of the keyboard."""
        row = self.current_photo()
        return None if row is None else row.id

    def current_photo(self) -> "PhotoRow | None":
        """The photo of the keyboard."""
        current = self.selection.current
        return None if current is None else self._sequence.known(current)

    def read_selected(
        self,
        of: "Callable[[PhotoRow], T]",
        then: Callable[[list[T]], None],
        *,
        most: int | None = None,
    ) -> None:
        """Call `then` with `of` of each selected photo (of the current one if none is), in order,
        and of no more than `most`.

        A selection may be a million photos of which only those on screen are here: `of` runs where
        they are read, and `then` when that is done.
        """
        ranges: list[Range] = list(self.selection.ranges)
        if not ranges and self.selection.current is not None:
            ranges = [(self.selection.current, self.selection.current + 1)]
        self._sequence.read_all(ranges, of, then, most=most)

    def select_all(self) -> None:
        """Select every photo shown."""
        self.select(lambda: self.selection.replace([(0, self.count())]))

    def select_none(self) -> bool:
        """Select nothing. Whether anything was selected."""
        if not self.selection:
            return False
        self.select(self.selection.clear)
        return True

    def select(self, change: Callable[[], None]) -> None:
        """Change the selection, and say so."""
        before = (self.selection.ranges, self.selection.current)
        change()
        if (self.selection.ranges, self.selection.current) == before:
            return
        self._sequence.hold(self.selection.endpoints()[:HELD_PHOTOS])
        self.viewport().update()
        self._announce()
        self.selection_changed.emit(len(self.selection))

    def scroll_to(self, photo_id: int) -> None:
        """Bring a photo into view, and choose it; where several are selected they stay so, and the
        keyboard alone goes there."""

        def found(position: int | None) -> None:
            if position is None:
                return
            to = self.selection.go if len(self.selection) > 1 else self.selection.choose
            self.select(lambda: to(position))
            self.show_position(position)

        self._sequence.find(photo_id, found)

    def focus_first(self) -> None:
        """Take the keyboard, at the photo where it was, else at the first one in view."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.selection.current is None and self.count():
            self.select(lambda: self.selection.choose(self._first_in_view()))

    def _first_in_view(self) -> int:
        area = self.uncovered()
        seen = list(self.cells(area))
        whole = (position for position, cell in seen if cell.y >= area.top())
        return next(whole, seen[0][0] if seen else 0)

    def open_at(self, position: int) -> None:
        """Ask for a photo to be shown large."""
        self._emit_id(self.opened, position)

    def similar_at(self, position: int) -> None:
        """Ask for photos like this one."""
        self._emit_id(self.similar_wanted, position)

    def peek_at(self, position: int) -> None:
        """Ask for a glance at a photo."""
        self._emit_id(self.peek_wanted, position)

    # ----------------------------------------------------------------- another order took its place

    def say_counts(self, selected_before: int) -> None:
        """Other photos are shown: say how many, and whether fewer are selected."""
        self._sequence.hold(self.selection.endpoints()[:HELD_PHOTOS])
        self.count_changed.emit(self.count())
        if len(self.selection) != selected_before:
            self.selection_changed.emit(len(self.selection))

    def dress(self, anchor: Anchor | None) -> None:
        """Headings, title and buttons for what is shown; scrolled to `anchor`, or to the top."""
        self._gestures.positions_changed()
        order = self._sequence.order
        self._results.setVisible(isinstance(order, HitOrder))
        if not isinstance(order, HitOrder):
            self._weaker.hide()
            self.set_sections([MONTH_HEADING_PX] * len(order.counts), 0, anchor)
            return
        self._results.title.setText(self._arranging.title or "")
        self._results.show_order(self.order, choosable=len(order.photo_ids) > 1)
        weaker = len(order.photo_ids) - order.matches
        if not order.matches:
            words = self.tr("Show %n more", "", order.more) if order.more else ""
        elif order.more:
            words = self.tr("Show %n weaker matches", "", order.more)
        else:
            words = self.tr("Hide weaker matches")
        self._weaker.setText(words)
        self._weaker.setVisible(bool(weaker and words))
        heading = WEAKER_HEADING_PX if weaker else 0
        self.set_sections([HITS_TOP_PX if order.matches else 0, heading], results.HEIGHT_PX, anchor)

    def _choose_order(self, order: str) -> None:
        self.order = order

    def place_children(self) -> None:
        super().place_children()
        view = self.viewport().geometry()
        self._results.setGeometry(view.left(), 0, view.width(), view.top())
        line = self._weaker_line()
        if line is not None:
            size = self._weaker.sizeHint()
            place = QRect(QPoint(0, 0), size)
            place.moveCenter(line.center())
            if self._at_end_of_line():
                place.moveRight(line.right())
            self._weaker.setGeometry(place)

    def _show_weaker(self) -> None:
        place, height = self._weaker.geometry(), self.viewport().height()
        if place.top() < 0 or place.bottom() >= height:
            self.scroll_to_offset(self.offset + place.center().y() - height // 2)

    def _weaker_line(self) -> QRect | None:
        """The heading of the weaker hits, in the view."""
        geometry = self.geometry_of_cells
        if not isinstance(self._sequence.order, HitOrder) or geometry.sections < 2:
            return None
        left, width = geometry.left, geometry.width - 2 * geometry.left
        return QRect(left, geometry.top_of(1) - self.offset, width, geometry.heading_of(1))

    def _at_end_of_line(self) -> bool:
        order = self._sequence.order
        return isinstance(order, HitOrder) and not order.matches

    # ------------------------------------------------------------------------------------ painting

    def look_of(self, position: int) -> Look:
        gestures, selection = self._gestures, self.selection
        hovered = position == gestures.hovered
        selected = position in selection
        if not (hovered or selected or position == selection.current):
            return PLAIN
        return Look(
            selected=selected,
            focused=position == selection.current
            and self.hasFocus()
            and not (selected and len(selection) == 1),
            hovered=hovered,
            hot=gestures.hot if hovered else None,
        )

    def section_ticked(self, section: int) -> bool | None:
        geometry = self.geometry_of_cells
        if self.selection.covers(geometry.first_of(section), geometry.first_of(section + 1)):
            return True
        return False if section == self._gestures.heading else None

    def paint_over(self, painter: QPainter) -> None:
        line = self._weaker_line()
        if line is not None and line.height():
            self._paint_weaker(painter, line.translated(0, self.offset))
        band = self._gestures.band
        if band is not None:
            accent = self.painter_of_cells.accent
            within = QColor(accent)
            within.setAlphaF(BAND_STRENGTH)
            painter.setBrush(within)
            painter.setPen(QPen(accent, 1))
            painter.drawRect(band.adjusted(0, 0, -1, -1))

    def _paint_weaker(self, painter: QPainter, line: QRect) -> None:
        look = self.painter_of_cells
        if self._at_end_of_line():
            title = self._arranging.weaker_title or self.tr("The nearest photos")
            look.paint_heading(painter, line, title, "", None)
            return
        button = self._weaker.geometry().translated(0, self.offset).adjusted(-16, 0, 16, 0)
        painter.setPen(QPen(theme.hairline(self.palette()), 1))
        y = line.center().y()
        painter.drawLine(line.left(), y, button.left(), y)
        painter.drawLine(button.right(), y, line.right(), y)

    # -------------------------------------------------------------------------------------- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._gestures.double_click(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(key_pressed(self, event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        position = self.position_at(event.position().toPoint())
        if position is not None:
            self.scroll_so((position, self.cell(position).y))
        self.zoom(event.angleDelta().y() / WHEEL_STEP)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        current = self.selection.current
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            if current is None:
                return
            self.show_position(current)
            cell = self.cell(current)
            middle = QPoint(cell.x + cell.edge // 2, cell.y + cell.edge // 2)
            where = self.viewport().mapToGlobal(middle)
        elif self.position_at(event.pos()) is None:
            return
        if self.selection or current is not None:
            self.context_menu_wanted.emit(where)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        came = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if came and self.selection.current is None and self.count():  # seen to be here
            self.select(lambda: self.selection.go(self._first_in_view()))
        self.update_cell(self.selection.current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update_cell(self.selection.current)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._gestures.leave()
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tooltip(event)
            return True
        return super().viewportEvent(event)

    def _show_tooltip(self, event: QHelpEvent) -> None:
        position, where = self.position_at(event.pos()), event.globalPos()
        row = None if position is None else self.row(position)
        hot = self._gestures.hot
        if position is None or row is None:
            QToolTip.hideText()
        elif hot is Part.MENU:
            self._say(self.tr("More"), where, position)
        elif hot is Part.SIMILAR:
            self._say(self.tr("Find similar"), where, position)
        elif row.presence == HERE:
            self._say(tooltip(row), where, position)
        else:  # when its folder was last seen must be looked up
            self._reads.request(
                lambda reader: {folder.id: folder for folder in reader.folders()},
                lambda folders: self._say(
                    tooltip(row, folders.get(row.folder_id)), where, position
                ),
                key=(id(self), "tooltip"),
            )

    def _say(self, words: str, where: QPoint, position: int) -> None:
        if self._gestures.hovered == position and self.underMouse():
            cell = self.cell(position)
            QToolTip.showText(where, words, self, QRect(cell.x, cell.y, cell.edge, cell.edge))

    def _moved(self) -> None:
        super()._moved()
        self.place_children()
        self._gestures.hover_again()

    def _announce(self) -> None:
        """Tell a screen reader of the photo under the keyboard."""
        row = self.current_photo()
        if row is None:
            return
        words = spoken(row)
        if self.selection:
            count = self.tr("%Ln photo(s) selected", "", len(self.selection))
            words = f"{words}, {count}"
        announce(self, words)

    def _emit_id(self, signal: SignalInstance, position: int) -> None:
        row = self._sequence.known(position)
        if row is not None:
            signal.emit(row.id)
