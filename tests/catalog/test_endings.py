"""A writer that is killed, and a disk that fills up: what was committed stays, and it goes on."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.catalog import Catalog, CatalogReader
from photofind.errors import DiskFull
from tests.catalog.making import ROOT, Library, read

KILLS = 6
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="file size limits are Unix's")


def child(module: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.catalog.{module}", *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: "subprocess.Popen[str]") -> str:
    said, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, complaints
    return said


class Committed:
    """What the killed writer said that it had committed; what it was doing last is open."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.read: set[int] = set()

    def hear(self, said: str) -> None:
        for line in said.splitlines(keepends=True):
            if not line.endswith("\n"):
                return
            word, *numbers = line.split()
            ids = {int(number) for number in numbers}
            if word == "empty":
                self.known, self.read = set(), set()
            elif word == "added":
                self.known |= ids
            elif word == "read":
                self.read |= ids
            else:  # "gone", or changed in a transaction that may have been cut short
                self.known -= ids
                self.read -= ids


@pytest.mark.timeout(300)
def test_killed_at_any_moment_nothing_committed_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    chance = random.Random(7)
    committed = Committed()
    for seed in range(KILLS):
        writer = child("busy_writer", path, seed)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        assert first == "open\n", writer.communicate()
        time.sleep(chance.random() * 0.4)
        writer.kill()
        said, complaints = writer.communicate(timeout=60)
        assert complaints == ""
        committed.hear(said)
        # The writer may have been in the middle of forgetting everything.
        forgetting = False
        catalog = Catalog.open(path)
        try:
            assert catalog.check() == []
            folders = catalog.folders()
            files = {f.id: f for row in folders for f in catalog.known_files(row.id)}
            forgetting = not files or [row.path for row in folders] == [b"/"]
            if not forgetting:
                assert committed.known <= set(files)
                assert all(files[file_id].state == "read" for file_id in committed.read)
            else:
                committed = Committed()
                for row in folders:
                    catalog.remove_folder(row.id)
                while catalog.purge(2**62, lambda _: None) is not None:
                    pass
                catalog.add_folder(ROOT)
        finally:
            catalog.close()


def test_killed_while_it_is_made_a_catalog_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from photofind.catalog import Catalog\n"
        "for number in range(10**6):\n"
        "    Catalog.open(Path(sys.argv[1]) / str(number) / 'catalog.sqlite').close()\n"
        "    print(number, flush=True)\n"
    )
    chance = random.Random(5)
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        maker = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert maker.stdout is not None
        maker.stdout.readline()
        time.sleep(chance.random() * 0.2)
        maker.kill()
        maker.communicate()
        last = max(folder.iterdir(), key=lambda place: int(place.name)) / "catalog.sqlite"
        catalog = Catalog.open(last)
        assert catalog.check() == []
        catalog.close()
        assert [each.name for each in last.parent.iterdir()] == [last.name]


# ------------------------------------------------------------------------------ a full disk


@not_on_windows
def test_a_catalog_that_finds_no_space_is_not_half_made(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    said = told(child("cramped_writer", path, "open"))
    assert "full: There is no space left" in said
    assert said.endswith("opened\n")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@not_on_windows
def test_a_disk_that_fills_up_loses_nothing_and_indexing_goes_on_with_space(tmp_path: Path) -> None:
    said = told(child("cramped_writer", tmp_path / "catalog.sqlite", "write"))
    assert said.splitlines()[1:] == ["ledger: True True", "full again", "all done: True []"]
    assert said.startswith("full: There is no space left on the disk for ")


@not_on_windows
def test_closing_on_a_full_disk_keeps_what_was_committed(tmp_path: Path) -> None:
    said = told(child("cramped_writer", tmp_path / "catalog.sqlite", "close"))
    assert said.splitlines()[-1] == "kept: 5000 []"


def full(library: Library) -> Callable[[], None]:
    """From now on the catalog's file may not grow."""
    library.catalog._engine.dispose()
    connect = library.catalog._engine.pool._creator

    def cramped(*_: object) -> object:
        connection = connect()  # type: ignore[call-arg]
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    library.catalog._engine.pool._creator = cramped  # type: ignore[assignment]

    def roomy() -> None:
        library.catalog._engine.dispose()
        library.catalog._engine.pool._creator = connect

    return roomy


def test_every_writing_method_says_that_the_disk_is_full(library: Library) -> None:
    """SQLite's own word for it (SQLITE_FULL), which a full disk gives as well."""
    (file_id,) = library.add("a.jpg")
    roomy = full(library)
    for number in range(2):
        with pytest.raises(DiskFull, match="no space"):
            library.add(*[f"{number}-{place}.jpg" for place in range(2000)])
        with pytest.raises(DiskFull, match="no space"):
            library.catalog.set_setting("name", "x" * 10**6)
        with pytest.raises(DiskFull, match="no space"):
            library.catalog.encoder_id("k" * 10**6, "n", 8)
    roomy()
    library.keep(read(file_id, "a"))
    assert library.ledger().done == 1
    with CatalogReader.open(library.path) as reader:  # type: ignore[union-attr]
        assert reader.setting("name") is None
