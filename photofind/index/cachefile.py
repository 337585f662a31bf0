"""The index's file: arrays behind a header that names their key and carries their digest.

    8 bytes   magic, with the format's version
    32 bytes  sha256 of everything that follows
    8 bytes   length of the header
    ...       header, JSON: key, dimension, hnswlib's scalars; name, type and shape of each array
    ...       the arrays' bytes

hnswlib's own files are not used: it overwrites them in place, so that an interrupted write loses
the old one, and loads flipped bytes without a word. A file is written beside, brought to the disk
and renamed; one whose digest is wrong is not there.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

MAGIC: Final = b"PFINDEX1"
_DIGEST_BYTES: Final = 32
_LENGTH_BYTES: Final = 8
_START: Final = len(MAGIC) + _DIGEST_BYTES
_READ_BYTES: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds."""

    key: str
    dimension: int
    settings: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write(file: Path, contents: Contents) -> None:
    """Replace the file as a whole. Raises OSError, and then leaves the old one."""
    shapes = [
        {"name": name, "type": array.dtype.str, "shape": list(array.shape)}
        for name, array in contents.arrays.items()
    ]
    header = {
        "key": contents.key,
        "dimension": contents.dimension,
        "settings": contents.settings,
        "arrays": shapes,
    }
    head = json.dumps(header).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    digest = hashlib.sha256()
    try:
        with beside.open("wb") as opened:
            opened.write(MAGIC + bytes(_DIGEST_BYTES))
            for part in _parts(head, contents):
                opened.write(part)
                digest.update(part)
            opened.seek(len(MAGIC))
            opened.write(digest.digest())
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def read(file: Path) -> Contents | None:
    """What the file holds; None when there is none, or when it is not as it was written."""
    try:
        with file.open("rb") as opened:
            if not _is_sound(opened):
                _log.warning("the index file %s is damaged and will be made again", file.name)
                return None
            opened.seek(_START)
            length = int.from_bytes(opened.read(_LENGTH_BYTES), "little")
            header = json.loads(opened.read(length))
            arrays = {
                described["name"]: np.fromfile(
                    opened, described["type"], int(np.prod(described["shape"]))
                ).reshape(described["shape"])
                for described in header["arrays"]
            }
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("the index file %s cannot be read: %s", file.name, error)
        return None
    return Contents(header["key"], header["dimension"], header["settings"], arrays)


def examine_file(file: Path) -> bool:
    """Whether an index file is as it was written. Raises OSError when it cannot be read."""
    with file.open("rb") as opened:
        return _is_sound(opened)


def _is_sound(opened: BinaryIO) -> bool:
    if opened.read(len(MAGIC)) != MAGIC:
        return False
    wanted = opened.read(_DIGEST_BYTES)
    digest = hashlib.sha256()
    while piece := opened.read(_READ_BYTES):
        digest.update(piece)
    return digest.digest() == wanted


def _parts(head: bytes, contents: Contents) -> Iterator[bytes | memoryview]:
    yield len(head).to_bytes(_LENGTH_BYTES, "little")
    yield head
    for array in contents.arrays.values():
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
