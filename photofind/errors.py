"""Everything that can go wrong in a way a person can act on.

One family. Each class owns the exit status of the command line and the code under which it crosses
from worker to client; each instance carries one sentence that says what happened and what to do.
Anything that is not a `PhotoFindError` is a mistake of ours and is shown as one.
"""

from enum import StrEnum
from typing import ClassVar


class PhotoFindError(Exception):
    """The base. `str(error)` is one sentence (or two) for a person, without a line break.

    `sentence` is the same with {places} and `names` what stands in them: so the window, which may
    speak another language, knows which sentence it is.
    """

    exit_status: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, sentence: str = "", /, **names: object) -> None:
        super().__init__(sentence.format(**names) if names else sentence)
        self.sentence = sentence
        self.names = {name: str(value) for name, value in names.items()}

    @classmethod
    def from_wire(
        cls, code: str, message: str, sentence: str, names: dict[str, str]
    ) -> "PhotoFindError":
        """The error that the worker raised."""
        kinds: list[type[PhotoFindError]] = [PhotoFindError]
        while kinds:
            kind = kinds.pop()
            if kind.code == code:
                break
            kinds.extend(kind.__subclasses__())
        else:
            kind = PhotoFindError
        error = kind(message)
        error.sentence, error.names = sentence, names
        return error


class UsageError(PhotoFindError):
    """The command was asked in a way that cannot be meant."""

    exit_status = 2
    code = "usage"


class OutputLost(PhotoFindError):
    """Standard output takes no more: the disk that it goes to is full, say."""

    code = "output"


class FolderMissing(PhotoFindError):
    """A path that was to be indexed is not there and was never known."""

    code = "folder-missing"


class FolderUnreadable(PhotoFindError):
    """A folder is there but may not be read."""

    code = "folder-unreadable"


class LibraryUnusable(PhotoFindError):
    """The library folder cannot be made, read or written."""

    code = "library-unusable"


class LibraryReadOnly(LibraryUnusable):
    """The library can be read but not written."""

    code = "library-read-only"


class DiskFull(LibraryUnusable):
    """There is no space left for the library."""

    code = "disk-full"


class CatalogDamaged(LibraryUnusable):
    """SQLite cannot make sense of the catalog."""

    code = "catalog-damaged"


class CatalogTooNew(LibraryUnusable):
    """The catalog was made by a newer PhotoFind."""

    code = "catalog-too-new"


class ModelError(PhotoFindError):
    """A model is unknown, missing, damaged or does not fit its architecture."""

    code = "model"


class DeviceError(PhotoFindError):
    """The device asked for is not on this machine."""

    code = "device"


class WorkerUnavailable(PhotoFindError):
    """The worker did not start, is of another version, or keeps dying."""

    code = "worker"


class Cancelled(PhotoFindError):
    """The person stopped it."""

    exit_status = 130
    code = "cancelled"


class Reason(StrEnum):
    """Why a file was set aside. The value is kept in the catalog; never rename one."""

    EMPTY = "empty"
    NOT_AN_IMAGE = "not-an-image"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"
    NO_PERMISSION = "no-permission"
    NOT_A_FILE = "not-a-file"
    VANISHED = "vanished"
    READ_ERROR = "read-error"
    DECODER_CRASHED = "decoder-crashed"
    DECODER_TIMEOUT = "decoder-timeout"
    WORKER_CRASHED = "worker-crashed"
    NO_EMBEDDING = "no-embedding"


SENTENCES: dict[Reason, str] = {
    Reason.EMPTY: "The file is empty.",
    Reason.NOT_AN_IMAGE: "The file is not a picture, whatever its name says.",
    Reason.TRUNCATED: "The picture is cut off; copy it again from where it came.",
    Reason.DAMAGED: "The picture is damaged and cannot be read.",
    Reason.TOO_LARGE: "The picture has more pixels than this computer's memory allows.",
    Reason.UNSUPPORTED: "This kind of picture cannot be read yet.",
    Reason.NO_PERMISSION: "You may not read this file; change its permissions and try again.",
    Reason.NOT_A_FILE: "This is not an ordinary file.",
    Reason.VANISHED: "The file went away while it was being read.",
    Reason.READ_ERROR: "The disk reported an error while the file was being read.",
    Reason.DECODER_CRASHED: "Reading this file crashed the picture decoder twice.",
    Reason.DECODER_TIMEOUT: "Reading this file took too long and was stopped.",
    Reason.WORKER_CRASHED: "Indexing crashed twice while this file was read.",
    Reason.NO_EMBEDDING: "The model gave no usable answer for this picture.",
}


class UnreadablePhoto(PhotoFindError):
    """One file cannot become a photo. The rest goes on; the file is set aside with its reason."""

    code = "unreadable-photo"

    def __init__(self, reason: Reason | str, detail: str = "", **names: object) -> None:
        if detail:
            names["detail"] = detail
        if isinstance(reason, Reason):
            super().__init__(SENTENCES[reason] + (" ({detail})" if detail else ""), **names)
            self.reason = reason
        else:  # about a file that was asked for; or from the wire, where no reason travels
            super().__init__(reason, **names)
            self.reason = Reason.DAMAGED
        self.detail = detail
