"""Words that have no room end in dots, and are all there for whoever asks."""

import html

from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from photofind.gui.elided import ElidedLabel

SENTENCE = "38 photos for “<b>two children</b> and a red ball in a green park”"


def ask_for_the_tooltip(label: ElidedLabel) -> None:
    place = label.rect().center()
    QApplication.sendEvent(
        label, QHelpEvent(QHelpEvent.Type.ToolTip, place, label.mapToGlobal(place))
    )


def test_words_without_room_end_in_dots_and_the_tooltip_has_them_all(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(SENTENCE)
    label.resize(120, 30)
    label.show()
    assert label.shown().endswith("…")
    assert SENTENCE.startswith(label.shown()[:-1])
    assert label.text() == SENTENCE
    ask_for_the_tooltip(label)
    assert html.escape(SENTENCE) in QToolTip.text()
    label.resize(label.sizeHint().width(), 30)
    assert label.shown() == SENTENCE
    ask_for_the_tooltip(label)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_the_end_stays_and_the_start_is_shortened(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.set_words("a long name " * 20, "  2024")
    label.resize(300, 20)
    assert label.shown().startswith("a long name")
    assert label.shown().endswith("…  2024")
    assert label.fontMetrics().horizontalAdvance(label.shown()) <= 300
    label.set_words("short", "  2024")
    assert label.shown() == "short  2024"
    label.set_words("short", "  2024" * 30)
    assert label.shown().startswith("short  2024")
    assert label.shown().endswith("…")
    label.setText("other words")
    assert label.shown() == "other words"
