"""Cells on a scroll area: laid out, scrolled, painted; rows and thumbnails fetched as they near the
view. Which photos these are and what a person does with them is the grid's part.

A view of its own, not one of Qt's item views: those lay out every item (3 s for 100,000 photos, 26
for a million), and keep an object for each that was touched. Here positions come from sums over
sections (`geometry`), rows come from the catalog in pages when they are near (`sequence`),
thumbnails are made by threads (`thumbcache`), and a frame paints what is visible and nothing else.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QStyle, QWidget

from photofind.catalog.records import OFFLINE
from photofind.gui.cells import OFFLINE_OPACITY, CellPainter, Look
from photofind.gui.dates import month_title, number_title
from photofind.gui.geometry import SECTION_GAP_PX, Geometry, Rect
from photofind.gui.glide import Glide
from photofind.gui.sequence import PhotoSequence
from photofind.gui.supply import Supply
from photofind.gui.thumbcache import Shape, Thumbnails
from photofind.gui.timeline import WIDTH_PX as TIMELINE_PX
from photofind.gui.timeline import Timeline

if TYPE_CHECKING:
    from photofind.catalog import PhotoRow

CELL_SIZES = (64, 420)  # logical pixels, smallest and largest
CELL_SIZE_PX = 188
MARGIN_PX = 16
BELOW_PX = 64  # so far the last row can be brought above what floats over the lower edge
MONTH_HEADING_PX = 48
WHEEL_STEP = 120  # of Qt, an eighth of a degree each
SCROLL_LIMIT_PX = 2**31 - 1  # of Qt's scroll bars


Anchor = tuple[int, int]  # a position, and the height in the view at which its cell is


class PhotoCanvas(QAbstractScrollArea):
    """Photos of a sequence in rows under headings."""

    visible_changed = Signal(tuple)  # ids of photos on screen that were not read yet
    cell_size_changed = Signal(int)

    def __init__(
        self, sequence: PhotoSequence, thumbnails: Thumbnails, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._sequence = sequence
        self._thumbnails = thumbnails
        self._geometry = Geometry([], [], width=1, cell=CELL_SIZE_PX)
        self._headings: tuple[int, ...] = ()  # heights
        self._top_margin = 0
        self._scale = 1  # content pixels per step of the scroll bar
        self._cell_size = CELL_SIZE_PX
        self._fill = True
        self._kept: Anchor | None = None  # what stays in place over several layouts
        self._laying_out = False

        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._timeline = Timeline(self)
        self._timeline.travelled.connect(self._travel)
        self._timeline.hide()
        self._painter = self._make_painter()
        self._glide = Glide(self, self._glide_to)

        self._supply = Supply(self, sequence, thumbnails)
        self._supply.unread_changed.connect(self.visible_changed)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().actionTriggered.connect(self._glide.stop)

    # ------------------------------------------------------------------------------ how it looks

    @property
    def cell_size(self) -> int:
        """About how wide cells are, in logical pixels."""
        return self._cell_size

    @cell_size.setter
    def cell_size(self, size: int) -> None:
        size = min(max(size, CELL_SIZES[0]), CELL_SIZES[1])
        if size == self._cell_size:
            return
        self._cell_size = size
        self.lay_out()
        self._supply.resized()
        self.cell_size_changed.emit(size)

    @property
    def fill(self) -> bool:
        """Whether photos fill their cells; else each is shown whole."""
        return self._fill

    @fill.setter
    def fill(self, fill: bool) -> None:
        self._fill = fill
        self._supply.look()
        self.viewport().update()

    @property
    def mirrored(self) -> bool:
        """Whether the language runs from right to left."""
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    @property
    def painter_of_cells(self) -> CellPainter:
        """How cells look."""
        return self._painter

    @property
    def shape_of_cells(self) -> Shape:
        """How thumbnails are made for the cells."""
        edge = self._painter.device_edge(self._geometry.edge)
        return Shape(edge, self._painter.radius, self._fill)

    def look_of(self, position: int) -> Look:
        """The state of a cell, for painting; an heir says more."""
        del position
        return Look()

    def section_ticked(self, section: int) -> bool | None:
        """Whether a month's heading shows a tick (True), an empty one (False), or none."""
        del section
        return None

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over everything, in the content; an heir has something."""

    # ----------------------------------------------------------------------------- where things lie

    @property
    def geometry_of_cells(self) -> Geometry:
        """Where the photos lie, in the content."""
        return self._geometry

    @property
    def offset(self) -> int:
        """How far the content is scrolled, in its pixels."""
        return self.verticalScrollBar().value() * self._scale

    def row(self, position: int) -> "PhotoRow | None":
        """A photo near the view."""
        return self._sequence.row(position)

    def image_of(self, content_hash: bytes) -> QImage | None:
        """The image of a cell, if it is there."""
        return self._thumbnails.cell(content_hash)

    def cell(self, position: int) -> Rect:
        """A cell, in the view."""
        rect = self._geometry.rect(position)
        return Rect(rect.x, rect.y - self.offset, rect.edge)

    def uncovered(self) -> QRect:
        """The view below the sticky heading."""
        return self.viewport().rect().adjusted(0, self._covered(), 0, 0)

    def cells(self, view: QRect) -> Iterator[tuple[int, Rect]]:
        """The cells that touch a part of the view, which they are given in."""
        geometry, offset = self._geometry, self.offset
        columns = [geometry.column_x(column) for column in range(geometry.columns)]
        for row in geometry.rows(view.top() + offset, view.bottom() + offset + 1):
            for position, x in enumerate(columns[: row.count], row.first):
                yield position, Rect(x, row.y - offset, geometry.edge)

    def positions(self, view: QRect) -> range:
        """The photos of those cells."""
        return self._geometry.positions(view.top() + self.offset, view.bottom() + self.offset + 1)

    def position_at(self, point: QPoint) -> int | None:
        """The photo at a point of the view."""
        if not self.viewport().rect().contains(point):
            return None
        return self._geometry.position_at(point.x(), point.y() + self.offset)

    def heading_at(self, point: QPoint) -> int | None:
        """The section whose month heading is at a point of the view."""
        if not self._sequence.order.months or not self.viewport().rect().contains(point):
            return None
        section = self._geometry.section_at(self.offset + point.y())
        top = self._heading_top(section)
        return section if top <= point.y() < top + MONTH_HEADING_PX else None

    def update_cell(self, position: int | None) -> None:
        """Paint one cell again."""
        if position is not None and position < self._geometry.count:
            cell = self.cell(position)
            self.viewport().update(cell.x, cell.y, cell.edge, cell.edge)

    # ----------------------------------------------------------------------------------- scrolling

    def scroll_by(self, pixels: int) -> None:
        """Move the content."""
        self.scroll_to_offset(self.offset + pixels)

    def scroll_to_offset(self, offset: int) -> None:
        """Bring a height of the content to the top of the view."""
        self._glide.stop()
        self._glide_to(offset)

    def _glide_to(self, offset: int) -> None:
        self.verticalScrollBar().setValue(round(offset / self._scale))

    def show_position(self, position: int) -> None:
        """Scroll as little as makes a photo wholly visible, below its sticky heading and above what
        floats over the lower edge."""
        if position >= self._geometry.count:
            return
        rect = self._geometry.rect(position)
        section = self._geometry.section_of(position)
        cells = self._geometry.top_of(section) + self._geometry.heading_of(section)
        # The first row comes with its heading, others must clear the sticky one.
        above = self._geometry.heading_of(section) if rect.y == cells else self._covered()
        highest = rect.y - above
        lowest = min(highest, rect.y + rect.edge + BELOW_PX - self.viewport().height())
        if highest < self.offset:
            self.scroll_to_offset(highest)
        elif lowest > self.offset:
            self.scroll_to_offset(lowest)

    def anchor(self) -> Anchor | None:
        """What stays in place when the layout changes; None at the top, which stays the top."""
        if self._kept is not None:
            return self._kept
        if not self.offset or not self._geometry.count:
            return None
        position, cell = next(self.cells(self.uncovered()), (self._geometry.count - 1, None))
        return position, (cell or self.cell(position)).y

    def scroll_so(self, anchor: Anchor) -> None:
        """Scroll so that a photo is at a height in the view, and stays there over more layouts."""
        position, y = anchor
        self.scroll_to_offset(self._geometry.rect(position).y - y)
        self._kept = anchor

    # ------------------------------------------------------------------------------------- layout

    def set_sections(self, headings: Sequence[int], top_margin: int, anchor: Anchor | None) -> None:
        """The sequence has other photos: the heights of its sections' headings, and of what stands
        above the view. Scrolls to the anchor, or to the top."""
        self._headings = tuple(headings)
        self._top_margin = top_margin
        self._lay_out(anchor)

    def lay_out(self) -> None:
        """Work out anew where everything lies; what is looked at stays in place."""
        if len(self._headings) == len(self._sequence.order.counts):
            self._lay_out(self.anchor())

    def _lay_out(self, anchor: Anchor | None) -> None:
        if self._laying_out:  # Qt resizes the view when its margins change
            return
        self._laying_out = True
        try:
            self._fit()
            self._kept = None
            if anchor is not None and anchor[0] < self._geometry.count:
                self.scroll_so(anchor)
            else:
                self.scroll_to_offset(0)
        finally:
            self._laying_out = False
        self._moved()
        self.viewport().update()

    def place_children(self) -> None:
        """Put into place what stands beside and above the view; an heir has more."""
        view = self.viewport().geometry()
        x = view.left() - TIMELINE_PX if self.mirrored else view.right() + 1
        self._timeline.setGeometry(x, view.top(), TIMELINE_PX, view.height())

    def _fit(self) -> None:
        """The geometry for the width that is left beside timeline or scroll bar."""
        months = self._sequence.order.months
        timeline = len(months) > 1
        room = self.contentsRect().height() - self._top_margin
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        width = self.contentsRect().width()
        geometry = self._measure(width - (TIMELINE_PX if timeline else 0))
        # The gap below the last row is a part of what lies below.
        room -= BELOW_PX - SECTION_GAP_PX
        scrolls = geometry.height > room
        if scrolls and not timeline:
            geometry = self._measure(width - bar)
        self._geometry = geometry
        side = TIMELINE_PX if timeline else 0
        self.setViewportMargins(
            side if self.mirrored else 0, self._top_margin, 0 if self.mirrored else side, 0
        )
        # Not "as needed": the bar takes width, cells shrink, all fits, the bar goes, and so on.
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            if scrolls and not timeline
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self._timeline.setVisible(timeline)
        height = max(1, geometry.height)
        self._timeline.set_months(
            months, [geometry.top_of(section) / height for section in range(len(months))]
        )
        self._scale = -(-height // SCROLL_LIMIT_PX)
        scroll = self.verticalScrollBar()
        scroll.setRange(0, max(0, -(-(geometry.height - room) // self._scale)))
        scroll.setPageStep(max(1, (self.viewport().height() - MONTH_HEADING_PX) // self._scale))
        scroll.setSingleStep(max(1, geometry.pitch // (2 * self._scale)))
        self.place_children()

    def _measure(self, width: int) -> Geometry:
        return Geometry(
            self._sequence.order.counts,
            self._headings,
            width=width,
            cell=self._cell_size,
            margin=MARGIN_PX,
            mirrored=self.mirrored,
        )

    def _covered(self) -> int:
        """The height of the sticky heading."""
        return MONTH_HEADING_PX if self._sequence.order.months else 0

    def _heading_top(self, section: int) -> int:
        """Where a month's heading is in the view: with its section, but sticking to the top."""
        top = self._geometry.top_of(section) - self.offset
        end = self._geometry.top_of(section + 1) - self.offset
        return max(top, min(0, end - MONTH_HEADING_PX))

    def _travel(self, share: float) -> None:
        self.scroll_to_offset(round(share * self._geometry.height))

    def _scrolled(self) -> None:
        if not self._laying_out:
            self._kept = None
            self._moved()

    def _moved(self) -> None:
        """Other cells are in the view."""
        self._timeline.set_share(self.offset / max(1, self._geometry.height))
        self._supply.moved()

    # ------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._painter.base)
        seen = self.positions(event.rect())
        rows = self._sequence.rows(seen.start, seen.stop)
        cells = [
            (cell, row, self.look_of(position))
            for (position, cell), row in zip(self.cells(event.rect()), rows, strict=True)
        ]
        ratio = self._painter.ratio
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        for cell, row, look in cells:
            self._paint_photo(painter, cell, row)
            if look.selected:
                self._painter.paint_selected(painter, cell)
        painter.restore()
        for cell, row, look in cells:
            if row is not None and row.presence == OFFLINE:
                self._painter.paint_marks(painter, cell, look.gone_offline())
            elif look.hovered or look.focused:
                self._painter.paint_marks(painter, cell, look)
        self._paint_headings(painter, event.rect())
        painter.translate(0, -self.offset)
        self.paint_over(painter)
        painter.end()

    def _paint_photo(self, painter: QPainter, cell: Rect, row: "PhotoRow | None") -> None:
        content_hash = None if row is None else row.content_hash
        if row is None or content_hash is None:
            self._painter.paint_photo(painter, cell, None, 1)
            return
        image, opacity = self._supply.image(content_hash)
        if row.presence == OFFLINE:
            opacity *= OFFLINE_OPACITY
        self._painter.paint_photo(painter, cell, image, opacity)

    def _paint_headings(self, painter: QPainter, clip: QRect) -> None:
        months = self._sequence.order.months
        if not months:
            return
        counts = self._sequence.order.counts
        first = self._geometry.section_at(self.offset + clip.top())
        for section in range(first, len(months)):
            top = self._heading_top(section)
            if top > clip.bottom():
                return
            band = QRect(0, top, self.viewport().width(), MONTH_HEADING_PX)
            painter.fillRect(band, self._painter.base)
            self._painter.paint_heading(
                painter,
                band.adjusted(self._geometry.left, 0, -self._geometry.left, 0),
                month_title(months[section]),
                number_title(counts[section]),
                self.section_ticked(section),
            )

    # -------------------------------------------------------------------------------------- events

    def wheelEvent(self, event: QWheelEvent) -> None:
        scroll = self.verticalScrollBar()
        if pixels := event.pixelDelta().y():
            self.scroll_by(-pixels)
        elif turn := event.angleDelta().y():
            lines = QApplication.wheelScrollLines() * turn / WHEEL_STEP
            distance = round(lines * scroll.singleStep() * self._scale)
            self._glide.by(-distance, self.offset, scroll.maximum() * self._scale)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
            QEvent.Type.LayoutDirectionChange,
        ):
            self._painter = self._make_painter()
            self.lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._painter = self._make_painter()
            self.lay_out()
        return super().event(event)

    def _make_painter(self) -> CellPainter:
        return CellPainter(
            self.palette(), self.font(), self.devicePixelRatioF(), mirrored=self.mirrored
        )
