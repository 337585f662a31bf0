"""What goes to other programs arrives whole, and nothing waits for them on the GUI thread."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui import desktop
from photofind.gui.background import Background
from photofind.gui.drag import file_mime
from photofind.gui.drops import local_paths, picture_files
from tests.gui.library import write_photo


@pytest.fixture(autouse=True)
def clipboard_left(qapp: QApplication) -> Iterator[None]:
    """Empties the clipboard: Qt drawing into memory cannot end with something in it."""
    yield
    QGuiApplication.clipboard().clear()


ODD = [b"/photos/caf\xe9.jpg", "/photos/눈 100%#?.jpg".encode(), b"/photos/plain.jpg"]


class Opener(QObject):
    """Stands in for the programs of the desktop."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)


@pytest.fixture
def opener(qapp: QApplication) -> Iterator[Opener]:
    made = Opener()
    QDesktopServices.setUrlHandler("file", made, "open")
    yield made
    QDesktopServices.unsetUrlHandler("file")


@pytest.mark.skipif(os.name == "nt", reason="only on Windows are names text")
def test_names_survive_the_way_to_other_programs_and_back(qapp: QApplication) -> None:
    assert local_paths(file_mime(ODD)) == ODD


def test_only_pictures_are_taken_for_pictures(qapp: QApplication) -> None:
    paths = [b"/a/b.jpg", b"/a/c.txt", b"/a/._d.jpg", b"/a/e.HEIC"]
    assert picture_files(file_mime(paths)) == [b"/a/b.jpg", b"/a/e.HEIC"]


def test_a_photo_opens_in_the_systems_viewer(opener: Opener) -> None:
    assert desktop.open_in_viewer(b"/photos/plain.jpg")
    assert [url.toLocalFile() for url in opener.opened] == ["/photos/plain.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="only on Windows is there always a file manager")
def test_without_a_file_manager_on_the_bus_the_folder_is_opened(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "_ask_file_manager", lambda path: False)
    monkeypatch.setattr(desktop.sys, "platform", "linux")
    assert desktop.show_in_folder(b"/photos/plain.jpg")
    assert [url.toLocalFile() for url in opener.opened] == ["/photos"]


def test_what_is_copied_is_files_text_and_one_picture(qapp: QApplication, tmp_path: Path) -> None:
    path = os.fsencode(write_photo(tmp_path, 1, month=202001, size=(80, 50)))
    picture = desktop.picture_to_copy(path)
    assert picture is not None
    desktop.copy(desktop.copied([path], picture))
    mime = QGuiApplication.clipboard().mimeData()
    assert local_paths(mime) == [path]
    assert mime.text() == os.fsdecode(path)
    assert (picture.width(), picture.height()) == (80, 50)
    if sys.platform == "linux":
        files = bytes(mime.data("x-special/gnome-copied-files").data())
        assert files == b"copy\n" + mime.urls()[0].toEncoded().data()
    assert desktop.holds([path])
    assert not desktop.holds([path, path])


def test_a_file_that_is_no_picture_is_copied_without_one(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    assert desktop.picture_to_copy(os.fsencode(tmp_path / "x.jpg")) is None


def test_names_that_are_no_text_can_be_pasted_as_text(qapp: QApplication) -> None:
    desktop.copy_paths([b"/photos/caf\xe9.jpg"])
    assert QGuiApplication.clipboard().text() == "/photos/caf?.jpg"


def test_background_work_runs_elsewhere_and_ends_here(qtbot: QtBot) -> None:
    background = Background()
    here = threading.get_ident()
    threads: list[int] = []
    results: list[tuple[int, int]] = []

    def work() -> int:
        threads.append(threading.get_ident())
        return 7

    background.run(work, lambda result: results.append((result, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(results))
    assert threads[0] != here
    assert results == [(7, here)]


def test_work_that_hangs_holds_up_neither_the_next_nor_the_end(qtbot: QtBot) -> None:
    background = Background()
    forever = threading.Event()
    results: list[str] = []
    background.run(forever.wait, lambda _: results.append("never"))
    background.run(lambda: "next", results.append)
    qtbot.waitUntil(lambda: results == ["next"])
    background.close()
    forever.set()
    qtbot.wait(50)
    assert results == ["next"]


def test_an_error_of_background_work_is_raised_where_the_window_shows_it(qtbot: QtBot) -> None:
    background = Background()

    def fail() -> None:
        raise ValueError("told")

    with qtbot.captureExceptions() as caught:
        background.run(fail)
        qtbot.waitUntil(lambda: bool(caught))
    assert str(caught[0][1]) == "told"
