"""Thumbnails ready to be painted: read, decoded and scaled by a few threads, kept by their bytes.

What is wanted is one list, most wanted first, replaced with every scroll: what was scrolled past is
thus forgotten before it is begun. Images come in device pixels, so that painting one is a copy.
"""

import ctypes
import logging
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from photofind.errors import PhotoFindError
from photofind.gui.threads import step_back

BUDGET_BYTES = 48 * 2**20  # of decoded images, or more when more is wanted at once
GATHER_MILLISECONDS = 8  # what comes within is taken at once: half a frame
THREADS = max(2, min(4, (os.cpu_count() or 2) // 2))
CLOSE_SECONDS = 1.0
M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
MMAP_THRESHOLD_BYTES = 64 * 2**10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """How cells are drawn: `edge` and `radius` in device pixels; `fill` crops to the square."""

    edge: int
    radius: float
    fill: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """What a thread gives back. `image` is None when there is no (readable) thumbnail."""

    content_hash: bytes
    image: QImage | None
    shape: Shape | None  # of a cell; None for a whole thumbnail
    looks: int  # how often `look_again` had been called when it was begun


class Thumbnails(QObject):
    """The thumbnails of one library. Everything here is called on the GUI thread."""

    arrived = Signal(list)  # content hashes whose cell images have just come
    whole_arrived = Signal(bytes, object)  # content hash, QImage or None when there is none

    _made = Signal()

    def __init__(
        self, path: Path, parent: QObject | None = None, *, budget: int = BUDGET_BYTES
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._least = self._budget = budget
        self._cells: OrderedDict[bytes, tuple[Shape, QImage]] = OrderedDict()
        self._bytes = 0
        self._absent: set[bytes] = set()
        # Shared with the threads, under the condition:
        self._condition = threading.Condition()
        self._shape = Shape(1, 0, True)
        self._wanted: deque[bytes] = deque()
        self._busy: set[tuple[bytes, Shape]] = set()
        self._looks = 0
        self._whole: deque[bytes] = deque()
        self._done: list[_Made] = []
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHER_MILLISECONDS)
        self._gathering.timeout.connect(self._take)
        self._made.connect(self._gathering.start)

    # -------------------------------------------------------------------------------- for cells

    def cell(self, content_hash: bytes) -> QImage | None:
        """The image of a cell, perhaps still in a former shape; None while there is none."""
        found = self._cells.get(content_hash)
        if found is None:
            return None
        self._cells.move_to_end(content_hash)
        return found[1]

    def want(self, hashes: Sequence[bytes], shape: Shape) -> None:
        """Make these, in this order, and nothing that was wanted before."""
        self._budget = max(self._least, len(hashes) * shape.edge**2 * 4 * 5 // 4)
        needed = [h for h in hashes if h not in self._absent and not self._has(h, shape)]
        with self._condition:
            self._shape = shape
            self._wanted = deque(h for h in needed if (h, shape) not in self._busy)
            if self._wanted:
                self._condition.notify_all()
        if needed:
            self._start()

    def look_again(self) -> None:
        """Thumbnails that were not there may be there now; those being looked for are again."""
        self._absent.clear()
        with self._condition:
            self._looks += 1
            self._busy.clear()

    # -------------------------------------------------------------------------------- for viewers

    def want_whole(self, content_hash: bytes) -> None:
        """Decode one thumbnail in its own size before all others; `whole_arrived` gives it."""
        with self._condition:
            self._whole.append(content_hash)
            self._condition.notify()
        self._start()

    def close(self) -> None:
        """Make nothing more, and end the threads."""
        with self._condition:
            self._closed = True
            self._wanted.clear()
            self._whole.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)

    # -------------------------------------------------------------------------------------- parts

    def _has(self, content_hash: bytes, shape: Shape) -> bool:
        found = self._cells.get(content_hash)
        return found is not None and found[0] == shape

    def _start(self) -> None:
        if self._threads or self._closed:
            return
        _keep_heap_whole()
        for number in range(THREADS):
            thread = threading.Thread(target=self._run, name=f"thumbnails {number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _take(self) -> None:
        """Take what the threads made."""
        with self._condition:
            done, self._done = self._done, []
            self._busy.difference_update((m.content_hash, m.shape) for m in done if m.shape)
        arrived: list[bytes] = []
        for made in done:
            if made.shape is None:
                self.whole_arrived.emit(made.content_hash, made.image)
            elif made.image is None:
                if made.looks == self._looks:  # else it may have come since
                    self._absent.add(made.content_hash)
            elif made.shape == self._shape or not self._has(made.content_hash, self._shape):
                self._keep(made.content_hash, made.shape, made.image)
                arrived.append(made.content_hash)
        if arrived:
            self.arrived.emit(arrived)

    def _keep(self, content_hash: bytes, shape: Shape, image: QImage) -> None:
        former = self._cells.pop(content_hash, None)
        if former is not None:
            self._bytes -= former[1].sizeInBytes()
        self._cells[content_hash] = (shape, image)
        self._bytes += image.sizeInBytes()
        while self._bytes > self._budget and len(self._cells) > 1:
            _, (_, dropped) = self._cells.popitem(last=False)
            self._bytes -= dropped.sizeInBytes()

    # ----------------------------------------------------------------------------- on the threads

    def _run(self) -> None:
        # Pillow is imported here, after the window has opened.
        from photofind.gui.pixels import cell_image, whole_image
        from photofind.thumbnails import ThumbnailReader

        step_back()
        reader = ThumbnailReader(self._path)
        while (job := self._next()) is not None:
            content_hash, shape, looks = job
            image: QImage | None = None
            try:
                jpeg = reader.get([content_hash]).get(content_hash)
                if jpeg is not None and shape is None:
                    image = whole_image(jpeg)
                elif jpeg is not None and shape is not None:
                    image = cell_image(jpeg, shape.edge, fill=shape.fill, radius=shape.radius)
            except (OSError, PhotoFindError) as error:
                _log.warning("A thumbnail cannot be read (%s): %s", content_hash.hex(), error)
            self._post(_Made(content_hash, image, shape, looks))
        reader.close()

    def _next(self) -> tuple[bytes, Shape | None, int] | None:
        with self._condition:
            while not self._closed:
                if self._whole:
                    return self._whole.popleft(), None, self._looks
                if self._wanted:
                    content_hash = self._wanted.popleft()
                    self._busy.add((content_hash, self._shape))
                    return content_hash, self._shape, self._looks
                self._condition.wait()
        return None

    def _post(self, made: _Made) -> None:
        with self._condition:
            if self._closed:
                return
            self._done.append(made)
            first = len(self._done) == 1
        if first:
            try:
                self._made.emit()
            except RuntimeError:  # the window went, and this object with it, between the two lines
                _log.debug("A thumbnail came after the window had gone.")


def _keep_heap_whole() -> None:
    """Tell glibc to give every picture pages of its own, which go back to the system.

    By default it learns from the first freed picture to put those to come on the heap, where the
    ones that are kept lie between the holes of those that are not: 60 MB of nothing (measured).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
