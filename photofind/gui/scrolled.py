"""What a dialog shows above its buttons: as large as it must be where the screen has room.

On a small screen, or a large one whose owner reads large type, it is scrolled instead: the buttons
stay in reach, and no words lie upon others.
"""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

SCREEN_SHARE = 0.9  # for a dialog
AROUND = QSize(48, 110)  # logical pixels that margins, buttons and the title bar take


class Scrolled(QScrollArea):
    """Shows a layout. One that fits looks and acts as if it stood in the dialog itself."""

    def __init__(self, layout: QLayout, parent: QWidget) -> None:
        super().__init__(parent)
        content = QWidget(self)
        layout.setContentsMargins(0, 0, 0, 0)
        content.setLayout(layout)
        self._layout = layout
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)  # the dialog's ground shows through

    def sizeHint(self) -> QSize:
        needed = self._layout.totalSizeHint()
        if self._layout.hasHeightForWidth():
            needed.setHeight(self._layout.totalHeightForWidth(needed.width()))
        room = self.screen().availableSize() * SCREEN_SHARE - AROUND
        tall, wide = needed.height() > room.height(), needed.width() > room.width()
        upright, level = self.verticalScrollBar(), self.horizontalScrollBar()
        if tall:
            needed.setWidth(needed.width() + upright.sizeHint().width())
        if wide:
            needed.setHeight(needed.height() + level.sizeHint().height())
        return needed.boundedTo(room)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the content needs more or less
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fits = self.verticalScrollBar().maximum() == self.horizontalScrollBar().maximum() == 0
        policy = Qt.FocusPolicy.NoFocus if fits else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(policy)  # arrows scroll what has no control of its own
