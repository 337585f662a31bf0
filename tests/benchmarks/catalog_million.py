"""How the catalog does with a million photos. Prints figures, asserts nothing.

    python -m tests.benchmarks.catalog_million [--photos 1000000] [--dimension 384] [--keep DIR]

The photos are made up: twenty years, two folders, a tenth of them in both. They come through
`apply`, as from a scan; what reading them gives is then filled in in one go.
"""

import argparse
import hashlib
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from photofind.catalog import Catalog, CatalogReader, FileRead, View
from photofind.images import Facts
from photofind.scan import FoundFile, ScanPlan

PICTURES, ARCHIVE = b"/home/someone/Pictures", b"/media/someone/Archive"
NEWEST = 1_790_000_000  # September 2026
YEARS = 20
PAGE = 200  # photos on a large screen


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, worked = time.perf_counter(), time.process_time()
    yield
    spent, work = time.perf_counter() - began, time.process_time() - worked
    print(f"{what:56} {spent:10.2f} s   processor {work:.2f}", flush=True)


def measured(what: str, call: Callable[[], Any], times: int = 7) -> Any:
    """The median and the longest of some calls, in milliseconds, and their mean processor time."""
    spent = []
    answer = None
    worked = time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        answer = call()
        spent.append((time.perf_counter() - began) * 1000)
    work = (time.process_time() - worked) / times * 1000
    median = statistics.median(spent)
    print(
        f"{what:56} {median:10.2f} ms  longest {max(spent):.2f}, processor {work:.2f}", flush=True
    )
    return answer


def made_up(photos: int) -> tuple[list[FoundFile], list[FoundFile]]:
    chance = random.Random(1)
    files: tuple[list[FoundFile], list[FoundFile]] = ([], [])
    for number in range(photos):
        at = NEWEST - int(chance.random() ** 1.5 * YEARS * 365 * 86_400)
        size = 2_000_000 + number * 7 % 3_000_000
        for folder, found in zip((PICTURES, ARCHIVE), files, strict=True):
            if folder == ARCHIVE and number % 10:
                continue
            path = folder + b"/%d/%02d/DSC%07d.JPG" % (2006 + number % 20, number % 12, number)
            found.append(FoundFile(path, size, at * 10**9, 1, False))
    for found in files:  # as a walk finds them
        found.sort(key=lambda file: file.path)
    return files


def fill(path: Path, encoder: int, dimension: int) -> None:
    """Every file of the pictures' folder was read and embedded; those of the archive are copies."""
    catalog = Catalog.open(path)
    with catalog._writing() as connection:
        for statement in (
            "UPDATE photo SET content_hash = randomblob(32), size = 2000000 + id * 7 % 3000000,"
            " width = 4000, height = 3000, format = 'JPEG', camera = 'Nikon D70', dated = 1",
            "UPDATE file SET state = 'read'",
        ):
            connection.execute(text(statement))
        connection.execute(
            text("INSERT INTO embedding SELECT id, :encoder, zeroblob(:size) FROM photo"),
            {"encoder": encoder, "size": dimension * 4},
        )
    catalog.close()


def facts(at: int) -> Facts:
    return Facts(4000, 3000, "JPEG", at, "Nikon D70", None, 0.01, 8.0, 100, 35.0, None, None)


