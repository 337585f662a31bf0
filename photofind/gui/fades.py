"""Thumbnails that come late fade in, briefly, and only where things may move."""

import time
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from photofind.gui.motion import animates

FADE_SECONDS = 0.08
FRAME_MILLISECONDS = 16


class Fades:
    """How far each of some pictures has faded in."""

    def __init__(self, viewport: QWidget, parent: QObject) -> None:
        self._viewport = viewport
        self._begun: dict[bytes, float] = {}
        self._timer = QTimer(parent)
        self._timer.setInterval(FRAME_MILLISECONDS)
        self._timer.timeout.connect(self._step)

    def begin(self, keys: Iterable[bytes]) -> None:
        """These are seen from now on."""
        if not animates(self._viewport):
            return
        now = time.monotonic()
        self._begun.update((key, now) for key in keys)
        if self._begun:
            self._timer.start()

    def opacity(self, key: bytes) -> float:
        """Of one picture, now: 0 to 1."""
        begun = self._begun.get(key)
        return 1.0 if begun is None else min(1.0, (time.monotonic() - begun) / FADE_SECONDS)

    def _step(self) -> None:
        ended = time.monotonic() - FADE_SECONDS
        self._begun = {key: begun for key, begun in self._begun.items() if begun > ended}
        if not self._begun:
            self._timer.stop()
        self._viewport.update()
