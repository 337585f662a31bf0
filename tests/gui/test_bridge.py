"""The bridge keeps its promises to the window, whatever the worker does."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photofind import heartbeat
from photofind.client import read_worker_file
from photofind.errors import DiskFull, FolderMissing, WorkerUnavailable
from photofind.gui import line
from photofind.gui.bridge import FIRST_HITS, MOST_HITS, SEARCH_LOSSES, Bridge, Link
from photofind.gui.query import Query
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    ChooseModel,
    EncoderState,
    Failed,
    Index,
    Indexed,
    LibraryChanged,
    Pause,
    Prioritise,
    Progress,
    RemoveFolder,
    Resume,
    Retry,
    Search,
    SearchDone,
    SetExclusions,
)
from tests.gui.fakes import FakeClient, FakeWorkers

Sent = Callable[[type], list]


@pytest.fixture
def workers() -> FakeWorkers:
    return FakeWorkers()


@pytest.fixture
def bridge(workers: FakeWorkers, tmp_path: Path, qtbot: QtBot) -> Iterator[Bridge]:
    bridge = Bridge(LibraryPaths(tmp_path), open_client=workers.open)
    yield bridge
    bridge.close()


def connect(bridge: Bridge, workers: FakeWorkers, qtbot: QtBot) -> FakeClient:
    bridge.start()
    qtbot.waitUntil(lambda: bridge.link is Link.CONNECTED)
    qtbot.waitUntil(lambda: bool(workers.client.sent))
    return workers.client


def found(request: Search, *ids: int, matches: int = 0) -> SearchDone:
    return SearchDone(id=request.id, photo_ids=ids, scores=(0.3,) * len(ids), matches=matches)


def test_every_new_connection_looks_at_the_folders_again(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    assert [request.paths for request in client.of(Index)] == [()]
    client.die()
    qtbot.waitUntil(lambda: len(workers.clients) == 2 and bool(workers.client.sent))
    assert [request.paths for request in workers.client.of(Index)] == [()]


def test_the_gui_thread_does_not_wait_for_a_slow_start(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    workers.slow_seconds = 0.5
    began = time.monotonic()
    bridge.start()
    bridge.index(b"/photos")
    bridge.search(Query(text="a dog"))
    bridge.pause()
    assert time.monotonic() - began < 0.3
    assert bridge.link is Link.STARTING
    qtbot.waitUntil(lambda: bridge.link is Link.CONNECTED)
    qtbot.waitUntil(lambda: len(workers.client.of(Search)) == 1)
    assert [request.paths for request in workers.client.of(Index)] == [(b"/photos",), ()]
    assert workers.client.of(Pause)


def test_words_wait_for_a_pause_in_typing_and_the_last_ones_win(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    for text in ("a", "a d", "a dog"):
        bridge.search(Query(text=text))
    qtbot.waitUntil(lambda: bool(client.of(Search)))
    qtbot.wait(200)
    (asked,) = client.of(Search)
    assert asked.text == "a dog"
    assert asked.supersede


def test_enter_and_pictures_are_asked_at_once(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="a dog"), at_once=True)
    bridge.search(Query(photo_id=7, folder_id=3))
    bridge.search(Query(image_path=b"/x.jpg"))
    bridge.search(Query(image_bytes=b"jpeg"))
    qtbot.waitUntil(lambda: len(client.of(Search)) == 4, timeout=1000)
    words, photo, file, pasted = client.of(Search)
    assert words.text == "a dog"
    assert (photo.photo_id, photo.folder_ids) == (7, (3,))
    assert file.image_path == b"/x.jpg"
    assert pasted.image_bytes == b"jpeg"


def test_only_the_answer_to_the_newest_query_is_shown(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    answers: list[tuple[Query, SearchDone]] = []
    bridge.found.connect(lambda query, done: answers.append((query, done)))
    bridge.search(Query(text="old"), at_once=True)
    bridge.search(Query(text="new"), at_once=True)
    qtbot.waitUntil(lambda: len(client.of(Search)) == 2)
    old, new = client.of(Search)
    client.hear(found(old, 1, 2))
    client.hear(SearchDone(id=old.id, photo_ids=(), scores=(), superseded=True))
    client.hear(found(new, 3))
    qtbot.waitUntil(lambda: bool(answers))
    assert [(query.text, done.photo_ids) for query, done in answers] == [("new", (3,))]
    assert not bridge.searching


def test_an_answer_that_comes_while_more_is_typed_is_that_to_what_was_asked(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    answers: list[str | None] = []
    bridge.found.connect(lambda query, _done: answers.append(query.text))
    bridge.search_failed.connect(lambda query, _error: answers.append(query.text))
    bridge.search(Query(text="a cat"), at_once=True)
    qtbot.waitUntil(lambda: len(client.of(Search)) == 1)
    bridge.search(Query(text="a castle"))  # waits for a pause in typing
    client.hear(found(client.of(Search)[0], *range(1, FIRST_HITS + 1), matches=FIRST_HITS))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["a cat"]
    assert bridge.searching
    qtbot.waitUntil(lambda: len(client.of(Search)) == 2)
    assert [asked.text for asked in client.of(Search)] == ["a cat", "a castle"]
    assert client.of(Search)[1].top == FIRST_HITS


def test_an_answer_that_comes_after_the_field_was_cleared_is_dropped(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="a dog"), at_once=True)
    qtbot.waitUntil(lambda: bool(client.of(Search)))
    bridge.clear_search()
    with qtbot.assertNotEmitted(bridge.found, wait=100):
        client.hear(found(client.of(Search)[0], 1))


def test_all_matches_are_asked_for_when_the_first_lot_is_not_enough(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="sky"), at_once=True)
    qtbot.waitUntil(lambda: bool(client.of(Search)))
    first = client.of(Search)[0]
    assert first.top == FIRST_HITS
    client.hear(found(first, *range(1, FIRST_HITS + 1), matches=FIRST_HITS))
    qtbot.waitUntil(lambda: len(client.of(Search)) == 2)
    assert client.of(Search)[1].top == MOST_HITS


def test_a_dead_worker_is_replaced_and_what_was_not_answered_is_asked_again(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    links: list[Link] = []
    bridge.link_changed.connect(links.append)
    bridge.index(b"/unanswered")
    bridge.index(b"/answered")
    bridge.remove_folder(4)
    bridge.retry((1, 2))
    bridge.pause()
    bridge.prioritise((5, 6))
    bridge.search(Query(text="a dog"), at_once=True)
    qtbot.waitUntil(lambda: bool(client.of(Search)) and bool(client.of(Retry)))
    client.hear(Indexed(id=client.of(Index)[2].id))
    client.die()
    qtbot.waitUntil(lambda: len(workers.clients) == 2)
    again = workers.client
    qtbot.waitUntil(lambda: bool(again.of(Search)))
    assert links == [Link.RESTARTING, Link.CONNECTED]
    assert [request.paths for request in again.of(Index)] == [(b"/unanswered",), ()]
    assert [request.folder_id for request in again.of(RemoveFolder)] == [4]
    assert [request.file_ids for request in again.of(Retry)] == [(1, 2)]
    assert again.of(Pause)
    assert [request.photo_ids for request in again.of(Prioritise)] == [(5, 6)]
    assert [request.text for request in again.of(Search)] == ["a dog"]


def test_a_worker_that_lived_long_is_replaced_at_once(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STEADY_SECONDS", 0.0)
    client = connect(bridge, workers, qtbot)
    qtbot.wait(10)
    client.die()
    qtbot.waitUntil(lambda: len(workers.clients) == 2, timeout=line.BACKOFF_SECONDS[-1] * 500)


def test_what_the_dead_worker_said_last_is_not_taken_for_the_new_ones_words(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    dead = connect(bridge, workers, qtbot)
    dead.die()
    qtbot.waitUntil(lambda: len(workers.clients) == 2 and bridge.link is Link.CONNECTED)
    with qtbot.assertNotEmitted(bridge.progressed, wait=100):
        dead.hear(Progress(stage="indexing", done=1, total=2))


def test_a_worker_that_cannot_start_is_reported_and_can_be_tried_again(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    workers.refusals = [DiskFull("full")]
    with qtbot.waitSignal(bridge.failed) as told:
        bridge.start()
    assert isinstance(told.args[0], DiskFull)
    assert bridge.link is Link.FAILED
    bridge.index(b"/photos")
    bridge.try_again()
    qtbot.waitUntil(lambda: bridge.link is Link.CONNECTED)
    qtbot.waitUntil(lambda: len(workers.client.of(Index)) == 2)


def test_a_request_that_fails_is_told_with_its_reason(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.index(b"/gone")
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)
    assert bridge.adding
    asked = client.of(Index)[1]
    with qtbot.waitSignal(bridge.failed) as told:
        client.hear(Failed(id=asked.id, code=FolderMissing.code, message="There is no folder."))
    assert isinstance(told.args[0], FolderMissing)
    assert not bridge.adding


def test_a_search_that_fails_says_so_for_that_query_only(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="a dog"), at_once=True)
    qtbot.waitUntil(lambda: bool(client.of(Search)))
    asked = client.of(Search)[0]
    with qtbot.assertNotEmitted(bridge.failed), qtbot.waitSignal(bridge.search_failed) as told:
        client.hear(Failed(id=asked.id, code=WorkerUnavailable.code, message="No."))
    assert told.args[0].text == "a dog"


def test_stopping_a_paused_worker_leaves_it_ready_for_the_next_run(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.pause()
    bridge.cancel_indexing()
    qtbot.waitUntil(lambda: bool(client.of(Cancel)))
    kinds = [type(request) for request in client.sent]
    assert kinds[-3:] == [Pause, Resume, Cancel]


def test_new_exclusions_are_followed_by_a_look_at_the_folders(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.set_exclusions(("*.png",))
    qtbot.waitUntil(lambda: len(client.of(Index)) == 2)
    kinds = [type(request) for request in client.sent]
    assert kinds[-2:] == [SetExclusions, Index]


def test_the_list_of_what_is_on_screen_is_told_seldom_and_newest(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    for number in range(50):
        bridge.prioritise((number,))
    qtbot.waitUntil(lambda: bool(client.of(Prioritise)))
    assert [request.photo_ids for request in client.of(Prioritise)] == [(49,)]


def test_a_model_that_was_asked_for_is_chosen_before_anything_else(
    workers: FakeWorkers, tmp_path: Path, qtbot: QtBot
) -> None:
    bridge = Bridge(
        LibraryPaths(tmp_path), model="RN50:openai", device="cpu", open_client=workers.open
    )
    try:
        client = connect(bridge, workers, qtbot)
        qtbot.waitUntil(lambda: len(client.sent) >= 2)
        assert isinstance(client.sent[0], ChooseModel)
        assert client.sent[0].model == "RN50:openai"
    finally:
        bridge.close()


def test_events_reach_the_window_on_its_own_thread(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    for changed, event in (
        (bridge.library_changed, LibraryChanged(layout=True, photo_ids=(1,))),
        (bridge.encoder_changed, EncoderState(state="ready", model="m")),
        (bridge.progressed, Progress(stage="indexing", done=1, total=9)),
    ):
        with qtbot.waitSignal(changed) as told:
            client.hear(event)
        assert told.args == [event]
    assert bridge.encoder.model == "m"
    assert bridge.progress.done == 1


def test_closing_does_not_wait_for_a_worker_that_hangs(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    client.stuck.clear()
    bridge.index(b"/photos")
    began = time.monotonic()
    bridge.close()
    assert time.monotonic() - began < 1.0
    assert client.closed


def test_a_lone_surrogate_in_a_query_does_not_break_the_connection(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="dog \ud83d"), at_once=True)
    qtbot.waitUntil(lambda: bool(client.of(Search)))
    assert client.of(Search)[0].text == "dog ?"


def test_a_worker_that_was_given_up_is_told_from_one_that_died(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    links: list[Link] = []
    bridge.link_changed.connect(links.append)
    client.die(WorkerUnavailable("The background worker has said nothing and was ended."))
    qtbot.waitUntil(lambda: len(links) == 2)
    assert links == [Link.REPLACING, Link.CONNECTED]


def test_a_worker_given_up_while_it_was_sent_something_is_told_from_one_that_died(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    links: list[Link] = []
    bridge.link_changed.connect(links.append)
    client.closed = True  # sending fails before the thread that reads has said why
    bridge.index(b"/photos")
    qtbot.wait(100)
    client.die(WorkerUnavailable("The background worker has said nothing and was ended."))
    qtbot.waitUntil(lambda: len(links) == 2)
    assert links == [Link.REPLACING, Link.CONNECTED]


def test_a_search_that_ends_every_worker_is_given_up(
    bridge: Bridge, workers: FakeWorkers, qtbot: QtBot
) -> None:
    client = connect(bridge, workers, qtbot)
    bridge.search(Query(text="a dog"), at_once=True)
    for _ in range(SEARCH_LOSSES - 1):
        qtbot.waitUntil(lambda: bool(workers.client.of(Search)))
        client = workers.client
        client.die()
        qtbot.waitUntil(lambda: workers.client is not client)  # noqa: B023
    qtbot.waitUntil(lambda: bool(workers.client.of(Search)))
    with qtbot.waitSignal(bridge.search_failed) as told:
        workers.client.die()
    assert told.args[0].text == "a dog"
    assert not bridge.searching
    bridge.search_again()  # the library has changed
    bridge.search(Query(text="a cat"), at_once=True)
    qtbot.waitUntil(lambda: bool(workers.client.of(Search)))
    assert [request.text for request in workers.client.of(Search)] == ["a cat"]


def test_a_stopped_worker_is_replaced_and_the_search_in_hand_answered(
    tmp_path: Path, tiny_model: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real worker, which stands still as a process does that waits for a dead drive."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.25)
    monkeypatch.setattr(heartbeat, "SILENT_BEATS", 240)
    paths = LibraryPaths(tmp_path / "library")
    bridge = Bridge(paths, model=tiny_model)
    links: list[Link] = []
    bridge.link_changed.connect(links.append)
    try:
        bridge.start()
        with qtbot.waitSignal(bridge.found, timeout=60_000):
            bridge.search(Query(text="a dog"), at_once=True)
        stopped = read_worker_file(paths)
        assert stopped is not None
        os.kill(stopped.pid, signal.SIGSTOP)
        monkeypatch.setattr(heartbeat, "SILENT_BEATS", 10)
        with qtbot.waitSignal(bridge.found, timeout=60_000) as told:
            bridge.search(Query(text="a cat"), at_once=True)
            qtbot.waitUntil(lambda: Link.REPLACING in links, timeout=60_000)
            monkeypatch.setattr(heartbeat, "SILENT_BEATS", 240)
        assert told.args[0].text == "a cat"
        now = read_worker_file(paths)
        assert now is not None
        assert now.pid != stopped.pid
    finally:
        bridge.close()
    assert links[-2:] == [Link.REPLACING, Link.CONNECTED]
