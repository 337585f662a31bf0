"""Walk a folder, compare what is there with what is known, and plan. Opens and changes no file.

Hides links, hidden folders, names that are no text, drives that are not there, and disks that stop
answering in the middle. One thought decides every doubtful case: a photo is called missing only
when the place where it was could be looked at and it was not there. Whatever could not be looked at
stays as it is, and whatever may lie on a drive that is not there is called offline.

  What is skipped, at any depth below the folder itself: * names that begin with a dot,
  `SKIPPED_NAMES`, and what Windows or macOS hide by attribute; * the person's patterns, as the
  shell knows them (`*`, `?`, `[abc]`). A pattern without a slash is held against every single name,
  of files and of folders; one with a slash against the whole path below the folder ("2019/raw",
  "*/export/*.png"; `*` spans slashes). A folder that matches is skipped with all that is in it.
"""

import errno
import fnmatch
import os
import re
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from photofind.errors import Cancelled, FolderMissing, FolderUnreadable
from photofind.images import is_photo_name
from photofind.paths import is_within, shown_path

# Lower case. Thumbnails and recycle bins of Synology and QNAP, code, what Windows and ext4 keep.
SKIPPED_NAMES: Final = frozenset(
    (
        b"@eadir",
        b"#recycle",
        b"@recycle",
        b"node_modules",
        b".git",
        b"system volume information",
        b"$recycle.bin",
        b"lost+found",
    )
)
PROGRESS_ENTRIES: Final = 256  # between two reports of progress and two looks whether to stop

# Attributes by which the systems mark placeholders whose content is elsewhere. Reading one
# downloads.
_WINDOWS_ONLINE_ONLY: Final = (
    0x00001000 | 0x00040000 | 0x00400000
)  # OFFLINE, RECALL_ON_OPEN, ..._DATA
_WINDOWS_HIDDEN: Final = 0x2 | 0x4  # HIDDEN, SYSTEM
_WINDOWS_JUNCTION: Final = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_MACOS_ONLINE_ONLY: Final = 0x40000000  # SF_DATALESS
_MACOS_HIDDEN: Final = 0x8000  # UF_HIDDEN

_ABSENT: Final = (errno.ENOENT, errno.ENOTDIR)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM)
_SEPARATOR: Final = os.sep.encode()


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the catalog has it."""

    id: int
    path: bytes
    size: int
    mtime_ns: int
    device: int  # st_dev of the file system on which it was seen
    presence: str  # "here", "missing" or "offline"
    state: str  # "waiting", "read", "failed" or "online-only"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A photo file as the walk saw it."""

    path: bytes
    size: int
    mtime_ns: int
    device: int
    online_only: bool  # a cloud placeholder: never to be opened


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """How the catalog differs from the folder. `found` = added + changed + unchanged."""

    folder: bytes
    online: bool
    found: int = 0  # photo files seen, after skipping
    added: list[FoundFile] = field(default_factory=list)
    changed: list[tuple[KnownFile, FoundFile]] = field(default_factory=list)
    unchanged: int = 0  # same size and mtime
    back: list[KnownFile] = field(
        default_factory=list
    )  # unchanged ones that were missing or offline
    missing: list[KnownFile] = field(default_factory=list)  # were here or offline, and are gone
    offline: list[KnownFile] = field(default_factory=list)  # on a drive that is not there
    excluded: list[KnownFile] = field(default_factory=list)  # now skipped by a rule
    unreadable: list[bytes] = field(default_factory=list)  # folders that could not be read
    # Known files of which nothing new is known, and that stay as they are: those below unreadable
    # folders, and those that were missing and still are.
    unseen: list[KnownFile] = field(default_factory=list)


def _never() -> bool:
    return False


def _unseen(_found: int) -> None:
    pass


