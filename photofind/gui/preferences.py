"""Preferences: what to skip, how photos are shown, the language; and which model is at work."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from photofind.gui import theme
from photofind.gui.icons import without_icons
from photofind.gui.modelwords import model_name
from photofind.gui.scrolled import Scrolled
from photofind.gui.words import device_title
from photofind.protocol import EncoderState

LANGUAGES = (("", ""), ("en", "English"), ("ko", "한국어"))  # each in its own words
PATTERNS_HEIGHT = 110  # logical pixels
FIELD_WIDTH = 352
NOTE_WIDTH = 340


@dataclass(frozen=True, slots=True)
class Preferences:
    """What can be chosen."""

    exclusions: tuple[str, ...]
    whole_photos: bool
    cell_size: int  # logical pixels
    language: str  # "" for that of the system


class PreferencesDialog(QDialog):
    """Emits `chosen` when it is left with OK."""

    chosen = Signal(object)  # Preferences
    models_wanted = Signal()

    def __init__(
        self,
        now: Preferences,
        *,
        sizes: tuple[int, int],
        encoder: EncoderState,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._now = now
        self.patterns = QPlainTextEdit("\n".join(now.exclusions), self)
        self.patterns.setFixedHeight(PATTERNS_HEIGHT)
        self.patterns.setMinimumWidth(FIELD_WIDTH)
        self.patterns.setTabChangesFocus(True)
        self.patterns.setPlaceholderText(self.tr("*.tmp\nScreenshots"))
        self.patterns.setAccessibleName(self.tr("Skip"))
        self.whole = QCheckBox(self.tr("Show the whole photo in its cell"), self)
        self.whole.setChecked(now.whole_photos)
        self.cells = QSlider(Qt.Orientation.Horizontal, self)
        self.cells.setRange(*sizes)
        self.cells.setValue(now.cell_size)
        self.cells.setAccessibleName(self.tr("Size of the photos"))
        self.language = QComboBox(self)
        for code, name in LANGUAGES:
            self.language.addItem(name or self.tr("That of the system"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(now.language)))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(16)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(self.tr("Skip:"), self.patterns)
        form.addRow(
            "", self._note(self.tr("Names of files or folders, one a line; * stands for anything."))
        )
        form.addRow(self.tr("Photos:"), self.whole)
        form.addRow(self.tr("Size:"), self.cells)
        form.addRow(self.tr("Language:"), self.language)
        form.addRow("", self._note(self.tr("A new language is used from the next start on.")))
        self.model, self.device = QLabel(self), QLabel(self)
        self.models_button = QPushButton(self.tr("Models…"), self)
        self.models_button.setAutoDefault(False)
        self.models_button.clicked.connect(self.models_wanted)
        beside = QHBoxLayout()
        beside.addWidget(self.model, 1)
        beside.addWidget(self.models_button)
        form.addRow(self.tr("Model:"), beside)
        form.addRow(self.tr("Runs on:"), self.device)
        self.show_encoder(encoder)
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        buttons = without_icons(QDialogButtonBox(ok | cancel, self))
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(20)
        layout.addWidget(Scrolled(form, self), 1)
        layout.addWidget(buttons)

    def show_encoder(self, encoder: EncoderState) -> None:
        """Which model is in use, and where it runs."""
        unknown = self.tr("not loaded yet")
        self.model.setText(model_name(encoder) or unknown)
        self.device.setText(device_title(encoder.device) or unknown)

    def _note(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        # A form does not ask a wrapped line how high it becomes.
        label.setFixedWidth(NOTE_WIDTH)
        label.setMinimumHeight(label.heightForWidth(NOTE_WIDTH))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.muted(palette))
        label.setPalette(palette)
        return label

    def _choose(self) -> None:
        lines = (line.strip() for line in self.patterns.toPlainText().splitlines())
        self.chosen.emit(
            Preferences(
                exclusions=tuple(dict.fromkeys(line for line in lines if line)),
                whole_photos=self.whole.isChecked(),
                cell_size=self.cells.value(),
                language=str(self.language.currentData()),
            )
        )
        self.accept()
