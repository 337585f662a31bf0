"""Every test of the window draws into memory: no display is needed and none is disturbed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from photofind.gui.grid import PhotoGrid
from photofind.gui.reads import LibraryReads
from photofind.gui.thumbcache import Thumbnails
from photofind.paths import LibraryPaths
from tests.gui.library import LibraryForTests, write_photo

# Newest first: photo `n` is the n-th of the grid.
MONTHS = [202403] * 7 + [202402] * 3 + [202312] * 20 + [201907] * 10


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryForTests]:
    """A library of 40 photos in four months, all read."""
    made = LibraryForTests(tmp_path / "library")
    for number, month in enumerate(MONTHS):
        write_photo(tmp_path / "photos", number, month=month)
    made.read(made.add(tmp_path / "photos"))
    yield made
    made.close()


@pytest.fixture
def make_reads(qapp: object) -> Iterator[Callable[[LibraryPaths], LibraryReads]]:
    """Readers that end with the test."""
    made: list[LibraryReads] = []

    def make(paths: LibraryPaths) -> LibraryReads:
        made.append(LibraryReads(paths))
        return made[-1]

    yield make
    for reads in made:
        reads.close()


@pytest.fixture
def reads(library: LibraryForTests, make_reads: Callable[[LibraryPaths], LibraryReads]):
    """The reader of the library."""
    return make_reads(library.paths)


@pytest.fixture
def thumbnails(library: LibraryForTests, qapp: object) -> Iterator[Thumbnails]:
    """The thumbnails of the library."""
    made = Thumbnails(library.paths.thumbnails)
    yield made
    made.close()


@pytest.fixture
def grid(reads: LibraryReads, thumbnails: Thumbnails, qtbot) -> PhotoGrid:
    """A grid of 500 by 400 with cells of about 100, showing nothing yet."""
    made = PhotoGrid(reads, thumbnails)
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.cell_size = 100
    made.show()
    made.setFocus()
    return made
