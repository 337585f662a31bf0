"""A folder that is removed: out of sight at once, back without being read, gone after a while."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.catalog import Catalog, CatalogReader
from photofind.catalog.records import KEPT_DAYS
from photofind.protocol import Done, Indexed, RemoveFolder
from photofind.scan import ScanPlan
from photofind.thumbnails import ThumbnailReader, ThumbnailWriter
from tests.catalog.making import ROOT, content, found, read
from tests.catalog.making import Library as Made
from tests.pictures import fill
from tests.running import Running, eventually


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def counts(done: Indexed) -> tuple[int, int, int, int, int, int]:
    """found, indexed, unchanged, moved, removed, failed."""
    return (done.found, done.indexed, done.unchanged, done.moved, done.removed, done.failed)


def ids(library: Running) -> dict[Path, int]:
    """The photos that a search finds, by path."""
    done = library.search(text="photo")
    paths = [Path(os.fsdecode(path)) for path in done.paths]
    return dict(zip(paths, done.photo_ids, strict=True))


def remove(library: Running, path: Path, *, forget: bool = False) -> None:
    reader = CatalogReader.open(library.paths.catalog)
    assert reader is not None
    with reader:
        (folder,) = [row for row in reader.folders() if row.path == os.fsencode(path)]
    assert isinstance(library.ask(RemoveFolder(id=2, folder_id=folder.id, forget=forget)), Done)


def thumbnails(library: Running) -> int:
    with ThumbnailReader(library.paths.thumbnails) as reader:
        return reader.count()


def test_a_removed_folder_is_out_of_sight_and_its_files_stay(
    library: Running, tmp_path: Path
) -> None:
    one, two = fill(tmp_path / "one", 3), fill(tmp_path / "two", 2, first=3)
    library.index(tmp_path / "one", tmp_path / "two")
    remove(library, tmp_path / "one")
    assert library.found() == set(two)
    ledger = library.ledger()
    assert (ledger.photos, ledger.files, ledger.done, ledger.embedded) == (2, 2, 2, 2)
    assert counts(library.index()) == (2, 0, 2, 0, 0, 0)
    assert library.found() == set(two)
    assert all(path.is_file() for path in one)


def test_it_comes_back_without_being_read(library: Running, photos: Path) -> None:
    fill(photos, 12)
    library.index(photos)
    before = ids(library)
    remove(library, photos)
    assert library.found() == set()
    assert thumbnails(library) == 12
    assert counts(library.index(photos)) == (12, 0, 12, 0, 0, 0)
    assert ids(library) == before
    assert library.ledger().done == 12


def test_it_comes_back_after_a_new_start_too(
    open_library: Callable[[], Running], photos: Path
) -> None:
    fill(photos, 6)
    library = open_library()
    library.index(photos)
    before = ids(library)
    remove(library, photos)
    library = open_library()
    assert counts(library.index(photos)) == (6, 0, 6, 0, 0, 0)
    assert ids(library) == before


def test_files_that_changed_or_went_meanwhile_are_known_as_they_are(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 6)
    (other,) = fill(photos.parent / "other", 1, first=77)
    library.index(photos)
    before = library.score_of(other, paths[0])
    remove(library, photos)
    paths[0].write_bytes(other.read_bytes())
    paths[1].unlink()
    (new,) = fill(photos / "new", 1, first=50)
    assert counts(library.index(photos)) == (6, 2, 4, 0, 1, 0)
    assert library.found() == {new, paths[0], *paths[2:]}
    assert library.score_of(other, paths[0]) > 0.99 > before
    assert counts(library.index(photos)) == (6, 0, 6, 0, 0, 0)


def test_it_comes_back_though_its_drive_is_not_there(library: Running, photos: Path) -> None:
    paths = fill(photos, 4)
    library.index(photos)
    away = photos.rename(photos.parent / "away")
    library.index()
    remove(library, photos)
    assert library.found() == set()
    assert library.index(photos).offline == (os.fsencode(photos),)
    assert library.found() == set(paths)
    away.rename(photos)
    assert counts(library.index(photos)) == (4, 0, 4, 0, 0, 0)


def test_a_folder_above_or_below_it_brings_back_what_lies_there(
    library: Running, photos: Path
) -> None:
    fill(photos, 2)
    below = fill(photos / "trip", 3, first=2)
    library.index(photos)
    remove(library, photos)
    assert counts(library.index(photos / "trip")) == (3, 0, 3, 0, 0, 0)
    assert library.found() == set(below)
    assert counts(library.index(photos.parent)) == (5, 0, 5, 0, 0, 0)


def test_a_hidden_folder_comes_back_though_the_one_around_it_was_added_meanwhile(
    library: Running, photos: Path
) -> None:
    hidden = fill(photos / ".kept", 3)
    library.index(photos / ".kept")
    remove(library, photos / ".kept")
    plain = fill(photos, 2, first=3)
    library.index(photos)
    library.index(photos)
    assert library.found() == set(plain)
    assert counts(library.index(photos / ".kept")) == (3, 0, 3, 0, 0, 0)
    assert library.found() == {*plain, *hidden}
    remove(library, photos)
    assert library.found() == set(hidden)


def test_it_can_be_forgotten_at_once(library: Running, tmp_path: Path) -> None:
    fill(tmp_path / "one", 3)
    two = fill(tmp_path / "two", 2, first=3)
    library.index(tmp_path / "one", tmp_path / "two")
    remove(library, tmp_path / "one", forget=True)
    assert thumbnails(library) == 2
    assert library.found() == set(two)
    assert counts(library.index(tmp_path / "one")) == (3, 3, 0, 0, 0, 0)
    assert thumbnails(library) == 5


def test_it_is_forgotten_when_it_was_kept_long_enough(
    open_library: Callable[[], Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = int(time.time()) - KEPT_DAYS * 86400
    kept, dropped = tmp_path / "kept", tmp_path / "dropped"
    here = fill(tmp_path / "here", 2)
    fill(kept, 3, first=2)
    fill(dropped, 4, first=5)
    library = open_library()
    library.index(tmp_path / "here", kept, dropped)
    for folder, moment in ((kept, long_ago + 3600), (dropped, long_ago - 60)):
        monkeypatch.setattr("photofind.catalog.writer._now", lambda moment=moment: moment)
        remove(library, folder)
    monkeypatch.undo()
    assert thumbnails(library) == 9
    library = open_library()
    assert eventually(lambda: thumbnails(library) == 5)
    assert library.found() == set(here)
    assert counts(library.index(kept)) == (3, 0, 3, 0, 0, 0)
    assert counts(library.index(dropped)) == (4, 4, 0, 0, 0, 0)


_FORGETTING = """
import sys
from pathlib import Path
from photofind.catalog import Catalog
from photofind.thumbnails import ThumbnailWriter
catalog, thumbnails = Catalog.open(Path(sys.argv[1])), ThumbnailWriter(Path(sys.argv[2]))
print("open", flush=True)
while catalog.purge(2**62, thumbnails.remove, files=2) is not None:
    pass
