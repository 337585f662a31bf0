"""The window does what its parts promise, with a real catalog and a worker held in the hand."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QInputMethodEvent,
    QPixmap,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from photofind.catalog.records import View
from photofind.errors import DiskFull, FolderMissing
from photofind.gui.bridge import Bridge, Link
from photofind.gui.drag import file_mime
from photofind.gui.emptypane import Emptiness
from photofind.gui.messagebar import Message
from photofind.gui.query import Query
from photofind.gui.setaside import SetAsideDialog
from photofind.gui.settings import WindowSettings
from photofind.gui.window import Window
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    ChooseModel,
    Done,
    EncoderState,
    Failed,
    Index,
    Indexed,
    LibraryChanged,
    ListModels,
    Pause,
    Prioritise,
    Progress,
    RemoveFolder,
    Request,
    Resume,
    Retry,
    Search,
    SearchDone,
    SetExclusions,
)
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests, write_photo

Open = Callable[..., Window]
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


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


def searches(client: FakeClient) -> list[Search]:
    return client.of(Search)  # type: ignore[return-value]


def ask(window: Window, client: FakeClient, qtbot: QtBot, text: str) -> Search:
    """Type a query; the search that was asked."""
    before = len(searches(client))
    qtbot.keyClicks(window.header.field.line, text)
    qtbot.waitUntil(lambda: len(searches(client)) > before)
    return searches(client)[-1]


def answer(client: FakeClient, asked: Search, ids: tuple[int, ...], matches: int) -> None:
    client.hear(SearchDone(id=asked.id, photo_ids=ids, scores=(0.3,) * len(ids), matches=matches))


def title(window: Window) -> str:
    return window.grid._results.title.text()


def dialog(qtbot: QtBot, kind: type[QDialog] = QDialog) -> QDialog:
    found: list[QDialog] = []

    def look() -> bool:
        found[:] = [
            w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()
        ]
        return bool(found)

    qtbot.waitUntil(look)
    return found[0]


# ------------------------------------------------------------------------------------ searching


def test_the_search_field_has_the_focus_at_start(window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: window.header.field.line.hasFocus())
    assert window.windowTitle() == "PhotoFind"


def test_typing_shows_the_hits_and_how_many_there_are(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    asked = ask(window, client, qtbot, "beach")
    assert asked.text == "beach"
    answer(client, asked, (3, 1, 2, 9), matches=3)
    qtbot.waitUntil(lambda: window.grid.count() == 3)
    assert title(window) == "3 photo(s) for “beach”"


def test_a_syllable_is_looked_for_while_it_is_put_together(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    line = window.header.field.line

    def compose(syllable: str, commit: str = "") -> None:
        event = QInputMethodEvent(syllable, [])
        event.setCommitString(commit)
        QApplication.sendEvent(line, event)

    compose("ㅎ")
    compose("해")
    compose("벼", commit="해")
    compose("변")
    qtbot.waitUntil(lambda: bool(searches(client)))
    assert [asked.text for asked in searches(client)] == ["해변"]
    qtbot.keyClick(line, Key.Key_Escape)
    assert window.header.field.query is None
    compose("눈")
    compose("", commit="눈")
    qtbot.waitUntil(lambda: len(searches(client)) == 2)
    assert searches(client)[-1].text == "눈"
    assert line.text() == "눈"


def test_clearing_the_search_brings_the_library_back(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    answer(client, ask(window, client, qtbot, "beach"), (3, 1), matches=2)
    qtbot.waitUntil(lambda: window.grid.count() == 2)
    qtbot.keyClick(window.header.field.line, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))
    assert window.header.field.query is None


def test_nothing_that_matches_is_said_in_so_many_words(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    answer(client, ask(window, client, qtbot, "qwzx"), (5, 6), matches=0)
    qtbot.waitUntil(lambda: title(window) == "Nothing here looks like “qwzx”.")


def test_a_search_typed_while_the_worker_restarts_is_answered_by_the_next_one(
    window: Window, workers: FakeWorkers, qtbot: QtBot
) -> None:
    workers.client.die()
    qtbot.keyClicks(window.header.field.line, "beach")
    qtbot.waitUntil(lambda: len(workers.clients) == 2 and bool(searches(workers.client)))
    answer(workers.client, searches(workers.client)[-1], (4,), matches=1)
    qtbot.waitUntil(lambda: window.grid.count() == 1)


def test_letters_typed_in_the_grid_go_to_the_search_field(window: Window, qtbot: QtBot) -> None:
    window.grid.setFocus()
    qtbot.keyClicks(window.grid, "cat")
    assert window.header.field.line.text() == "cat"


def test_a_slash_goes_to_the_field_and_is_not_typed(window: Window, qtbot: QtBot) -> None:
    window.grid.setFocus()
    qtbot.keyClicks(window.grid, "/")
    assert window.header.field.line.text() == ""
    assert QApplication.focusWidget() is window.header.field.line


def test_a_slash_goes_to_the_field_from_the_large_view_too(window: Window, qtbot: QtBot) -> None:
    window.grid.focus_first()
    qtbot.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(window.viewer.isVisible)
    qtbot.keyClicks(window.viewer, "/")
    assert not window.viewer.isVisible()
    assert QApplication.focusWidget() is window.header.field.line


def test_down_goes_from_the_field_to_the_first_photo(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window.header.field.line, Key.Key_Down)
    assert QApplication.focusWidget() is window.grid
    qtbot.waitUntil(lambda: window.grid.current_id() is not None)


def test_find_similar_asks_for_the_photo_and_shows_it_as_a_chip(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    window.grid.similar_wanted.emit(2)
    qtbot.waitUntil(lambda: bool(searches(client)))
    assert searches(client)[-1].photo_id == 2
    qtbot.waitUntil(lambda: window.header.field._shown.label.endswith(".jpg"))
    qtbot.waitUntil(lambda: window.header.field._shown.image is not None)
    answer(client, searches(client)[-1], (2, 3, 5, 9), matches=3)  # a photo is like itself
    qtbot.waitUntil(lambda: title(window) == "2 photo(s) like this one")
    assert window.grid.count() == 2
    qtbot.keyClick(window.header.field.line, Key.Key_Backspace)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))


def test_a_search_in_a_folder_looks_there_alone_and_says_so(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    (folder,) = window._folders
    window.sidebar.list.setCurrentIndex(window.sidebar.model.index(3))
    qtbot.waitUntil(lambda: window.searching.view == View(folder_id=folder.id))
    assert window.header.field.line.placeholderText() == "Search in “photos”"
    asked = ask(window, client, qtbot, "beach")
    assert asked.folder_ids == (folder.id,)
    answer(client, asked, (1,), matches=1)
    qtbot.waitUntil(lambda: title(window) == "1 photo(s) for “beach” in “photos”")


def test_photos_that_come_while_a_query_stands_are_found_too(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    answer(client, ask(window, client, qtbot, "beach"), (3,), matches=1)
    qtbot.waitUntil(lambda: window.grid.count() == 1)
    client.hear(Indexed(id=client.of(Index)[0].id))
    qtbot.waitUntil(lambda: len(searches(client)) == 2)
    window.grid.select_all()
    answer(client, searches(client)[-1], (3, 4), matches=2)
    qtbot.waitUntil(lambda: window.grid.count() == 2)
    assert window.grid.selection.ranges == ((0, 1),)  # still the one, not what came


def test_a_search_that_fails_says_why(window: Window, client: FakeClient, qtbot: QtBot) -> None:
    asked = ask(window, client, qtbot, "beach")
    client.hear(Failed(id=asked.id, code="model", message="The model is gone."))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert window.messages.shown.text == "The model is gone."


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (ChooseModel(model="ViT-B-32:/gone.pt"), "model"),
        (Index(paths=(b"/gone",)), FolderMissing.code),
    ],
)
def test_what_was_asked_in_vain_is_said_while_the_work_goes_on(
    window: Window, client: FakeClient, qtbot: QtBot, asked: Request, code: str
) -> None:
    """It was gone before it could be read: folders are looked at all the time at the start."""
    number = window._bridge.ask_for(asked)
    client.hear(Failed(id=number, code=code, message="There is nothing there."))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    looked: list[object] = []
    window._bridge.indexed.connect(looked.append)
    client.hear(LibraryChanged(layout=True))
    client.hear(EncoderState(state="ready", model="builtin"))
    client.hear(Indexed(id=client.of(Index)[0].id))
    qtbot.waitUntil(lambda: bool(looked))
    assert window.messages.shown is not None
    assert window.messages.shown.text == "There is nothing there."
    number = window._bridge.ask_for(asked)
    good = Indexed(id=number) if isinstance(asked, Index) else Done(id=number)
    client.hear(good)
    qtbot.waitUntil(lambda: window.messages.shown is None)


def test_a_model_that_cannot_be_loaded_is_told_in_the_window_s_words(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    sentence, names = "There is no model file {file}.", {"file": "/m.pt"}
    state = EncoderState(state="failed", message="Otherwise.", sentence=sentence, names=names)
    client.hear(state)
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert window.messages.shown.text == "There is no model file /m.pt."
    client.hear(EncoderState(state="failed", message="Of an older worker."))
    qtbot.waitUntil(lambda: window.messages.shown.text == "Of an older worker.")


def test_what_went_wrong_with_a_search_is_over_with_the_next(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    asked = ask(window, client, qtbot, "beach")
    client.hear(Failed(id=asked.id, code="model", message="The model is gone."))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    window.header.field.clear()
    assert window.messages.shown is None


@pytest.mark.parametrize(
    ("encoder", "done", "words"),
    [
        (EncoderState(state="ready", basic=True), {"searched": 40}, "small model"),
        (EncoderState(state="ready"), {"foreign": True}, "English only"),
    ],
)
def test_what_the_model_cannot_do_is_said_once(
    window: Window,
    client: FakeClient,
    qtbot: QtBot,
    encoder: EncoderState,
    done: dict[str, int],
    words: str,
) -> None:
    client.hear(encoder)
    asked = ask(window, client, qtbot, "x")
    client.hear(SearchDone(id=asked.id, photo_ids=(1,), scores=(0.3,), matches=1, **done))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert words in window.messages.shown.text
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    models = dialog(qtbot)
    assert models.windowTitle() == "Models"
    models.reject()
    asked = ask(window, client, qtbot, "y")
    client.hear(SearchDone(id=asked.id, photo_ids=(1, 2), scores=(0.3, 0.3), matches=2, **done))
    qtbot.waitUntil(lambda: window.grid.count() == 2)
    assert window.messages.shown is None


# ------------------------------------------------------------------------------------- pictures


def drop(widget: QWidget, mime: QMimeData) -> bool:
    """Drag something over a widget and let it go; whether it was taken."""
    middle = widget.rect().center()
    copy = Qt.DropAction.CopyAction
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, copy, mime, button, keys)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(middle), copy, mime, button, keys)
    QApplication.sendEvent(widget, event)
    return True


def test_a_picture_dropped_on_the_field_is_searched_for(
    window: Window, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    picture = write_photo(tmp_path / "elsewhere", 1, month=202001)
    assert drop(window.header.field, file_mime([os.fsencode(picture)]))
    qtbot.waitUntil(lambda: bool(searches(client)))
    assert searches(client)[-1].image_path == os.fsencode(picture)
    qtbot.waitUntil(lambda: window.header.field._shown.image is not None)


def test_a_copied_picture_can_be_pasted_into_the_field(
    window: Window, client: FakeClient, qtbot: QtBot, tmp_path: Path
) -> None:
    mime = QMimeData()
    mime.setImageData(window.grab().toImage())
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(window.header.field.line, Key.Key_V, CONTROL)
    qtbot.waitUntil(lambda: bool(searches(client)))
    data = searches(client)[-1].image_bytes
    assert data is not None
    assert data.startswith(b"\xff\xd8")
    qtbot.waitUntil(lambda: window.header.field._shown.image is not None)


def test_pasting_nothing_does_nothing(window: Window, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(window.header.field.line, Key.Key_V, CONTROL)
    assert window.header.field.query is None


def test_words_are_pasted_as_words(window: Window, client: FakeClient, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("a red kite")
    qtbot.keyClick(window.header.field.line, Key.Key_V, CONTROL)
    assert window.header.field.line.text() == "a red kite"


def test_what_is_pasted_anywhere_in_the_window_is_looked_for(window: Window, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("a red kite")
    qtbot.keyClick(window.grid, Key.Key_V, CONTROL)
    assert window.header.field.query == Query(text="a red kite")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/kite.jpg")])
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(window.sidebar.list, Key.Key_V, CONTROL)
    assert window.header.field.query == Query(image_path=b"/tmp/kite.jpg")
    window.header.field.clear()
    window.actions_.paste.trigger()  # from the menu bar
    assert window.header.field.query == Query(image_path=b"/tmp/kite.jpg")


def test_words_take_the_place_of_a_picture(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    window.grid.similar_wanted.emit(2)
    qtbot.waitUntil(lambda: bool(searches(client)))
    asked = ask(window, client, qtbot, "cat")
    assert (asked.text, asked.photo_id) == ("cat", None)


# -------------------------------------------------------------------------------------- folders


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


def test_removing_a_folder_asks_first_and_can_be_taken_back(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    (folder,) = window._folders
    window.folders.remove(folder)
    question = dialog(qtbot, QMessageBox)
    assert isinstance(question, QMessageBox)
    question.reject()
    assert client.of(RemoveFolder) == []
    qtbot.waitUntil(lambda: not question.isVisible())
    window.folders.remove(folder)
    question = dialog(qtbot, QMessageBox)
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
    window.folders.remove(folder)
    question = dialog(qtbot, QMessageBox)
    assert isinstance(question, QMessageBox)
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
    window.folders.remove(folder)
    question = dialog(qtbot, QMessageBox)
    assert isinstance(question, QMessageBox)
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


# ------------------------------------------------------------------------------------ emptiness


def shown_emptiness(window: Window) -> Emptiness | None:
    return window.pane.emptiness


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


def test_a_folder_without_photos_says_so(open_window: Open, tmp_path: Path, qtbot: QtBot) -> None:
    library = LibraryForTests(tmp_path / "library")
    try:
        (tmp_path / "nothing").mkdir()
        library.add(tmp_path / "nothing")
        window = open_window(library.paths)
        qtbot.waitUntil(lambda: shown_emptiness(window) is Emptiness.NO_PHOTOS)
    finally:
        library.close()


# --------------------------------------------------------------------------------------- status


def test_the_pill_tells_stage_count_rate_and_time_left(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Progress(stage="indexing", done=12340, total=80412, rate=96.2, remaining=712.0))
    qtbot.waitUntil(window.pane.pill.isVisible)
    assert window.pane.pill._stage.text() == "Indexing"
    assert window.pane.pill._figures.text() == "12,340 of 80,412   96 a second   10 min left"
    client.hear(Progress(stage="idle"))
    qtbot.waitUntil(lambda: not window.pane.pill.isVisible())


def test_indexing_can_be_paused_resumed_and_stopped(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Progress(stage="indexing", done=1, total=9, rate=1.0, remaining=8.0))
    qtbot.waitUntil(window.pane.pill.isVisible)
    qtbot.mouseClick(window.pane.pill.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.of(Pause)))
    client.hear(Progress(stage="paused", done=1, total=9))
    qtbot.waitUntil(window.pane.pill.resume_button.isVisible)
    qtbot.mouseClick(window.pane.pill.resume_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.of(Resume)))
    qtbot.mouseClick(window.pane.pill.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.of(Cancel)))
    client.hear(Indexed(id=client.of(Index)[0].id, cancelled=True))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)


def test_the_key_that_paused_goes_on_and_does_not_stop(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Progress(stage="indexing", done=10, total=100))
    qtbot.waitUntil(window.pane.pill.isVisible)
    window.pane.pill.pause_button.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    qtbot.waitUntil(lambda: bool(client.of(Pause)))
    client.hear(Progress(stage="paused", done=10, total=100))
    qtbot.waitUntil(window.pane.pill.resume_button.isVisible)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    qtbot.waitUntil(lambda: bool(client.of(Resume)))
    client.hear(Progress(stage="indexing", done=10, total=100))
    qtbot.waitUntil(window.pane.pill.pause_button.isVisible)
    assert window.pane.pill.pause_button.hasFocus()
    assert not client.of(Cancel)


def test_pause_and_go_on_are_in_one_place_under_the_pointer(
    window: Window, client: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pill = window.pane.pill
    work = Progress(stage="indexing", done=12_340, total=80_412, rate=96.0, remaining=720)
    client.hear(work)
    qtbot.waitUntil(pill.isVisible)
    monkeypatch.setattr(pill, "underMouse", lambda: True)
    place = pill.pause_button.mapTo(window, QPoint(0, 0))
    client.hear(Progress(stage="paused", done=12_340, total=80_412))
    qtbot.waitUntil(pill.resume_button.isVisible)
    assert pill.resume_button.mapTo(window, QPoint(0, 0)) == place
    wide = pill.width()
    monkeypatch.setattr(pill, "underMouse", lambda: False)
    QApplication.sendEvent(pill, QEvent(QEvent.Type.Leave))
    assert pill.width() < wide


def test_the_pill_says_when_the_worker_is_started_again(
    window: Window, workers: FakeWorkers, qtbot: QtBot
) -> None:
    workers.slow_seconds = 1.0
    workers.client.die()
    qtbot.waitUntil(window.pane.pill.isVisible)
    assert window.pane.pill._stage.text() == "The search engine stopped; starting it again"
    qtbot.waitUntil(lambda: not window.pane.pill.isVisible())


def test_a_full_disk_is_said_with_what_to_do(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Failed(code=DiskFull.code, message="whatever"))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert window.messages.shown.text.startswith("There is no space left")
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)
    assert window.messages.shown is None


@pytest.mark.parametrize("refusal", [DiskFull("full"), BlockingIOError("no more processes")])
def test_a_worker_that_does_not_start_can_be_tried_again_from_the_bar(
    open_window: Open,
    workers: FakeWorkers,
    library: LibraryForTests,
    qtbot: QtBot,
    refusal: Exception,
) -> None:
    workers.refusals = [refusal]
    window = open_window(library.paths)
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    qtbot.waitUntil(lambda: window.grid.count() == len(MONTHS))  # the library is there all the same
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window._bridge.link is Link.CONNECTED)
    assert window.messages.shown is None


def test_a_damaged_catalog_is_not_shown_as_an_empty_library(
    open_window: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = LibraryPaths(tmp_path / "library")
    paths.root.mkdir()
    paths.catalog.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    window = open_window(paths)
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    assert "damaged" in window.messages.shown.text
    assert shown_emptiness(window) is None


def test_what_is_on_screen_is_read_first(
    open_window: Open, workers: FakeWorkers, tmp_path: Path, qtbot: QtBot
) -> None:
    library = LibraryForTests(tmp_path / "library")
    try:
        for number in range(4):
            write_photo(tmp_path / "photos", number, month=202001)
        library.add(tmp_path / "photos")
        window = open_window(library.paths)
        qtbot.waitUntil(lambda: bool(workers.client.of(Prioritise)))

        def wanted() -> tuple[int, ...]:
            return workers.client.of(Prioritise)[-1].photo_ids

        assert len(wanted()) == 4
        last = window.grid.row(3)
        assert last is not None
        window.grid.open_at(3)  # what is seen large comes before all that lies below it
        qtbot.waitUntil(lambda: wanted()[0] == last.id)
        assert len(wanted()) == 4
        small = window.grid.row(0)
        assert small is not None
        qtbot.keyClick(window.viewer, Key.Key_Escape)
        qtbot.waitUntil(lambda: wanted()[0] == small.id)
    finally:
        library.close()


# -------------------------------------------------------------------------------- the sidebar


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


# -------------------------------------------------------------------------------------- dialogs


def test_files_set_aside_are_listed_with_reason_and_tried_again(
    open_window: Open, workers: FakeWorkers, tmp_path: Path, qtbot: QtBot
) -> None:
    from photofind.catalog import FileFailed
    from photofind.errors import Reason
    from photofind.gui.setaside import SetAsideDialog

    library = LibraryForTests(tmp_path / "library")
    try:
        for number in range(3):
            write_photo(tmp_path / "photos", number, month=202001)
        ids = library.add(tmp_path / "photos")
        failed = [FileFailed(file_id, Reason.TRUNCATED, "line 3") for file_id in ids[:2]]
        library.catalog.store(library.encoder_id, [], failed)
        window = open_window(library.paths)
        qtbot.waitUntil(window.sidebar.aside_button.isVisible)
        assert window.sidebar.aside_button.text() == "2 set aside"
        folder = window.sidebar.model.index(3).data(Qt.ItemDataRole.AccessibleTextRole)
        assert folder == "photos, 1 photo(s)"  # as many as a click on it shows
        qtbot.mouseClick(window.sidebar.aside_button, Qt.MouseButton.LeftButton)
        listed = dialog(qtbot, SetAsideDialog)
        assert isinstance(listed, SetAsideDialog)
        qtbot.waitUntil(lambda: listed.model.rowCount() == 2)
        first = listed.model.index(0)
        assert "The picture is cut off" in first.data(Qt.ItemDataRole.AccessibleTextRole)
        listed.list.setCurrentIndex(first)
        qtbot.mouseClick(listed.retry_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(workers.client.of(Retry)))
        assert workers.client.of(Retry)[0].file_ids == (listed.model.files[0].file_id,)
        listed.close()
        window.sidebar.list.setFocus()
        for button in (window.sidebar.aside_button, window.sidebar.add_button):  # as they stand
            qtbot.keyClick(window.focusWidget(), Key.Key_Tab)
            assert window.focusWidget() is button
    finally:
        library.close()


def test_a_list_of_files_set_aside_without_any_says_so(window: Window, qtbot: QtBot) -> None:
    from photofind.gui.setaside import SetAsideDialog

    window.actions_.set_aside.trigger()
    listed = dialog(qtbot, SetAsideDialog)
    assert isinstance(listed, SetAsideDialog)
    qtbot.waitUntil(lambda: "Nothing is set aside" in listed.explanation.text())
    assert not listed.retry_button.isEnabled()
    listed.close()


def test_the_list_of_files_set_aside_is_opened_once(window: Window, qtbot: QtBot) -> None:
    window.actions_.set_aside.trigger()
    first = dialog(qtbot, SetAsideDialog)
    window.actions_.set_aside.trigger()
    assert [w for w in window.findChildren(SetAsideDialog) if w.isVisible()] == [first]
    first.close()
    window.actions_.set_aside.trigger()
    again = dialog(qtbot, SetAsideDialog)
    qtbot.waitUntil(lambda: bool(again.explanation.text()))
    again.reject()


def test_the_ledger_adds_up(window: Window, qtbot: QtBot) -> None:
    from photofind.gui.sheets import LedgerSheet

    window.actions_.library.trigger()
    sheet = dialog(qtbot, LedgerSheet)
    assert isinstance(sheet, LedgerSheet)
    *parts, (_, files) = sheet.lines
    assert sum(count for _, count in parts) == files == len(MONTHS)
    sheet.close()


def test_preferences_are_applied_and_kept(
    window: Window, client: FakeClient, qtbot: QtBot, library: LibraryForTests
) -> None:
    from photofind.gui.preferences import PreferencesDialog

    qtbot.keyClick(window, Key.Key_Comma, CONTROL)
    preferences = dialog(qtbot, PreferencesDialog)
    assert isinstance(preferences, PreferencesDialog)
    preferences.patterns.setPlainText("*.png\n\n  Screenshots \n*.png")
    preferences.whole.setChecked(True)
    preferences.cells.setValue(120)
    preferences.language.setCurrentIndex(2)
    preferences._choose()
    qtbot.waitUntil(lambda: bool(client.of(SetExclusions)))
    assert client.of(SetExclusions)[0].patterns == ("*.png", "Screenshots")
    assert not window.grid.fill
    assert window.grid.cell_size == 120
    kept = WindowSettings(library.paths)
    assert (kept.language, kept.whole_photos, kept.cell_size) == ("ko", True, 120)


@pytest.mark.parametrize("name", ["keys", "about", "preferences", "set_aside", "library", "models"])
def test_every_dialog_opens_and_closes_with_escape(window: Window, qtbot: QtBot, name: str) -> None:
    getattr(window.actions_, name).trigger()
    opened = dialog(qtbot)
    qtbot.keyClick(opened, Key.Key_Escape)
    qtbot.waitUntil(
        lambda: (
            not any(
                isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets()
            )
        )
    )


def test_preferences_lead_to_the_models_and_tell_what_was_chosen(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    from photofind.gui.modelsdialog import ModelsDialog
    from photofind.gui.preferences import PreferencesDialog

    window.actions_.preferences.trigger()
    preferences = dialog(qtbot, PreferencesDialog)
    assert isinstance(preferences, PreferencesDialog)
    client.hear(EncoderState(state="ready", model="builtin", basic=True, device="cpu"))
    qtbot.waitUntil(lambda: preferences.model.text() == "Built-in model (basic)")
    qtbot.mouseClick(preferences.models_button, Qt.MouseButton.LeftButton)
    models = dialog(qtbot, ModelsDialog)
    assert models.parent() is preferences
    qtbot.waitUntil(lambda: bool(client.of(ListModels)))
    models.reject()
    preferences.reject()


# ----------------------------------------------------------------------------- size and the rest


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


# ----------------------------------------------------------------------------------- the photos


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


# ------------------------------------------------------------------------------------ messages


def test_a_note_that_asks_nothing_goes_by_itself(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = window.messages
    bar._reading.setInterval(50)
    bar.show_message(Message("a", "This stays.", lasting=True))
    bar.show_message(Message("b", "And this.", button="Do it"))
    looked_at = False
    monkeypatch.setattr(bar, "isActiveWindow", lambda: looked_at)
    monkeypatch.setattr(bar, "underMouse", lambda: False)
    passing = Message("c", "This passes.")
    bar.show_message(passing)
    qtbot.wait(200)
    assert bar.shown == passing  # nobody looks
    looked_at = True
    qtbot.waitUntil(lambda: bar.shown != passing)
    qtbot.wait(200)
    assert list(bar._messages) == ["a", "b"]


def test_what_is_left_out_is_withdrawn_when_it_can_be_read_again(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Indexed(id=0, unreadable=(b"/private",)))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    client.hear(Indexed(id=0))
    qtbot.waitUntil(lambda: window.messages.shown is None)


def test_that_indexing_was_stopped_is_withdrawn_when_it_begins_anew(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Indexed(id=0, cancelled=True))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    client.hear(Progress(stage="scanning"))
    qtbot.waitUntil(lambda: window.messages.shown is None)


def test_in_a_narrow_window_the_pill_rather_says_less_than_half_a_word(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Progress(stage="indexing", done=12_345, total=80_412, rate=96, remaining=700))
    pill = window.pane.pill
    qtbot.waitUntil(pill.isVisible)
    assert pill._figures.isVisible()
    whole = pill.width()
    window.pane.setMinimumWidth(0)
    window.pane.resize(whole - 60, window.pane.height())
    assert not pill._figures.isVisible()
    assert pill._stage.width() >= pill._stage.sizeHint().width()
    window.pane.resize(whole + 60, window.pane.height())
    assert pill._figures.isVisible()
