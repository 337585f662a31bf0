"""The grid of photos: the library by month, or the hits of a search, and all that is done with it.

When the library changes, what is looked at stays where it is: the new order is read together with
the rows around the photo at the top of the view, and both are put in place in one step.
"""

from collections.abc import Callable, Sequence
from functools import partial
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
from PySide6.QtWidgets import QPushButton, QToolTip, QWidget

from photofind.catalog.records import HERE
from photofind.gui import results, theme
from photofind.gui.canvas import CELL_SIZES, MONTH_HEADING_PX, Anchor, PhotoCanvas
from photofind.gui.cells import Look, Part
from photofind.gui.gestures import Gestures
from photofind.gui.keys import key_pressed
from photofind.gui.orders import HitOrder, LibraryOrder, Order
from photofind.gui.reads import LibraryReads
from photofind.gui.results import ResultsBar
from photofind.gui.selection import Range, Selection
from photofind.gui.sequence import Arrangement, PhotoSequence
from photofind.gui.thumbcache import Thumbnails
from photofind.gui.tooltips import tooltip

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader, PhotoRow
    from photofind.catalog.records import View

__all__ = ["CELL_SIZES", "PhotoGrid"]

T = TypeVar("T")

CELL_STEP = 1.18  # of one step of zooming
WHEEL_STEP = 120  # of Qt, an eighth of a degree each
WEAKER_HEADING_PX = 64
HITS_TOP_PX = 4
HELD_PHOTOS = 400  # ends of selected ranges that are found again after the library changed
MOST_RETRIES = 3  # of a new order, while the selection changes under it
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
        self._view: View | None = None  # None while hits are shown
        self._tops: dict[View, Anchor] = {}  # photo id and its height, where a view was left
        self._title: str | None = None  # of the hits shown
        self._weaker_title = ""
        self._order = results.RELEVANCE
        self._arranging = False  # an order is being read
        self._again = False  # and must be read once more after that
        self._gestures = Gestures(self)
        self._results = ResultsBar(self)
        self._results.order_chosen.connect(self._choose_order)
        self._results.hide()
        self._weaker = QPushButton(self.viewport())
        self._weaker.setFlat(True)
        self._weaker.setAutoDefault(False)
        self._weaker.clicked.connect(self._toggle_weaker)
        self._weaker.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photos"))

    # ---------------------------------------------------------------------------- what is shown

    def show_view(self, view: "View") -> None:
        """Show the library, or a part of it, by month. Coming back to a view after others, it is
        where it was left."""
        if view == self._view:
            self.refresh()
            return
        self._remember()
        top = self._tops.get(view)

        def arrived(arrangement: Arrangement) -> None:
            self._view, self._title = view, None
            self._show_afresh(arrangement)
            place = None if top is None else arrangement.places.get(top[0])
            if top is not None and place is not None:
                self.scroll_so((place, top[1]))

        self._arrange(
            lambda reader: LibraryOrder(view).renewed(reader),
            arrived,
            around=None if top is None else top[0],
            empty=LibraryOrder(view),
        )

    def show_hits(
        self, photo_ids: Sequence[int], *, matches: int, title: str, weaker_title: str = ""
    ) -> None:
        """Show the hits of a search, best first, the first `matches` of them above the cut.

        `title` is the sentence above them. The same hits again, renewed, keep scroll and selection.
        """
        self._remember()
        renewed = title == self._title
        order, former = HitOrder.of(photo_ids, matches), self._sequence.order
        if renewed and isinstance(former, HitOrder) and not former.more:
            order = order.with_all()

        def arrived(arrangement: Arrangement) -> None:
            self._view, self._title, self._weaker_title = None, title, weaker_title
            if renewed:
                self._show_renewed(arrangement)
            else:
                self._show_afresh(arrangement)

        self._arrange(partial(_sorted, order, self._order), arrived)

    def refresh(self, layout: bool = True, photo_ids: Sequence[int] = ()) -> None:
        """The library has changed: look again, and leave what is looked at where it is.

        `layout` says that photos came, went or moved; else only these photos (none named: many)
        have been read or got thumbnails.
        """
        self._thumbnails.look_again()
        if layout and self._arranging:
            self._again = True
        elif layout:
            self._renew(MOST_RETRIES)
        else:
            self._sequence.look_again(photo_ids)
            self._look()

    def sequence(self) -> PhotoSequence:
        """The photos in the order shown."""
        return self._sequence

    def count(self) -> int:
        """How many photos are shown."""
        return self._sequence.count

    @property
    def order(self) -> str:
        """How hits are ordered: "relevance" or "date"."""
        return self._order

    @order.setter
    def order(self, order: str) -> None:
        if order == self._order:
            return
        self._order = order
        former = self._sequence.order
        if self._arranging:
            self._again = True
        elif isinstance(former, HitOrder):
            self._arrange(partial(_sorted, former, order), self._show_reordered)
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
        self.selection_changed.emit(len(self.selection))

    def scroll_to(self, photo_id: int, select: bool = True) -> None:
        """Bring a photo into view, and choose it."""

        def found(position: int | None) -> None:
            if position is None:
                return
            if select:
                self.select(lambda: self.selection.choose(position))
            self.show_position(position)

        self._sequence.find(photo_id, found)

    def focus_first(self) -> None:
        """Take the keyboard, at the photo where it was, else at the first one in view."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.selection.current is None and self.count():
            first = next((position for position, _ in self.cells(self.uncovered())), 0)
            self.select(lambda: self.selection.choose(first))

    def open_at(self, position: int) -> None:
        """Ask for a photo to be shown large."""
        self._emit_id(self.opened, position)

    def similar_at(self, position: int) -> None:
        """Ask for photos like this one."""
        self._emit_id(self.similar_wanted, position)

    def peek_at(self, position: int) -> None:
        """Ask for a glance at a photo."""
        self._emit_id(self.peek_wanted, position)

    # --------------------------------------------------------------------------------- new orders

    def _arrange(
        self,
        make: "Callable[[CatalogReader], Order]",
        then: Callable[[Arrangement], None],
        *,
        seek: Sequence[int] = (),
        around: int | None = None,
        empty: Order | None = None,
    ) -> None:
        """Ask for an order, with the rows of two views or so around a photo.

        `then` shows it. An order that was asked for before and has not come yet never will; since
        that may have been the library's renewal, the new one is renewed once more. `empty` is shown
        while there is nothing to read.
        """
        in_view = sum(1 for _ in self.cells(self.viewport().rect()))
        seek = [*seek, around] if around is not None else seek
        self._again = self._again or self._arranging
        self._arranging = True

        def arrived(arrangement: Arrangement) -> None:
            self._arranging = False
            then(arrangement)
            if self._again and not self._arranging:
                self._again = False
                self._renew(MOST_RETRIES)

        def absent() -> None:
            self._arranging = self._again = False
            if empty is not None:
                then(Arrangement(empty, {}, {}))

        self._sequence.arrange(
            make, arrived, seek=seek, around=around, span=2 * max(in_view, 50), otherwise=absent
        )

    def _renew(self, retries: int) -> None:
        """Read the order anew, and find in it what is selected and what is looked at."""
        order = self._sequence.order
        anchor = self.anchor()
        wanted = [*self.selection.endpoints()[:HELD_PHOTOS], *([anchor[0]] if anchor else [])]
        rows = {position: self._sequence.known(position) for position in wanted}
        ids = {position: row.id for position, row in rows.items() if row is not None}

        def arrived(arrangement: Arrangement) -> None:
            ends = self.selection.endpoints()[:HELD_PHOTOS]
            if retries and not rows.keys() >= set(ends):  # something was selected meanwhile
                self._renew(retries - 1)
                return
            places = {
                position: arrangement.places[photo_id]
                for position, photo_id in ids.items()
                if photo_id in arrangement.places
            }
            self._replace(arrangement, places, None if anchor is None else anchor[0])

        if isinstance(order, HitOrder):
            by = self._order
            self._arrange(
                lambda reader: _sorted(order.renewed(reader), by, reader), self._show_renewed
            )
        else:
            around = None if anchor is None else ids.get(anchor[0])
            self._arrange(order.renewed, arrived, seek=list(ids.values()), around=around)

    def _replace(
        self, arrangement: Arrangement, places: dict[int, int], anchored: int | None
    ) -> None:
        """Show the library's new order, in which position `p` became `places[p]`, so that nothing
        seems to move; `anchored` is the position that holds the rest in place."""
        count = self.count()
        everything = bool(count) and self.selection.covers(0, count)
        at_top = self.anchor() is None
        place = None if anchored is None else places.get(anchored)
        if at_top or anchored is None:
            anchor = None
        elif place is not None:
            anchor = (place, self.cell(anchored).y)
        else:
            anchor = self._same_month(arrangement)
        selected = len(self.selection)
        self._sequence.install(arrangement)
        self.selection.moved(places)
        if everything:
            self.selection.replace([(0, self.count())])
        self._dress(anchor)
        self._say_counts(selected)

    def _same_month(self, arrangement: Arrangement) -> Anchor | None:
        """Where the month at the top of the view begins in a new order."""
        months, geometry = self._sequence.order.months, self.geometry_of_cells
        if not months:
            return None
        section = geometry.section_at(self.offset)
        cell = self.cell(geometry.first_of(section))
        before = [
            count
            for month, count in zip(arrangement.order.months, arrangement.order.counts, strict=True)
            if month > months[section]
        ]
        return sum(before), cell.y

    def _show_afresh(self, arrangement: Arrangement) -> None:
        """Show something else, from its top, with nothing selected."""
        selected = len(self.selection)
        self._sequence.install(arrangement)
        self.selection.forget()
        self._dress(None)
        self._say_counts(selected)

    def _show_renewed(self, arrangement: Arrangement) -> None:
        """Show the same hits, or most of them, again: what is looked at and selected stays."""
        anchor = self.anchor()
        places = self._carry(arrangement)
        if anchor is not None:
            anchor = (places[anchor[0]], anchor[1]) if anchor[0] in places else None
        self._dress(anchor)

    def _show_reordered(self, arrangement: Arrangement) -> None:
        """Show the same hits in another order, from the top."""
        self._carry(arrangement)
        self._dress(None)

    def _carry(self, arrangement: Arrangement) -> dict[int, int]:
        """Take over an order of hits together with what is selected; the new positions by old."""
        former, order = self._sequence.order, arrangement.order
        places: dict[int, int] = {}
        if isinstance(former, HitOrder) and isinstance(order, HitOrder):
            places = {
                position: order.places[photo_id]
                for photo_id, position in former.places.items()
                if photo_id in order.places
            }
        selected = len(self.selection)
        self._sequence.install(arrangement)
        self.selection.permuted(places)
        self._say_counts(selected)
        return places

    def _say_counts(self, selected_before: int) -> None:
        self._sequence.hold(self.selection.endpoints()[:HELD_PHOTOS])
        self.count_changed.emit(self.count())
        if len(self.selection) != selected_before:
            self.selection_changed.emit(len(self.selection))

    def _remember(self) -> None:
        """Keep where the view is left."""
        anchor = self.anchor()
        if self._view is None:
            return
        row = None if anchor is None else self._sequence.known(anchor[0])
        if anchor is None or row is None:
            self._tops.pop(self._view, None)
        else:
            self._tops[self._view] = (row.id, anchor[1])

    # --------------------------------------------------------------------------------- hits' dress

    def _dress(self, anchor: Anchor | None) -> None:
        """Headings, title and buttons for what is shown; scrolled to `anchor`, or to the top."""
        order = self._sequence.order
        self._results.setVisible(isinstance(order, HitOrder))
        if not isinstance(order, HitOrder):
            self._weaker.hide()
            self.set_sections([MONTH_HEADING_PX] * len(order.counts), 0, anchor)
            return
        self._results.title.setText(self._title or "")
        self._results.show_order(self._order, choosable=len(order.photo_ids) > 1)
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

    def _toggle_weaker(self) -> None:
        order = self._sequence.order
        if isinstance(order, HitOrder):
            turned = order.with_all() if order.more else order.with_matches()
            self._arrange(partial(_sorted, turned, self._order), self._show_renewed)

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
        gestures = self._gestures
        hovered = position == gestures.hovered
        return Look(
            selected=position in self.selection,
            focused=position == self.selection.current and self.hasFocus(),
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
            painter.fillRect(band, within)
            painter.setPen(QPen(accent, 1))
            painter.drawRect(band.adjusted(0, 0, -1, -1))

    def _paint_weaker(self, painter: QPainter, line: QRect) -> None:
        look = self.painter_of_cells
        if self._at_end_of_line():
            title = self._weaker_title or self.tr("The nearest photos")
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
        if self.selection:
            self.context_menu_wanted.emit(where)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
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

    def _emit_id(self, signal: SignalInstance, position: int) -> None:
        row = self._sequence.known(position)
        if row is not None:
            signal.emit(row.id)


def _sorted(order: HitOrder, by: str, reader: "CatalogReader") -> HitOrder:
    """Runs on the reading thread."""
    return order.sorted_by_date(reader) if by == results.DATE else order.sorted_by_relevance()
