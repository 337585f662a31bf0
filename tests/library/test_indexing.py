"""What indexing does with files that come, change, move, go and come back."""

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from photofind.errors import FolderMissing, FolderUnreadable, ModelError, Reason
from photofind.index import VectorIndex
from photofind.library import looks, models
from photofind.protocol import (
    Cancel,
    Done,
    EncoderState,
    Failed,
    Index,
    Indexed,
    Pause,
    Progress,
    Resume,
    Retry,
    SetExclusions,
)
from photofind.scan import scan
from photofind.thumbnails import ThumbnailReader
from tests.models import write_tiny_model
from tests.pictures import fill, jpeg
from tests.running import Running, eventually


def counts(done: Indexed) -> tuple[int, int, int, int, int, int]:
    """found, indexed, unchanged, moved, removed, failed."""
    return (done.found, done.indexed, done.unchanged, done.moved, done.removed, done.failed)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def test_every_photo_below_is_found_once(library: Running, photos: Path) -> None:
    paths = fill(photos, 6) + fill(photos / "a" / "b", 4, first=6)
    (photos / "notes.txt").write_text("no photo")
    assert counts(library.index(photos)) == (10, 10, 0, 0, 0, 0)
    assert library.found() == set(paths)
    assert counts(library.index(photos)) == (10, 0, 10, 0, 0, 0)


def test_a_touched_file_is_neither_lost_nor_doubled(library: Running, photos: Path) -> None:
    paths = fill(photos, 5)
    library.index(photos)
    os.utime(paths[2], (1_500_000_000, 1_500_000_000))
    assert counts(library.index(photos)) == (5, 0, 5, 0, 0, 0)
    assert counts(library.index(photos)) == (5, 0, 5, 0, 0, 0)
    assert library.found() == set(paths)


def test_a_changed_file_gets_a_new_embedding(library: Running, photos: Path) -> None:
    paths = fill(photos, 5)
    (other,) = fill(photos.parent / "other", 1, first=77)
    library.index(photos)
    before = library.score_of(other, paths[3])
    paths[3].write_bytes(other.read_bytes())
    assert counts(library.index(photos)) == (5, 1, 4, 0, 0, 0)
    assert library.score_of(other, paths[3]) > 0.99 > before
    assert library.ledger().photos == 5


def test_a_removed_file_leaves_and_is_found_again_when_it_comes_back(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 4)
    library.index(photos)
    kept = paths[1].rename(photos.parent / "kept.jpg")
    assert counts(library.index(photos)) == (3, 0, 3, 0, 1, 0)
    assert library.found() == set(paths) - {paths[1]}
    kept.rename(paths[1])
    back = library.index(photos)
    assert (back.found, back.indexed, back.failed) == (4, 0, 0)
    assert library.found() == set(paths)


def test_a_moved_file_keeps_its_photo(library: Running, photos: Path) -> None:
    paths = fill(photos, 4)
    library.index(photos)
    (photos / "new place").mkdir()
    target = paths[0].rename(photos / "new place" / "renamed.jpg")
    assert counts(library.index(photos)) == (4, 0, 3, 1, 0, 0)
    assert library.found() == {target, *paths[1:]}


def test_a_renamed_folder_keeps_its_photos(library: Running, photos: Path) -> None:
    fill(photos, 3)
    fill(photos / "summer" / "beach", 5, first=3)
    library.index(photos)
    (photos / "summer").rename(photos / "winter")
    assert counts(library.index(photos)) == (8, 0, 3, 5, 0, 0)
    assert sum("winter" in str(path) for path in library.found()) == 5


def test_either_of_two_copies_may_go(library: Running, photos: Path) -> None:
    one, other = fill(photos, 2)
    copy = Path(shutil.copyfile(one, photos / "copy.jpg"))
    first = library.index(photos)
    assert (first.found, first.indexed, first.failed) == (3, 3, 0)
    assert library.ledger().photos == 2
    one.unlink()
    library.index(photos)
    assert library.found() == {copy, other}


def test_a_copy_made_later_is_adopted_without_being_embedded(
    library: Running, photos: Path
) -> None:
    (one,) = fill(photos, 1)
    library.index(photos)
    late = Path(shutil.copyfile(one, photos / "late.jpg"))
    assert library.index(photos).failed == 0
    assert library.ledger().photos == 1
    one.unlink()
    library.index(photos)
    assert library.found() == {late}


