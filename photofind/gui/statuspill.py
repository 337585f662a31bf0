"""The pill at the bottom that says what is being done, and lets it be paused or stopped."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from photofind.gui import theme
from photofind.gui.floating import MARGIN, SHADOW, paint_surface
from photofind.gui.icons import IconButton
from photofind.gui.statustext import Status

SHOW_MS = 350  # work that ends sooner is not worth a word
BUTTON = 28  # logical pixels
SIDE, BUTTON_SIDE = 18, 8  # from the round end to words and to a button


class StatusPill(QWidget):
    """Floats over the lower edge of its parent while there is something to say."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._share: float | None = None
        self._stage = QLabel(self)
        self._figures = QLabel(self)
        for label in (self._stage, self._figures):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        font = self._stage.font()
        font.setBold(True)
        self._stage.setFont(font)
        self.pause_button = IconButton("pause", self.tr("Pause indexing"), self, size=BUTTON)
        self.resume_button = IconButton("play", self.tr("Go on indexing"), self, size=BUTTON)
        self.cancel_button = IconButton("close", self.tr("Stop indexing"), self, size=BUTTON)
        self.pause_button.clicked.connect(self.pause_wanted)
        self.resume_button.clicked.connect(self.resume_wanted)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        layout = self._layout = QHBoxLayout(self)
        layout.addWidget(self._stage)
        layout.addWidget(self._figures, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.pause_button, self.resume_button, self.cancel_button):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        self._delay = QTimer(self, singleShot=True, interval=SHOW_MS)
        self._delay.timeout.connect(self._come)
        self.hide()
        parent.installEventFilter(self)
        self._colour()

    def show_status(self, status: Status) -> None:
        """Say this; nothing to say hides the pill."""
        if not status.stage:
            self._delay.stop()
            self.hide()
            return
        if status.stage != self._stage.text():
            self._figures.setMinimumWidth(0)
        self._stage.setText(status.stage)
        self._figures.setText(status.figures)
        self._figures.setVisible(bool(status.figures))
        # Digits of different widths must not make the pill tremble: it only grows.
        width = QFontMetrics(self._figures.font()).horizontalAdvance(status.figures)
        self._figures.setMinimumWidth(max(self._figures.minimumWidth(), width))
        self._show_buttons(status)
        buttons = status.can_pause or status.can_resume or status.can_cancel
        self._layout.setContentsMargins(
            SIDE + SHADOW, 5 + SHADOW, (BUTTON_SIDE if buttons else SIDE) + SHADOW, 6 + SHADOW
        )
        self._layout.setSpacing(10 if buttons or status.figures else 0)
        self._share = status.share
        self.setAccessibleName(f"{status.stage} {status.figures}".strip())
        if self.isVisible():
            self._place()
            self.update()
        elif not self._delay.isActive():
            self._delay.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.isVisible():
            self._place()  # narrower, perhaps

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        body = paint_surface(painter, self)
        if self._share is not None:
            self._paint_share(painter, body)
        painter.end()

    def _show_buttons(self, status: Status) -> None:
        """The keyboard goes from the one that pauses to the one that goes on: Qt would give it to
        the next one, which stops."""
        held = self.pause_button.hasFocus() or self.resume_button.hasFocus()
        if held and (status.can_pause or status.can_resume):
            turned = self.resume_button if status.can_resume else self.pause_button
            turned.show()  # what is hidden takes no focus
            turned.setFocus(Qt.FocusReason.OtherFocusReason)
        self.pause_button.setVisible(status.can_pause)
        self.resume_button.setVisible(status.can_resume)
        self.cancel_button.setVisible(status.can_cancel)

    def _paint_share(self, painter: QPainter, body: QRectF) -> None:
        """A thin line along the lower edge, between the round ends."""
        radius = body.height() / 2
        line = QRectF(body.left() + radius, body.bottom() - 4, body.width() - 2 * radius, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.hairline(self.palette()))
        painter.drawRoundedRect(line, 1, 1)
        line.setWidth(line.width() * min(1.0, self._share or 0.0))
        painter.setBrush(theme.accent(self.palette()))
        painter.drawRoundedRect(line, 1, 1)

    def _come(self) -> None:
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        parent = self._parent
        self.setMinimumHeight(BUTTON + 11 + 2 * SHADOW)  # the same with and without buttons
        self._figures.setVisible(bool(self._figures.text()))
        self._layout.activate()  # the words have just changed
        if self.sizeHint().width() > parent.width():  # rather no figures than half a word
            self._figures.hide()
            self._layout.activate()
        size = self.sizeHint().expandedTo(self.minimumSize())
        if self.isVisible() and self.underMouse():
            # What goes on must come where the button was that pauses, and not what stops all.
            size.setWidth(max(size.width(), self.width()))
        size = size.boundedTo(parent.size())
        self.setGeometry(
            (parent.width() - size.width()) // 2,
            parent.height() - size.height() - MARGIN + SHADOW,
            size.width(),
            size.height(),
        )

    def _colour(self) -> None:
        palette = QPalette(self.palette())
        quiet = theme.muted(palette)
        if self._figures.palette().color(QPalette.ColorRole.WindowText) != quiet:
            palette.setColor(QPalette.ColorRole.WindowText, quiet)
            self._figures.setPalette(palette)