print("done", flush=True)
"""


@pytest.mark.timeout(300)
def test_killed_while_it_forgets_nothing_is_lost_doubled_or_left_behind(tmp_path: Path) -> None:
    place, pictures = tmp_path / "catalog.sqlite", tmp_path / "thumbnails.sqlite"
    made = Made(place)
    files = made.add(*[f"{number}.jpg" for number in range(400)])
    made.keep(*[read(file_id, str(file_id)) for file_id in files])
    other = made.catalog.add_folder(b"/other")
    copies = made.catalog.apply(
        other.id,
        ScanPlan(b"/other", True, added=[found(b"/other/%d.jpg" % n) for n in range(100)]),
    )
    stays = {str(file_id) for file_id in (*files[:50], *copies[50:])}  # half of them copies
    made.keep(*[read(c, str(f)) for c, f in zip(copies[:50], files[:50], strict=True)])
    made.keep(*[read(c, str(c)) for c in copies[50:]])
    writer = ThumbnailWriter(pictures)
    everything = [content(str(number)) for number in {*files, *copies[50:]}]
    writer.put([(each, b"jpeg") for each in everything])
    writer.close()
    made.catalog.remove_folder(made.folder.id)
    made.close()
    chance, done = random.Random(3), False
    for attempt in range(100):
        process = subprocess.Popen(
            [sys.executable, "-c", _FORGETTING, place, pictures], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        if attempt < 5:
            time.sleep(chance.random() * 0.1)
            process.kill()
        done = "done\n" in process.communicate(timeout=100)[0]
        catalog = Catalog.open(place)
        assert catalog.check() == []
        assert len(catalog.known_files(other.id)) == 100
        assert catalog.searchable_ids(1).size == 100
        left = {file.id for file in catalog.removed_files(ROOT)}
        known = catalog.embedded_ids(1).size
        catalog.close()
        with ThumbnailReader(pictures) as reader:
            assert set(reader.get(everything)) >= {content(word) for word in stays}
            # Thumbnails go first: a portion of them may be gone already, none may be left over.
            assert 0 <= known - reader.count() <= 2
        assert known == 100 + len(left.difference(files[:50]))
        if done:
            break
    assert attempt >= 2, "it was never killed half way"
    assert not left
    with ThumbnailReader(pictures) as reader:
        assert reader.count() == 100
