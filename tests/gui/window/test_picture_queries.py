"""A picture is a query, too."""

import os
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from photofind.gui.drag import file_mime
from photofind.gui.query import Query
from photofind.gui.window import Window
from tests.gui.fakes import FakeClient
from tests.gui.library import write_photo
from tests.gui.window.acting import CONTROL, Key, ask, drop, searches


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