def scan(
    folder: bytes,
    known: Iterable[KnownFile],
    *,
    patterns: Sequence[str] = (),
    cancelled: Callable[[], bool] = _never,
    progress: Callable[[int], None] = _unseen,
) -> ScanPlan:
    """Compare a folder (absolute, normalised) with the files known in it. Any thread.

    `progress` is told the number of photos found so far, at the least with every folder, link and
    `PROGRESS_ENTRIES` entries: who hears nothing for long knows that the drive hangs. Raises
    Cancelled, and, only where nothing is known yet, FolderMissing and FolderUnreadable.
    """
    known_by_path = _within(folder, known)
    try:
        root_device = _device_of_root(folder)
    except OSError as error:
        return _without_root(folder, known_by_path.values(), error)
    rules = _Rules(folder, patterns)
    walk = _Walk(folder, root_device, rules, cancelled, progress)
    plan = ScanPlan(folder, online=True, unreadable=walk.unreadable)
    judge = _Judge(folder, walk.devices)
    found = unchanged = 0
    for file in walk.files():
        found += 1
        before = known_by_path.pop(file.path, None)
        if before is None:
            plan.added.append(file)
            continue
        judge.seen(before, file)
        if _is_changed(before, file):
            plan.changed.append((before, file))
            continue
        unchanged += 1
        if before.presence != "here":
            plan.back.append(before)
    unseen = known_by_path.values()
    if walk.root_error is not None:
        return _without_root(folder, unseen, walk.root_error)
    unreadable = set(walk.unreadable)
    for gone in unseen:
        if rules.exclude(gone.path) or _lies_in(gone.path, walk.hidden):
            plan.excluded.append(gone)
        elif gone.presence == "missing" or _lies_in(gone.path, unreadable):
            plan.unseen.append(gone)
        elif judge.is_offline(gone):
            plan.offline.append(gone)
        else:
            plan.missing.append(gone)
    online = True
    if not found and not unreadable and (plan.missing or plan.offline):
        online = False  # nothing is ever given up because a scan found nothing
        plan.offline.extend(plan.missing)
        plan.missing.clear()
    return replace(plan, online=online, found=found, unchanged=unchanged)


def unanswered(folder: bytes, known: Iterable[KnownFile], error: OSError) -> ScanPlan:
    """The plan for a folder of which `scan` came to no end: its drive does not answer.

    Raises FolderUnreadable where nothing is known yet.
    """
    return _without_root(folder, _within(folder, known).values(), error)


def passes_over(folder: bytes, below: bytes, patterns: Sequence[str] = ()) -> bool:
    """Whether scanning a folder skips another that lies below it, by a name on the way there.

    What is hidden by attribute is not asked for: that is known of a drive that answers alone.
    """
    return below != folder and _Rules(folder, patterns).on_the_way(below)


def _within(folder: bytes, known: Iterable[KnownFile]) -> dict[bytes, KnownFile]:
    return {file.path: file for file in known if is_within(file.path, folder)}


def _is_changed(known: KnownFile, found: FoundFile) -> bool:
    """Whether a known file is to be looked at again: other content, or it came down from the cloud
    or went up there before it was read."""
    if (known.size, known.mtime_ns) != (found.size, found.mtime_ns):
        return True
    if found.online_only:
        return known.state == "waiting"
    return known.state == "online-only"


