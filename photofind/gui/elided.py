"""A line of words that may be longer than its place: it ends in dots, and the tooltip has all."""

import html

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget


class ElidedLabel(QLabel):
    """Plain words on one line; `text` stays whole, for screen readers too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # whatever a person typed or a file is called
        self._end = ""

    def set_words(self, start: str, end: str) -> None:
        """Say both; of the two the start is shortened, while the end leaves it half of the room."""
        self._end = end
        self.setText(start + end)

    def shown(self) -> str:
        """What there is room for."""
        metrics, text, room = self.fontMetrics(), self.text(), self.contentsRect().width()
        ending = metrics.horizontalAdvance(self._end)
        if ending > room // 2 or not text.endswith(self._end):
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        start = text.removesuffix(self._end)
        return metrics.elidedText(start, Qt.TextElideMode.ElideRight, room - ending) + self._end

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            whole = self.shown() == self.text()
            words = "" if whole else f"<p>{html.escape(self.text())}</p>"  # rich text wraps
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.contentsRect(), start, self.shown())
        painter.end()
