"""How the grid does with many photos. Prints figures, asserts nothing.

    python -m tests.benchmarks.grid [--photos 100000] [--thumbnails 20000] [--keep DIR]

The photos are made up (as in `catalog_million`); the newest `--thumbnails` of them have real
thumbnails, of 384 by 288 pixels and some 20 kB. The grid is driven as a person would: opened,
scrolled by the wheel, scrolled fast, thrown about along the timeline, and refreshed while it is
scrolled. A stall is the time between two turns of the GUI thread's event loop, which a timer asks
for every millisecond, and its work the processor time that this thread took of it: on a busy
machine only that tells what is ours. A frame is the time that one painting takes.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from photofind.catalog import CatalogReader, View
from photofind.gui.grid import PhotoGrid
from photofind.gui.reads import LibraryReads
from photofind.gui.thumbcache import Thumbnails
from photofind.paths import LibraryPaths
from photofind.thumbnails import ThumbnailWriter
from tests.benchmarks.catalog_million import writing

WINDOW = (1600, 1000)
PICTURES = 64  # different ones; each thumbnail is one of them
MEGABYTE = 2**20


def thumbnail(number: int) -> bytes:
    """A picture with as much detail as a photo has."""
    chance = np.random.default_rng(number)
    coarse = Image.fromarray(chance.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((384, 288), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = chance.normal(0, 9, pixels.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


def build(paths: LibraryPaths, photos: int, thumbnails: int) -> None:
    """A library of made-up photos."""
    paths.root.mkdir(parents=True, exist_ok=True)
    writing(paths.catalog, photos, 4)
    reader = CatalogReader.open(paths.catalog)
    assert reader is not None
    pictures = [thumbnail(number) for number in range(PICTURES)]
    print(f"thumbnails of {sum(map(len, pictures)) / PICTURES / 1000:.1f} kB")
    writer = ThumbnailWriter(paths.thumbnails)
    made = 0
    for month in reader.months(View()):
        for offset in range(0, month.count, 1000):
            rows = reader.photos_of_month(View(), month.month, offset, 1000)
            hashes = [row.content_hash for row in rows if row.content_hash is not None]
            writer.put([(each, pictures[each[0] % PICTURES]) for each in hashes])
            made += len(hashes)
            if made >= thumbnails:
                writer.close()
                reader.close()
                return


class MeasuredGrid(PhotoGrid):
    """Notes how long each frame takes to paint."""

    frames: list[float]

    def paintEvent(self, event: QPaintEvent) -> None:
        began = time.perf_counter()
        super().paintEvent(event)
        self.frames.append(time.perf_counter() - began)


class Stalls:
    """Notes how long the event loop was away, and how much of that it computed."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.work: list[float] = []
        self._last: float | None = None
        self._worked = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        if self._last is not None:
            self.gaps.append(now - self._last)
            self.work.append(worked - self._worked)
        self._last, self._worked = now, worked

    def restart(self) -> None:
        self.gaps, self.work, self._last = [], [], None


