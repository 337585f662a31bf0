"""Photos decoded from their files for the viewer: sharp, in the size of the view or in full.

Like thumbnails, what is wanted is one list that is replaced with every step, so that holding an
arrow key decodes where one is, not everything on the way. Only files that the worker has read once
are decoded here: a file that crashes decoders has crashed the worker's, never the window.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from photofind.errors import Reason, UnreadablePhoto
from photofind.gui.threads import step_back

BUDGET_BYTES = 160 * 2**20
THREADS = 2
MOST_PIXELS = 80_000_000  # of a photo shown in full; larger ones are decoded to about this
CLOSE_SECONDS = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo's file, and the box in device pixels that it shall fit in; None: in full.

    `pixels` is the number of pixels of the whole photo.
    """

    path: bytes
    box: tuple[int, int] | None
    pixels: int


@dataclass(frozen=True, slots=True, eq=False)
class Sharp:
    """A decoded photo: `levels` largest first, each half the size of the one before; or why not."""

    wanted: Wanted
    levels: tuple[QImage, ...] = ()
    error: UnreadablePhoto | None = None

    @property
    def size_in_bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)


class SharpPhotos(QObject):
    """Decodes photos. Everything here is called on the GUI thread."""

    arrived = Signal(object)  # Sharp

    _made = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[Wanted, Sharp] = OrderedDict()
        self._condition = threading.Condition()
        self._queue: deque[Wanted] = deque()
        self._busy: set[Wanted] = set()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._made.connect(self._take)

    def of(self, path: bytes) -> list[Sharp]:
        """All that is here of one photo."""
        return [sharp for wanted, sharp in self._kept.items() if wanted.path == path]

    def want(self, wanted: Sequence[Wanted]) -> None:
        """Decode these, in this order, and nothing that was wanted before."""
        for each in reversed(wanted):
            if each in self._kept:
                self._kept.move_to_end(each)
        missing = [each for each in wanted if each not in self._kept]
        with self._condition:
            self._queue = deque(each for each in missing if each not in self._busy)
            if self._queue:
                self._condition.notify_all()
        if missing and not self._threads and not self._closed:
            for number in range(THREADS):
                # Daemons: a drive that went to sleep must not hold up the end of the program.
                thread = threading.Thread(target=self._run, name=f"photos {number}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def forget(self) -> None:
        """Nothing is wanted for now: give the memory back."""
        with self._condition:
            self._queue.clear()
        self._kept.clear()

    def close(self) -> None:
        """Decode nothing more, and end the threads."""
        with self._condition:
            self._closed = True
            self._queue.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)

    def _take(self, sharp: Sharp) -> None:
        with self._condition:
            self._busy.discard(sharp.wanted)
        self._kept[sharp.wanted] = sharp
        size = sum(each.size_in_bytes for each in self._kept.values())
        while size > BUDGET_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            size -= dropped.size_in_bytes
        self.arrived.emit(sharp)

    # ----------------------------------------------------------------------------- on the threads

    def _run(self) -> None:
        step_back()
        while (wanted := self._next()) is not None:
            try:
                sharp = Sharp(wanted, levels=_decode(wanted))
            except UnreadablePhoto as error:
                sharp = Sharp(wanted, error=error)
            except MemoryError:  # for the pictures made of it; decoding has its own
                sharp = Sharp(wanted, error=UnreadablePhoto(Reason.TOO_LARGE))
            with self._condition:
                if self._closed:
                    return
            try:
                self._made.emit(sharp)
            except RuntimeError:  # the window went, and this object with it, between the two lines
                _log.debug("A photo came after the window had gone.")
            del sharp  # else this thread keeps the picture while it waits for the next

    def _next(self) -> Wanted | None:
        with self._condition:
            while not self._queue and not self._closed:
                self._condition.wait()
            if self._closed:
                return None
            wanted = self._queue.popleft()
            self._busy.add(wanted)
            return wanted


def _decode(wanted: Wanted) -> tuple[QImage, ...]:
    """Raises UnreadablePhoto. Late imports: the decoders load when the first photo is opened."""
    from PIL import Image

    from photofind.gui.pixels import from_pillow
    from photofind.images import open_upright

    if wanted.box is not None:
        image = open_upright(wanted.path, at_least=wanted.box)
        image.thumbnail(wanted.box, Image.Resampling.LANCZOS)
        return (from_pillow(image),)
    image = open_upright(wanted.path)
    if wanted.pixels > MOST_PIXELS:
        scale = (MOST_PIXELS / wanted.pixels) ** 0.5
        image.thumbnail((round(image.width * scale), round(image.height * scale)))
    # The half as well: a picture drawn much smaller than it is flickers.
    return (from_pillow(image), from_pillow(image.reduce(2)))
