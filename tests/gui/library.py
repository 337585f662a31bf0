"""A real library for the window's tests: a real catalog and real thumbnails, without a worker."""

import colorsys
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from photofind.catalog import Catalog, FileRead
from photofind.images import read_photo
from photofind.paths import LibraryPaths
from photofind.scan import scan
from photofind.thumbnails import ThumbnailWriter

DIMENSION = 8


class LibraryForTests:
    """What the worker would do, done at once."""

    def __init__(self, root: Path) -> None:
        self.paths = LibraryPaths(root)
        root.mkdir(parents=True, exist_ok=True)
        self.catalog = Catalog.open(self.paths.catalog)
        self.thumbnails = ThumbnailWriter(self.paths.thumbnails)
        self.encoder_id = self.catalog.encoder_id("test", "test", DIMENSION)

    def add(self, folder: Path) -> list[int]:
        """Add or look again at a folder; ids of the files to read."""
        row = self.catalog.add_folder(os.fsencode(folder))
        plan = scan(row.path, self.catalog.known_files(row.id))
        return self.catalog.apply(row.id, plan)

    def read(self, file_ids: Iterable[int]) -> list[int]:
        """Read files; ids of their photos."""
        random = np.random.default_rng(1)
        read: list[FileRead] = []
        for file in self.catalog.files(list(file_ids)):
            photo = read_photo(file.path, None)
            vector = random.standard_normal(DIMENSION).astype(np.float32)
            vector /= np.linalg.norm(vector)
            self.thumbnails.put([(photo.content_hash, photo.thumbnail)])
            read.append(
                FileRead(
                    file.id, photo.content_hash, photo.size, photo.mtime_ns, photo.facts, vector
                )
            )
        return [stored.photo_id for stored in self.catalog.store(self.encoder_id, read, [])]

    def close(self) -> None:
        self.thumbnails.close()
        self.catalog.close()


def colour_of(number: int) -> tuple[int, int, int]:
    """A colour that JPEG keeps apart from those of other numbers."""
    red, green, blue = colorsys.hsv_to_rgb((number * 0.381966) % 1, 0.9, 0.5 + number % 5 / 10)
    return round(red * 255), round(green * 255), round(blue * 255)


def write_photo(folder: Path, number: int, *, month: int, size: tuple[int, int] = (90, 60)) -> Path:
    """A photo of one colour, whose file is of a month (yyyymm), older the higher its number."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"p{number:03}.jpg"
    Image.new("RGB", size, colour_of(number)).save(path, quality=95)
    moment = datetime(month // 100, month % 100, 28, 12, tzinfo=UTC).timestamp() - number * 60
    os.utime(path, (moment, moment))
    return path


def number_of(path: bytes) -> int:
    """Which of the photos a path is."""
    return int(os.path.basename(path)[1:4])