def batch(first: int, file_ids: list[int], dimension: int) -> list[FileRead]:
    vectors = np.random.default_rng(first).standard_normal((len(file_ids), dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        FileRead(
            file_id,
            hashlib.sha256(b"%d" % (first + place)).digest(),
            1,
            1,
            facts(NEWEST - 86_400 * place),
            vectors[place].astype(np.float32),
        )
        for place, file_id in enumerate(file_ids)
    ]


def writing(path: Path, photos: int, dimension: int) -> None:
    with timed("make a catalog"):
        catalog = Catalog.open(path)
    encoder = catalog.encoder_id("clip", "made up", dimension)
    catalog.set_setting("encoder_key", "clip")
    pictures, archive = made_up(photos)
    for folder, files in ((PICTURES, pictures), (ARCHIVE, archive)):
        row = catalog.add_folder(folder)
        with timed(f"apply a plan of {len(files):,} new files"):
            catalog.apply(row.id, ScanPlan(folder, online=True, found=len(files), added=files))
    with timed("pending, everything waits"):
        print(f"{'':56} {len(catalog.pending(encoder)):10,} files")
    catalog.close()
    with timed("(filling in what reading gives)"):
        fill(path, encoder, dimension)


def reading(path: Path) -> None:
    def opened() -> CatalogReader:
        reader = CatalogReader.open(path)
        assert reader is not None
        return reader

    measured("open a reader", lambda: opened().close())
    reader = opened()
    views = {
        "all": View(),
        "recent": View(recent=True),
        "folder": View(folder_id=reader.folders()[0].id),
    }
    for name, view in views.items():
        months = measured(f"months, {name}", lambda view=view: reader.months(view))
        largest = max(months, key=lambda month: month.count)
        print(f"{'':56} {len(months):10,} months, the largest of {largest.count:,}")
        for where, offset in (("first", 0), ("middle", largest.count // 2)):
            page = measured(
                f"a page of {PAGE} photos, {where} of the largest month",
                lambda view=view, m=largest.month, o=offset: reader.photos_of_month(
                    view, m, o, PAGE
                ),
            )
        measured(
            "position of a photo in it",
            lambda view=view, photo=page[PAGE // 2].id: reader.position(view, photo),
        )
    ids = random.Random(2).sample(range(1, 900_000 if len(months) else 2), 100)
    measured("100 photos anywhere (hits)", lambda: reader.photos(ids))
    measured("100 hits by date", lambda: reader.newest_first(ids))
    measured("details of a photo", lambda: reader.details(ids[0]))
    print(measured("ledger", reader.ledger))
    measured("folders", reader.folders)
    measured("set aside", reader.set_aside)
    reader.close()


def working(path: Path, dimension: int) -> None:
    """What goes on at each batch, scan and query, in a catalog that is full."""
    measured("open and close the catalog", lambda: Catalog.open(path).close(), times=3)
    catalog = Catalog.open(path)
    encoder = catalog.encoder_id("clip", "made up", dimension)
    folder = catalog.folders()[0]
    measured("pending, nothing waits", lambda: catalog.pending(encoder), times=3)
    measured("searchable ids, the whole library", lambda: catalog.searchable_ids(encoder), times=3)
    measured(
        "searchable ids, one folder",
        lambda: catalog.searchable_ids(encoder, [catalog.folders()[1].id]),
        times=3,
    )
    hits = random.Random(3).sample(range(1, 900_000), 100)
    measured("paths of 100 hits", lambda: catalog.paths_of(hits))
    measured("embeddings of 100 photos", lambda: catalog.embeddings_of(encoder, hits))
    measured("10,000 embeddings by id", lambda: catalog.embeddings(encoder, after=5000), times=3)
    with timed("known files of the large folder"):
        known = catalog.known_files(folder.id)
    new = [
        FoundFile(b"%s/new/%d.jpg" % (PICTURES, n), 9, NEWEST * 10**9, 1, False) for n in range(640)
    ]
    ids: list[int] = []
    with timed("apply a plan of 640 new files"):
        ids = catalog.apply(folder.id, ScanPlan(folder.path, online=True, added=new))
    left = iter(range(0, len(ids), 16))
    measured("begin 16 files", lambda: catalog.begin(ids[:16]))
    measured("sizes known of 32 files", lambda: catalog.sizes_known(range(2_000_000, 2_000_032)))

    def store() -> None:
        start = next(left)
        catalog.store(encoder, batch(start, ids[start : start + 16], dimension), [])

    measured("store a batch of 16", store, times=40)
    with timed("apply: the large folder is offline"):
        catalog.apply(folder.id, ScanPlan(folder.path, online=False, offline=known))
    with timed("apply: it is back"):
        catalog.apply(folder.id, ScanPlan(folder.path, online=True, back=known))
    other = catalog.encoder_id("another", "another", 4)
    with timed("pending for a model that knows no photo yet"):
        catalog.pending(other)
    catalog.set_setting("encoder_key", "another")
    reader = CatalogReader.open(path)
    assert reader is not None
    measured("ledger, the model was changed", reader.ledger, times=3)
    catalog.store(other, [], [])
    with catalog._writing() as connection:
        connection.execute(
            text("INSERT INTO embedding SELECT id, :encoder, zeroblob(16) FROM photo WHERE id % 2"),
            {"encoder": other},
        )
    measured("ledger, half of the photos are embedded anew", reader.ledger, times=3)
    reader.close()
    with timed("check everything (doctor)"):
        print(catalog.check())
    with timed("remove the large folder"):
        catalog.remove_folder(folder.id)
    with timed("what is kept of it"):
        known = catalog.removed_files(folder.path)
    print(f"{'':56} {len(known):10,} files kept")
    with timed("bring it back"):
        catalog.add_folder(folder.path)
        catalog.apply(folder.id, ScanPlan(folder.path, online=True, back=known))
    catalog.remove_folder(folder.id)
    measured("forget 500 files of it", lambda: catalog.purge(2**62, lambda _: None))
    catalog.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--photos", type=int, default=1_000_000)
    asked.add_argument("--dimension", type=int, default=384)
    asked.add_argument("--keep", type=Path, help="a folder whose catalog is made once and kept")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (wanted.keep or Path(folder)) / "catalog.sqlite"
        if not path.exists():
            writing(path, wanted.photos, wanted.dimension)
        print(f"{'catalog on disk':56} {path.stat().st_size / 1e6:10,.0f} MB")
        reading(path)
        working(path, wanted.dimension)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'most memory this process ever had':56} {peak:10,.0f} MiB")


if __name__ == "__main__":
    main()