@pytest.mark.parametrize("mounted", [False, True])
def test_an_absent_or_empty_root_is_offline_and_loses_nothing(
    library: Running, photos: Path, mounted: bool
) -> None:
    paths = fill(photos, 6)
    library.index(photos)
    away = photos.rename(photos.parent / "away")
    if mounted:
        photos.mkdir()
    done = library.index(photos)
    assert (done.removed, done.offline) == (0, (os.fsencode(photos),))
    assert library.found() == set(paths)
    assert library.ledger().offline == 6
    if mounted:
        photos.rmdir()
    away.rename(photos)
    assert counts(library.index(photos)) == (6, 0, 6, 0, 0, 0)
    assert library.ledger().offline == 0


@pytest.mark.parametrize("mounted", [False, True])
def test_a_drive_that_is_pulled_out_while_it_is_read_is_offline(
    library: Running, photos: Path, tmp_path: Path, mounted: bool
) -> None:
    paths = fill(photos, 40)
    others = fill(tmp_path / "others", 3, first=40)
    library.at_once(Pause())
    with ThreadPoolExecutor(1) as asking:
        asked = asking.submit(library.index, photos, tmp_path / "others")
        eventually(lambda: any(getattr(e, "stage", "") == "paused" for e in library.events))
        away = photos.rename(photos.parent / "away")
        if mounted:
            photos.mkdir()
        library.at_once(Resume())
        done = asked.result(60)
    assert done.offline == (os.fsencode(photos),)
    assert library.ledger().offline == 40
    assert library.set_aside() == []
    assert library.found() == set(others)
    if mounted:
        photos.rmdir()
    away.rename(photos)
    assert counts(library.index(photos)) == (40, 40, 0, 0, 0, 0)
    assert library.found() == {*paths, *others}


def test_one_file_that_goes_while_it_is_read_leaves_its_folder_online(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 6)
    library.at_once(Pause())
    with ThreadPoolExecutor(1) as asking:
        asked = asking.submit(library.index, photos)
        eventually(lambda: any(getattr(e, "stage", "") == "paused" for e in library.events))
        paths[2].unlink()
        library.at_once(Resume())
        done = asked.result(60)
    assert (done.offline, done.indexed, done.failed) == ((), 5, 1)
    assert [file.reason for file in library.set_aside()] == [Reason.VANISHED]


def test_one_folder_offline_does_not_touch_another(library: Running, tmp_path: Path) -> None:
    one, two = fill(tmp_path / "one", 3), fill(tmp_path / "two", 4, first=3)
    library.index(tmp_path / "one", tmp_path / "two")
    (tmp_path / "two").rename(tmp_path / "away")
    assert library.index(tmp_path / "one").removed == 0
    assert library.index().removed == 0
    assert library.found() == {*one, *two}


def test_overlapping_folders_do_not_double(library: Running, photos: Path) -> None:
    paths = fill(photos, 3) + fill(photos / "sub", 3, first=3)
    assert counts(library.index(photos / "sub"))[:2] == (3, 3)
    assert counts(library.index(photos, photos / "sub")) == (6, 3, 3, 0, 0, 0)
    assert library.index(photos / "sub").indexed == 0
    assert library.found() == set(paths)


@pytest.mark.parametrize("hidden_first", [True, False])
def test_a_hidden_folder_added_by_itself_stays_beside_the_one_around_it(
    library: Running, photos: Path, hidden_first: bool
) -> None:
    plain = fill(photos, 3)
    hidden = fill(photos / ".kept" / "trip", 2, first=3)
    places = [photos / ".kept" / "trip", photos]
    for place in places if hidden_first else reversed(places):
        library.index(place)
    assert library.found() == {*plain, *hidden}
    assert counts(library.index(photos)) == (3, 0, 3, 0, 0, 0)
    assert counts(library.index(*places)) == (5, 0, 5, 0, 0, 0)
    assert counts(library.index()) == (5, 0, 5, 0, 0, 0)
    assert library.found() == {*plain, *hidden}
    assert library.ledger().files == 5


def test_a_hidden_folder_and_the_one_around_it_may_be_named_at_once(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 3) + fill(photos / ".kept", 2, first=3)
    fill(photos / ".other", 2, first=5)
    assert counts(library.index(photos, photos / ".kept")) == (5, 5, 0, 0, 0, 0)
    assert library.found() == set(paths)


