"""Jobs end, whatever becomes of their files meanwhile, and nothing is held against files that were
in hand when the work stopped."""

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from photofind import protocol
from photofind.catalog import CatalogReader
from photofind.errors import DiskFull, FolderMissing
from photofind.library import scanning
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    ChooseModel,
    Done,
    Event,
    Failed,
    Index,
    Indexed,
    Pause,
    RemoveFolder,
    Resume,
)
from photofind.scan import scan
from tests.pictures import fill
from tests.running import Running, eventually


def counts(done: Indexed) -> tuple[int, int, int, int, int, int]:
    """found, indexed, unchanged, moved, removed, failed."""
    return (done.found, done.indexed, done.unchanged, done.moved, done.removed, done.failed)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


class Other:
    """Another client, who waits for one answer."""

    def __init__(self, library: Running) -> None:
        self._library = library
        self._answers: SimpleQueue[Event] = SimpleQueue()

    def send(self, event: Event) -> None:
        self._answers.put(event)

    def begin(self, folder: Path, *, files: int) -> None:
        """Ask to index a folder; returns when so many files wait, while reading is paused."""
        self._library.at_once(Pause(id=7))
        request = Index(id=1, paths=(os.fsencode(folder),), model=self._library.model)
        self._library._library.submit(request, self)
        assert eventually(lambda: self._library.ledger().waiting == files)

    def end(self) -> Indexed:
        answer = self.answer()
        assert isinstance(answer, Indexed)
        return answer

    def answer(self) -> Event:
        self._library.at_once(Resume(id=8))
        return self._answers.get(timeout=30)


@pytest.fixture
def other(library: Running, tmp_path: Path) -> Other:
    fill(tmp_path / "before", 1, first=90)
    library.index(tmp_path / "before")
    return Other(library)


def test_a_job_ends_though_its_folder_is_removed(
    library: Running, other: Other, photos: Path
) -> None:
    fill(photos, 4)
    other.begin(photos, files=4)
    reader = CatalogReader.open(library.paths.catalog)
    assert reader is not None
    with reader:
        (folder,) = [row for row in reader.folders() if row.path == os.fsencode(photos)]
    assert isinstance(library.ask(RemoveFolder(id=2, folder_id=folder.id)), Done)
    assert other.end().indexed == 0


def test_a_job_ends_though_files_it_waits_for_are_found_to_be_gone(
    library: Running, other: Other, photos: Path
) -> None:
    paths = fill(photos, 4)
    other.begin(photos, files=4)
    paths[1].unlink()
    threading.Timer(1.0, lambda: library.at_once(Resume(id=8))).start()
    assert counts(library.index(photos)) == (3, 3, 0, 0, 1, 0)
    assert counts(other.end()) == (4, 3, 0, 0, 0, 0)


def test_a_job_ends_though_another_request_comes_to_nothing(
    library: Running, other: Other, photos: Path
) -> None:
    fill(photos, 4)
    other.begin(photos, files=4)
    with pytest.raises(FolderMissing):
        library.index(photos / "nowhere at all")
    with pytest.raises(FolderMissing):
        library.index(photos.parent / "nowhere")
    assert counts(other.end()) == (4, 4, 0, 0, 0, 0)


def test_a_job_goes_on_when_a_model_is_chosen(library: Running, other: Other, photos: Path) -> None:
    fill(photos, 4)
    other.begin(photos, files=4)
    assert isinstance(library.ask(ChooseModel(id=2, model=library.model)), Done)
    assert counts(other.end()) == (4, 4, 0, 0, 0, 0)


