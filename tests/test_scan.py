"""A scan says what changed, and calls nothing missing whose place it could not look at."""

import contextlib
import errno
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.errors import Cancelled, FolderMissing, FolderUnreadable
from photofind.scan import FoundFile, KnownFile, ScanPlan, scan

POSIX = os.name == "posix"


class Library:
    """A folder, and what a catalog would remember of it: plans are applied as a catalog does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[bytes, KnownFile] = {}
        self.patterns: tuple[str, ...] = ()
        root.mkdir(exist_ok=True)

    def put(self, *names: str, content: str = "photo") -> None:
        for name in names:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def look(self) -> ScanPlan:
        """Scan without applying; the sums of the plan must add up."""
        plan = scan(os.fsencode(self.root), self.known.values(), patterns=self.patterns)
        assert plan.found == len(plan.added) + len(plan.changed) + plan.unchanged
        touched = [
            *(file.path for file in plan.added),
            *(file.path for _, file in plan.changed),
            *(file.path for file in (*plan.back, *plan.missing, *plan.offline, *plan.excluded)),
        ]
        assert len(touched) == len(set(touched))
        return plan

    def scan(self) -> ScanPlan:
        plan = self.look()
        for file in plan.added:
            self.known[file.path] = remembered(file, len(self.known) + 1)
        for before, file in plan.changed:
            self.known[file.path] = remembered(file, before.id)
        for files, presence in (
            (plan.back, "here"),
            (plan.missing, "missing"),
            (plan.offline, "offline"),
        ):
            for file in files:
                self.known[file.path] = replace(file, presence=presence)
        for file in plan.excluded:
            del self.known[file.path]
        return plan

    def name(self, path: bytes) -> str:
        return os.fsdecode(os.path.relpath(path, os.fsencode(self.root))).replace(os.sep, "/")

    def names(self, files: Iterable[FoundFile | KnownFile]) -> list[str]:
        return sorted(self.name(file.path) for file in files)

    def here(self) -> list[str]:
        return self.names(file for file in self.known.values() if file.presence == "here")


def remembered(file: FoundFile, number: int) -> KnownFile:
    state = "online-only" if file.online_only else "read"
    return KnownFile(number, file.path, file.size, file.mtime_ns, file.device, "here", state)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "photos")


# ------------------------------------------------------------------------ what is there and new


def test_photos_are_found_at_every_depth_and_nothing_else(library: Library) -> None:
    deep = "/".join(["d"] * 60)
    library.put("a.jpg", "b/c.HEIC", f"{deep}/e.nef", "notes.txt", "film.mp4", "b/._c.HEIC")
    plan = library.scan()
    assert library.names(plan.added) == sorted(["a.jpg", "b/c.HEIC", f"{deep}/e.nef"])
    assert (plan.online, plan.found, plan.unreadable) == (True, 3, [])
    (file,) = [file for file in plan.added if file.path.endswith(b"a.jpg")]
    state = (library.root / "a.jpg").stat()
    assert file == FoundFile(
        os.fsencode(library.root / "a.jpg"), state.st_size, state.st_mtime_ns, state.st_dev, False
    )


def test_a_second_look_finds_nothing_to_do(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    plan = library.scan()
    assert plan == ScanPlan(plan.folder, online=True, found=2, unchanged=2)


def test_another_size_or_time_is_a_change(library: Library) -> None:
    library.put("size.jpg", "time.jpg", "same.jpg")
    library.scan()
    (library.root / "size.jpg").write_text("longer than before")
    os.utime(library.root / "time.jpg", ns=(1, 1))
    plan = library.scan()
    assert library.names(file for _, file in plan.changed) == ["size.jpg", "time.jpg"]
    assert plan.unchanged == 1
    assert not library.scan().changed


def test_a_removed_photo_is_missing_once_and_comes_back(library: Library) -> None:
    library.put("a.jpg", "b.jpg")
    library.scan()
    os.rename(library.root / "a.jpg", library.root / "kept.txt")
    assert library.names(library.scan().missing) == ["a.jpg"]
    assert not library.scan().missing
    os.rename(library.root / "kept.txt", library.root / "a.jpg")
    plan = library.scan()
    assert (library.names(plan.back), plan.unchanged) == (["a.jpg"], 2)


def test_a_removed_folder_takes_its_photos_along(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg", "b/d/e.jpg")
    library.scan()
    shutil.rmtree(library.root / "b")
    assert library.names(library.scan().missing) == ["b/c.jpg", "b/d/e.jpg"]


def test_an_emptied_folder_on_the_same_drive_has_lost_its_photos(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    (library.root / "b/c.jpg").unlink()
    assert library.names(library.scan().missing) == ["b/c.jpg"]


def test_names_that_are_no_text_are_found(library: Library) -> None:
    path = os.fsencode(library.root) + b"/\xff\xfe\n\t.jpg"
    try:
        open(path, "wb").close()
    except OSError:  # macOS and Windows have no such names
        return
    assert [file.path for file in library.scan().added] == [path]
    assert library.scan().unchanged == 1


# -------------------------------------------------------------------------------- what is skipped


def test_hidden_and_foreign_folders_are_skipped(library: Library) -> None:
    library.put(
        "a.jpg",
        ".hidden/b.jpg",
        "x/@eaDir/c.jpg",
        "x/node_modules/p/d.jpg",
        ".git/e.jpg",
        "System Volume Information/f.jpg",
        "$RECYCLE.BIN/g.jpg",
        "x/#recycle/h.jpg",
        ".i.jpg",
    )
    assert library.names(library.scan().added) == ["a.jpg"]


def test_a_root_may_itself_be_hidden(tmp_path: Path) -> None:
    library = Library(tmp_path / ".photos")
    library.put("a.jpg")
    assert library.scan().found == 1
    assert library.scan().unchanged == 1


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("*.png",), ["2019/raw/a.nef", "2019/raw/b/c.jpg", "2020/raw/d.jpg", "e.jpg"]),
        (("raw",), ["2019/f.png", "e.jpg"]),
        (("raw/",), ["2019/f.png", "e.jpg"]),
        (("2019/raw",), ["2019/f.png", "2020/raw/d.jpg", "e.jpg"]),
        (("/e.jpg",), ["2019/f.png", "2019/raw/a.nef", "2019/raw/b/c.jpg", "2020/raw/d.jpg"]),
        (("*/raw/*.jpg",), ["2019/f.png", "2019/raw/a.nef", "e.jpg"]),
        (("20??", "[x]*"), ["e.jpg"]),
        (("", " ", "nothing"), 5),
        (("*",), []),
    ],
)
def test_patterns_skip_names_and_paths(
    library: Library, patterns: tuple[str, ...], left: list[str] | int
) -> None:
    names = ["2019/raw/a.nef", "2019/raw/b/c.jpg", "2020/raw/d.jpg", "e.jpg", "2019/f.png"]
    library.put(*names)
    library.patterns = patterns
    found = library.names(library.look().added)
    assert found == (sorted(names) if left == 5 else left)


def test_a_new_rule_excludes_what_was_known_and_only_that(library: Library) -> None:
    library.put("a.jpg", "raw/b.jpg", "raw/c/d.jpg", "e.jpg")
    library.scan()
    (library.root / "e.jpg").unlink()
    library.patterns = ("raw",)
    plan = library.scan()
    assert library.names(plan.excluded) == ["raw/b.jpg", "raw/c/d.jpg"]
    assert library.names(plan.missing) == ["e.jpg"]
    library.patterns = ()
    assert library.names(library.scan().added) == ["raw/b.jpg", "raw/c/d.jpg"]


def test_excluding_every_photo_is_not_an_empty_drive(library: Library) -> None:
    library.put("a.jpg", "b.jpg")
    library.scan()
    library.patterns = ("*.jpg",)
    plan = library.scan()
    assert (plan.online, len(plan.excluded), plan.offline) == (True, 2, [])


# ----------------------------------------------------------------------------------------- links


if POSIX:  # on Windows a link needs rights that few have

    def test_links_inside_the_root_double_nothing_and_loops_end(library: Library) -> None:
        library.put("real/a.jpg", "b.jpg")
        (library.root / "again").symlink_to("real")
        (library.root / "real/up").symlink_to("..")
        (library.root / "real/self").symlink_to(".")
        (library.root / "above").symlink_to("../..")
        (library.root / "one").symlink_to("two")
        (library.root / "two").symlink_to("one")
        (library.root / "c.jpg").symlink_to("b.jpg")
        (library.root / "gone.jpg").symlink_to("nowhere.jpg")
        assert library.names(library.scan().added) == ["b.jpg", "real/a.jpg"]

    def test_links_to_photos_in_folders_that_are_skipped_are_photos(library: Library) -> None:
        library.put(".git/annex/a.jpg", ".git/annex/b.jpg", "sub/c.jpg", "sub/d")
        (library.root / "a.jpg").symlink_to(".git/annex/a.jpg")
        (library.root / "sub/a.jpg").symlink_to("../.git/annex/a.jpg")  # one of the two is enough
        (library.root / "sub/b.jpg").symlink_to("../.git/annex/b.jpg")
        (library.root / "c.jpg").symlink_to("sub/c.jpg")
        (library.root / "d.jpg").symlink_to("sub/d")
        (library.root / "folder").symlink_to(".git/annex")
        found = library.names(library.scan().added)
        assert found == ["a.jpg", "d.jpg", "sub/b.jpg", "sub/c.jpg"]
        assert library.scan().unchanged == 4

    def test_links_out_of_the_root_are_followed_once(library: Library, tmp_path: Path) -> None:
        outside = Library(tmp_path / "outside")
        outside.put("x/a.jpg", "x/y/b.jpg", "c.jpg", "d.txt", ".e/f.jpg")
        (tmp_path / "outside/x/back").symlink_to(library.root)
        (tmp_path / "outside/x/around").symlink_to(tmp_path / "outside")
        library.put("real.jpg")
        (library.root / "m").symlink_to(tmp_path / "outside/x")
        (library.root / "n").symlink_to(tmp_path / "outside/x/y")
        (library.root / "single.jpg").symlink_to(tmp_path / "outside/c.jpg")
        (library.root / "twice.jpg").symlink_to(tmp_path / "outside/c.jpg")
        (library.root / "deep.jpg").symlink_to(tmp_path / "outside/x/y/b.jpg")
        found = library.names(library.scan().added)
        assert found == ["m/a.jpg", "m/around/c.jpg", "m/y/b.jpg", "real.jpg"]
        assert library.scan().unchanged == 4

    def test_a_link_as_root_is_walked(tmp_path: Path) -> None:
        real = Library(tmp_path / "real")
        real.put("a.jpg", "b/c.jpg")
        (tmp_path / "real/b/up").symlink_to(tmp_path / "link")
        (tmp_path / "link").symlink_to(real.root)
        plan = scan(os.fsencode(tmp_path / "link"), [])
        assert sorted(file.path for file in plan.added) == [
            os.fsencode(tmp_path / "link/a.jpg"),
            os.fsencode(tmp_path / "link/b/c.jpg"),
        ]

    def test_pipes_and_sockets_are_passed_by(library: Library, tmp_path: Path) -> None:
        library.put("a.jpg")
        os.mkfifo(library.root / "pipe.jpg")
        os.mkfifo(tmp_path / "far.jpg")
        (library.root / "link.jpg").symlink_to(tmp_path / "far.jpg")
        (library.root / "zero.jpg").symlink_to("/dev/zero")
        with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
            server.bind(f"{short}/s.jpg")
            os.rename(f"{short}/s.jpg", library.root / "socket.jpg")
        assert library.names(library.scan().added) == ["a.jpg"]


# ------------------------------------------------------------------------- drives that are not
# there


def test_a_root_that_is_gone_is_offline_and_loses_nothing(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg", "removed.jpg")
    library.scan()
    (library.root / "removed.jpg").unlink()
    library.scan()
    library.root.rename(library.root.with_name("unplugged"))
    plan = library.scan()
    assert (plan.online, plan.missing) == (False, [])
    assert library.names(plan.offline) == ["a.jpg", "b/c.jpg"]
    library.root.with_name("unplugged").rename(library.root)
    plan = library.scan()
    assert plan.online
    assert library.names(plan.back) == ["a.jpg", "b/c.jpg"]
    assert library.here() == ["a.jpg", "b/c.jpg"]


def test_a_root_that_is_a_file_now_is_offline(library: Library) -> None:
    library.put("a.jpg")
    library.scan()
    shutil.rmtree(library.root)
    library.root.touch()
    assert not library.scan().online


def test_an_empty_root_is_offline_and_loses_nothing(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    shutil.rmtree(library.root)
    library.put("no drive here.txt")
    for _ in range(2):
        plan = library.scan()
        assert (plan.online, plan.missing) == (False, [])
        assert library.names(plan.offline) == ["a.jpg", "b/c.jpg"]


def test_an_empty_root_of_which_nothing_is_known_is_just_empty(library: Library) -> None:
    assert library.scan() == ScanPlan(os.fsencode(library.root), online=True)


def test_a_new_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match=r"is not there"):
        scan(os.fsencode(tmp_path / "no such"), [])
    (tmp_path / "file").touch()
    with pytest.raises(FolderMissing, match=r"not a folder"):
        scan(os.fsencode(tmp_path / "file"), [])


def mounted(library: Library, folder: str, device: int) -> None:
    """Remember the photos below a folder as seen on another file system."""
    below = os.fsencode(library.root / folder)
    for path, file in library.known.items():
        if path.startswith(below + os.sep.encode()):
            library.known[path] = replace(file, device=device)


@pytest.mark.parametrize("left", ["an empty folder", "folders", "no folder"])
def test_a_drive_below_the_root_that_is_unmounted_is_offline(library: Library, left: str) -> None:
    library.put("a.jpg", "usb/b.jpg", "usb/2020/c.jpg", "gone.jpg")
    library.scan()
    mounted(library, "usb", 77)
    shutil.rmtree(library.root / "usb")
    (library.root / "gone.jpg").unlink()
    if left != "no folder":
        (library.root / "usb").mkdir()
    if left == "folders":
        (library.root / "usb/2020").mkdir()
    plan = library.scan()
    assert plan.online
    assert library.names(plan.offline) == ["usb/2020/c.jpg", "usb/b.jpg"]
    assert library.names(plan.missing) == ["gone.jpg"]


def test_a_drive_with_a_new_number_still_loses_what_was_deleted(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg", "b/d.jpg", "e/f.jpg")
    library.scan()
    mounted(library, ".", 77)  # as it was numbered before it was mounted again
    library.known = {path: replace(file, device=77) for path, file in library.known.items()}
    shutil.rmtree(library.root / "e")
    (library.root / "b/d.jpg").unlink()
    plan = library.scan()
    assert (library.names(plan.missing), plan.offline) == (["b/d.jpg", "e/f.jpg"], [])


def test_a_stray_photo_in_an_empty_mount_point_does_not_empty_the_drive(library: Library) -> None:
    library.put("a.jpg", "b.jpg")
    library.scan()
    library.known = {path: replace(file, device=77) for path, file in library.known.items()}
    for name in ("a.jpg", "b.jpg"):
        (library.root / name).unlink()
    library.put("screenshot.png")
    plan = library.scan()
    assert (library.names(plan.offline), plan.missing) == (["a.jpg", "b.jpg"], [])
    assert library.names(plan.added) == ["screenshot.png"]


# --------------------------------------------------------------------- folders that cannot be read


@contextlib.contextmanager
def failing(place: Path, number: int, *, after: int = 0) -> Iterator[None]:
    """A disk that answers so many entries of a folder and then fails with an error number."""
    original = os.scandir

    class Stopping:
        def __init__(self, entries: Any) -> None:
            self.entries, self.left = entries, after

        def __enter__(self) -> "Stopping":
            return self

        def __exit__(self, *_: object) -> None:
            self.entries.close()

        def __iter__(self) -> "Stopping":
            return self

        def __next__(self) -> Any:
            if not self.left:
                raise OSError(number, os.strerror(number))
            self.left -= 1
            return next(self.entries)

    def scandir(path: bytes) -> Any:
        if path != os.fsencode(place):
            return original(path)
        if not after:
            raise OSError(number, os.strerror(number))
        return Stopping(original(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        yield


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EPERM, errno.ENOTCONN, 116])
@pytest.mark.parametrize("after", [0, 1])
def test_photos_in_a_folder_that_cannot_be_read_stay_as_they_are(
    library: Library, number: int, after: int
) -> None:
    library.put("a.jpg", "b/c.jpg", "b/d.jpg", "b/e/f.jpg", "gone.jpg")
    library.scan()
    (library.root / "gone.jpg").unlink()
    with failing(library.root / "b", number, after=after):
        plan = library.scan()
    assert plan.unreadable == [os.fsencode(library.root / "b")]
    assert (plan.online, plan.offline) == (True, [])
    assert library.names(plan.missing) == ["gone.jpg"]
    assert library.here() == ["a.jpg", "b/c.jpg", "b/d.jpg", "b/e/f.jpg"]


def test_a_root_whose_drive_answers_no_more_is_offline(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    with failing(library.root, errno.EIO):
        plan = library.look()
        assert (plan.online, len(plan.offline), plan.unreadable) == (False, 2, [])
        with pytest.raises(FolderUnreadable, match=r"cannot be read"):
            scan(os.fsencode(library.root), [])


def test_a_root_that_is_forbidden_now_changes_nothing(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    with failing(library.root, errno.EACCES):
        plan = library.look()
        known = list(library.known.values())
        root = os.fsencode(library.root)
        assert plan == ScanPlan(root, online=True, unreadable=[root], unseen=known)
        with pytest.raises(FolderUnreadable, match=r"may not read"):
            scan(os.fsencode(library.root), [])


def test_a_root_that_breaks_off_in_the_middle_loses_nothing(library: Library) -> None:
    library.put("a.jpg", "b.jpg", "c.jpg")
    library.scan()
    with failing(library.root, errno.EIO, after=1):
        plan = library.scan()
    assert (plan.found, plan.missing, plan.offline) == (1, [], [])


def test_a_folder_that_vanishes_during_the_walk_is_gone(library: Library) -> None:
    library.put("a.jpg", "b/c.jpg")
    library.scan()
    with failing(library.root / "b", errno.ENOENT):
        plan = library.scan()
    assert (library.names(plan.missing), plan.unreadable) == (["b/c.jpg"], [])


if POSIX:

    def test_real_permissions_are_respected() -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            library = Library(Path(folder) / "photos")
            library.put("a.jpg", "secret/b.jpg", "listed/c.jpg")
            library.scan()
            (library.root / "secret").chmod(0)
            (library.root / "listed").chmod(0o444)  # names may be read, files may not
            root = os.geteuid() == 0
            if root:
                os.seteuid(65534)
            try:
                plan = library.look()
            finally:
                if root:
                    os.seteuid(0)
                (library.root / "secret").chmod(0o755)
                (library.root / "listed").chmod(0o755)
            assert sorted(map(library.name, plan.unreadable)) == ["listed", "secret"]
            assert (plan.missing, plan.offline, plan.unchanged) == ([], [], 1)


# -------------------------------------------------------------------- placeholders, hidden by
# system


@contextlib.contextmanager
def marked(attributes: dict[str, dict[str, int]]) -> Iterator[None]:
    """Attributes that Windows and macOS keep with files, by file name."""
    scandir, stat = os.scandir, os.stat

    def with_attributes(state: os.stat_result, path: bytes) -> Any:
        extra = attributes.get(os.fsdecode(os.path.basename(path)))
        if extra is None:
            return state
        fields = {name: getattr(state, name) for name in dir(state) if name.startswith("st_")}
        return SimpleNamespace(**{**fields, **extra})

    class Entries(list[Any]):
        def __enter__(self) -> "Entries":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    class Entry:
        def __init__(self, entry: "os.DirEntry[bytes]") -> None:
            self.entry, self.name, self.path = entry, entry.name, entry.path
            self.is_dir, self.is_file = entry.is_dir, entry.is_file
            self.is_symlink = entry.is_symlink

        def stat(self, *, follow_symlinks: bool = True) -> Any:
            return with_attributes(self.entry.stat(follow_symlinks=follow_symlinks), self.path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            os,
            "scandir",
            lambda path: Entries(map(Entry, scandir(path))),
        )
        patch.setattr(os, "stat", lambda path, **how: with_attributes(stat(path, **how), path))
        yield


WINDOWS_RECALL, WINDOWS_OFFLINE, MACOS_DATALESS = 0x400000, 0x1000, 0x40000000


@pytest.mark.parametrize(
    "attribute",
    [
        {"st_file_attributes": WINDOWS_RECALL},
        {"st_file_attributes": WINDOWS_OFFLINE},
        {"st_flags": MACOS_DATALESS},
    ],
)
def test_cloud_placeholders_are_told_and_read_when_they_have_come(
    library: Library, attribute: dict[str, int]
) -> None:
    library.put("a.jpg", "cloud.jpg")
    with marked({"cloud.jpg": attribute}):
        plan = library.scan()
        assert library.names(file for file in plan.added if file.online_only) == ["cloud.jpg"]
        assert library.scan().unchanged == 2
    plan = library.scan()
    assert library.names(file for _, file in plan.changed) == ["cloud.jpg"]
    with marked({"a.jpg": attribute}):  # one that was read and then sent to the cloud
        assert library.scan().unchanged == 2


def test_a_photo_sent_to_the_cloud_before_it_was_read_is_told(library: Library) -> None:
    library.put("a.jpg", "b.jpg")
    library.scan()
    library.known = {path: replace(file, state="waiting") for path, file in library.known.items()}
    with marked({"a.jpg": {"st_file_attributes": WINDOWS_RECALL}}):
        plan = library.scan()
    assert [(library.name(new.path), new.online_only) for _, new in plan.changed] == [
        ("a.jpg", True)
    ]


@pytest.mark.parametrize(
    "attribute", [{"st_file_attributes": 2}, {"st_file_attributes": 4}, {"st_flags": 0x8000}]
)
def test_what_the_system_hides_is_skipped_and_excluded(
    library: Library, attribute: dict[str, int]
) -> None:
    library.put("a.jpg", "b.jpg", "c/d.jpg", "c/e/f.jpg")
    library.scan()
    with marked({"b.jpg": attribute, "c": attribute}):
        plan = library.scan()
    assert library.names(plan.excluded) == ["b.jpg", "c/d.jpg", "c/e/f.jpg"]
    assert (plan.unchanged, plan.missing) == (1, [])


# -------------------------------------------------------------------------------- progress and size


def test_progress_is_told_and_a_scan_can_be_stopped(library: Library) -> None:
    library.put(*(f"{folder}/{number}.jpg" for folder in "abc" for number in range(300)))
    told: list[int] = []
    scan(os.fsencode(library.root), [], progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 900
    assert len(told) >= 4
    with pytest.raises(Cancelled):
        scan(os.fsencode(library.root), [], progress=told.append, cancelled=lambda: told[-1] > 300)
    with pytest.raises(Cancelled):
        scan(os.fsencode(library.root), [], cancelled=lambda: True)


def test_a_folder_deeper_than_pythons_stack_is_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth = sys.getrecursionlimit() + 100
    monkeypatch.chdir(tmp_path)
    try:
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        open("a.jpg", "wb").close()
        (file,) = scan(os.fsencode(tmp_path), []).added
        assert file.path.count(b"/d") >= depth
    finally:  # pytest cannot remove it: shutil.rmtree is recursive
        os.chdir(tmp_path)
        while os.path.isdir("d/d"):
            os.rename("d/d", "below")
            os.rmdir("d")
            os.rename("below", "d")
        shutil.rmtree("d")


def test_many_unseen_files_below_many_unreadable_folders_take_no_time(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    (tmp_path / "a.jpg").touch()
    known = [
        KnownFile(n, b"%s/gone/%d/%d.jpg" % (folder, n % 999, n), 1, 1, 1, "here", "read")
        for n in range(50_000)
    ]
    started = time.monotonic()
    assert len(scan(folder, known).offline) == 50_000
    assert time.monotonic() - started < 20


# -------------------------------------------------------------------------------- against a model

NAMES = st.sampled_from(["a.jpg", "b.png", "c.txt", ".h.jpg", "._a.jpg", "d.JPG"])
FOLDERS = st.sampled_from(["", "x", "x/y", ".z", "node_modules", "w/@eaDir", "w"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "touch", "delete", "rmtree", "unplug", "plug", "scan", "rule"]),
        FOLDERS,
        NAMES,
        st.integers(1, 3),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_the_catalog_follows_and_forgets_nothing(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "photos")
        away = Path(folder) / "away"
        files: dict[str, tuple[int, int]] = {}
        ruled = False

        def visible() -> dict[str, tuple[int, int]]:
            return {name: state for name, state in files.items() if wanted(name, ruled)}

        for step, place, name, size in steps:
            path = library.root / place / name
            key = f"{place}/{name}".lstrip("/")
            unplugged = away.exists()
            if step == "write" and not unplugged:
                library.put(key, content="x" * size)
                os.utime(path, ns=(size, size * 10**9))
                files[key] = (size, size * 10**9)
            elif step == "touch" and key in files and not unplugged:
                os.utime(path, ns=(9, size * 10**12))
                files[key] = (files[key][0], size * 10**12)
            elif step == "delete" and key in files and not unplugged:
                path.unlink()
                del files[key]
            elif step == "rmtree" and place and not unplugged:
                shutil.rmtree(library.root / place, ignore_errors=True)
                files = {k: v for k, v in files.items() if not k.startswith(f"{place}/")}
            elif step == "unplug" and not unplugged:
                library.root.rename(away)
            elif step == "plug" and unplugged:
                away.rename(library.root)
            elif step == "rule":
                ruled = not ruled
                library.patterns = ("*.png",) if ruled else ()
            elif step == "scan" and (library.known or not unplugged):
                before = set(library.here()) | set(offline(library))
                plan = library.scan()
                if unplugged or (not visible() and not plan.online):
                    assert set(offline(library)) | set(library.here()) >= {
                        name for name in before if wanted(name, ruled) or unplugged
                    }
                else:
                    assert plan.found == len(visible())
                    assert library.here() == sorted(visible())
                    for known in library.known.values():
                        if known.presence == "here":
                            expected = files[library.name(known.path)]
                            assert (known.size, known.mtime_ns) == expected


def wanted(name: str, ruled: bool) -> bool:
    parts = name.split("/")
    if any(part.startswith(".") or part in ("node_modules", "@eaDir") for part in parts):
        return False
    return name.lower().endswith((".jpg",) if ruled else (".jpg", ".png"))


def offline(library: Library) -> list[str]:
    return library.names(file for file in library.known.values() if file.presence == "offline")
