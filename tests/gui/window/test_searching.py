"""What is typed is asked for, and the hits are shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.catalog.records import View
from photofind.errors import FolderMissing
from photofind.gui.window import Window
from photofind.protocol import (
    ChooseModel,
    Done,
    EncoderState,
    Failed,
    Index,
    Indexed,
    LibraryChanged,
    Request,
    SearchDone,
)
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.window.acting import Key, answer, ask, dialog, searches, title


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


def test_a_model_that_fails_while_photos_are_read_leads_to_the_others(
    window: Window, client: FakeClient, qtbot: QtBot
) -> None:
    client.hear(Failed(code="model", message="There is no model file /m.pt."))
    qtbot.waitUntil(lambda: window.messages.shown is not None)
    qtbot.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    assert dialog(qtbot).windowTitle() == "Models"


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
