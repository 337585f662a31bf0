"""A real window with a real catalog and a worker held in the hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.bridge import Bridge, Link
from photofind.gui.settings import WindowSettings
from photofind.gui.window import Window
from photofind.paths import LibraryPaths
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests
from tests.gui.window.acting import Open


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)
    QGuiApplication.clipboard().clear()  # Qt drawing into memory cannot end with something in it


@pytest.fixture
def workers() -> FakeWorkers:
    return FakeWorkers()


@pytest.fixture
def open_window(workers: FakeWorkers, qtbot: QtBot) -> Iterator[Open]:
    windows: list[Window] = []

    def open_it(paths: LibraryPaths) -> Window:
        bridge = Bridge(paths, open_client=workers.open)
        window = Window(paths, bridge, WindowSettings(paths))
        window.resize(1000, 700)
        window.show()
        bridge.start()
        windows.append(window)
        qtbot.waitUntil(lambda: bridge.link in (Link.CONNECTED, Link.FAILED))
        qtbot.waitUntil(lambda: window.pane._known or window.messages.shown is not None)
        return window

    yield open_it
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: Open, library: LibraryForTests, qtbot: QtBot) -> Window:
    """A window of 40 photos in one folder."""
    window = open_window(library.paths)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))
    return window


@pytest.fixture
def client(window: Window, workers: FakeWorkers) -> FakeClient:
    return workers.client


@pytest.fixture
def empty(open_window: Open, tmp_path: Path) -> Window:
    """A window of a library that nobody has used."""
    return open_window(LibraryPaths(tmp_path / "new"))


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[LibraryForTests]:
    """A library of nothing yet."""
    made = LibraryForTests(tmp_path / "library")
    yield made
    made.close()
