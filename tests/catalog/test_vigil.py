"""What happens to the file below an open catalog is noticed, and only what really happened."""

import os
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from photofind.catalog import Catalog
from photofind.errors import CatalogDamaged, CatalogTooNew
from tests.catalog.making import Library, read


def noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_revision(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE alembic_version SET version_num = 'fffffffffff0'")
        other.commit()


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        (noise, CatalogDamaged),
        (cut_short, CatalogDamaged),
        (emptied, CatalogDamaged),
        (of_another_revision, CatalogTooNew),
    ],
)
def test_what_happens_below_an_open_catalog_is_noticed(
    tmp_path: Path, what: Callable[[Path], None], refusal: type[Exception]
) -> None:
    library = Library(tmp_path / "catalog.sqlite")
    library.add("a.jpg")
    library.catalog.checkpoint()
    library.catalog.verify()
    what(library.path)
    with pytest.raises(refusal):
        library.catalog.verify()
    library.reader.close()
    library.catalog._engine.dispose()


def test_a_catalog_at_work_is_never_called_damaged(tmp_path: Path) -> None:
    """The log is moved into the file while it is looked at: it is short only for a moment."""
    library = Library(tmp_path / "catalog.sqlite")
    working = threading.Event()
    problems: list[BaseException] = []

    def look() -> None:
        try:
            while not working.is_set():
                library.catalog.verify()
        except BaseException as problem:  # noqa: BLE001 (handed to the test)
            problems.append(problem)

    watcher = threading.Thread(target=look)
    watcher.start()
    for batch in range(25):
        ids = library.add(*[f"{batch}-{place}.jpg" for place in range(200)])
        library.keep(*[read(file_id, str(file_id)) for file_id in ids])
        library.catalog.checkpoint()
    working.set()
    watcher.join()
    assert problems == []
    library.close()


def test_what_was_written_is_moved_into_the_file(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    catalog.set_setting("name", "kept")
    assert b"kept" not in (tmp_path / "catalog.sqlite").read_bytes()
    catalog.checkpoint()
    assert b"kept" in (tmp_path / "catalog.sqlite").read_bytes()
    catalog.close()


def test_a_checkpoint_that_a_reader_held_up_is_no_damage(tmp_path: Path) -> None:
    """It moves the page that counts the others before some that it counts."""
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    catalog.set_setting("first", "x" * 200)
    catalog.checkpoint()
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        for turn in range(30):
            catalog.set_setting(f"grown {turn}", "x" * 3000)
            if turn == 5:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM setting").fetchone()
            catalog.checkpoint()
            catalog.verify()
    catalog.close()
