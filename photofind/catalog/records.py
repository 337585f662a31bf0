"""What goes into the catalog and comes out of it. Plain records: no SQLAlchemy, no numpy.

Paths are bytes, absolute and normalised. `content_hash` is the SHA-256 of a file's bytes.
`taken_at` is the local wall time of the capture in seconds, counted as if it were UTC; where the
picture does not tell it, the file's modification time in the same manner. Other times are seconds
since the epoch. A month is the number yyyymm.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from photofind.errors import Reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from photofind.images import Facts

WAITING: Final = "waiting"  # to be read
READ: Final = "read"  # its content is known and bound to its photo
FAILED: Final = "failed"  # set aside, with a reason
ONLINE_ONLY: Final = "online-only"  # a placeholder of a cloud drive: never fetched by indexing
STATES: Final = (WAITING, READ, FAILED, ONLINE_ONLY)

HERE: Final = "here"
MISSING: Final = "missing"  # its folder is here, the file is not
OFFLINE: Final = "offline"  # its folder is not here
PRESENCES: Final = (HERE, MISSING, OFFLINE)

# A photo is shown when one of its files is in both of these.
SHOWN_STATES: Final = (WAITING, READ, ONLINE_ONLY)
SHOWN_PRESENCES: Final = (HERE, OFFLINE)

KEPT_DAYS: Final = 30  # how long what is known of a removed folder is kept; see removing.py

Kind = Literal["same", "moved", "copy"]


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A root that the person added."""

    id: int
    path: bytes
    online: bool
    added_at: int
    last_seen_at: int | None  # when it was last scanned and there
    files: int  # here or offline; missing ones are not counted
    photos: int  # that it shows: without files set aside, and copies within it once


@dataclass(frozen=True, slots=True)
class Removed:
    """Photos that the catalog has forgotten."""

    photo_ids: list[int]
    content_hashes: list[bytes]  # of those that had been read; not parallel to `photo_ids`


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A file that may be read."""

    id: int
    path: bytes
    size: int
    mtime_ns: int
    attempts: int
    photo_id: int
    state: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read and embedded."""

    file_id: int
    content_hash: bytes
    size: int  # bytes, when read
    mtime_ns: int  # when read
    facts: "Facts"
    embedding: "NDArray[np.float32]"  # (dimension,), unit length, finite


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file that could not be read or embedded."""

    file_id: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """A file whose content was known already."""

    kind: Kind  # "same": nothing but its times changed
    photo_id: int
    replaced_file_id: int | None  # of the missing file whose place it took ("moved")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a read file became."""

    file_id: int
    photo_id: int
    kind: Literal["new", "same", "moved", "copy"]
    replaced_file_id: int | None


@dataclass(frozen=True, slots=True)
class View:
    """Which photos, in which order: the whole library or one folder by date of capture, or the
    whole library by when the photos were added."""

    folder_id: int | None = None
    recent: bool = False

    def __post_init__(self) -> None:
        if self.recent and self.folder_id is not None:
            raise ValueError("a view of recent photos is of the whole library")


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many photos a view has in one month."""

    month: int
    count: int


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What the grid needs to know of a photo."""

    id: int
    content_hash: bytes | None  # None until a file of it was read
    taken_at: int
    width: int  # upright, pixels; 0 until read
    height: int
    path: bytes  # of its best file: one that is here before one that is offline
    presence: str  # of that file
    folder_id: int  # of that file
    read: bool
    files: int  # how many files of it are here or offline


@dataclass(frozen=True, slots=True)
class FileFound:
    """One file of a photo, as the facts panel lists it."""

    id: int
    path: bytes
    size: int
    mtime_ns: int
    presence: str
    state: str
    folder_id: int
    folder: bytes  # the path of its root


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """All that is known of one photo."""

    id: int
    content_hash: bytes | None
    taken_at: int
    added_at: int
    facts: "Facts | None"  # None until a file of it was read
    files: list[FileFound]  # best first; missing ones last


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every file stands: files = done + waiting + set_aside + offline + online_only.

    Missing files are not counted. `embedded` counts photos that a search with the library's model
    can find.
    """

    photos: int  # shown
    files: int
    done: int  # here, read, and embedded by the library's model
    waiting: int
    set_aside: int
    offline: int
    online_only: int
    embedded: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that could not be read."""

    file_id: int
    path: bytes
    reason: str  # a value of errors.Reason
    detail: str
