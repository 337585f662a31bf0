"""A writer for tests on a disk that fills up: no file of this process may grow past a limit.

    python -m tests.catalog.cramped_writer CATALOG open|write|close|thumbnails

Prints what happened, a line each; ends with a traceback where anything but `DiskFull` is raised.
"""

import resource
import sys
from pathlib import Path

from photofind.catalog import Catalog
from photofind.errors import DiskFull
from photofind.thumbnails import ThumbnailReader, ThumbnailWriter
from tests.catalog.making import Library, content, read


def limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def opening(path: Path) -> None:
    limit(4096)
    try:
        Catalog.open(path)
    except DiskFull as full:
        print("full:", full)
    limit(resource.RLIM_INFINITY)
    Catalog.open(path).close()
    print("opened")


def writing(path: Path) -> None:
    library = Library(path)
    limit(1 << 20)
    added: list[int] = []
    read_files = 0
    try:
        while True:
            added += library.add(*[f"{len(added)}-{place}.jpg" for place in range(50)])
            library.keep(*[read(file_id, str(file_id)) for file_id in added[read_files:]])
            read_files = len(added)
    except DiskFull as full:
        print("full:", full)
    print("ledger:", library.ledger().files == len(added), library.ledger().done == read_files)
    try:
        library.add(*[f"more-{place}.jpg" for place in range(5000)])
    except DiskFull:
        print("full again")
    limit(resource.RLIM_INFINITY)
    library.keep(*[read(file_id, str(file_id)) for file_id in added[read_files:]])
    print("all done:", library.ledger().done == len(added), library.catalog.check())
    library.close()


def closing(path: Path) -> None:
    library = Library(path)
    library.add(*[f"{place}.jpg" for place in range(5000)])
    limit(1 << 16)
    library.reader.close()
    library.catalog.close()
    limit(resource.RLIM_INFINITY)
    catalog = Catalog.open(path)
    print("kept:", len(catalog.known_files(library.folder.id)), catalog.check())
    catalog.close()


def thumbnails(path: Path) -> None:
    writer = ThumbnailWriter(path)
    limit(1 << 20)
    kept = 0
    try:
        while True:
            writer.put([(content(str(kept)), b"x" * 20_000)])
            kept += 1
    except DiskFull as full:
        print("full:", full)
    with ThumbnailReader(path) as reader:
        print("kept:", reader.count() == kept)
    limit(resource.RLIM_INFINITY)
    writer.put([(content("one more"), b"x" * 20_000)])
    print("more:", writer.missing([content("one more")]))
    writer.close()


if __name__ == "__main__":
    does = {"open": opening, "write": writing, "close": closing, "thumbnails": thumbnails}
    does[sys.argv[2]](Path(sys.argv[1]))
