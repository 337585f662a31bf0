"""What goes on, what went wrong, and what can be done about it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.errors import DiskFull
from photofind.gui.bridge import Link
from photofind.gui.messagebar import Message
from photofind.gui.window import Window
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    Failed,
    Index,
    Indexed,
    Pause,
    Prioritise,
    Progress,
    Resume,
)
from tests.gui.conftest import MONTHS
from tests.gui.fakes import FakeClient, FakeWorkers
from tests.gui.library import LibraryForTests, write_photo
from tests.gui.window.acting import Key, Open, shown_emptiness


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
    open_window: Open, workers: FakeWorkers, bare: LibraryForTests, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(4):
        write_photo(tmp_path / "photos", number, month=202001)
    bare.add(tmp_path / "photos")
    window = open_window(bare.paths)
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
