"""The wheel of a mouse moves the grid in one smooth stretch, not in jumps of several rows.

A touchpad says itself how far in pixels and is followed at once. Where things should not move by
themselves, the wheel jumps.
"""

from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QVariantAnimation
from PySide6.QtWidgets import QWidget

from photofind.gui.motion import animates

DURATION_MILLISECONDS = 130


class Glide:
    """Moves an offset to where the wheel wants it."""

    def __init__(self, widget: QWidget, move: Callable[[int], None]) -> None:
        """`move` is called with each offset on the way."""
        self._widget = widget
        self._target = 0
        self._animation = QVariantAnimation(widget)
        self._animation.setDuration(DURATION_MILLISECONDS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(lambda value: move(round(value)))
        self._move = move

    @property
    def gliding(self) -> bool:
        """Whether it is on its way."""
        return self._animation.state() == QAbstractAnimation.State.Running

    def by(self, pixels: int, offset: int, greatest: int) -> None:
        """Go further by some pixels from where it is (`offset`), or from where it is going."""
        start = self._target if self.gliding else offset
        self._target = min(max(start + pixels, 0), greatest)
        self._animation.stop()
        if not animates(self._widget):
            self._move(self._target)
            return
        # Floats: content may be higher than Qt's 32-bit animated integers.
        self._animation.setStartValue(float(offset))
        self._animation.setEndValue(float(self._target))
        self._animation.start()

    def stop(self) -> None:
        """Stay here: something else moves it."""
        self._animation.stop()
