"""What may be found where the catalog should be, and what is said of it."""

import gzip
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from photofind.catalog import Catalog, CatalogReader
from photofind.catalog.opening import faults
from photofind.catalog.schema import HEAD, metadata
from photofind.errors import (
    CatalogDamaged,
    CatalogTooNew,
    LibraryReadOnly,
    LibraryUnusable,
    PhotoFindError,
)
from tests.catalog.making import DIMENSION, Library, read
from tests.privileges import as_anyone, read_only, without_privileges

KEPT = Path(__file__).with_name("kept")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A catalog of some photos that nobody has open."""
    library = Library(tmp_path / "catalog.sqlite")
    ids = library.add(*[f"{number}.jpg" for number in range(40)])
    library.keep(*[read(file_id, str(file_id)) for file_id in ids])
    library.reader.close()
    library.catalog.close()
    return library.path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(place): place.read_bytes() for place in sorted(folder.rglob("*")) if place.is_file()
    }


def refused(path: Path, kind: type[PhotoFindError], *words: str) -> None:
    """Writer and reader refuse alike, in one sentence, and leave everything as it was."""
    before = snapshot(path.parent)
    for opening in (Catalog.open, CatalogReader.open):
        with pytest.raises(kind) as refusal:
            opening(path)
        said = str(refusal.value)
        assert str(path) in said
        assert "\n" not in said
        for word in words:
            assert word in said
    assert snapshot(path.parent) == before


# ------------------------------------------------------------------------------------ damage


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.touch()
    refused(path, CatalogDamaged, "empty", "backup")


def test_an_empty_file_with_a_log_beside_it_keeps_its_log(closed: Path) -> None:
    path = closed
    path.write_bytes(b"")
    Path(f"{path}-wal").write_bytes(b"what SQLite would delete")
    refused(path, CatalogDamaged)


@pytest.mark.parametrize("size", [1, 50, 512, 200_000])
def test_noise_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(random.Random(3).randbytes(size))
    refused(path, CatalogDamaged, "damaged")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_catalog_that_is_cut_short_is_refused(closed: Path, share: float) -> None:
    os.truncate(closed, int(closed.stat().st_size * share))
    refused(closed, CatalogDamaged, "damaged", "left as it is")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmark (url)")
        other.commit()
    refused(path, CatalogDamaged, "no catalog of PhotoFind")


def test_a_page_of_noise_is_noticed_at_once(closed: Path) -> None:
    """Page after page overwritten: refused, or used without a wrong answer; never a mistake of
    ours."""
    whole = closed.read_bytes()
    page_size = int.from_bytes(whole[16:18], "big")
    refusals: list[str] = []
    for page in range(1, len(whole) // page_size):
        hurt = bytearray(whole)
        hurt[page * page_size : (page + 1) * page_size] = random.Random(page).randbytes(page_size)
        closed.write_bytes(hurt)
        try:
            catalog = Catalog.open(closed)
        except CatalogDamaged as refusal:
            refusals.append(str(refusal))
            assert closed.read_bytes() == hurt
            assert [each.name for each in closed.parent.iterdir()] == [closed.name]
            continue
        try:
            catalog.check()
            catalog.close()
        except CatalogDamaged as refusal:
            refusals.append(str(refusal))
    assert len(refusals) >= (len(whole) // page_size - 1) * 0.9
    assert not any("\n" in said for said in refusals)


def test_damage_met_later_is_told_as_damage(closed: Path) -> None:
    library = Library(closed)
    with closing(sqlite3.connect(closed, isolation_level=None)) as wrecker:
        wrecker.execute("PRAGMA writable_schema = ON")
        wrecker.execute("UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'file'")
        wrecker.execute("PRAGMA schema_version = 999")
    with pytest.raises(CatalogDamaged):
        library.ledger()
    with pytest.raises(CatalogDamaged):
        library.add("new.jpg")
    library.reader.close()
    with pytest.raises(CatalogDamaged):
        library.catalog.close()


def test_a_mistake_of_ours_is_not_the_worlds_fault(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        faults(tmp_path / "catalog.sqlite"),
    ):
        connection.execute("SELECT * FROM nowhere")


# --------------------------------------------------------------------------------- revisions


def test_a_catalog_of_a_newer_program_is_refused(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as other:
        other.execute("UPDATE alembic_version SET version_num = 'fffffffffff0'")
        other.commit()
    refused(closed, CatalogTooNew, "newer PhotoFind", "fffffffffff0")


def test_a_catalog_without_a_revision_is_refused(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as other:
        other.execute("DELETE FROM alembic_version")
        other.commit()
    refused(closed, CatalogDamaged)


@pytest.mark.parametrize("kept", sorted(KEPT.glob("*.gz")), ids=lambda kept: kept.name)
def test_a_catalog_of_every_released_revision_opens(tmp_path: Path, kept: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    revision = kept.name.split(".")[0].removeprefix("revision-")
    catalog = Catalog.open(path)
    assert catalog.check() == []
    with closing(CatalogReader.open(path)) as reader:  # type: ignore[type-var]
        assert reader is not None
        ledger = reader.ledger()
        assert (ledger.photos, ledger.done, ledger.set_aside, ledger.offline) == (5, 3, 1, 1)
        assert reader.setting("model") == "a model"
    encoder = catalog.encoder_id("clip", "a model", DIMENSION)
    assert catalog.embedded_ids(encoder).size == 3
    catalog.close()
    assert Path(f"{path}.before-{HEAD}").exists() == (revision != HEAD)


def test_every_revision_has_a_kept_catalog() -> None:
    from photofind.catalog.schema import REVISIONS

    kept = {path.name.split(".")[0].removeprefix("revision-") for path in KEPT.glob("*.gz")}
    assert kept == set(REVISIONS)


# ----------------------------------------------------------------------------- where it lies


def test_the_librarys_folders_are_made(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "far" / "away" / "catalog.sqlite")
    catalog.close()
    assert [path.name for path in (tmp_path / "far" / "away").iterdir()] == ["catalog.sqlite"]


@pytest.mark.parametrize("below", ["catalog.sqlite", "further/catalog.sqlite"])
def test_a_file_where_the_library_should_be_is_left_alone(tmp_path: Path, below: str) -> None:
    place = tmp_path / "library"
    place.write_text("something of the person's")
    for opening in (Catalog.open, CatalogReader.open):
        with pytest.raises(LibraryUnusable, match="library"):
            opening(place / below)
    assert place.read_text() == "something of the person's"


def test_a_folder_where_the_catalog_should_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.mkdir()
    for opening in (Catalog.open, CatalogReader.open):
        with pytest.raises(LibraryUnusable, match="catalog"):
            opening(path)


@pytest.mark.parametrize(
    "name", ["with % and #.d", "a b?c=d&mode=rw", "ünï 한국", "quote'\"", "not \udcff text"]
)
def test_a_library_may_have_any_name(tmp_path: Path, name: str) -> None:
    library = Library(tmp_path / name / "catalog.sqlite")
    library.add("a.jpg")
    library.close()
    assert os.listdir(tmp_path) == [name]
    library.path.write_bytes(b"noise")
    with pytest.raises(CatalogDamaged) as refusal:
        Catalog.open(library.path)
    str(refusal.value).encode()  # a sentence can be sent and printed


@as_anyone
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    with read_only(tmp_path), pytest.raises(LibraryReadOnly, match="may not be written"):
        Catalog.open(tmp_path / "library" / "catalog.sqlite")


@as_anyone
def test_a_library_that_may_only_be_read_is_read(closed: Path) -> None:
    before = snapshot(closed.parent)
    with read_only(closed.parent):
        with pytest.raises(LibraryReadOnly, match="may not be written"):
            Catalog.open(closed)
        with closing(CatalogReader.open(closed)) as reader:  # type: ignore[type-var]
            assert reader is not None
            assert reader.ledger().done == 40
    assert snapshot(closed.parent) == before


@as_anyone
def test_a_read_only_library_that_was_not_closed_is_read_or_says_so(tmp_path: Path) -> None:
    library = Library(tmp_path / "live" / "catalog.sqlite")
    library.add("a.jpg")
    left = tmp_path / "left"
    shutil.copytree(tmp_path / "live", left)
    library.close()
    path = left / "catalog.sqlite"
    assert Path(f"{path}-wal").stat().st_size > 0
    with read_only(left), closing(CatalogReader.open(path)) as reader:  # type: ignore[type-var]
        assert reader is not None
        assert reader.ledger().files == 1
    Path(f"{path}-shm").unlink()
    with read_only(left), pytest.raises(LibraryReadOnly, match="not closed"):
        CatalogReader.open(path)


@as_anyone
def test_a_folder_that_may_not_be_entered_is_told(closed: Path) -> None:
    def shut(opening: Callable[[Path], object]) -> None:
        with pytest.raises(LibraryUnusable):
            opening(closed)

    with without_privileges(closed.parent):
        closed.parent.chmod(0)
        try:
            shut(Catalog.open)
            shut(CatalogReader.open)
        finally:
            closed.parent.chmod(0o755)


def test_a_catalog_left_by_a_killed_writer_opens_for_both(tmp_path: Path) -> None:
    library = Library(tmp_path / "live" / "catalog.sqlite")
    library.add("a.jpg")
    shutil.copytree(tmp_path / "live", tmp_path / "left")
    library.close()
    path = tmp_path / "left" / "catalog.sqlite"
    Path(f"{path}-shm").unlink()
    with closing(CatalogReader.open(path)) as reader:  # type: ignore[type-var]
        assert reader is not None
        assert reader.ledger().files == 1
    catalog = Catalog.open(path)
    assert catalog.check() == []
    catalog.close()


def test_a_draft_left_by_a_killed_creation_is_no_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Path(f"{path}.new").write_bytes(b"half")
    assert CatalogReader.open(path) is None
    Catalog.open(path).close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_until_a_new_catalog_is_whole_nothing_stands_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.sqlite"

    def interrupted(draft: Path, _target: Path) -> None:
        with closing(sqlite3.connect(draft)) as made:
            assert made.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Catalog.open(path)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_keeps_the_catalog_busy_is_told(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.disk.BUSY_SECONDS", 0.05)
    catalog = Catalog.open(closed)
    with closing(sqlite3.connect(closed, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryUnusable, match="busy"):
            catalog.set_setting("a", "b")
        other.execute("ROLLBACK")
    catalog.set_setting("a", "b")
    catalog.close()


# -------------------------------------------------------------------------------- lightness


def modules_after(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_records_cost_neither_sqlalchemy_nor_numpy() -> None:
    loaded = modules_after("from photofind.catalog import PhotoRow, View")
    assert not loaded & {"sqlalchemy", "numpy", "alembic", "PIL"}


def test_a_reader_costs_sqlalchemy_alone(closed: Path) -> None:
    loaded = modules_after(
        "from pathlib import Path\nfrom photofind.catalog import CatalogReader, View\n"
        f"reader = CatalogReader.open(Path({str(closed)!r}))\n"
        "reader.photos_of_month(View(), 202507, 0, 9), reader.ledger(), reader.close()"
    )
    assert "sqlalchemy" in loaded
    assert not loaded & {"numpy", "alembic", "PIL"}


def test_alembic_is_not_loaded_to_make_or_to_open_a_catalog(tmp_path: Path) -> None:
    path = str(tmp_path / "catalog.sqlite")
    loaded = modules_after(
        "from pathlib import Path\nfrom photofind.catalog import Catalog\n"
        f"Catalog.open(Path({path!r})).close()\nCatalog.open(Path({path!r})).close()"
    )
    assert "sqlalchemy" in loaded
    assert "alembic" not in loaded


def test_every_table_is_checked_in_a_small_catalog() -> None:
    assert {"folder", "photo", "file", "embedding", "listing", "tally"} <= set(metadata.tables)
