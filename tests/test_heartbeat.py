"""A worker that lives but does nothing is ended and replaced; one that only takes long is not."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from photofind import client as client_module
from photofind import heartbeat
from photofind.client import Client
from photofind.errors import WorkerUnavailable
from photofind.heartbeat import Heartbeat
from photofind.paths import LibraryPaths
from photofind.protocol import EncoderState, GetState, Progress, Search, SearchDone, StateDone
from tests.engines.stuck import WORDS
from tests.running import eventually


@pytest.fixture
def library(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats for tests; the patience is as long as ever, for a busy machine is no hang."""
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.25)
    monkeypatch.setattr(heartbeat, "SILENT_BEATS", 240)


def state(*, query: float = 0.0, engine: float = 0.0, loading: bool = False) -> StateDone:
    return StateDone(
        progress=Progress(stage="idle"),
        encoder=EncoderState(state="loading" if loading else "ready"),
        paused=False,
        pid=1,
        query_seconds=query,
        engine_seconds=engine,
    )


# ------------------------------------------------------------------------------- judging


class Patient:
    """A worker as the heartbeat sees it, which answers what it is told to."""

    def __init__(self, answer: Callable[[], StateDone | None]) -> None:
        self.given_up: list[str] = []
        self.asked = 0
        self.heartbeat = Heartbeat(self.ask, self.given_up.append)
        self._answer = answer

    def ask(self) -> None:
        self.asked += 1
        answer = self._answer()
        if answer is not None:
            self.heartbeat.heard()
            self.heartbeat.answered(answer)
            self.heartbeat.listening()


@pytest.fixture
def patients(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Patient]]:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    made: list[Patient] = []
    yield made
    for patient in made:
        patient.heartbeat.stop()


def watched(patients: list[Patient], answer: Callable[[], StateDone | None]) -> Patient:
    patients.append(Patient(answer))
    patients[-1].heartbeat.start()
    return patients[-1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (state(query=heartbeat.QUERY_SECONDS + 1), "not answered a search"),
        (state(engine=heartbeat.ENGINE_SECONDS + 1), "got no further with the photos"),
        (state(query=heartbeat.LOADING_SECONDS + 1, loading=True), "not answered a search"),
    ],
)
def test_what_is_stuck_is_told(patients: list[Patient], answer: StateDone, words: str) -> None:
    patient = watched(patients, lambda: answer)
    assert eventually(lambda: bool(patient.given_up))
    assert words in patient.given_up[0]


def test_silence_is_told_and_asking_that_never_ends_is_not_waited_for(
    patients: list[Patient],
) -> None:
    def never() -> None:
        threading.Event().wait()

    patient = watched(patients, never)
    assert eventually(lambda: bool(patient.given_up))
    assert "said nothing" in patient.given_up[0]
    assert patient.asked == 1


@pytest.mark.parametrize(
    "answer",
    [
        state(engine=heartbeat.ENGINE_SECONDS - 60),  # a long batch
        state(query=heartbeat.QUERY_SECONDS - 60),
        state(query=heartbeat.LOADING_SECONDS - 60, loading=True),
    ],
)
def test_what_takes_long_is_let_be(patients: list[Patient], answer: StateDone) -> None:
    patient = watched(patients, lambda: answer)
    assert eventually(lambda: patient.asked > heartbeat.SILENT_BEATS + 5)
    assert not patient.given_up


def test_who_does_not_listen_does_not_blame_the_other(patients: list[Patient]) -> None:
    """A terminal stopped with Ctrl+S holds up the thread that reads what the worker says."""
    patient = watched(patients, lambda: None)
    patient.heartbeat.heard()  # and never `listening`
    time.sleep(0.02 * heartbeat.SILENT_BEATS * 3)
    assert not patient.given_up


# ------------------------------------------------------------------------ real processes


def search(client: Client, words: str, timeout: float | None = None) -> SearchDone:
    done = client.call(Search(id=client.new_id(), text=words), timeout=timeout)
    assert isinstance(done, SearchDone)
    return done


def has_ended(pid: int) -> bool:
    """Whether a process has; one that nobody has asked after yet leaves its number behind."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_worker_that_stands_still_is_ended_and_the_next_one_answers(
    library: LibraryPaths,
    tiny_model: str,
    quick: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client.open(library, model=tiny_model)
    stopped = client.welcome.pid
    try:
        search(client, "a dog", 60)
        os.kill(stopped, signal.SIGSTOP)
        monkeypatch.setattr(heartbeat, "SILENT_BEATS", 10)
        with caplog.at_level(logging.ERROR), pytest.raises(WorkerUnavailable, match="said nothing"):
            search(client, "a cat")
        assert eventually(lambda: client.closed)
    finally:
        client.close()
    assert "is ended and another one started" in caplog.text
    assert eventually(lambda: has_ended(stopped))
    monkeypatch.setattr(heartbeat, "SILENT_BEATS", 240)
    client = Client.open(library, model=tiny_model)
    try:
        assert client.welcome.pid != stopped
        search(client, "a cat", 60)
    finally:
        client.close()


def test_a_worker_that_stood_still_before_we_came_is_ended(
    library: LibraryPaths, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Client.open(library, model=tiny_model)
    monkeypatch.setattr(client_module, "WELCOME_SECONDS", 10.0)
    try:
        os.kill(first.welcome.pid, signal.SIGSTOP)
        second = Client.open(library, model=tiny_model)
        try:
            assert second.welcome.pid != first.welcome.pid
            search(second, "a cat", 60)
        finally:
            second.close()
    finally:
        first.close()


def test_a_worker_whose_query_thread_is_stuck_is_ended(
    library: LibraryPaths, tiny_model: str, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        client_module, "own_program", lambda: [sys.executable, "-m", "tests.engines.stuck"]
    )
    client = Client.open(library, model=tiny_model)
    try:
        search(client, "a dog", 60)
        monkeypatch.setattr(heartbeat, "QUERY_SECONDS", 3.0)
        with pytest.raises(WorkerUnavailable, match="not answered a search"):
            search(client, WORDS)
        assert eventually(lambda: client.closed)
        assert eventually(lambda: has_ended(client.welcome.pid))
    finally:
        client.close()


def test_a_worker_with_nothing_to_do_says_so(library: LibraryPaths, tiny_model: str) -> None:
    client = Client.open(library, model=tiny_model)
    try:
        search(client, "a dog", 60)

        def idle() -> bool:
            told = client.call(GetState(id=client.new_id()), timeout=30)
            assert isinstance(told, StateDone)
            return (told.query_seconds, told.engine_seconds) == (0.0, 0.0)

        assert eventually(idle)
    finally:
        client.close()
