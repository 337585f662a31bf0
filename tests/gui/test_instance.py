"""One window a library, whatever happened to the one before."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.instance import ADDRESS_FILE, LOCK_FILE, Handover, Instance
from photofind.paths import LibraryPaths

SECOND_START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from photofind.gui.instance import Instance
from photofind.paths import LibraryPaths
application = QCoreApplication([])
instance = Instance(LibraryPaths(Path(sys.argv[1])))
claimed = instance.claim([sys.argv[2].encode()])
print("first" if claimed else "second", flush=True)
if claimed and len(sys.argv) > 3:
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
"""


class _Waiting:
    """A server with callers who have said all already."""

    def __init__(self, sockets: list[QLocalSocket]) -> None:
        self._sockets = sockets

    def nextPendingConnection(self) -> QLocalSocket | None:
        return self._sockets.pop() if self._sockets else None


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path)


@pytest.fixture
def first(paths: LibraryPaths, qapp: QApplication) -> Iterator[Instance]:
    instance = Instance(paths)
    assert instance.claim([])
    yield instance
    instance.close()


def start(paths: LibraryPaths, folder: str, *more: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", SECOND_START, str(paths.root), folder, *more],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def test_a_second_start_hands_its_folders_over_and_ends(
    first: Instance, paths: LibraryPaths, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(first.handed_over, timeout=10_000) as told:
        second = start(paths, "/photos/two")
    assert told.args == [(b"/photos/two",)]
    assert second.communicate(timeout=10)[0] == "second\n"


def test_it_is_found_whatever_the_folder_for_temporary_files(
    first: Instance, paths: LibraryPaths, qtbot: QtBot, tmp_path: Path
) -> None:
    odd = tmp_path / ("long " * 30) / "ü"
    odd.mkdir(parents=True)
    with qtbot.waitSignal(first.handed_over, timeout=10_000):
        second = start(paths, "/x", TMPDIR=str(odd), XDG_RUNTIME_DIR=str(odd))
    assert second.communicate(timeout=10)[0] == "second\n"


def test_a_library_with_a_very_long_path_has_one_window_too(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / ("a long name of a folder " * 5) / "library"
    root.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(root))
    instance = Instance(LibraryPaths(root))
    try:
        assert instance.claim([])
        with qtbot.waitSignal(instance.handed_over, timeout=10_000):
            start(LibraryPaths(root), "/x").communicate(timeout=10)
    finally:
        instance.close()


def test_a_window_that_was_killed_is_followed_by_the_next_start(
    paths: LibraryPaths, qapp: QApplication
) -> None:
    killed = start(paths, "/x", "then die")
    assert killed.communicate(timeout=10)[0] == "first\n"
    assert (paths.root / LOCK_FILE).exists()
    instance = Instance(paths)
    try:
        assert instance.claim([])
    finally:
        instance.close()


def test_a_lock_whose_process_does_not_listen_is_taken_over(
    paths: LibraryPaths, qapp: QApplication
) -> None:
    """Its process id was given to another program that is alive: this one."""
    stale = QLockFile(str(paths.root / LOCK_FILE))
    stale.setStaleLockTime(0)
    assert stale.tryLock(0)
    (paths.root / ADDRESS_FILE).write_text(str(paths.root / "nobody.socket"))
    instance = Instance(paths)
    try:
        assert instance.claim([])
    finally:
        instance.close()


def test_of_two_starts_at_once_one_is_first(paths: LibraryPaths, qapp: QApplication) -> None:
    both = [start(paths, "/x"), start(paths, "/x")]
    said = sorted(process.communicate(timeout=20)[0].strip() for process in both)
    # Either met the other, or came when the other had ended already.
    assert said in (["first", "second"], ["first", "first"])


def test_what_was_said_before_the_caller_was_met_is_heard(
    first: Instance, paths: LibraryPaths, qtbot: QtBot
) -> None:
    """The socket of a caller may hold all that was said before anybody listens to it."""
    assert first._server is not None
    met: list[QLocalSocket] = []
    first._server.newConnection.disconnect()
    speaker = QLocalSocket()
    speaker.connectToServer((paths.root / ADDRESS_FILE).read_text())
    message = msgspec.msgpack.encode(Handover(folders=(b"/x",)))
    speaker.write(len(message).to_bytes(4, "big") + message)
    speaker.flush()

    def said() -> bool:
        if not met and first._server.hasPendingConnections():
            met.append(first._server.nextPendingConnection())
        return bool(met) and met[0].bytesAvailable() == 4 + len(message)

    qtbot.waitUntil(said)
    with qtbot.waitSignal(first.handed_over) as told, pytest.MonkeyPatch.context() as patch:
        patch.setattr(first, "_server", _Waiting(met))
        first._meet()
    assert told.args == [(b"/x",)]


def test_a_start_that_met_a_closing_window_is_a_window_itself(
    paths: LibraryPaths, qapp: QApplication
) -> None:
    closing = Instance(paths)
    assert closing.claim([])
    second = start(paths, "/x")
    assert closing._server is not None
    # It has connected; this window meets nobody any more, as one that is ending its threads.
    deadline = time.monotonic() + 10
    while not select.select([closing._server.socketDescriptor()], [], [], 0.1)[0]:
        assert time.monotonic() < deadline
    time.sleep(0.2)
    closing.close()
    assert second.communicate(timeout=10)[0] == "first\n"


def test_nonsense_at_the_socket_does_no_harm(
    first: Instance, paths: LibraryPaths, qtbot: QtBot
) -> None:
    for nonsense in (b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\4\xff\xff\xff\xff", b"\0"):
        stranger = QLocalSocket()
        stranger.connectToServer((paths.root / ADDRESS_FILE).read_text())
        stranger.write(nonsense)
        stranger.flush()
        with qtbot.assertNotEmitted(first.handed_over, wait=100):
            stranger.disconnectFromServer()
    with qtbot.waitSignal(first.handed_over, timeout=10_000):
        start(paths, "/x").communicate(timeout=10)


def test_a_library_that_may_not_be_written_still_has_a_window(
    tmp_path: Path, qapp: QApplication
) -> None:
    instance = Instance(LibraryPaths(tmp_path / "not there"))
    assert instance.claim([])
    instance.close()


def test_closing_leaves_nothing_behind(paths: LibraryPaths, qapp: QApplication) -> None:
    instance = Instance(paths)
    assert instance.claim([])
    instance.close()
    time.sleep(0.05)
    assert list(paths.root.iterdir()) == []
