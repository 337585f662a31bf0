"""Where a library keeps its parts, and how a path becomes text and back.

Paths are `bytes` wherever they are kept or sent: a name need not be valid UTF-8. They become text
in one way only, `shown_path`, which is documented for people who read the command line's output.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from photofind.errors import FolderMissing

_WEIGHT_SUFFIXES: Final = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".npz")
_HUB: Final = "hf-hub"  # what follows it has a slash and is no path


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files of one library. Nothing of a library lies outside `root`."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.sqlite"

    @property
    def thumbnails(self) -> Path:
        return self.root / "thumbnails.sqlite"

    @property
    def index(self) -> Path:
        """The folder of the vector index files, one a model; a cache."""
        return self.root / "index"

    @property
    def worker_lock(self) -> Path:
        return self.root / "worker.lock"

    @property
    def worker_file(self) -> Path:
        """Who is the worker: process id, address, token, protocol (mode 0600)."""
        return self.root / "worker.json"

    @property
    def log(self) -> Path:
        return self.root / "log"


def library_paths(chosen: str | None = None) -> LibraryPaths:
    """The library named by `--library`, else by PHOTOFIND_LIBRARY, else the person's own."""
    named = chosen or os.environ.get("PHOTOFIND_LIBRARY")
    root = (
        Path(named) if named else Path(platformdirs.user_data_dir("PhotoFind", False)) / "library"
    )
    return LibraryPaths(Path(os.fsdecode(absolute(root))))


def absolute(path: str | bytes | os.PathLike[str]) -> bytes:
    """An absolute, normalised path as bytes. Links are not resolved: a person knows their names."""
    try:
        whole = os.path.abspath(os.fsencode(path))
    except FileNotFoundError:  # asked for the current folder
        raise FolderMissing(
            "The current folder is not there any more; change to another, or give whole paths."
        ) from None
    # POSIX lets two slashes at the start mean something else than one, and so they are kept. On the
    # systems of today they mean the same, and one folder must not come in twice.
    return whole[1:] if os.name != "nt" and whole.startswith(b"//") else whole


def valid_text(text: str) -> str:
    """The text with ? for each lone surrogate, which can be neither sent nor printed: a byte of a
    name that is no UTF-8, or half a character that was pasted."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_weights_file(source: str) -> bool:
    """Whether what follows an architecture's name means a file, and not a pretrained tag."""
    return (
        source.endswith(_WEIGHT_SUFFIXES)
        or "/" in source
        or os.sep in source
        or Path(source).is_file()
    )


def absolute_model(name: str) -> str:
    """A model's name with the folder or file in it, if there is one, made absolute.

    To be called where a person named it: the worker, which opens it, has another current folder.
    """
    kind, _, source = name.partition(":")
    if not source or kind == _HUB or not (kind == "local-dir" or is_weights_file(source)):
        return name
    return f"{kind}:{os.fsdecode(absolute(os.path.expanduser(source)))}"


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether a path is the folder itself or lies below it; both absolute and normalised."""
    return path == folder or path.startswith(folder.rstrip(os.sep.encode()) + os.sep.encode())


_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|(.))")


def shown_path(path: bytes) -> str:
    r"""A path as one line of text without tabs, which `path_from_shown` turns back exactly.

    Characters that do not print on one line become `\t`, `\n`, `\r` or `\xNN` for each of their
    bytes, bytes that are no valid UTF-8 become `\xNN`, and a backslash becomes `\\`. On Windows the
    backslash is the separator and stays as it is; there names are always text.
    """
    shown: list[str] = []
    for character in os.fsdecode(path):
        point = ord(character)
        if character == "\\" and os.name != "nt":
            shown.append("\\\\")
        elif character in _NAMED:
            shown.append(_NAMED[character])
        elif 0xDC80 <= point <= 0xDCFF:
            shown.append(f"\\x{point - 0xDC00:02x}")
        elif point < 0x20 or 0x7F <= point < 0xA0 or character in "\u2028\u2029":
            shown.extend(f"\\x{byte:02x}" for byte in character.encode())
        else:
            shown.append(character)
    return "".join(shown)


def path_from_shown(shown: str) -> bytes:
    """The path that `shown_path` showed so."""
    if os.name == "nt":
        return os.fsencode(shown)
    back = {"t": b"\t", "n": b"\n", "r": b"\r", "\\": b"\\"}
    parts: list[bytes] = []
    end = 0
    for escape in _ESCAPE.finditer(shown):
        parts.append(os.fsencode(shown[end : escape.start()]))
        byte, name = escape.groups()
        parts.append(bytes([int(byte, 16)]) if byte else back[name])
        end = escape.end()
    return b"".join((*parts, os.fsencode(shown[end:])))
