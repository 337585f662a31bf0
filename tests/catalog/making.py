"""A catalog in a test's hands: files by name, contents by word, vectors by seed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from photofind.catalog import Catalog, CatalogReader, FileFailed, FileRead, Ledger, Stored
from photofind.errors import Reason
from photofind.images import Facts
from photofind.scan import FoundFile, KnownFile, ScanPlan

DIMENSION = 8
SUMMER = 1_751_371_200  # 2025-07-01 12:00, in seconds
ROOT = b"/photos"


def content(word: str) -> bytes:
    """The hash of a file's bytes."""
    return hashlib.sha256(word.encode()).digest()


def vector(word: str, dimension: int = DIMENSION) -> np.ndarray:
    """A unit vector, the same for the same word."""
    random = np.random.default_rng(list(content(word)))
    made = random.standard_normal(dimension).astype(np.float32)
    return made / np.float32(np.linalg.norm(made))


def facts(taken_at: int | None = SUMMER) -> Facts:
    return Facts(
        width=4000,
        height=3000,
        format="JPEG",
        taken_at=taken_at,
        camera="Nikon D70",
        lens=None,
        exposure_seconds=0.008,
        f_number=5.6,
        iso=200,
        focal_length_mm=35.0,
        latitude=37.5,
        longitude=127.0,
    )


def found(
    path: bytes, *, size: int = 1000, at: int = SUMMER, device: int = 1, online_only: bool = False
) -> FoundFile:
    return FoundFile(path, size, at * 10**9, device, online_only)


def read(
    file_id: int, word: str, *, taken_at: int | None = SUMMER, dimension: int = DIMENSION
) -> FileRead:
    """A file that was read, its content the word; its size and time tell of the content, too."""
    return FileRead(
        file_id, content(word), 1000, SUMMER * 10**9, facts(taken_at), vector(word, dimension)
    )


def failed(
    file_id: int, reason: Reason = Reason.TRUNCATED, detail: str = "at byte 9"
) -> FileFailed:
    return FileFailed(file_id, reason, detail)


class Library:
    """A catalog with one folder and one encoder, and a reader of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.catalog = Catalog.open(path)
        self.folder = self.catalog.add_folder(ROOT)
        self.encoder = self.catalog.encoder_id("clip", "a model", DIMENSION)
        self.catalog.set_setting("encoder_key", "clip")
        reader = CatalogReader.open(path)
        assert reader is not None
        self.reader = reader

    def close(self) -> None:
        self.reader.close()
        self.catalog.close()

    def plan(self, **lists: object) -> ScanPlan:
        return ScanPlan(ROOT, online=True, **lists)  # type: ignore[arg-type]

    def add(self, *names: str, **how: object) -> list[int]:
        """New files in the folder; their ids."""
        files = [found(ROOT + b"/" + name.encode(), **how) for name in names]  # type: ignore[arg-type]
        return self.catalog.apply(self.folder.id, self.plan(added=files))

    def keep(self, *reads: FileRead, failures: Iterable[FileFailed] = ()) -> list[Stored]:
        return self.catalog.store(self.encoder, reads, list(failures))

    def known(self, file_id: int) -> KnownFile:
        return next(f for f in self.catalog.known_files(self.folder.id) if f.id == file_id)

    def lose(self, *file_ids: int) -> None:
        """A scan finds that these files are gone."""
        self.catalog.apply(
            self.folder.id, self.plan(missing=[self.known(file_id) for file_id in file_ids])
        )

    def purge(self, until: int = 2**62, files: int = 500) -> list[bytes]:
        """Forget all that is kept of folders removed until then; the contents whose thumbnails were
        to go."""
        forgotten: list[bytes] = []
        while self.catalog.purge(until, forgotten.extend, files=files) is not None:
            pass
        return forgotten

    def ledger(self) -> Ledger:
        return self.reader.ledger()
