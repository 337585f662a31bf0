"""The line above the hits: how many there are, and by relevance or by date."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

HEIGHT_PX = 48

RELEVANCE = "relevance"
DATE = "date"


class ResultsBar(QWidget):
    """A sentence and a choice of order."""

    order_chosen = Signal(str)  # RELEVANCE or DATE

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)  # it holds what the person typed
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.1)
        font.setBold(True)
        self.title.setFont(font)
        self.title.setMinimumWidth(80)
        self._buttons = QButtonGroup(self)
        self._by_order: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(0)
        row.addWidget(self.title, 1)
        row.addSpacing(16)
        for order, words, tip in (
            (RELEVANCE, self.tr("Relevance"), self.tr("Best matches first")),
            (DATE, self.tr("Date"), self.tr("Newest first")),
        ):
            button = QToolButton(self)
            button.setText(words)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked, chosen=order: self.order_chosen.emit(chosen))
            self._buttons.addButton(button)
            self._by_order[order] = button
            row.addWidget(button)

    def show_order(self, order: str, *, choosable: bool) -> None:
        """Which order is in force, and whether there is anything to order."""
        self._by_order[order].setChecked(True)
        for button in self._by_order.values():
            button.setVisible(choosable)
