"""The bar under the header: what happened, what to do, one button. Errors before notes.

What tells of a moment and asks nothing goes by itself, once there was time to read it; the rest
stays until it is closed, acted on, or no longer so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from photofind.gui import theme
from photofind.gui.accessible import announce
from photofind.gui.icons import IconButton, paint_icon

ICON = 20  # logical pixels
ICON_LEFT = 16
READING_MS = 12_000  # of a window that is looked at, before a passing note goes


class Weight(IntEnum):
    """What is shown first."""

    NOTE = 0
    QUESTION = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. A new message takes the place of one with the same `key`."""

    key: str
    text: str
    weight: Weight = Weight.NOTE
    button: str = ""  # what the one button says; none without
    action: Callable[[], object] | None = None
    lasting: bool = False  # a note that stays so until it is withdrawn

    @property
    def passing(self) -> bool:
        """Whether it goes by itself."""
        return self.weight is Weight.NOTE and not self.button and not self.lasting


class MessageBar(QWidget):
    """Shows the weightiest message, the newest of several; each goes when it is closed, acted on,
    withdrawn or has passed, and the next comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages: dict[str, Message] = {}
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._act)
        self.close_button = IconButton("close", self.tr("Close this message"), self, size=28)
        self.close_button.clicked.connect(self._close_shown)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(ICON_LEFT + ICON + 12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.close_button)
        self._reading = QTimer(self, singleShot=True, interval=READING_MS)
        self._reading.timeout.connect(self._pass)
        self.hide()

    @property
    def shown(self) -> Message | None:
        """What the bar says now."""
        if not self._messages:
            return None
        weightiest = max(message.weight for message in self._messages.values())
        return [m for m in self._messages.values() if m.weight == weightiest][-1]

    def show_message(self, message: Message) -> None:
        """Say this, or keep it until what is weightier has gone."""
        self._messages.pop(message.key, None)
        self._messages[message.key] = message
        self._refresh()

    def withdraw(self, key: str) -> None:
        """It is no longer so."""
        if self._messages.pop(key, None) is not None:
            self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        message = self.shown
        ground = theme.tint(palette, QPalette.ColorRole.Window, 0.12)
        painter.fillRect(self.rect(), ground)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline(palette))
        heavy = message is not None and message.weight is Weight.ERROR
        square = QRectF(ICON_LEFT, (self.height() - ICON) / 2, ICON, ICON)
        paint_icon(
            painter,
            "aside" if heavy else "facts",
            square,
            palette.color(QPalette.ColorRole.WindowText),
        )
        painter.end()

    def _refresh(self) -> None:
        message = self.shown
        if message is None or not message.passing:
            self._reading.stop()
        else:
            self._reading.start()
        if message is not None and message.text != self._label.text():
            announce(self, message.text)
        self.setVisible(message is not None)
        if message is not None:
            self._label.setText(message.text)
            self.setAccessibleName(message.text)
            self.button.setText(message.button)
            self.button.setVisible(bool(message.button))
            self.update()

    def _pass(self) -> None:
        """A passing note was there long enough, unless nobody looks or somebody still reads."""
        if self.underMouse() or not self.isActiveWindow():
            self._reading.start()
        else:
            self._close_shown()

    def _act(self) -> None:
        message = self.shown
        self._close_shown()
        if message is not None and message.action is not None:
            message.action()

    def _close_shown(self) -> None:
        if (message := self.shown) is not None:
            self.withdraw(message.key)
