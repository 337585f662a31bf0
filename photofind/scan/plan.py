"""Compare what is in a folder with what is known of it, and plan.

Hides folders and drives that are not there, and what became of the numbers of their file systems.
"""

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from photofind.errors import FolderMissing, FolderUnreadable
from photofind.paths import is_within, shown_path
from photofind.scan.rules import Rules
from photofind.scan.walk import FoundFile, Walk

_FORBIDDEN: Final = (errno.EACCES, errno.EPERM)


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
    rules = Rules(folder, patterns)
    walk = Walk(folder, root_device, rules, cancelled, progress)
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
        raise FolderMissing(
            "{file} is not a folder; name the folder that it is in.", file=shown_path(folder)
        )
    if error.errno == errno.ENOENT:
        raise FolderMissing(
            "{folder} is not there; check the path, or connect its drive.",
            folder=shown_path(folder),
        )
    if forbidden:
        raise FolderUnreadable(
            "You may not read {folder}; change its permissions and try again.",
            folder=shown_path(folder),
        )
    raise FolderUnreadable(
        "{folder} cannot be read ({detail}); check its drive and try again.",
        folder=shown_path(folder),
        detail=error.strerror,
    )


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
