"""A writer for tests to kill: it works on a catalog without end, and says what it has committed.

python -m tests.catalog.busy_writer CATALOG SEED
"""

import random
import sys
from pathlib import Path

from photofind.scan import ScanPlan
from tests.catalog.making import ROOT, Library, failed, found, read


def work(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    library = Library(path)
    known = library.catalog.known_files(library.folder.id)
    number = max((file.id for file in known), default=0)
    say("open")
    while True:
        number += 1
        names = [f"{seed}/{number}-{place}.jpg" for place in range(chance.randrange(1, 12))]
        ids = library.add(*names)
        say("added", *ids)
        library.catalog.begin(ids)
        broken = [file_id for file_id in ids if chance.random() < 0.2]
        kept = [
            read(file_id, f"{chance.randrange(200)}") for file_id in ids if file_id not in broken
        ]
        stored = library.keep(*kept, failures=[failed(file_id) for file_id in broken])
        replaced = [each.replaced_file_id for each in stored if each.replaced_file_id]
        say("gone", *replaced)
        say("read", *{read.file_id for read in kept} - set(replaced))
        files = library.catalog.known_files(library.folder.id)
        some = chance.sample(files, min(len(files), 8))
        changed = [(file, found(file.path, size=number, at=number)) for file in some[:2]]
        plan = ScanPlan(ROOT, online=True, changed=changed, missing=some[2:5], excluded=some[5:])
        say("unsure", *[file.id for file in some])
        library.catalog.apply(library.folder.id, plan)
        if number % 7 == 0:
            other = library.catalog.add_folder(b"/")
            library.catalog.remove_folder(other.id)
            library.purge(files=20)
            say("empty")
            library.folder = library.catalog.add_folder(ROOT)


def say(*words: object) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
