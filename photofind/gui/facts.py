"""What is known of a photo, beside it: time, camera, lens, exposure, size, place, path."""

import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.records import HERE, MISSING, OFFLINE
from photofind.gui.dates import moment_title, number_title
from photofind.paths import shown_path

if TYPE_CHECKING:
    from photofind.catalog import PhotoDetails
    from photofind.images import Facts

WIDTH_PX = 320
MARGIN_PX = 24


class _Title(QLabel):
    """What kind of fact follows."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)


class _Fact(QTextEdit):
    """Words over as many lines as they take.

    Not a label: that breaks lines between words alone, so that it cuts off a long file name, and
    turns round with the letters that a name begins with.
    """

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document = self.document()
        document.setDocumentMargin(0)
        option = document.defaultTextOption()
        option.setTextDirection(self.layoutDirection())
        document.setDefaultTextOption(option)
        self.setPlainText(words)
        self.setAccessibleName(words)

    def sizeHint(self) -> QSize:
        return QSize(0, math.ceil(self.document().size().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it is the panel that scrolls


class FactsPanel(QScrollArea):
    """Facts as words that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(self.tr("Facts"))
        self._words: list[str] = []
        self.show_details(None)

    def show_details(self, details: "PhotoDetails | None") -> None:
        """Show what is known of a photo; None: nothing yet."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.setSpacing(2)
        self._words = []
        if details is not None:
            for title, lines in self._facts(details):
                column.addWidget(_Title(title))
                for line in lines:
                    column.addWidget(_Fact(line))
                self._words += [title, *lines]
                column.addSpacing(14)
        column.addStretch(1)
        self.setWidget(body)

    def words(self) -> list[str]:
        """All that is said."""
        return list(self._words)

    def _facts(self, details: "PhotoDetails") -> Iterator[tuple[str, list[str]]]:
        facts = details.facts
        if facts is not None and facts.taken_at is not None:
            yield self.tr("Taken"), [moment_title(facts.taken_at)]
        else:
            yield self.tr("File date"), [moment_title(details.taken_at)]
        if facts is not None:
            camera = [name for name in (facts.camera, facts.lens) if name]
            if camera:
                yield self.tr("Camera"), camera
            if exposure := exposure_title(facts):
                yield self.tr("Exposure"), [exposure]
            yield self.tr("Size"), self._size(facts, details)
            if facts.latitude is not None and facts.longitude is not None:
                yield self.tr("Place"), [place_title(facts.latitude, facts.longitude)]
        for number, file in enumerate(details.files):
            words = [
                shown_path(os.path.basename(file.path)),
                shown_path(os.path.dirname(file.path)),
            ]
            if file.presence == OFFLINE:
                words.append(self.tr("Its folder is offline."))
            elif file.presence == MISSING:
                words.append(self.tr("The file is gone."))
            yield self.tr("Also at") if number else self.tr("File"), words

    def _size(self, facts: "Facts", details: "PhotoDetails") -> list[str]:
        pixels = f"{facts.width} × {facts.height}"
        millions = facts.width * facts.height / 1e6
        if millions >= 1:
            shown = QLocale().toString(millions, "f", 0 if millions >= 10 else 1)
            #: millions of pixels
            pixels += " · " + self.tr("{number} MP").format(number=shown)
        here = [file.size for file in details.files if file.presence == HERE]
        sizes = here or [file.size for file in details.files]
        words = [facts.format, *(QLocale().formattedDataSize(size, 1) for size in sizes[:1])]
        return [pixels, " · ".join(word for word in words if word)]


def exposure_title(facts: "Facts") -> str:
    """Shutter, aperture, sensitivity and focal length, as far as known, as photographers write
    them: "1/250 s · f/2.8 · ISO 100 · 35 mm"."""
    locale = QLocale()
    words: list[str] = []
    seconds = facts.exposure_seconds
    if seconds is not None and seconds > 0:
        if seconds < 0.3:
            words.append(f"1/{number_title(round(1 / seconds))} s")
        else:
            words.append(f"{_short(locale, seconds)} s")
    if facts.f_number is not None:
        words.append(f"f/{_short(locale, facts.f_number)}")
    if facts.iso is not None:
        words.append(f"ISO {facts.iso}")
    if facts.focal_length_mm is not None:
        words.append(f"{_short(locale, facts.focal_length_mm)} mm")
    return " · ".join(words)


def place_title(latitude: float, longitude: float) -> str:
    """Degrees, as maps understand them."""
    locale = QLocale()
    north, east = ("N" if latitude >= 0 else "S"), ("E" if longitude >= 0 else "W")
    return (
        f"{locale.toString(abs(latitude), 'f', 5)}° {north}, "
        f"{locale.toString(abs(longitude), 'f', 5)}° {east}"
    )


def _short(locale: QLocale, number: float) -> str:
    """One digit behind the point, unless it is zero."""
    return locale.toString(number, "f", 0 if abs(number - round(number)) < 0.05 else 1)