def test_a_folder_that_is_skipped_no_more_comes_to_the_one_around_it(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 3) + fill(photos / "raw", 2, first=3)
    library.ask(SetExclusions(id=2, patterns=("raw",)))
    library.index(photos)
    library.index(photos / "raw")
    assert counts(library.index()) == (5, 0, 5, 0, 0, 0)
    library.ask(SetExclusions(id=2, patterns=()))
    assert counts(library.index(photos)) == (5, 0, 5, 0, 0, 0)
    assert counts(library.index()) == (5, 0, 5, 0, 0, 0)
    assert library.found() == set(paths)
    assert library.ledger().files == 5


def test_bad_files_are_set_aside_with_reasons_and_taken_once_mended(
    library: Running, photos: Path
) -> None:
    good = fill(photos, 4)
    bad = {
        "empty.jpg": (b"", Reason.EMPTY),
        "words.jpg": (b"these are words, no picture", Reason.NOT_AN_IMAGE),
        "cut.jpg": (jpeg(9, (400, 300))[:-900], Reason.TRUNCATED),
    }
    for name, (content, _) in bad.items():
        (photos / name).write_bytes(content)
    assert counts(library.index(photos)) == (7, 4, 0, 0, 0, 3)
    reasons = {Path(os.fsdecode(f.path)).name: f.reason for f in library.set_aside()}
    assert reasons == {name: str(reason) for name, (_, reason) in bad.items()}
    assert library.found() == set(good)
    (photos / "empty.jpg").write_bytes(jpeg(50))
    assert counts(library.index(photos)) == (7, 1, 4, 0, 0, 2)


def test_retry_reads_what_was_set_aside_again(library: Running, photos: Path) -> None:
    fill(photos, 2)
    (photos / "words.jpg").write_text("no picture")
    library.index(photos)
    content = jpeg(60)
    (photos / "words.jpg").write_bytes(content)
    (kept,) = library.set_aside()
    assert isinstance(library.ask(Retry(id=2, file_ids=(kept.file_id,))), Done)
    assert counts(library.index(photos))[5] == 0
    assert library.ledger().set_aside == 0


def test_patterns_skip_also_what_is_already_indexed(library: Running, photos: Path) -> None:
    paths = fill(photos, 2)
    fill(photos / "drafts", 2, first=2)
    library.index(photos)
    assert isinstance(library.ask(SetExclusions(id=2, patterns=("drafts",))), Done)
    assert library.index(photos).found == 2
    assert library.found() == set(paths)
    library.ask(SetExclusions(id=3, patterns=()))
    library.index(photos)
    assert len(library.found()) == 4


def test_another_model_adds_embeddings_and_going_back_costs_nothing(
    open_library: Callable[..., Running], photos: Path, tmp_path: Path, tiny_model: str
) -> None:
    fill(photos, 5)
    assert open_library().index(photos).indexed == 5
    other = write_tiny_model(tmp_path / "other model", seed=1)
    library = open_library(other)
    assert library.index(photos).indexed == 5
    assert library.ledger().embedded == 5
    back = open_library(tiny_model).index(photos)
    assert (back.indexed, back.unchanged) == (0, 5)


def test_a_file_is_no_folder(library: Running, photos: Path) -> None:
    (one,) = fill(photos, 1)
    with pytest.raises(FolderMissing, match="not a folder"):
        library.index(one)


def test_a_file_that_failed_and_went_is_not_counted_again(library: Running, photos: Path) -> None:
    paths = fill(photos, 4)
    library.index(photos)
    paths[0].write_bytes(b"no picture any more")
    assert counts(library.index(photos)) == (4, 0, 3, 0, 0, 1)
    paths[0].unlink()
    assert counts(library.index(photos)) == (3, 0, 3, 0, 1, 0)
    assert counts(library.index(photos)) == (3, 0, 3, 0, 0, 0)
    assert counts(library.index(photos, exclude=(paths[0].name,))) == (3, 0, 3, 0, 0, 0)


