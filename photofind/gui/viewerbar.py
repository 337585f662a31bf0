"""What lies around the photo in the viewer: the bar above, the buttons beside it, its darkness."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from photofind.gui.dates import number_title
from photofind.gui.elided import ElidedLabel
from photofind.gui.icons import RADIUS, IconButton
from photofind.gui.picture import BLACK

HEIGHT_PX = 56
VEIL = QColor(0, 0, 0, 110)  # on which light can be seen over any photo
WORDS, QUIET, RAISED = QColor(238, 238, 238), QColor(170, 170, 174), QColor(30, 30, 32)


class ViewerBar(QWidget):
    """Back, what is shown, how large, and what can be done with it."""

    back_wanted = Signal()
    zoom_wanted = Signal(int)  # steps
    similar_wanted = Signal()
    facts_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.title = ElidedLabel(self)
        self.title.setMinimumWidth(40)
        self.percent = QLabel(self)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.percent.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("1000 %") + 8)
        back = IconButton("left", self.tr("Back (Esc)"), self)
        back.clicked.connect(self.back_wanted)
        smaller = IconButton("zoom-out", self.tr("Smaller (-)"), self)
        smaller.clicked.connect(lambda: self.zoom_wanted.emit(-1))
        larger = IconButton("zoom-in", self.tr("Larger (+)"), self)
        larger.clicked.connect(lambda: self.zoom_wanted.emit(1))
        similar = IconButton("similar", self.tr("Find similar (S)"), self)
        similar.clicked.connect(self.similar_wanted)
        self._facts = IconButton("facts", self.tr("Facts (I)"), self)
        self._facts.setCheckable(True)
        self._facts.clicked.connect(self.facts_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(4)
        row.addWidget(back)
        row.addSpacing(8)
        row.addWidget(self.title, 1)
        for widget in (smaller, self.percent, larger, similar, self._facts):
            row.addWidget(widget)

    def show_scale(self, scale: float) -> None:
        """How large the photo is shown, in device pixels per pixel."""
        #: how large the photo is shown, 100 % being pixel for pixel.
        words = self.tr("{number} %")
        self.percent.setText(words.format(number=number_title(round(scale * 100))))

    def show_facts(self, shown: bool) -> None:
        """Whether the facts are beside the photo."""
        self._facts.setChecked(shown)


class StepButton(IconButton):
    """A button over a photo: light on a dark veil."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(VEIL)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()
        super().paintEvent(event)


def dark(palette: QPalette) -> QPalette:
    """Light words on black, with the system's accent colour."""
    made = QPalette(palette)
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, BLACK),
        (role.Base, BLACK),
        (role.AlternateBase, RAISED),
        (role.Button, RAISED),
        (role.WindowText, WORDS),
        (role.Text, WORDS),
        (role.ButtonText, WORDS),
        (role.PlaceholderText, QUIET),
        (role.Mid, RAISED),
        (role.Dark, BLACK),
        (role.Light, RAISED),
    ):
        made.setColor(which, colour)
    return made
