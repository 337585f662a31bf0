"""Whatever happens to files, in whatever order: nothing is lost, doubled or left over.

A model of a few lines says what should be known; the real catalog, on a real file, must agree after
every step, and hold all its own promises.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from photofind.catalog import Catalog, CatalogReader, FileFailed, Ledger, View
from photofind.errors import Reason
from photofind.paths import is_within
from photofind.scan import KnownFile, ScanPlan
from tests.catalog.making import SUMMER, content, found, read

FOLDERS = (b"/a", b"/b", b"/b/c", b"/")
NAMES = (b"/a/1.jpg", b"/a/2.jpg", b"/b/1.jpg", b"/b/c/1.jpg", b"/b/c/2.jpg", b"/b/c/d/3.jpg")
WORDS = ("dog", "cat", "beach")
ENCODERS = ("clip", "siglip")


@dataclass
class Expected:
    """What should be known of one file."""

    folder: bytes
    state: str = "waiting"
    presence: str = "here"
    word: str | None = None  # its content as last read; None: never read
    attempts: int = 0

    @property
    def showing(self) -> bool:
        return self.state != "failed" and self.presence != "missing"


class Life(RuleBasedStateMachine):
    """A library through days of trouble."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.path = self.place / "catalog.sqlite"
        self.files: dict[bytes, Expected] = {}
        self.folders: dict[bytes, bool] = {}
        self.removed: dict[bytes, str] = {}  # files of removed folders, and their contents
        self.embedded: dict[str, set[str]] = {key: set() for key in ENCODERS}
        self.photo_of: dict[str, int] = {}  # which photo each content has
        self.reader: CatalogReader | None = None
        self.open()
        self.ids = {key: self.catalog.encoder_id(key, key, 8) for key in ENCODERS}
        self.catalog.set_setting("encoder_key", ENCODERS[0])
        self.seen_photos: set[int] = set()

    def open(self) -> None:
        self.catalog = Catalog.open(self.path)
        self.reader = CatalogReader.open(self.path)

    def teardown(self) -> None:
        assert self.reader is not None
        self.reader.close()
        self.catalog.close()
        shutil.rmtree(self.place)

    # ------------------------------------------------------------------------- helpers

    def known(self) -> dict[bytes, KnownFile]:
        return {
            file.path: file
            for folder in self.catalog.folders()
            for file in self.catalog.known_files(folder.id)
        }

    def folder_id(self, path: bytes) -> int:
        return next(row.id for row in self.catalog.folders() if row.path == path)

    def some(self, data: st.DataObject, *, having: str) -> bytes | None:
        """One file of the model for which this is true."""
        fitting = [path for path, file in self.files.items() if eval(having, {"f": file})]
        return data.draw(st.sampled_from(fitting)) if fitting else None

    def plan(self, folder: bytes, online: bool = True, **lists: object) -> list[int]:
        plan = ScanPlan(folder, online, **lists)  # type: ignore[arg-type]
        return self.catalog.apply(self.folder_id(folder), plan)

    def forget_contents(self) -> None:
        """Contents that no file has any more are gone with their embeddings."""
        alive = {file.word for file in self.files.values()} | set(self.removed.values())
        for word in set(WORDS) - alive:
            self.photo_of.pop(word, None)
            for words in self.embedded.values():
                words.discard(word)

    # --------------------------------------------------------------------------- rules

    @rule(path=st.sampled_from(FOLDERS))
    def add_folder(self, path: bytes) -> None:
        row = self.catalog.add_folder(path)
        around = [folder for folder in self.folders if is_within(path, folder)]
        if around:
            assert row.path == around[0]
            return
        for inner in [folder for folder in self.folders if is_within(folder, path)]:
            del self.folders[inner]
        self.folders[path] = True
        for file in self.files.values():
            if file.folder not in self.folders:
                file.folder = path
        for name in [name for name in self.removed if is_within(name, path)]:
            word = self.removed.pop(name)
            self.files[name] = Expected(path, state="read", presence="offline", word=word)

    @precondition(lambda self: self.folders)
    @rule(data=st.data(), times=st.integers(1, 2))
    def remove_folder(self, data: st.DataObject, times: int) -> None:
        folder = data.draw(st.sampled_from(sorted(self.folders)))
        folder_id = self.folder_id(folder)
        for _ in range(times):
            self.catalog.remove_folder(folder_id)
        del self.folders[folder]
        for path in [path for path, file in self.files.items() if file.folder == folder]:
            file = self.files.pop(path)
            if file.state == "read" and file.presence != "missing":
                assert file.word is not None
                self.removed[path] = file.word
        self.forget_contents()

    @precondition(lambda self: self.removed)
    @rule(files=st.integers(1, 4))
    def forget_some_removed_files(self, files: int) -> None:
        told: list[bytes] = []
        forgotten = self.catalog.purge(2**62, told.extend, files=files)
        assert forgotten is not None
        assert forgotten.content_hashes == told
        left = {file.path for file in self.catalog.removed_files(b"/")}
        assert 0 < len(self.removed) - len(left) <= files
        words = set(self.removed.values())
        self.removed = {path: word for path, word in self.removed.items() if path in left}
        words -= {file.word for file in self.files.values()} | set(self.removed.values())
        assert set(told) == {content(word) for word in words}
        assert set(forgotten.photo_ids) == {self.photo_of[word] for word in words}
        self.seen_photos |= set(forgotten.photo_ids)
        self.forget_contents()

    @precondition(lambda self: self.folders)
    @rule(data=st.data(), online_only=st.booleans())
    def find_new_files(self, data: st.DataObject, online_only: bool) -> None:
        folder = data.draw(st.sampled_from(sorted(self.folders)))
        inside = [name for name in NAMES if is_within(name, folder)]
        assert not self.removed.keys() & set(inside)
        free = [name for name in inside if name not in self.files]
        names = data.draw(st.lists(st.sampled_from(free), unique=True)) if free else []
        files = [found(name, online_only=online_only) for name in names]
        ids = self.plan(folder, added=files)
        assert len(ids) == (0 if online_only else len(names))
        self.folders[folder] = True
        for name in names:
            self.files[name] = Expected(folder, "online-only" if online_only else "waiting")

    @rule(data=st.data(), online_only=st.booleans())
    def change_a_file(self, data: st.DataObject, online_only: bool) -> None:
        path = self.some(data, having="True")
        if path is None:
            return
        file, known = self.files[path], self.known()[path]
        later = found(path, at=SUMMER + known.id, size=7, online_only=online_only)
        ids = self.plan(file.folder, changed=[(known, later)])
        assert ids == ([] if online_only else [known.id])
        self.folders[file.folder] = True
        file.state, file.presence = "online-only" if online_only else "waiting", "here"
        file.attempts = 0
        if online_only:
            file.word = None
            self.forget_contents()

    @rule(data=st.data())
    def lose_a_file(self, data: st.DataObject) -> None:
        path = self.some(data, having="f.presence != 'missing'")
        if path is None:
            return
        file = self.files[path]
        self.plan(file.folder, missing=[self.known()[path]])
        self.folders[file.folder] = True
        file.presence = "missing"
        if file.word is None:
            del self.files[path]

    @rule(data=st.data())
    def find_a_file_again(self, data: st.DataObject) -> None:
        path = self.some(data, having="f.presence != 'here'")
        if path is None:
            return
        file = self.files[path]
        self.plan(file.folder, back=[self.known()[path]])
        self.folders[file.folder] = True
        file.presence = "here"

    @rule(data=st.data())
    def exclude_a_file(self, data: st.DataObject) -> None:
        path = self.some(data, having="True")
        if path is None:
            return
        file = self.files.pop(path)
        self.plan(file.folder, excluded=[self.known()[path]])
        self.folders[file.folder] = True
        self.forget_contents()

    @precondition(lambda self: self.folders)
    @rule(data=st.data())
    def unplug_a_folder(self, data: st.DataObject) -> None:
        folder = data.draw(st.sampled_from(sorted(self.folders)))
        concerned = [p for p, f in self.files.items() if f.folder == folder]
        known = self.known()
        self.plan(folder, online=False, offline=[known[path] for path in concerned])
        self.folders[folder] = False
        for path in concerned:
            self.files[path].presence = "offline"

    @rule(data=st.data(), encoder=st.sampled_from(ENCODERS))
    def read_a_batch(self, data: st.DataObject, encoder: str) -> None:
        """What waits, or lacks this encoder, is read; some of it fails; the same content may come
        twice."""
        known = self.known()
        path_of = {file.id: path for path, file in known.items()}
        pending = self.catalog.pending(self.ids[encoder])
        chosen = data.draw(st.lists(st.sampled_from(pending), unique=True)) if pending else []
        reads, failures = [], []
        for file_id in chosen:
            file = self.files[path_of[file_id]]
            if file.state == "read":
                assert file.word is not None
                word = file.word
            else:
                word = data.draw(st.sampled_from(WORDS))
            if data.draw(st.integers(0, 3)) == 0:
                failures.append(FileFailed(file_id, Reason.DAMAGED, ""))
            else:
                reads.append((file_id, word))
        stored = self.catalog.store(
            self.ids[encoder], [read(file_id, word) for file_id, word in reads], failures
        )
        assert [each.file_id for each in stored] == [file_id for file_id, _ in reads]
        for (file_id, word), each in zip(reads, stored, strict=True):
            self.bound(path_of, path_of[file_id], word, each.photo_id, each.kind)
            if each.replaced_file_id is not None:
                del self.files[path_of[each.replaced_file_id]]
            self.embedded[encoder].add(word)
            self.forget_contents()
        for failure in failures:
            self.files[path_of[failure.file_id]].state = "failed"

    @rule(data=st.data(), word=st.sampled_from(WORDS), encoder=st.sampled_from(ENCODERS))
    def adopt_a_file(self, data: st.DataObject, word: str, encoder: str) -> None:
        path = self.some(data, having="f.state == 'waiting' and f.presence == 'here'")
        if path is None:
            return
        known = self.known()
        path_of = {file.id: name for name, file in known.items()}
        adopted = self.catalog.adopt(
            self.ids[encoder], known[path].id, content(word), 1000, SUMMER * 10**9
        )
        if word not in self.embedded[encoder]:
            assert adopted is None
            return
        assert adopted is not None
        self.bound(path_of, path, word, adopted.photo_id, adopted.kind)
        if adopted.replaced_file_id is not None:
            del self.files[path_of[adopted.replaced_file_id]]
        self.forget_contents()

    def bound(
        self, path_of: dict[int, bytes], path: bytes, word: str, photo_id: int, kind: str
    ) -> None:
        """A file was bound to the photo of a content; the kind must be what the model expects."""
        file = self.files[path]
        twins = [f for p, f in self.files.items() if p != path and f.word == word]
        missing = [f for f in twins if f.presence == "missing" and f.state == "read"]
        if file.word == word:
            expected = "same"
        elif not twins and word not in self.removed.values():
            expected = "new"
        else:
            expected = "moved" if missing else "copy"
        assert kind == expected
        assert self.photo_of.setdefault(word, photo_id) == photo_id
        file.word, file.state, file.presence, file.attempts = word, "read", "here", 0

    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        path = self.some(data, having="f.state == 'waiting'")
        if path is not None:
            self.catalog.begin([self.known()[path].id])
            self.files[path].attempts += 1

    @rule()
    def retry(self) -> None:
        failed = [file for file in self.files.values() if file.state == "failed"]
        assert self.catalog.retry() == len(failed)
        for file in failed:
            file.state, file.attempts = "waiting", 0

    @rule()
    def start_again(self) -> None:
        assert self.reader is not None
        self.reader.close()
        self.catalog.close()
        self.open()

    # ---------------------------------------------------------------------- invariants

    @invariant()
    def every_promise_holds(self) -> None:
        assert self.catalog.check() == []

    @invariant()
    def every_file_is_known_as_it_is(self) -> None:
        known = self.known()
        assert {path: (file.state, file.presence) for path, file in known.items()} == {
            path: (file.state, file.presence) for path, file in self.files.items()
        }
        pending = {file.id: file for file in self.catalog.files([f.id for f in known.values()])}
        for path, file in known.items():
            if self.files[path].state == "waiting":
                assert pending[file.id].attempts == self.files[path].attempts

    @invariant()
    def of_removed_folders_is_kept_what_was_read(self) -> None:
        kept = {file.path for file in self.catalog.removed_files(b"/")}
        assert kept == set(self.removed)
        assert bool(self.catalog.removed_paths()) == bool(kept)

    @invariant()
    def every_content_is_one_photo(self) -> None:
        assert self.reader is not None
        showing = {f.word for f in self.files.values() if f.showing and f.word}
        unread = sum(f.showing and f.word is None for f in self.files.values())
        months = self.reader.months(View())
        assert sum(month.count for month in months) == len(showing) + unread
        for encoder, words in self.embedded.items():
            contents = {self.photo_of[word] for word in words}
            assert set(self.catalog.embedded_ids(self.ids[encoder]).tolist()) == contents
            searchable = {self.photo_of[word] for word in words & showing}
            assert set(self.catalog.searchable_ids(self.ids[encoder]).tolist()) == searchable

    @invariant()
    def the_ledger_adds_up(self) -> None:
        assert self.reader is not None
        ledger = self.reader.ledger()
        here = [file for file in self.files.values() if file.presence == "here"]
        done = [f for f in here if f.state == "read" and f.word in self.embedded[ENCODERS[0]]]
        showing = [file for file in self.files.values() if file.showing]
        assert ledger == Ledger(
            photos=len({f.word for f in showing if f.word}) + sum(f.word is None for f in showing),
            files=sum(file.presence != "missing" for file in self.files.values()),
            done=len(done),
            waiting=sum(f.state in ("waiting", "read") for f in here) - len(done),
            set_aside=sum(f.state == "failed" for f in here),
            offline=sum(file.presence == "offline" for file in self.files.values()),
            online_only=sum(f.state == "online-only" for f in here),
            embedded=len({f.word for f in showing if f.word} & self.embedded[ENCODERS[0]]),
        )
        assert ledger.files == (
            ledger.done + ledger.waiting + ledger.set_aside + ledger.offline + ledger.online_only
        )
        aside = {file.path for file in self.reader.set_aside()}
        assert aside == {
            p for p, f in self.files.items() if f.state == "failed" and f.presence == "here"
        }

    @invariant()
    def folders_are_online_as_last_seen(self) -> None:
        assert {row.path: row.online for row in self.catalog.folders()} == self.folders

    @invariant()
    def no_photo_id_comes_back(self) -> None:
        assert self.reader is not None
        now = {row.id for row in self.reader.photos(range(1, 2000))}
        removed = set(self.catalog.take_removed().photo_ids)
        assert not now & removed
        self.seen_photos |= removed
        assert not now & self.seen_photos


Life.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestLife = Life.TestCase
