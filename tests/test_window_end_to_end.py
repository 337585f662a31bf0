"""The real window on a virtual screen: real keys and mouse, a real worker, real photos.

Xvfb and xdotool come with Debian; `.ci/run` installs them. What the screen shows is read from
Xvfb's frame buffer file, what the library holds from its catalog.
"""

import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from photofind.catalog import CatalogReader
from photofind.client import read_worker_file
from photofind.paths import LibraryPaths
from tests.pictures import fill
from tests.running import eventually

pytestmark = [pytest.mark.window, pytest.mark.timeout(240)]

WIDTH, HEIGHT = 1280, 800


class Screen:
    """An X screen in memory, with hands on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        read, write = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-fbdir", str(folder)]
        self._server = subprocess.Popen(
            [*command, "-nolisten", "tcp", "-noreset", "-ac"],
            pass_fds=[write],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        self._buffer = folder / "Xvfb_screen0"

    def do(self, *words: str | int) -> str:
        """One xdotool command; what it printed."""
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.stdout

    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 3) of what is on the screen now."""
        raw = self._buffer.read_bytes()
        head = struct.unpack(">25I", raw[:100])
        start, line = head[0] + head[19] * 12, head[12]
        rows = np.frombuffer(raw, np.uint8, HEIGHT * line, start).reshape(HEIGHT, line)
        return rows[:, : WIDTH * 4].reshape(HEIGHT, WIDTH, 4)[:, :, 2::-1].copy()

    def changed(self, before: NDArray[np.uint8]) -> float:
        """The share of the screen that is not as it was."""
        return float((self.pixels() != before).any(axis=2).mean())

    def rest(self) -> NDArray[np.uint8]:
        """Wait until nothing moves any more."""
        before = self.pixels()
        assert eventually(lambda: _rested(self, before), 30)
        return self.pixels()

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(10)


def _rested(screen: Screen, before: NDArray[np.uint8]) -> bool:
    time.sleep(0.5)
    still = screen.changed(before) < 0.001
    before[:] = screen.pixels()
    return still


class App:
    """PhotoFind, started as a person starts it, and its window."""

    def __init__(self, screen: Screen, library: LibraryPaths, model: str, *folders: Path) -> None:
        self.screen, self.library, self.model = screen, library, model
        self.process = self.start(*folders)
        assert eventually(lambda: bool(self.window()), 30), "no window"
        screen.do("windowfocus", self.window())

    def start(self, *folders: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "photofind", *map(str, folders)]
        command += ["--library", str(self.library.root), "--model", self.model]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QT_")}
        environment |= {"DISPLAY": self.screen.display, "QT_QPA_PLATFORM": "xcb"}
        return subprocess.Popen(command, env=environment)

    def window(self) -> str:
        """The X id of the visible window, empty while there is none."""
        return self.screen.do("search", "--onlyvisible", "--name", "PhotoFind").split("\n")[0]

    def embedded(self) -> int:
        reader = CatalogReader.open(self.library.catalog)
        if reader is None:
            return 0
        with reader:
            return reader.ledger().embedded

    def key(self, *keys: str) -> None:
        self.screen.do("key", "--delay", 30, *keys)

    def type(self, text: str) -> None:
        self.screen.do("type", "--delay", 25, text)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed")
    screen = Screen(tmp_path / "screen")
    yield screen
    screen.close()


@pytest.fixture
def app(screen: Screen, tmp_path: Path, tiny_model: str) -> Iterator[App]:
    fill(tmp_path / "photos", 20, size=(1200, 900))
    app = App(screen, LibraryPaths(tmp_path / "library"), tiny_model, tmp_path / "photos")
    yield app
    if app.process.poll() is None:
        app.process.kill()
        app.process.wait()


def test_a_folder_is_indexed_searched_opened_and_left(app: App, tmp_path: Path) -> None:
    """The main job, from the first sight of the window to its end."""
    screen = app.screen
    assert eventually(lambda: app.embedded() == 20, 90)
    library_view = screen.rest()

    app.type("a dog on the beach")
    assert eventually(lambda: screen.changed(library_view) > 0.05, 20)
    hits = screen.rest()

    app.key("Down", "Return")  # the first hit, large
    assert eventually(lambda: screen.changed(hits) > 0.3, 20)
    large = screen.rest()
    app.key("Right")
    assert eventually(lambda: screen.changed(large) > 0.05, 20)
    app.key("Escape")
    assert eventually(lambda: screen.changed(hits) < 0.1, 20)

    app.key("ctrl+f", "Escape")  # the search is cleared, the library is back
    assert eventually(lambda: screen.changed(library_view) < 0.05, 20)

    worker = read_worker_file(app.library)
    assert worker is not None
    process = psutil.Process(worker.pid)
    assert app.end() == 0
    assert eventually(lambda: not process.is_running(), 15)


def test_a_second_start_hands_its_folder_over_and_ends(app: App, tmp_path: Path) -> None:
    assert eventually(lambda: app.embedded() == 20, 90)
    fill(tmp_path / "more", 5, first=20)
    second = app.start(tmp_path / "more")
    assert second.wait(15) == 0
    assert eventually(lambda: app.embedded() == 25, 60)
    assert app.process.poll() is None


def test_a_killed_worker_is_replaced_below_the_window(app: App) -> None:
    assert eventually(lambda: app.embedded() == 20, 90)
    worker = read_worker_file(app.library)
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)

    def replaced() -> bool:
        now = read_worker_file(app.library)
        return now is not None and now.pid != worker.pid

    assert eventually(replaced, 20)
    before = app.screen.rest()
    app.type("snow")
    assert eventually(lambda: app.screen.changed(before) > 0.05, 30)


def test_a_killed_window_leaves_nobody_behind(app: App) -> None:
    family: list[psutil.Process] = []

    def has_family() -> bool:
        family[:] = psutil.Process(app.process.pid).children(recursive=True)
        return bool(family)

    assert eventually(has_family, 30)
    app.process.kill()
    app.process.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive
