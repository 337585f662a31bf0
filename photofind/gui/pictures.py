"""What there is to show of a photo in the large view and of its neighbours: thumbnails at once,
sharp pictures from their files as they are decoded. On the GUI thread; others do the work.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from photofind.catalog.records import HERE
from photofind.gui.sharp import Sharp, SharpPhotos, Wanted
from photofind.gui.thumbcache import Thumbnails

if TYPE_CHECKING:
    from photofind.catalog import PhotoRow


class Pictures(QObject):
    """Pictures of the photos that were asked for last, and of no others."""

    arrived = Signal()
    refused = Signal(object, str)  # path of a file that cannot be read, and why (a `Reason`)

    def __init__(self, thumbnails: Thumbnails, parent: QObject) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._small: dict[bytes, QImage | None] = {}  # by content; None while it is on its way
        self._sharp = SharpPhotos(self)
        self._sharp.arrived.connect(self._sharp_came)
        thumbnails.whole_arrived.connect(self._small_came)

    def want_thumbnails(self, rows: "Sequence[PhotoRow]") -> None:
        """Of these photos, the first first."""
        hashes = [row.content_hash for row in rows if row.content_hash is not None]
        self._small = {key: image for key, image in self._small.items() if key in hashes}
        for key in hashes:
            if key not in self._small:
                self._small[key] = None
                self._thumbnails.want_whole(key)

    def want_sharp(self, rows: "Sequence[PhotoRow]", box: tuple[int, int], *, zoomed: bool) -> None:
        """Of these photos, the first first, to fit a box in device pixels; with `zoomed` the first
        in full as well."""
        wanted: list[Wanted] = []
        for number, row in enumerate(rows):
            if not row.read or row.presence != HERE:
                continue
            pixels = row.width * row.height
            wanted.append(Wanted(row.path, box, pixels))
            if zoomed and number == 0:
                wanted.append(Wanted(row.path, None, pixels))
        self._sharp.want(wanted)

    def of(self, row: "PhotoRow") -> list[QImage]:
        """All that is here of one photo."""
        small = None if row.content_hash is None else self._small.get(row.content_hash)
        images = [] if small is None else [small]
        for sharp in self._sharp.of(row.path):
            images.extend(sharp.levels)
        return images

    def refusal(self, row: "PhotoRow") -> str | None:
        """Why the file of a photo cannot be read (a `Reason`), if that was tried."""
        errors = [sharp.error for sharp in self._sharp.of(row.path) if sharp.error is not None]
        return errors[0].reason if errors else None

    def forget(self) -> None:
        """Nothing is wanted for now: give the memory back."""
        self._small.clear()
        self._sharp.forget()

    def close(self) -> None:
        """Decode nothing more, and end the threads."""
        self._sharp.close()

    def _small_came(self, key: bytes, image: QImage | None) -> None:
        if key in self._small and image is not None:
            self._small[key] = image
            self.arrived.emit()

    def _sharp_came(self, sharp: Sharp) -> None:
        if sharp.error is not None:
            self.refused.emit(sharp.wanted.path, sharp.error.reason)
        self.arrived.emit()