def wait(milliseconds: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(done: Callable[[], bool]) -> None:
    """Let the event loop run until something is so."""
    while not done():
        wait(2)


def wheel(grid: PhotoGrid, notches: float) -> None:
    """Turn the wheel."""
    point = QPointF(200, 300)
    where = QPointF(grid.viewport().mapToGlobal(QPoint(200, 300)))
    event = QWheelEvent(
        point,
        where,
        QPoint(),
        QPoint(0, round(-120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def report(what: str, grid: MeasuredGrid, stalls: Stalls) -> None:
    """Print what was noted, and begin anew."""
    frames, gaps = grid.frames, stalls.gaps
    print(
        f"{what:34} {len(frames):5} frames, median {percentile(frames, 0.5):5.1f} ms, "
        f"p99 {percentile(frames, 0.99):5.1f} | stalls p99 {percentile(gaps, 0.99):5.1f}, "
        f"max {percentile(gaps, 1):5.1f}, work p99 {percentile(stalls.work, 0.99):4.1f}, "
        f"max {percentile(stalls.work, 1):4.1f} ms | RSS {rss():4.0f} MB",
        flush=True,
    )
    grid.frames = []
    stalls.restart()


def rss() -> float:
    """Of this process, in MB."""
    return float(psutil.Process().memory_info().rss) / MEGABYTE


def all_thumbnails(grid: PhotoGrid) -> bool:
    """Whether everything in view is there."""
    rows = [grid.row(position) for position, _ in grid.cells(grid.viewport().rect())]
    return bool(rows) and all(
        row is not None and row.content_hash and grid.image_of(row.content_hash) for row in rows
    )


def drive(paths: LibraryPaths) -> None:
    """Open, scroll, travel, refresh."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    empty = rss()
    stalls = Stalls()
    wait(3000)
    gaps = stalls.gaps
    print(
        f"an event loop that has nothing to do, for comparison: stalls p99 "
        f"{percentile(gaps, 0.99):.1f}, max {percentile(gaps, 1):.1f} ms"
    )
    began = time.perf_counter()
    reads = LibraryReads(paths)
    thumbnails = Thumbnails(paths.thumbnails)
    grid = MeasuredGrid(reads, thumbnails)
    grid.frames = []
    reads.failed.connect(lambda error: print("failed:", error))
    grid.resize(*WINDOW)
    grid.show()
    stalls.restart()
    grid.show_view(View())
    wait_until(lambda: grid.count() > 0)
    first = time.perf_counter() - began
    wait_until(lambda: all_thumbnails(grid))
    print(
        f"{grid.count():,} photos in {grid.geometry_of_cells.sections} months: layout after "
        f"{first * 1000:.0f} ms, all thumbnails after {(time.perf_counter() - began) * 1000:.0f} ms"
        f" (RSS before {empty:.0f} MB)"
    )
    began = time.perf_counter()
    grid.lay_out()
    print(f"layout anew: {(time.perf_counter() - began) * 1000:.2f} ms")
    wait(200)
    report("opened", grid, stalls)

    for _ in range(150):
        wheel(grid, 1)
        wait(30)
    report("wheel, a notch every 30 ms", grid, stalls)
    for _ in range(200):
        wheel(grid, 4)
        wait(10)
    report("wheel, 4 notches every 10 ms", grid, stalls)
    began = time.perf_counter()
    wait_until(lambda: all_thumbnails(grid))
    print(f"sharp after a fast scroll: {(time.perf_counter() - began) * 1000:.0f} ms")
    chance = random.Random(1)
    for step in range(200):
        grid.scroll_to_offset(round(grid.geometry_of_cells.height * step / 200))
        wait(10)
    report("dragged along the timeline", grid, stalls)
    for _ in range(40):
        grid.scroll_to_offset(chance.randrange(grid.geometry_of_cells.height))
        wait(60)
    report("thrown about", grid, stalls)
    grid.scroll_to_offset(0)
    wait(300)
    for step in range(150):
        wheel(grid, 1)
        if step % 12 == 0:
            grid.refresh(layout=step % 24 == 0)
        wait(30)
    report("wheel, refreshed 3 times a second", grid, stalls)
    for size in [*range(188, 90, -4), *range(90, 260, 4)]:
        grid.cell_size = size
        wait(15)
    report("size of cells changed", grid, stalls)
    grid.select_all()
    wait(100)
    report("all selected", grid, stalls)
    reads.close()
    thumbnails.close()


def main() -> None:
    """Build the library unless it is kept, and drive the grid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--thumbnails", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="a folder for the library, used again if there")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = LibraryPaths(chosen.keep or Path(folder))
        if not paths.thumbnails.exists():
            build(paths, chosen.photos, chosen.thumbnails)
        drive(paths)


if __name__ == "__main__":
    main()
