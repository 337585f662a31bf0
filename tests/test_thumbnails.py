"""Thumbnails are a cache: kept as long as they can be, made anew where they cannot."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofind.errors import LibraryReadOnly, LibraryUnusable
from photofind.thumbnails import HASHES_AT_ONCE, ThumbnailReader, ThumbnailWriter
from tests.pictures import jpeg
from tests.privileges import as_anyone, read_only


def content(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "thumbnails.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[ThumbnailWriter]:
    made = ThumbnailWriter.open(path)
    yield made
    made.close()


@pytest.fixture
def reader(path: Path) -> Iterator[ThumbnailReader]:
    with ThumbnailReader(path) as made:
        yield made


def test_what_is_put_is_got(writer: ThumbnailWriter, reader: ThumbnailReader) -> None:
    writer.put([(content(1), jpeg(1)), (content(2), jpeg(2))])
    assert reader.get([content(2), content(1), content(3)]) == {
        content(1): jpeg(1),
        content(2): jpeg(2),
    }
    assert reader.count() == 2
    assert reader.get([]) == {}


def test_a_newer_thumbnail_takes_the_place_of_an_older(
    writer: ThumbnailWriter, reader: ThumbnailReader
) -> None:
    writer.put([(content(1), b"old")])
    assert reader.get([content(1)]) == {content(1): b"old"}
    writer.put([(content(1), b"new")])
    assert reader.get([content(1)]) == {content(1): b"new"}


def test_what_is_removed_is_missing(writer: ThumbnailWriter, reader: ThumbnailReader) -> None:
    writer.put([(content(1), b"1"), (content(2), b"2")])
    writer.remove([content(1), content(9)])
    assert writer.missing([content(1), content(2), content(3)]) == {content(1), content(3)}
    assert reader.get([content(1), content(2)]) == {content(2): b"2"}


def test_any_number_can_be_asked_for_at_once(
    writer: ThumbnailWriter, reader: ThumbnailReader
) -> None:
    many = [content(number) for number in range(HASHES_AT_ONCE * 2 + 3)]
    writer.put([(each, each) for each in many])
    assert reader.get(many) == {each: each for each in many}
    assert writer.missing([*many, content(10**6)]) == {content(10**6)}


def test_thumbnails_outlive_the_writer(path: Path) -> None:
    writer = ThumbnailWriter.open(path)
    writer.put([(content(1), b"1")])
    writer.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with ThumbnailReader(path) as reader:
        assert reader.get([content(1)]) == {content(1): b"1"}
    ThumbnailWriter.open(path).close()


def test_a_reader_without_a_file_has_nothing_until_there_is_one(
    path: Path, reader: ThumbnailReader
) -> None:
    assert reader.get([content(1)]) == {}
    assert reader.count() == 0
    assert not path.parent.exists()
    path.parent.mkdir()
    path.touch()  # the writer has just begun
    assert reader.get([content(1)]) == {}
    path.unlink()
    with closing(ThumbnailWriter.open(path)) as writer:
        writer.put([(content(1), b"1")])
        assert reader.get([content(1)]) == {content(1): b"1"}


@pytest.mark.parametrize("damage", ["noise", "cut short", "of another program", "older layout"])
def test_a_damaged_file_is_begun_anew_and_the_old_one_kept_aside(path: Path, damage: str) -> None:
    with closing(ThumbnailWriter.open(path)) as writer:
        writer.put([(content(number), jpeg(number)) for number in range(50)])
    if damage == "noise":
        path.write_bytes(random.Random(1).randbytes(50_000))
    elif damage == "cut short":
        os.truncate(path, path.stat().st_size // 2)
    else:
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TABLE thumbnail")
            other.execute("CREATE TABLE thumbnail (id)")
            other.execute(f"PRAGMA user_version = {0 if damage == 'older layout' else 99}")
            other.commit()
    before = path.read_bytes()
    with ThumbnailReader(path) as reader:
        assert reader.get([content(1)]) == {}
        with closing(ThumbnailWriter.open(path)) as writer:
            assert writer.missing([content(1)]) == {content(1)}
            writer.put([(content(1), b"1")])
            assert reader.get([content(1)]) == {content(1): b"1"}
    if damage in ("noise", "cut short"):
        assert Path(f"{path}.damaged").read_bytes() == before


def test_damage_that_comes_later_is_mended_by_the_writer(path: Path) -> None:
    many = [content(number) for number in range(200)]
    with closing(ThumbnailWriter.open(path)) as writer:
        writer.put([(each, jpeg(1)) for each in many])
    with closing(ThumbnailWriter.open(path)) as writer, ThumbnailReader(path) as reader:
        hurt = bytearray(path.read_bytes())
        hurt[8192:] = random.Random(1).randbytes(len(hurt) - 8192)
        path.write_bytes(hurt)
        assert len(reader.get(many)) < 200
        writer.put([(content(999), b"new")])
        assert writer.missing(many) == set(many)
        writer.put([(each, b"again") for each in many])
        assert reader.get(many) == dict.fromkeys(many, b"again")


def test_damage_hides_only_what_it_hit(path: Path) -> None:
    many = [content(number) for number in range(40)]
    with closing(ThumbnailWriter.open(path)) as writer:
        writer.put([(each, random.Random(each).randbytes(20_000)) for each in many])
    with closing(sqlite3.connect(path)) as connection:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    whole = path.read_bytes()
    at = whole.index(random.Random(many[20]).randbytes(20_000)[:64])
    page = at // page_size * page_size
    path.write_bytes(whole[:page] + bytes(page_size) + whole[page + page_size :])
    with ThumbnailReader(path) as reader:
        found = reader.get(many)
    assert 0 < len(found) < 40
    assert all(jpeg == random.Random(each).randbytes(20_000) for each, jpeg in found.items())


def test_a_reader_follows_a_file_that_was_replaced(path: Path) -> None:
    other = path.with_name("other.sqlite")
    for place, word in ((path, b"old"), (other, b"new")):
        with closing(ThumbnailWriter.open(place)) as writer:
            writer.put([(content(1), word)])
    with ThumbnailReader(path) as reader:
        assert reader.get([content(1)]) == {content(1): b"old"}
        for part in ("-wal", "-shm"):
            Path(f"{path}{part}").unlink(missing_ok=True)
        other.replace(path)
        assert reader.get([content(1)]) == {content(1): b"new"}


def test_readers_in_many_threads_never_keep_the_writer_waiting(
    path: Path, writer: ThumbnailWriter
) -> None:
    problems: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        try:
            with ThumbnailReader(path) as reader:
                while not stop.is_set():
                    found = reader.get([content(number) for number in range(200)])
                    assert all(each == jpeg for each, jpeg in found.items())
        except BaseException as problem:  # noqa: BLE001 (handed to the test)
            problems.append(problem)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(200):
        writer.put([(content(number), content(number))])
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


@as_anyone
def test_a_library_that_may_only_be_read_still_has_its_thumbnails(path: Path) -> None:
    with closing(ThumbnailWriter.open(path)) as writer:
        writer.put([(content(1), b"1")])
    with read_only(path.parent):
        with ThumbnailReader(path) as reader:
            assert reader.get([content(1)]) == {content(1): b"1"}
        with pytest.raises(LibraryReadOnly, match="may not be written"):
            ThumbnailWriter.open(path)
    with ThumbnailReader(path) as reader:
        assert reader.count() == 1


def test_a_file_where_the_library_should_be_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("something of the person's")
    with pytest.raises(LibraryUnusable, match="library"):
        ThumbnailWriter.open(tmp_path / "library" / "thumbnails.sqlite")
    assert (tmp_path / "library").read_text() == "something of the person's"


@pytest.mark.skipif(os.name == "nt", reason="file size limits are Unix's")
def test_a_full_disk_is_told_and_nothing_kept_is_lost(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.catalog.cramped_writer", str(path), "thumbnails"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    full, kept, more = done.stdout.splitlines()
    assert full.startswith("full: There is no space left")
    assert (kept, more) == ("kept: True", "more: set()")


def test_thumbnails_cost_no_numpy_and_no_sqlalchemy() -> None:
    program = "import photofind.thumbnails, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"numpy", "sqlalchemy", "PIL"} & set(done.stdout.split())
