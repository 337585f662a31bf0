"""What of a folder is skipped.

At any depth below the folder itself: names that begin with a dot, `SKIPPED_NAMES`, and the person's
patterns, as the shell knows them (`*`, `?`, `[abc]`). A pattern without a slash is held against
every single name, of files and of folders; one with a slash against the whole path below the folder
("2019/raw", "*/export/*.png"; `*` spans slashes). A folder that matches is skipped with all that is
in it. What Windows or macOS hide by attribute is skipped by the walk, which sees the attributes.
"""

import fnmatch
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from photofind.images import is_photo_name

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
_SEPARATOR: Final = os.sep.encode()


def passes_over(folder: bytes, below: bytes, patterns: Sequence[str] = ()) -> bool:
    """Whether scanning a folder skips another that lies below it, by a name on the way there.

    What is hidden by attribute is not asked for: that is known of a drive that answers alone.
    """
    return below != folder and Rules(folder, patterns).on_the_way(below)


class Rules:
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
