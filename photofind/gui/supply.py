"""Rows and thumbnails for what is in view, and for what comes into view next.

Asked for after every scroll, once for all that happened in one turn of the event loop.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from photofind.gui.fades import Fades
from photofind.gui.sequence import PhotoSequence
from photofind.gui.thumbcache import Shape, Thumbnails

if TYPE_CHECKING:
    from photofind.gui.canvas import PhotoCanvas

AHEAD_VIEWS = 1.0  # how far beyond the view rows and thumbnails are made ready
REPORT_MILLISECONDS = 250  # between two messages about what is on screen
RESIZING_MILLISECONDS = 60  # of rest before cells that change their size get thumbnails anew


class Supply(QObject):
    """Keeps one canvas supplied."""

    unread_changed = Signal(tuple)  # ids of photos on screen that were not read yet

    def __init__(
        self, canvas: "PhotoCanvas", sequence: PhotoSequence, thumbnails: Thumbnails
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._sequence = sequence
        self._thumbnails = thumbnails
        self._fades = Fades(canvas.viewport(), self)
        self._tinted: set[bytes] = set()  # painted as tints while their thumbnails are made
        self._looked_at: tuple[list[range], Shape] | None = None
        self._former_offset = 0
        self._down = True  # the direction of the last scroll
        self._reported: tuple[int, ...] = ()
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.timeout.connect(self._look_further)
        self._reporting = QTimer(self)
        self._reporting.setSingleShot(True)
        self._reporting.setInterval(REPORT_MILLISECONDS)
        self._reporting.timeout.connect(self._report)
        sequence.loaded.connect(self._rows_came)
        sequence.rearranged.connect(self._forget)
        thumbnails.arrived.connect(self._thumbnails_came)

    def moved(self) -> None:
        """Other cells are in view."""
        offset = self._canvas.offset
        self._down = offset >= self._former_offset
        self._former_offset = offset
        self._looking.start(0)

    def resized(self) -> None:
        """Cells have another size, and may soon have yet another: the old images do until then."""
        self._looking.start(RESIZING_MILLISECONDS)

    def look(self) -> None:
        """Ask for the rows and thumbnails in view and, after them, of what comes next."""
        self._forget()
        self._look_further()

    def _look_further(self) -> None:
        """Ask, unless the same cells are in view as before: a wheel moves them by parts of rows."""
        view = self._canvas.viewport().rect()
        ahead = round(view.height() * AHEAD_VIEWS)
        above = view.adjusted(0, -ahead, 0, -view.height())
        below = view.adjusted(0, view.height(), 0, ahead)
        parts = [view, below, above] if self._down else [view, above, below]
        spans = [span for span in map(self._canvas.positions, parts) if span]
        shape = self._canvas.shape_of_cells
        if (spans, shape) == self._looked_at:
            return
        self._looked_at = (spans, shape)
        self._sequence.want([(span.start, span.stop) for span in spans], self)
        rows = [row for span in spans for row in self._sequence.rows(span.start, span.stop)]
        wanted = dict.fromkeys(row.content_hash for row in rows if row and row.content_hash)
        self._thumbnails.want(list(wanted), shape)
        self._tinted.intersection_update(wanted)
        if not self._reporting.isActive():
            self._reporting.start()

    def image(self, content_hash: bytes) -> tuple[QImage | None, float]:
        """What is there to paint of a thumbnail, and how far it has faded in, 0 to 1."""
        image = self._thumbnails.cell(content_hash)
        if image is None:
            self._tinted.add(content_hash)
        return image, self._fades.opacity(content_hash)

    def _forget(self) -> None:
        self._looked_at = None

    def _report(self) -> None:
        view = self._canvas.viewport().rect()
        seen = self._canvas.positions(view)
        rows = self._sequence.rows(seen.start, seen.stop)
        unread = tuple(row.id for row in rows if row is not None and not row.read)
        if unread != self._reported:
            self._reported = unread
            self.unread_changed.emit(unread)

    def _rows_came(self) -> None:
        self.look()
        self._canvas.viewport().update()

    def _thumbnails_came(self, hashes: list[bytes]) -> None:
        arrived = set(hashes)
        self._fades.begin(arrived & self._tinted)
        self._tinted -= arrived
        seen = self._canvas.positions(self._canvas.viewport().rect())
        for position, row in zip(seen, self._sequence.rows(seen.start, seen.stop), strict=True):
            if row is not None and row.content_hash in arrived:
                self._canvas.update_cell(position)