def test_a_job_that_is_cancelled_before_its_turn_never_begins(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C at an index that waits for another one's look at a slow drive."""
    first, second = photos / "first", photos / "second"
    fill(first, 2)
    fill(second, 2, first=2)
    looking, go_on = threading.Event(), threading.Event()

    def slow_scan(*place: Any, **how: Any) -> object:
        looking.set()
        assert go_on.wait(30)
        return scan(*place, **how)

    monkeypatch.setattr(scanning, "scan", slow_scan)
    waiting = [Other(library), Other(library)]
    for client, folder in zip(waiting, (first, second), strict=True):
        request = Index(id=5, paths=(os.fsencode(folder),), model=library.model)
        library._library.submit(request, client)
    assert looking.wait(30)
    library._library.at_once(Cancel(id=6, job=5), waiting[1])
    go_on.set()
    assert not waiting[0].end().cancelled
    assert waiting[1].end().cancelled
    assert library.found() == set(first.iterdir())
    assert library.index(second).indexed == 2  # an id may come again, from another client


def test_what_was_paused_goes_on_when_who_paused_it_has_gone(
    library: Running, other: Other, photos: Path
) -> None:
    """A window is paused and closed, while an index on the command line waits."""
    fill(photos, 3)
    other.begin(photos, files=3)
    stranger = Other(library)
    library._library.forget(stranger)
    time.sleep(0.3)
    assert library.ledger().waiting == 3
    library._library.forget(library)
    assert eventually(lambda: library.ledger().waiting == 0)


def attempts(library: Running) -> list[int]:
    catalog = library._library._catalog
    return [file.attempts for file in catalog.files(range(1, 100))]


def test_an_end_in_the_middle_is_not_held_against_the_files_in_hand(
    open_library: Callable[[], Running], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C three times at the same photo would else set it aside."""
    fill(photos, 3)
    library = open_library()
    never: list[Future[Any]] = []

    def read(*_: object) -> Future[Any]:
        never.append(Future())
        return never[-1]

    monkeypatch.setattr(library._library._pool, "read", read)
    request = Index(id=1, paths=(os.fsencode(photos),), model=library.model)
    library._library.submit(request, library)
    assert eventually(lambda: len(never) == 3)
    assert attempts(library) == [1, 1, 1]
    again = open_library()
    assert attempts(again) == [0, 0, 0]
    assert counts(again.index(photos)) == (3, 3, 0, 0, 0, 0)


def test_a_full_disk_is_not_held_against_the_files_in_hand(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(photos, 3)
    for _ in range(4):
        with monkeypatch.context() as patched:

            def full(*_: object) -> object:
                raise DiskFull("There is no space left on the disk.")

            patched.setattr(library._library._catalog, "store", full)
            with pytest.raises(DiskFull):
                library.index(photos)
    assert counts(library.index(photos)) == (3, 3, 0, 0, 0, 0)


def test_an_index_file_that_does_not_fit_on_the_disk_ends_no_work(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = fill(photos, 3)
    refused = threading.Event()

    def full(*_: object) -> None:
        refused.set()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(library._library._models, "save", full)
    assert library.index(photos).indexed == 3
    assert refused.wait(10)
    time.sleep(0.2)
    assert library._thread.is_alive()
    assert library.index(photos).unchanged == 3
    assert library.found() == set(paths)


@pytest.mark.skipif(sys.platform != "linux", reason="any bytes are a name on Linux")
def test_a_mistake_of_ours_is_told_whatever_the_library_is_called(
    tmp_path: Path, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Running(LibraryPaths(tmp_path / os.fsdecode(b"l\xff")), tiny_model)
    try:
        monkeypatch.setattr(library._library, "_start_job", lambda _: 1 / 0)
        event = library.ask(Index(id=1))
        assert isinstance(event, Failed)
        assert "ZeroDivisionError" in event.message
        assert protocol.encode(event)
    finally:
        library.close()


def test_a_job_does_not_wait_for_a_hidden_folder_that_it_passes_over(
    library: Running, other: Other, photos: Path
) -> None:
    fill(photos, 3)
    library.index(photos)
    fill(photos / ".kept", 2, first=3)
    other.begin(photos / ".kept", files=2)
    assert counts(library.index(photos)) == (3, 0, 3, 0, 0, 0)
    assert counts(other.end()) == (2, 2, 0, 0, 0, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps an open file from being deleted")
def test_a_job_whose_catalog_was_deleted_meanwhile_is_not_done(
    library: Running, other: Other, photos: Path
) -> None:
    fill(photos, 4)
    other.begin(photos, files=4)
    for part in library.paths.root.glob("catalog.sqlite*"):
        part.unlink()
    answer = other.answer()
    assert isinstance(answer, Failed)
    assert "catalog.sqlite cannot be used" in answer.message
