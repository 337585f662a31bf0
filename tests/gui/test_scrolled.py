"""Dialogs on a small screen: nothing is squeezed, and the buttons stay in reach."""

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QStyle,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from photofind.gui.preferences import Preferences, PreferencesDialog
from photofind.gui.scrolled import Scrolled
from photofind.gui.sheets import LOGO, AboutSheet, KeysSheet
from photofind.protocol import EncoderState

SMALL = QSize(640, 360)  # 1920 x 1080 pixels, for who wants everything three times as large
ORDINARY = QSize(1366, 768)


class Screen:
    """Of any size."""

    def __init__(self, size: QSize) -> None:
        self._size = size

    def availableSize(self) -> QSize:
        return self._size


@pytest.fixture
def small_screen(monkeypatch: pytest.MonkeyPatch) -> QSize:
    monkeypatch.setattr(Scrolled, "screen", lambda _self: Screen(SMALL))
    return SMALL


def preferences(parent: QWidget) -> QDialog:
    now = Preferences((), whole_photos=False, cell_size=200, language="")
    encoder = EncoderState(state="none")
    return PreferencesDialog(now, sizes=(80, 400), encoder=encoder, parent=parent)


DIALOGS: tuple[Callable[[QWidget], QDialog], ...] = (
    preferences,
    KeysSheet,
    lambda parent: AboutSheet("Built-in model (basic)", "cpu", parent),
)


@pytest.fixture(params=DIALOGS, ids=["preferences", "keys", "about"])
def dialog(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[QDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made: QDialog = request.param(parent)
    yield made  # its parent must outlive it
    made.close()


def show(dialog: QDialog, qtbot: QtBot, size: QSize) -> Scrolled:
    dialog.open()
    dialog.resize(size)
    qtbot.waitUntil(dialog.isVisible)
    QApplication.processEvents()
    scrolled = dialog.findChild(Scrolled)
    assert isinstance(scrolled, Scrolled)
    return scrolled


def test_a_dialog_fits_on_a_small_screen(
    small_screen: QSize, dialog: QDialog, qtbot: QtBot
) -> None:
    scrolled = show(dialog, qtbot, QSize(0, 0))  # as small as it may be
    frame = dialog.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    assert dialog.width() <= small_screen.width()
    assert dialog.height() + frame <= small_screen.height()
    buttons = dialog.findChild(QDialogButtonBox)
    assert isinstance(buttons, QDialogButtonBox)
    assert dialog.rect().contains(buttons.geometry())
    assert not scrolled.geometry().intersects(buttons.geometry())
    assert scrolled.focusPolicy() == Qt.FocusPolicy.StrongFocus  # its arrows scroll it
    assert scrolled.widget().height() > scrolled.viewport().height()
    labels = [label for label in dialog.findChildren(QLabel) if label.isVisible()]
    for one, other in combinations(labels, 2):
        assert not one.geometry().intersects(other.geometry())
    if isinstance(dialog, AboutSheet):
        logo = next(label for label in labels if not label.pixmap().isNull())
        assert logo.size() == QSize(LOGO, LOGO)


def test_only_wide_contents_are_scrolled_sideways(
    small_screen: QSize, dialog: QDialog, qtbot: QtBot
) -> None:
    scrolled = show(dialog, qtbot, QSize(0, 0))
    assert (scrolled.horizontalScrollBar().maximum() > 0) == isinstance(dialog, KeysSheet)


def test_where_there_is_room_nothing_is_scrolled(
    monkeypatch: pytest.MonkeyPatch, dialog: QDialog, qtbot: QtBot
) -> None:
    monkeypatch.setattr(Scrolled, "screen", lambda _self: Screen(ORDINARY))
    scrolled = show(dialog, qtbot, QSize(0, 0))
    assert scrolled.verticalScrollBar().maximum() == 0
    assert scrolled.horizontalScrollBar().maximum() == 0
    assert scrolled.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_what_is_said_later_finds_its_room(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    body, layout = QVBoxLayout(), QVBoxLayout(dialog)
    first, later = QLabel("One"), QLabel("Two")
    body.addWidget(first)
    body.addWidget(later)
    later.hide()
    layout.addWidget(Scrolled(body, dialog))
    scrolled = show(dialog, qtbot, QSize(0, 0))
    later.show()
    qtbot.waitUntil(lambda: scrolled.height() >= first.height() + later.height())
    assert scrolled.verticalScrollBar().maximum() == 0
