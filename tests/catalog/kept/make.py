"""Makes the kept catalog of today's revision. Run once, when a revision is released:

    python -m tests.catalog.kept.make

The file that it writes beside itself is committed and never made again.
"""

import gzip
import tempfile
from pathlib import Path

from photofind.catalog.schema import HEAD
from photofind.scan import ScanPlan
from tests.catalog.making import Library, failed, found, read


def make() -> Path:
    """Five photos: two read, one of them twice; one waits, one is online-only, one offline."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "catalog.sqlite")
        one, copy, two, broken, _ = library.add("1.jpg", "copy.jpg", "2.jpg", "b.jpg", "w.jpg")
        library.add("cloud.jpg", online_only=True)
        library.keep(read(one, "1"), read(copy, "1"), read(two, "2"), failures=[failed(broken)])
        drive = library.catalog.add_folder(b"/drive")
        (away,) = library.catalog.apply(
            drive.id, ScanPlan(b"/drive", online=True, added=[found(b"/drive/3.jpg")])
        )
        library.keep(read(away, "3"))
        gone = library.catalog.known_files(drive.id)
        library.catalog.apply(drive.id, ScanPlan(b"/drive", online=False, offline=gone))
        library.catalog.set_setting("model", "a model")
        library.close()
        kept = Path(__file__).with_name(f"revision-{HEAD}.sqlite.gz")
        kept.write_bytes(gzip.compress(library.path.read_bytes(), mtime=0))
        return kept


if __name__ == "__main__":
    print(make())
