"""The strip at the top: menu, search field, size of the photos."""

import math

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from photofind.gui import theme
from photofind.gui.actions import ON_MAC
from photofind.gui.icons import IconButton, paint_icon
from photofind.gui.searchfield import SearchField

MARGINS = (10, 9, 12, 9)  # logical pixels
SLIDER_WIDTH = 104
STEPS = 100  # of the slider
SLIDER_FROM = 720  # a narrower window has no room for it


class Header(QWidget):
    """The field is centred in the window, between two sides of equal width."""

    size_chosen = Signal(int)  # logical pixels of a cell

    def __init__(self, sizes: tuple[int, int], parent: QWidget | None = None) -> None:
        """`sizes`: the smallest and largest cell of the grid."""
        super().__init__(parent)
        self._sizes = sizes
        self.menu_button = IconButton("menu", self.tr("Menu"), self)
        self.menu_button.setVisible(not ON_MAC)
        self.sidebar_button = IconButton("sidebar", self.tr("Show or hide the sidebar"), self)
        self.field = SearchField(self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(SLIDER_WIDTH)
        self.slider.setAccessibleName(self.tr("Size of the photos"))
        self.slider.setToolTip(self.tr("Size of the photos"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(lambda step: self.size_chosen.emit(self._size(step)))
        self._left = QWidget(self)
        left = QHBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(2)
        left.addWidget(self.menu_button)
        left.addWidget(self.sidebar_button)
        left.addStretch(1)
        self._right = QWidget(self)
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(4)
        right.addStretch(1)
        right.addWidget(_Mark("small", self._right))
        right.addWidget(self.slider)
        right.addWidget(_Mark("large", self._right))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        layout.addWidget(self._left, 1)
        layout.addWidget(self.field, 100)
        layout.addWidget(self._right, 1)
        self._side_width = self._right.sizeHint().width()
        for side in (self._left, self._right):
            side.setMinimumWidth(self._side_width)

    def show_size(self, size: int) -> None:
        """Put the slider where the grid's cells are. Does not emit."""
        least, greatest = self._sizes
        share = math.log(size / least) / math.log(greatest / least)
        was = self.slider.blockSignals(True)
        self.slider.setValue(round(share * STEPS))
        self.slider.blockSignals(was)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= SLIDER_FROM
        if roomy != self._right.isVisibleTo(self):
            self._right.setVisible(roomy)
            self._left.setMinimumWidth(self._side_width if roomy else 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline(self.palette()))
        painter.end()

    def _size(self, step: int) -> int:
        """Sizes grow by the same factor a step: so they look even."""
        least, greatest = self._sizes
        growth: float = (greatest / least) ** (step / STEPS)
        return round(least * growth)


class _Mark(QWidget):
    """A small picture at one end of the slider."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setFixedSize(20, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(
            painter,
            self._icon,
            QRectF(1, 1, 18, 18),
            theme.muted(self.palette(), QPalette.ColorRole.Window),
        )
        painter.end()