def _device_of_root(folder: bytes) -> int:
    state = os.stat(folder)
    if not stat.S_ISDIR(state.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return state.st_dev


def _without_root(folder: bytes, known: Collection[KnownFile], error: OSError) -> ScanPlan:
    """The plan for a root that cannot be looked at: its drive is not there, or it is forbidden."""
    forbidden = error.errno in _FORBIDDEN
    if known:
        if forbidden:
            return ScanPlan(folder, online=True, unreadable=[folder], unseen=list(known))
        here = [file for file in known if file.presence != "missing"]
        gone = [file for file in known if file.presence == "missing"]
        return ScanPlan(folder, online=False, offline=here, unseen=gone)
    if error.errno == errno.ENOTDIR:
        raise FolderMissing(f"{shown_path(folder)} is not a folder; name the folder that it is in.")
    if error.errno == errno.ENOENT:
        raise FolderMissing(
            f"{shown_path(folder)} is not there; check the path, or connect its drive."
        )
    if forbidden:
        raise FolderUnreadable(
            f"You may not read {shown_path(folder)}; change its permissions and try again."
        )
    raise FolderUnreadable(
        f"{shown_path(folder)} cannot be read ({error.strerror}); check its drive and try again."
    )


class _Rules:
    """What is skipped by its name or path, for files found and files known alike."""

    def __init__(self, folder: bytes, patterns: Sequence[str]) -> None:
        self._below = len(folder.rstrip(_SEPARATOR)) + len(_SEPARATOR)
        wanted = [pattern.strip().rstrip("/").removeprefix("./") for pattern in patterns]
        self._name = _any_of(pattern for pattern in wanted if "/" not in pattern)
        self._path = _any_of(pattern.lstrip("/") for pattern in wanted if "/" in pattern)

    def skip(self, path: bytes, name: bytes) -> bool:
        """Whether an entry is skipped, its parents not being so. `name` is the end of `path`."""
        if name.startswith(b".") or name.lower() in SKIPPED_NAMES:
            return True
        if self._name is not None and self._name(os.fsdecode(name)):
            return True
        return self._path is not None and bool(self._path(self._relative(path)))

    def exclude(self, path: bytes) -> bool:
        """Whether a known file is skipped: by its own name or by that of a folder above it."""
        return not is_photo_name(path[path.rfind(_SEPARATOR) + 1 :]) or self.on_the_way(path)

    def on_the_way(self, path: bytes) -> bool:
        """Whether a path below the folder has a name that is skipped."""
        start = self._below
        while True:
            end = path.find(_SEPARATOR, start)
            upto = path if end < 0 else path[:end]
            if self.skip(upto, upto[start:]):
                return True
            if end < 0:
                return False
            start = end + 1

    def _relative(self, path: bytes) -> str:
        relative = os.fsdecode(path[self._below :])
        return relative.replace(os.sep, "/") if os.sep != "/" else relative


def _any_of(patterns: Iterable[str]) -> Callable[[str], object] | None:
    """A test whether text matches one of these shell patterns; None where there are none."""
    regexes = [fnmatch.translate(pattern) for pattern in patterns if pattern]
    if not regexes:
        return None
    # As names are told apart on the disks of these systems.
    flags = re.IGNORECASE if sys.platform in ("win32", "darwin") else 0
    return re.compile("|".join(regexes), flags).match


class _Walk:
    """One pass over a folder: yields photo files and remembers what it met on the way."""

    def __init__(
        self,
        root: bytes,
        device: int,
        rules: _Rules,
        cancelled: Callable[[], bool],
        progress: Callable[[int], None],
    ) -> None:
        self._root = root
        self._rules = rules
        self._cancelled = cancelled
        self._progress = progress
        self._real_root = os.path.realpath(root)
        self._reached = {self._real_root}  # real paths of folders walked and of linked files
        self._links: list[bytes] = []
        self._found = 0
        self._entries = 0
        self.hidden: set[bytes] = set()  # what is hidden by attribute, not by name
        self.root_error: OSError | None = None  # the root could not even be opened
        self.unreadable: list[bytes] = []
        self.devices: dict[bytes, int] = {root: device}  # of every folder that could be looked at

    def files(self) -> Iterator[FoundFile]:
        """Every photo once.

        Real entries come first, so that a link never takes a photo's place; then links to folders,
        and those found in them; links to single files last.
        """
        yield from self._tree(self._root, self._real_root)
        single: list[tuple[bytes, bytes, os.stat_result]] = []
        while self._links:
            links, self._links = sorted(self._links), []
            for link in links:
                self._look_up()
                target, state = self._target(link)
                if state is None or target in self._reached:
                    continue
                if stat.S_ISDIR(state.st_mode):
                    self._reached.add(target)
                    self.devices[link] = state.st_dev
                    yield from self._tree(link, target)
                elif stat.S_ISREG(state.st_mode) and is_photo_name(os.path.basename(link)):
                    single.append((link, target, state))
        for link, target, state in single:
            walked = os.path.dirname(target) in self._reached and is_photo_name(target)
            if not walked and target not in self._reached:
                self._reached.add(target)
                self._found += 1
                yield _found(link, state, state.st_dev)
        self._progress(self._found)

    def _tree(self, top: bytes, real_top: bytes) -> Iterator[FoundFile]:
        waiting = [(top, real_top)]
        while waiting:
            folder, real = waiting.pop()
            self._look_up()
            try:
                entries = os.scandir(folder)
            except OSError as error:
                if folder == self._root:
                    self.root_error = error
                self._unreadable(folder, error)
                continue
            try:
                with entries:
                    for entry in entries:
                        self._entries += 1
                        if self._entries % PROGRESS_ENTRIES == 0:
                            self._look_up()
                        if self._rules.skip(entry.path, entry.name):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            below = os.path.join(real, entry.name)
                            if self._may_enter(entry, below):
                                waiting.append((entry.path, below))
                        elif entry.is_symlink():
                            self._links.append(entry.path)
                        elif is_photo_name(entry.name) and entry.is_file(follow_symlinks=False):
                            photo = self._photo(entry, self.devices[folder])
                            if photo is not None:
                                self._found += 1
                                yield photo
            except OSError as error:  # the disk stopped answering half way
                self._unreadable(folder, error)

    def _may_enter(self, entry: os.DirEntry[bytes], real: bytes) -> bool:
        try:
            state = os.stat(entry.path, follow_symlinks=False)
        except OSError as error:
            self._unreadable(entry.path, error)
            return False
        if _is_hidden(state):
            self.hidden.add(entry.path)
            return False
        if getattr(state, "st_reparse_tag", 0) == _WINDOWS_JUNCTION:
            self._links.append(entry.path)
            return False
        if real in self._reached:
            return False
        self._reached.add(real)
        self.devices[entry.path] = state.st_dev
        return True

    def _photo(self, entry: os.DirEntry[bytes], device: int) -> FoundFile | None:
        try:
            state = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        if _is_hidden(state):
            self.hidden.add(entry.path)
            return None
        # Windows leaves out the device where it lists a folder.
        return _found(entry.path, state, state.st_dev or device)

    def _target(self, link: bytes) -> tuple[bytes, os.stat_result | None]:
        """Where a link leads, and what is there; None where it dangles, leads round in a circle, or
        to a folder in the root or around it. A file may lie in a folder of the root that is
        skipped: git-annex keeps the photos in .git and shows links."""
        try:
            target = os.path.realpath(link, strict=True)
            state = os.stat(target)
            inside = is_within(target, self._real_root) or is_within(self._real_root, target)
            return target, None if inside and stat.S_ISDIR(state.st_mode) else state
        except OSError:
            return link, None

    def _unreadable(self, folder: bytes, error: OSError) -> None:
        if error.errno not in _ABSENT:
            self.unreadable.append(folder)

    def _look_up(self) -> None:
        if self._cancelled():
            raise Cancelled("Looking through the folders was stopped.")
        self._progress(self._found)


def _found(path: bytes, state: os.stat_result, device: int) -> FoundFile:
    attributes = getattr(state, "st_file_attributes", 0)
    flags = getattr(state, "st_flags", 0)
    online_only = bool(attributes & _WINDOWS_ONLINE_ONLY or flags & _MACOS_ONLINE_ONLY)
    return FoundFile(path, state.st_size, state.st_mtime_ns, device, online_only)


def _is_hidden(state: os.stat_result) -> bool:
    attributes = getattr(state, "st_file_attributes", 0)
    return bool(attributes & _WINDOWS_HIDDEN or getattr(state, "st_flags", 0) & _MACOS_HIDDEN)


class _Judge:
    """Tells a deleted file from one whose drive is not there.

    A drive mounted at or below the root leaves an empty folder behind when it goes, or none at all.
    So a file that is gone is offline when the highest folder above it in which no known file is
    left lies on another file system now than the file did. The numbers of file systems change when
    drives are mounted again; files that are still there tell which new number stands for which old
    one.
    """

    def __init__(self, root: bytes, devices: Mapping[bytes, int]) -> None:
        self._root = root
        self._devices = devices  # of the folders that are there; filled during the walk
        self._renumbered: set[tuple[int, int]] = set()
        self._alive: set[bytes] = set()  # folders with a known file in them or anywhere below

    def seen(self, known: KnownFile, found: FoundFile) -> None:
        """A known file is still there."""
        if known.device != found.device:
            self._renumbered.add((known.device, found.device))
        folder = os.path.dirname(found.path)
        while folder not in self._alive and len(folder) >= len(self._root):
            self._alive.add(folder)
            folder = os.path.dirname(folder)

    def is_offline(self, gone: KnownFile) -> bool:
        """Whether a file that was not found may still be on its drive."""
        place = os.path.dirname(gone.path)
        if place in self._alive:
            return False
        while place != self._root and os.path.dirname(place) not in self._alive:
            place = os.path.dirname(place)
        while place not in self._devices:  # not there any more: what is now where it stood?
            place = os.path.dirname(place)
        now = self._devices[place]
        return now != gone.device and (gone.device, now) not in self._renumbered


def _lies_in(path: bytes, places: Collection[bytes]) -> bool:
    """Whether a path is one of some places or lies below one."""
    while places:
        if path in places:
            return True
        above = os.path.dirname(path)
        if above == path:
            return False
        path = above
    return False