def test_what_lies_in_an_unreadable_folder_is_not_counted(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(photos, 3)
    (photos / "shut").mkdir()
    (photos / "shut" / "words.jpg").write_text("no picture")
    assert counts(library.index(photos)) == (4, 3, 0, 0, 0, 1)
    listed = os.scandir

    def scandir(path: bytes) -> object:
        if os.fsencode(path).endswith(b"shut"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)  # tests may run as one who may read everything
    done = library.index(photos)
    assert done.unreadable == (os.fsencode(photos / "shut"),)
    assert counts(done) == (3, 0, 3, 0, 0, 0)


def test_a_file_within_a_known_folder_is_no_folder_and_stays_here(
    library: Running, photos: Path
) -> None:
    paths = fill(photos, 3)
    library.index(photos)
    with pytest.raises(FolderMissing, match="not a folder"):
        library.index(paths[1])
    assert library.ledger().offline == 0
    assert library.ledger().done == 3


def test_a_folder_that_never_was_is_refused_and_nothing_is_added(
    library: Running, photos: Path
) -> None:
    with pytest.raises(FolderMissing, match="nowhere"):
        library.index(photos / "nowhere")
    assert library.ledger().files == 0


def test_a_restricted_search_stays_in_its_folders(library: Running, tmp_path: Path) -> None:
    from photofind.catalog import CatalogReader

    fill(tmp_path / "one", 3)
    two = fill(tmp_path / "two", 2, first=3)
    library.index(tmp_path / "one", tmp_path / "two")
    reader = CatalogReader.open(library.paths.catalog)
    assert reader is not None
    with reader:
        (folder,) = [f for f in reader.folders() if f.path.endswith(b"two")]
    done = library.search(text="photo", folder_ids=(folder.id,))
    assert set(done.paths) == {os.fsencode(path) for path in two}


def test_a_lost_index_is_made_again_from_the_catalog(
    open_library: Callable[..., Running], photos: Path
) -> None:
    fill(photos, 6)
    library = open_library()
    library.index(photos)
    before = library.search(text="a dog")
    library.close()
    shutil.rmtree(library.paths.index, ignore_errors=True)
    again = open_library().search(text="a dog")
    assert again.photo_ids == before.photo_ids
    assert again.scores == pytest.approx(before.scores, abs=1e-5)


def test_lost_thumbnails_are_made_again_without_embedding_anything(
    open_library: Callable[..., Running], photos: Path
) -> None:
    fill(photos, 12)
    library = open_library()
    library.index(photos)
    library.close()
    library.paths.thumbnails.write_bytes(os.urandom(5000))
    fresh = open_library()
    assert fresh.index(photos).indexed == 0
    with ThumbnailReader(library.paths.thumbnails) as thumbnails:
        assert eventually(lambda: thumbnails.count() == 12)


def test_a_scan_can_be_cancelled_and_then_nothing_was_written(
    open_library: Callable[[], Running], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a sleeping drive: the person does not want to wait for it."""
    from photofind.library import scanning

    fill(photos, 3)
    library = open_library()

    def slow_scan(*place: object, cancelled: Callable[[], bool], **how: object) -> object:
        library.at_once(Cancel(id=2, job=1))
        assert eventually(cancelled, 5)
        return scan(*place, cancelled=cancelled, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(scanning, "scan", slow_scan)
    done = library.index(photos)
    assert done.cancelled
    assert library.ledger().files == 0
    monkeypatch.undo()
    assert library.index(photos).indexed == 3


@contextmanager
def hanging(folder: Path) -> Iterator[None]:
    """Listing this folder does not return, as on a drive whose server has gone, until the end."""
    answers, listed = threading.Event(), os.scandir

    def scandir(path: bytes) -> object:
        if os.fsencode(path) == os.fsencode(folder):
            assert answers.wait(120)
        return listed(path)

    with patch.object(os, "scandir", scandir):
        yield
        answers.set()


def looks_left() -> int:
    return sum(thread.name == "look" for thread in threading.enumerate())


def test_a_folder_that_does_not_answer_is_offline_and_the_others_are_indexed(
    library: Running,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(looks, "PATIENCE_SECONDS", 3.0)
    dead, well = photos / "a dead drive", photos / "well"
    kept = fill(dead, 4)
    first = fill(well, 2, first=10)
    library.index(dead)
    library.index(well)
    with hanging(dead):
        more = fill(well, 3, first=20)
        done = library.index()
        assert done.offline == (os.fsencode(dead),)
        assert (done.indexed, done.removed, done.failed) == (3, 0, 0)
        ledger = library.ledger()
        assert (ledger.photos, ledger.offline) == (9, 4)
        assert library.found() == {*kept, *first, *more}
        assert looks_left() == 1
        assert library.index().offline == (os.fsencode(dead),)
        assert looks_left() == 1
        waited = [record for record in caplog.records if record.name == looks.__name__]
        assert len(waited) == 1, "the look that is left behind was forgotten"
    assert eventually(lambda: looks_left() == 0)
    assert library.index().offline == ()
    assert library.ledger().offline == 0
    assert library.found() == {*kept, *first, *more}


def test_a_new_folder_that_does_not_answer_is_refused_in_words(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(photos, 2)
    with monkeypatch.context() as hurried, hanging(photos):
        hurried.setattr(looks, "PATIENCE_SECONDS", 1.0)
        with pytest.raises(FolderUnreadable, match="check its drive"):
            library.index(photos)
    assert eventually(lambda: looks_left() == 0)
    assert library.index(photos).indexed == 2


def test_a_look_that_hangs_can_be_cancelled(library: Running, photos: Path) -> None:
    fill(photos, 2)
    with hanging(photos):
        threading.Timer(0.5, lambda: library.at_once(Cancel(id=2, job=1))).start()
        began = time.monotonic()
        assert library.index(photos).cancelled
        assert time.monotonic() - began < looks.PATIENCE_SECONDS / 2
    assert library.ledger().files == 0


def test_searches_wait_neither_for_the_index_file_nor_for_another_model(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = fill(photos, 3)
    library.index(photos)
    assert eventually(lambda: library._library._pace.latest.stage == "idle")  # it has saved
    begun, go_on = threading.Barrier(3), threading.Event()

    def stand_still(*_: object) -> None:
        begun.wait(30)
        assert go_on.wait(60)
        raise ModelError("This model is not wanted after all.")

    monkeypatch.setattr(VectorIndex, "save", stand_still)
    monkeypatch.setattr(models, "open_encoder", stand_still)
    own = library._library._models
    pool = ThreadPoolExecutor(3)
    try:
        saved = pool.submit(own.save)
        loaded = pool.submit(own.get, "ViT-B-32:openai")
        begun.wait(30)
        assert pool.submit(library.found).result(timeout=30) == set(paths)
    finally:
        go_on.set()
        pool.shutdown()
    for waiting in (saved, loaded):
        with pytest.raises(ModelError):
            waiting.result()


def test_a_model_that_cannot_be_loaded_ends_the_looking_through_folders(
    library: Running, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the window would say for ever that it is at it."""

    def gone(*_: object) -> None:
        raise ModelError("The model is gone.")

    fill(photos, 3)
    monkeypatch.setattr(models, "open_encoder", gone)
    failed = library.ask(Index(id=1, paths=(os.fsencode(photos),)))
    assert isinstance(failed, Failed)

    def stages() -> list[str]:
        return [event.stage for event in library.events if isinstance(event, Progress)]

    assert "scanning" in stages()
    assert eventually(lambda: stages()[-1] == "idle")


def test_nobody_is_told_of_a_model_that_one_search_names(
    library: Running, photos: Path, tmp_path: Path
) -> None:
    """A window would take it for the library's, and its failure for the end of indexing."""

    def told() -> list[tuple[str, str]]:
        return [(e.model, e.state) for e in library.events if isinstance(e, EncoderState)]

    fill(photos, 3)
    library.index(photos)
    before = told()
    assert before[-1] == (library.model, "ready")
    other = write_tiny_model(tmp_path / "other", seed=1)
    assert library.search(text="x", model=other).model == other
    weights = tmp_path / "other" / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:900])
    with pytest.raises(ModelError):
        library.search(text="x", model=other, device="auto")
    assert told() == before
    assert library.search(text="x").model == library.model


def test_another_model_serves_though_the_librarys_own_is_gone(
    open_library: Callable[[], Running], photos: Path, tmp_path: Path
) -> None:
    paths = fill(photos, 3)
    library = open_library()
    other = write_tiny_model(tmp_path / "other", seed=1)
    library.model, own = other, library.model
    library.index(photos)
    shutil.rmtree(tmp_path / "other")
    library = open_library()
    with pytest.raises(ModelError, match="other"):
        library.search(text="x")
    assert library.search(text="x", model=own).model == own
    library.model = own
    assert library.index(photos).model == own
    assert library.found() == set(paths)
    assert library.search(text="x").model == own


def test_the_librarys_model_is_told_though_one_search_named_it_before(library: Running) -> None:
    library.search(text="x", model=library.model)
    assert not any(isinstance(event, EncoderState) for event in library.events)
    library.index()
    states = [event for event in library.events if isinstance(event, EncoderState)]
    assert states[-1].model == library.model
