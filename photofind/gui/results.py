"""The line above the hits: how many there are, and by relevance or by date."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from photofind.gui import theme
from photofind.gui.elided import ElidedLabel
from photofind.gui.icons import RADIUS

HEIGHT_PX = 48

RELEVANCE = "relevance"
DATE = "date"


class Choice(QToolButton):
    """One of a few words side by side, of which one is in force."""

    def __init__(self, words: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(words)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 24, metrics.height() + 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, area = self.palette(), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.hover(palette, pressed=self.isChecked()))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent(palette), 2))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        base = QPalette.ColorRole.Base
        chosen = self.isChecked()
        painter.setPen(
            palette.color(QPalette.ColorRole.Text) if chosen else theme.muted(palette, base)
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class MoreButton(QPushButton):
    """Shows or hides the weaker hits. It may lie far below when the keyboard comes to it."""

    reached = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFlat(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit()


class ResultsBar(QWidget):
    """A sentence and a choice of order."""

    order_chosen = Signal(str)  # RELEVANCE or DATE

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.title = ElidedLabel(self)
        self.title.setForegroundRole(QPalette.ColorRole.Text)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.1)
        font.setBold(True)
        self.title.setFont(font)
        self.title.setMinimumWidth(80)
        self._buttons = QButtonGroup(self)
        self._by_order: dict[str, Choice] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(4)
        row.addWidget(self.title, 1)
        row.addSpacing(16)
        for order, words, tip in (
            (RELEVANCE, self.tr("Relevance"), self.tr("Best matches first")),
            (DATE, self.tr("Date"), self.tr("Newest first")),
        ):
            button = Choice(words, tip, self)
            button.clicked.connect(lambda _checked, chosen=order: self.order_chosen.emit(chosen))
            self._buttons.addButton(button)
            self._by_order[order] = button
            row.addWidget(button)

    def show_order(self, order: str, *, choosable: bool) -> None:
        """Which order is in force, and whether there is anything to order."""
        self._by_order[order].setChecked(True)
        for button in self._by_order.values():
            button.setVisible(choosable)
