"""One pass over a folder: which photo files are there. Opens and changes no file.

Hides links, what is hidden by attribute, names that are no text, cloud placeholders, and disks that
stop answering in the middle.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from photofind.errors import Cancelled
from photofind.images import is_photo_name
from photofind.paths import is_within
from photofind.scan.rules import Rules

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


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A photo file as the walk saw it."""

    path: bytes
    size: int
    mtime_ns: int
    device: int
    online_only: bool  # a cloud placeholder: never to be opened


class Walk:
    """One pass over a folder: yields photo files and remembers what it met on the way."""

    def __init__(
        self,
        root: bytes,
        device: int,
        rules: Rules,
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
