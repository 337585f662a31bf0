"""Size, place, keys and names of the window itself."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.bridge import Bridge
from photofind.gui.settings import WindowSettings
from photofind.gui.window import Window
from photofind.paths import LibraryPaths
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests
from tests.gui.window.acting import Key, Open


def test_size_and_settings_are_remembered(
    open_window: Open, library: LibraryForTests, qtbot: QtBot
) -> None:
    window = open_window(library.paths)
    window.resize(700, 520)
    window.header.slider.setValue(10)
    size = window.grid.cell_size
    window.actions_.sidebar.trigger()
    window.close()
    again = open_window_of(library.paths, open_window, qtbot)
    assert (again.width(), again.height()) == (700, 520)
    assert again.grid.cell_size == size
    assert not again.sidebar.isVisible()


def open_window_of(paths: LibraryPaths, open_window: Open, qtbot: QtBot) -> Window:
    """As `open_window`, but at the remembered size."""
    window = Window(paths, Bridge(paths, open_client=FakeWorkers().open), WindowSettings(paths))
    qtbot.addWidget(window)
    window.show()
    return window


def test_a_remembered_place_on_a_screen_that_is_gone_is_not_used(
    open_window: Open, library: LibraryForTests, qtbot: QtBot
) -> None:
    window = open_window(library.paths)
    window.move(30_000, 30_000)
    window.close()
    again = open_window_of(library.paths, open_window, qtbot)
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.contains(again.geometry().center())


def test_a_settings_file_full_of_nonsense_is_survived(
    open_window: Open, library: LibraryForTests
) -> None:
    (library.paths.root / "window.ini").write_bytes(
        b"[General]\ncell_size=big\nsidebar_width=-4\norder=\xff\ngeometry=@ByteArray(x)\n"
    )
    window = open_window(library.paths)
    assert window.isVisible()


def test_nothing_is_written_outside_the_library(
    open_window: Open, library: LibraryForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    window = open_window(library.paths)
    window.actions_.whole.trigger()
    window.close()
    assert list(home.iterdir()) == []
    assert (library.paths.root / "window.ini").exists()


def test_f11_fills_the_screen_and_escape_leaves_it(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    qtbot.keyClick(window, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())


def test_escape_in_the_field_clears_it_first_and_then_leaves_the_full_screen(
    window: Window, qtbot: QtBot
) -> None:
    line = window.header.field.line
    qtbot.keyClick(line, Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    qtbot.keyClicks(line, "a")
    qtbot.keyClick(line, Key.Key_Escape)
    assert line.text() == ""
    assert window.isFullScreen()
    qtbot.keyClick(line, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())


def test_tab_goes_from_the_words_to_their_cross_and_on_to_the_size(
    window: Window, qtbot: QtBot
) -> None:
    field = window.header.field
    qtbot.keyClicks(field.line, "a")
    for expected in (field._clear, window.header.slider):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        assert QApplication.focusWidget() is expected


def test_every_control_has_a_name_for_screen_readers(window: Window) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QLineEdit

    controls = [
        control
        for kind in (QAbstractButton, QAbstractItemView, QAbstractSlider, QLineEdit)
        for control in window.findChildren(kind)
        if not control.parent().inherits("QAbstractScrollArea")
        and not control.inherits("QScrollBar")
        and control.isVisibleTo(window)
    ]
    nameless = [
        type(control).__name__
        for control in controls
        if not control.accessibleName()
        and not getattr(control, "text", lambda: "")()
        and control is not window.messages.button
    ]
    assert nameless == []


def test_closing_ends_quickly_while_the_worker_hangs(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    import time

    client.stuck.clear()
    window._bridge.index(b"/photos")
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 1.5
