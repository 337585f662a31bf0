"""Small windows that only tell: what the library holds, the keys, about PhotoFind."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from photofind import __version__
from photofind.catalog.records import Ledger
from photofind.gui import theme
from photofind.gui.dates import number_title
from photofind.gui.icons import application_icon, without_icons
from photofind.gui.scrolled import Scrolled
from photofind.gui.words import device_title

LOGO = 96  # logical pixels
NOTE_WIDTH = 340


class _Sheet(QDialog):
    """Whatever is put into `body`, and a button to close."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout()
        self.body.setSpacing(16)
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(20)
        layout.addWidget(Scrolled(self.body, self), 1)
        layout.addWidget(buttons)

    def label(self, text: str, *, bold: bool = False, quiet: bool = False) -> QLabel:
        """Words in the sheet."""
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont(label.font())
        font.setBold(bold)
        label.setFont(font)
        if quiet:
            palette = QPalette(self.palette())
            palette.setColor(QPalette.ColorRole.WindowText, theme.muted(palette))
            label.setPalette(palette)
        return label

    def note(self, text: str) -> QLabel:
        """A quiet sentence over several lines."""
        label = self.label(text, quiet=True)
        label.setWordWrap(True)
        label.setMinimumWidth(NOTE_WIDTH)
        return label


class LedgerSheet(_Sheet):
    """Where every file stands. The lines add up to the last one."""

    def __init__(self, ledger: Ledger, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What is in the library"))
        self.lines = (
            (self.tr("Ready to be found"), ledger.done),
            (self.tr("Waiting to be read"), ledger.waiting),
            (self.tr("Set aside"), ledger.set_aside),
            (self.tr("Offline"), ledger.offline),
            (self.tr("Only in the cloud"), ledger.online_only),
            (self.tr("Files in all"), ledger.files),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(48)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        total = len(self.lines) - 1
        rule = QFrame(self)
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setFrameShadow(QFrame.Shadow.Plain)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.hairline(palette))
        rule.setPalette(palette)
        grid.addWidget(rule, total, 0, 1, 2)
        for number, (words, count) in enumerate(self.lines):
            row = number + (number == total)
            grid.addWidget(self.label(words, bold=number == total), row, 0)
            figure = self.label(number_title(count), bold=number == total)
            grid.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(grid)
        self.body.addWidget(
            self.note(
                self.tr(
                    "They are %Ln photo(s): copies of the same picture are shown once.",
                    "",
                    ledger.photos,
                )
            )
        )


class KeysSheet(_Sheet):
    """The keyboard, on one page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        columns = (
            (
                (f"/  {_keys('Ctrl+F')}", self.tr("to the search field")),
                (self.tr("Down"), self.tr("from the field to the first photo")),
                (self.tr("Esc"), self.tr("select none; clear the search")),
                (self.tr("Arrows, Page, Home, End"), self.tr("move; with Shift select")),
                (_keys("Ctrl+A"), self.tr("select all")),
                (self.tr("Enter"), self.tr("open large")),
                (self.tr("Space"), self.tr("peek, again to close")),
                ("S", self.tr("find similar")),
                ("I", self.tr("facts, in the large view")),
                ("+  -  0  1", self.tr("zoom, in the large view")),
            ),
            (
                (_keys("Ctrl+O"), self.tr("add a folder")),
                (_keys("Ctrl+R"), self.tr("look at the folders again")),
                (_keys("Ctrl+Return"), self.tr("open in the system's viewer")),
                (_keys("Ctrl+L"), self.tr("show in its folder")),
                (_keys("Ctrl+C"), self.tr("copy picture and path")),
                (_keys("Ctrl+Shift+C"), self.tr("copy path")),
                (_keys("Ctrl+V"), self.tr("search for what was copied")),
                (f"{_keys('Ctrl++')}  {_keys('Ctrl+-')}", self.tr("larger, smaller photos")),
                (f"{_keys('F9')}  {_keys('F11')}", self.tr("sidebar, full screen")),
                (f"{_keys('Ctrl+,')}  {_keys('F1')}", self.tr("preferences, this page")),
            ),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        for side, lines in enumerate(columns):
            for row, (keys, words) in enumerate(lines):
                grid.addWidget(self.label(keys, bold=True), row, side * 3)
                grid.addWidget(self.label(words), row, side * 3 + 1)
        grid.setColumnMinimumWidth(2, 24)
        self.body.addLayout(grid)


class AboutSheet(_Sheet):
    """What PhotoFind is, and what it never does."""

    def __init__(self, model: str, device: str, parent: QWidget) -> None:
        """`model` and `device`: what the worker uses now; empty while it does not know."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("About PhotoFind"))
        logo = QLabel(self)
        logo.setFixedSize(LOGO, LOGO)
        logo.setPixmap(application_icon().pixmap(QSize(LOGO, LOGO), self.devicePixelRatioF()))
        name = self.label(self.tr("PhotoFind {version}").format(version=__version__), bold=True)
        font = QFont(name.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        name.setFont(font)
        lines = [
            self.tr("Find a photo from a sentence, on your own computer."),
            self.tr(
                "Nothing leaves this computer: your photos, what you search for and what is found "
                "stay here. PhotoFind never changes your photos."
            ),
        ]
        if model:
            where = device_title(device)
            line = (
                self.tr("Model: {model}. Runs on: {device}") if where else self.tr("Model: {model}")
            )
            lines.append(line.format(model=model, device=where))
        for widget in (logo, name):
            self.body.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        for line in lines:
            label = self.note(line)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.body.addWidget(label)


def _keys(sequence: str) -> str:
    """As the platform writes it."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
