"""Folders come and go, and an empty window says what to do."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMessageBox,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from photofind.catalog.records import FolderRow
from photofind.errors import FolderMissing
from photofind.gui.drag import file_mime
from photofind.gui.emptypane import Emptiness
from photofind.gui.window import Window
from photofind.protocol import (
    EncoderState,
    Failed,
    Index,
    LibraryChanged,
    RemoveFolder,
)
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests, write_photo
from tests.gui.window.acting import (
    CONTROL,
    Key,
    Open,
    answer,
    ask,
    dialog,
    drop,
    shown_emptiness,
)


def test_a_folder_dropped_anywhere_is_added(
    window: Window, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "dropped here"
    folder.mkdir()
    assert drop(window, file_mime([os.fsencode(folder)]))
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (os.fsencode(folder),))


@pytest.mark.skipif(os.name == "nt", reason="only on Windows are names text")
def test_a_folder_whose_name_is_no_text_is_added(
    window: Window, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9 %41"
    os.mkdir(folder)
    assert drop(window, file_mime([folder]))
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (folder,))


def test_for_photos_dropped_one_by_one_their_folder_is_offered(
    window: Window, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / "holiday", 1, month=202001)
    assert drop(window, file_mime([os.fsencode(photo)]))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert "“holiday”" in window.messages.shown.text
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (os.fsencode(photo.parent),))


def test_where_folders_may_be_dropped_shows_while_they_hover(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    hint = window.pane.drop_hint
    assert not hint.isVisible()
    window.pane.set_dropping(True)
    assert hint.geometry() == window.pane.rect()
    assert hint.isVisible()
    assert drop(window, file_mime([os.fsencode(tmp_path)]))
    assert not hint.isVisible()


def test_a_web_address_is_not_taken_for_a_folder(window: Window) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg")])
    assert not drop(window, mime)


def test_folders_of_a_second_start_are_added_and_the_window_comes_up(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    window.showMinimized()
    window.take_folders((b"/handed/over",))
    assert not window.isMinimized()
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (b"/handed/over",))


def asked_to_remove(window: Window, folder: FolderRow, qtbot: QtBot) -> QMessageBox:
    window.folders.remove(folder)
    question = dialog(qtbot, QMessageBox)
    assert isinstance(question, QMessageBox)
    return question


def test_removing_a_folder_asks_first_and_can_be_taken_back(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    (folder,) = window._folders
    question = asked_to_remove(window, folder, qtbot)
    question.reject()
    assert client.of(RemoveFolder) == []
    qtbot.waitUntil(lambda: not question.isVisible())
    question = asked_to_remove(window, folder, qtbot)
    remove = next(b for b in question.buttons() if b.text().replace("&", "") == "Remove")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.of(RemoveFolder)))
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (folder.path,))
    assert not client.of(RemoveFolder)[-1].forget


def test_the_question_has_buttons_of_words_as_every_dialog(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithIcons(QMessageBox):
        """As where the desktop wants icons on buttons."""

        def addButton(self, *arguments: object) -> QPushButton:
            button = super().addButton(*arguments)
            button.setIcon(QIcon(QPixmap(16, 16)))
            return button

    monkeypatch.setattr("photofind.gui.folderactions.QMessageBox", WithIcons)
    (folder,) = window._folders
    question = asked_to_remove(window, folder, qtbot)
    assert [button.icon().isNull() for button in question.buttons()] == [True, True]
    question.reject()


@pytest.mark.parametrize("named", ["Pictures", ""])
def test_folders_are_looked_for_where_photos_are(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str
) -> None:
    (tmp_path / named).mkdir(exist_ok=True)
    monkeypatch.setattr(
        "PySide6.QtCore.QStandardPaths.writableLocation",
        lambda place: str(tmp_path / ("Pictures" if "Pictures" in place.name else "")),
    )
    window.folders.choose()
    chooser = dialog(qtbot, QFileDialog)
    assert isinstance(chooser, QFileDialog)
    assert Path(chooser.directory().absolutePath()) == tmp_path / named
    chooser.reject()


def test_removing_a_folder_says_what_is_kept_and_can_keep_nothing(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    (folder,) = window._folders
    question = asked_to_remove(window, folder, qtbot)
    assert "are kept for 30 day" in question.informativeText()
    forget = question.checkBox()
    assert forget is not None
    assert not forget.isChecked()
    forget.click()
    remove = next(b for b in question.buttons() if b.text().replace("&", "") == "Remove")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.of(RemoveFolder)))
    assert client.of(RemoveFolder)[-1].forget


def test_ctrl_r_looks_at_the_folders_again(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)


def test_a_new_library_asks_for_folders(empty: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shown_emptiness(empty) is Emptiness.NO_FOLDER)
    assert empty.pane.empty.add_button.isVisible()
    texts = [label.text() for label in empty.pane.empty.findChildren(type(empty.pane.empty._text))]
    assert "Nothing leaves this computer." in texts


def test_a_search_in_a_library_without_folders_leaves_the_invitation_standing(
    empty: Window, workers: FakeWorkers, qtbot: QtBot
) -> None:
    workers.client.hear(EncoderState(state="ready", basic=True))
    answer(workers.client, ask(empty, workers.client, qtbot, "beach"), (), matches=0)
    qtbot.waitUntil(lambda: empty.searching.shows_hits)
    assert shown_emptiness(empty) is Emptiness.NO_FOLDER
    assert empty.messages.shown is None


def test_the_sample_photos_are_offered_and_added(
    empty: Window, workers: FakeWorkers, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: empty.pane.empty.samples_button.isVisible())
    qtbot.mouseClick(empty.pane.empty.samples_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(workers.client.of(Index)) == 2)
    assert all(os.path.isdir(folder) for folder in workers.client.of(Index)[1].paths)
    assert shown_emptiness(empty) is Emptiness.BEGINNING
    assert QApplication.focusWidget() is empty.header.field.line


def test_a_folder_that_could_not_be_added_leaves_the_invitation_standing(
    empty: Window, workers: FakeWorkers, qtbot: QtBot
) -> None:
    empty.folders.add(b"/gone")
    assert shown_emptiness(empty) is Emptiness.BEGINNING
    qtbot.waitUntil(lambda: len(workers.client.of(Index)) == 2)
    asked = workers.client.of(Index)[1]
    workers.client.hear(Failed(id=asked.id, code=FolderMissing.code, message="No folder /gone."))
    qtbot.waitUntil(lambda: shown_emptiness(empty) is Emptiness.NO_FOLDER)
    assert empty.messages.shown.text == "No folder /gone."


def test_photos_appear_when_the_first_folder_has_been_looked_at(
    empty: Window, workers: FakeWorkers, qtbot: QtBot, tmp_path: Path
) -> None:
    library = LibraryForTests(tmp_path / "new")
    try:
        write_photo(tmp_path / "photos", 1, month=202001)
        library.add(tmp_path / "photos")
        workers.client.hear(LibraryChanged(layout=True))
        qtbot.waitUntil(lambda: empty.grid.count() == 1)
        assert shown_emptiness(empty) is None
    finally:
        library.close()


def test_a_folder_without_photos_says_so(
    open_window: Open, bare: LibraryForTests, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "nothing").mkdir()
    bare.add(tmp_path / "nothing")
    window = open_window(bare.paths)
    qtbot.waitUntil(lambda: shown_emptiness(window) is Emptiness.NO_PHOTOS)


def test_the_sidebar_counts_photos_by_folder(window: Window, qtbot: QtBot) -> None:
    model = window.sidebar.model
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    said = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert said == ["All photos, 40 photo(s)", "Recently added", "Folders", "photos, 40 photo(s)"]


def test_choosing_a_row_leaves_the_search(window: Window, client: FakeClient, qtbot: QtBot) -> None:
    answer(client, ask(window, client, qtbot, "beach"), (3,), matches=1)
    qtbot.waitUntil(lambda: window.grid.count() == 1)
    place = window.sidebar.list.visualRect(window.sidebar.model.index(0)).center()
    qtbot.mouseClick(window.sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))
    assert window.header.field.line.text() == ""


def test_the_sidebar_hides_in_a_narrow_window_and_can_be_asked_for(
    window: Window, qtbot: QtBot
) -> None:
    window.resize(560, 600)
    qtbot.waitUntil(lambda: not window.sidebar.isVisible())
    qtbot.mouseClick(window.header.sidebar_button, Qt.MouseButton.LeftButton)
    assert window.sidebar.isVisible()
    window.resize(1000, 600)
    qtbot.waitUntil(window.sidebar.isVisible)
