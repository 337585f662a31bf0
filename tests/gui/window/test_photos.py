"""Photos are looked at, selected, opened and taken along."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from photofind.errors import FolderMissing
from photofind.gui.bridge import Bridge
from photofind.gui.drag import file_mime
from photofind.gui.settings import WindowSettings
from photofind.gui.window import Window
from photofind.protocol import Failed, Index, Progress
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests
from tests.gui.window.acting import (
    CONTROL,
    Key,
    Open,
    answer,
    dialog,
    drop,
    searches,
)


def test_copying_a_photo_gives_file_path_and_picture(window: Window, qtbot: QtBot) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_photo() is not None)
    path = window.grid.current_photo().path
    qtbot.keyClick(window, Key.Key_C, CONTROL)
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: not clipboard.image().isNull())
    assert [url.toLocalFile() for url in clipboard.mimeData().urls()] == [os.fsdecode(path)]
    assert clipboard.text() == os.fsdecode(path)
    assert clipboard.image().width() == 90


def test_the_path_alone_can_be_copied(window: Window, qtbot: QtBot) -> None:
    window.grid.select_all()
    qtbot.keyClick(window, Key.Key_C, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(QGuiApplication.clipboard().text().splitlines()) == len(MONTHS))


def test_a_photo_that_is_not_there_cannot_be_opened_and_that_is_said(
    window: Window, qtbot: QtBot
) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_photo() is not None)
    os.unlink(window.grid.current_photo().path)
    qtbot.keyClick(window, Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert "cannot be reached" in window.messages.shown.text


def test_keys_act_on_the_photo_that_is_shown_large(window: Window, qtbot: QtBot) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_photo() is not None)
    first = window.grid.current_photo().path
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(window.viewer.isVisible)
    qtbot.keyClick(window.viewer, Key.Key_Right)
    qtbot.waitUntil(lambda: window.viewer.current_id() != window.grid.current_id())
    qtbot.keyClick(window, Key.Key_C, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() != "")
    assert QGuiApplication.clipboard().text() != os.fsdecode(first)
    qtbot.keyClicks(window.viewer, "x")
    assert window.header.field.line.text() == ""
    qtbot.keyClick(window, Key.Key_F, CONTROL)
    assert not window.viewer.isVisible()
    qtbot.waitUntil(window.header.field.line.hasFocus)


def test_what_can_be_done_with_a_photo_is_offered_when_there_is_one(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    actions = window.actions_
    assert not any(action.isEnabled() for action in actions.of_photos)
    assert actions.select_all.isEnabled()
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_id() is not None)
    assert all(action.isEnabled() for action in actions.of_photos)
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(lambda: window.viewer.current_id() == window.grid.current_id())
    assert not actions.open.isEnabled()
    qtbot.keyClick(window.viewer, Key.Key_Right)
    qtbot.waitUntil(lambda: window.viewer.current_id() != window.grid.current_id())
    shown = window.viewer.current_id()
    actions.similar.trigger()  # of the photo shown, not of the one in the grid below
    qtbot.waitUntil(lambda: len(searches(client)) == 1)
    assert searches(client)[0].photo_id == shown
    answer(client, searches(client)[0], (), matches=0)
    qtbot.waitUntil(lambda: window.grid.count() == 0)
    assert not any(action.isEnabled() for action in (*actions.of_photos, actions.select_all))


def test_a_photo_shown_large_has_its_menu(window: Window, qtbot: QtBot) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_id() is not None)
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(window.viewer.isVisible)
    where = window.viewer.picture.rect().center()
    QApplication.postEvent(
        window.viewer.picture,
        QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, window.mapToGlobal(where)),
    )
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert window.actions_.copy in menu.actions()
    assert window.actions_.open not in menu.actions()
    menu.close()


def test_a_folder_dropped_on_a_photo_shown_large_leaves_the_keyboard_there(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_id() is not None)
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(window.viewer.isVisible)
    window.folders.add(os.fsencode(tmp_path))
    assert QApplication.focusWidget() is window.viewer


def test_enter_opens_the_photo_large_and_escape_comes_back_to_it(
    window: Window, qtbot: QtBot
) -> None:
    window.grid.focus_first()
    qtbot.waitUntil(lambda: window.grid.current_id() is not None)
    chosen = window.grid.current_id()
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(window.viewer.isVisible)
    qtbot.keyClick(window.viewer, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.viewer.isVisible())
    assert window.grid.current_id() == chosen
    assert QApplication.focusWidget() is window.grid


def test_a_folder_can_be_removed_with_the_keyboard(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.sidebar.model.rowCount() == 4)
    window.sidebar.list.setCurrentIndex(window.sidebar.model.index(3))
    qtbot.keyClick(window.sidebar.list, Key.Key_Delete)
    dialog(qtbot, QMessageBox).reject()


def test_letters_typed_in_the_sidebar_go_to_the_search_field(window: Window, qtbot: QtBot) -> None:
    window.sidebar.list.setFocus()
    qtbot.keyClicks(window.sidebar.list, "red")
    assert window.header.field.line.text() == "red"


def test_words_dropped_on_the_field_are_searched_for(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    mime = QMimeData()
    mime.setText("a red\n kite ")
    assert drop(window.header.field, mime)
    qtbot.waitUntil(lambda: bool(searches(client)))
    assert searches(client)[-1].text == "a red kite"


def test_a_folder_that_is_not_there_is_not_offered_for_another_try(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    window.folders.add(b"/gone")
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)
    asked = client.of(Index)[1]
    client.hear(Failed(id=asked.id, code=FolderMissing.code, message="There is no folder /gone."))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert not window.messages.button.isVisible()


def test_photos_dropped_from_a_known_folder_are_looked_at_without_a_question(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(window.folders.known))
    folder = window.folders.known[0].path
    photo = os.path.join(folder, sorted(os.listdir(folder))[0])
    assert drop(window, file_mime([photo]))
    qtbot.waitUntil(lambda: client.of(Index)[-1].paths == (folder,))
    assert window.messages.shown is None


def test_the_pill_is_as_wide_as_its_words(window: Window, client: FakeClient, qtbot: QtBot) -> None:
    pill = window.pane.pill
    client.hear(Progress(stage="indexing", done=12340, total=80412, rate=96.2, remaining=712.0))
    qtbot.waitUntil(pill.isVisible)
    wide, bottom = pill.width(), pill.geometry().bottom()
    client.hear(Progress(stage="loading"))
    qtbot.waitUntil(lambda: pill._stage.text() == "Loading the model")
    assert pill.geometry().bottom() == bottom  # with and without buttons
    assert pill.width() < wide - 100
    assert pill.width() - pill._stage.width() <= 2 * pill._stage.x()
    assert abs(pill.geometry().center().x() - window.pane.rect().center().x()) <= 1


def test_how_many_photos_are_selected_stands_in_the_corner_and_never_under_the_pill(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    said = window.pane.selected
    window.grid.focus_first()
    assert not said.isVisible()  # one is plain to see
    window.grid.select_all()
    assert said.isVisible()
    assert said.text() == "40 photo(s) selected"
    assert window.pane.rect().contains(said.geometry())
    window.resize(480, 400)
    client.hear(Progress(stage="indexing", done=12_340, total=80_412, rate=96, remaining=720.0))
    qtbot.waitUntil(window.pane.pill.isVisible)
    assert not said.geometry().intersects(window.pane.pill.geometry())
    window.grid.select_none()
    assert not said.isVisible()


def test_a_library_of_an_older_photofind_is_shown_when_the_worker_has_renewed_it(
    open_window: Open,
    workers: FakeWorkers,
    library: LibraryForTests,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from photofind.catalog import CatalogReader
    from photofind.errors import LibraryUnusable

    opened = CatalogReader.open
    renewed: list[bool] = []

    def refuse(path: Path) -> CatalogReader | None:
        if not renewed:
            raise LibraryUnusable("This catalog is of an older PhotoFind.")
        return opened(path)

    monkeypatch.setattr(CatalogReader, "open", refuse)
    workers.slow_seconds = 1.0
    bridge = Bridge(library.paths, open_client=workers.open)
    window = Window(library.paths, bridge, WindowSettings(library.paths))
    qtbot.addWidget(window)
    window.show()
    bridge.start()
    qtbot.wait(500)
    assert window.messages.shown is None
    assert window.pane.emptiness is None
    renewed.append(True)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))
    assert window.messages.shown is None
    window.close()
