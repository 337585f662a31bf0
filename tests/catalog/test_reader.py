"""What the window and the command line read: views, pages, places, accounts."""

import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.catalog import Catalog, CatalogReader, Ledger, MonthCount, PhotoRow, View
from photofind.catalog.moments import month_of
from photofind.scan import ScanPlan
from tests.catalog.making import ROOT, SUMMER, Library, content, failed, found, read

DAY = 86_400


def whole_view(reader: CatalogReader, view: View, page: int = 7) -> list[PhotoRow]:
    """All photos of a view, page by page as the grid reads them."""
    rows: list[PhotoRow] = []
    for month in reader.months(view):
        for offset in range(0, month.count, page):
            rows += reader.photos_of_month(
                view, month.month, offset, min(page, month.count - offset)
            )
    return rows


def test_there_is_no_reader_before_there_is_a_catalog(tmp_path: Path) -> None:
    assert CatalogReader.open(tmp_path / "nowhere" / "catalog.sqlite") is None
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_every_commit_at_once(library: Library) -> None:
    assert library.ledger() == Ledger(0, 0, 0, 0, 0, 0, 0, 0)
    (file_id,) = library.add("a.jpg")
    assert library.ledger() == Ledger(1, 1, 0, 1, 0, 0, 0, 0)
    library.keep(read(file_id, "a"))
    assert library.ledger() == Ledger(1, 1, 1, 0, 0, 0, 0, 1)


def test_reading_never_waits_for_a_transaction_that_writes(library: Library) -> None:
    library.add("a.jpg")
    with library.catalog._writing():
        assert library.ledger().waiting == 1


def test_writing_never_waits_for_a_reader(library: Library) -> None:
    with library.reader._reading() as connection:
        connection.exec_driver_sql("SELECT * FROM file").fetchone()
        library.add("a.jpg")
    assert library.ledger().waiting == 1


def test_months_and_pages_are_newest_first(library: Library) -> None:
    times = {"new": SUMMER + 40 * DAY, "b": SUMMER + 60, "a": SUMMER, "old": SUMMER - 3000 * DAY}
    for name, at in times.items():
        library.add(f"{name}.jpg", at=at)
    assert [month.count for month in library.reader.months(View())] == [1, 2, 1]
    assert [row.path for row in whole_view(library.reader, View())] == [
        ROOT + f"/{name}.jpg".encode() for name in times
    ]
    assert library.reader.photos_of_month(View(), 202507, 1, 10)[0].path == ROOT + b"/a.jpg"
    assert library.reader.photos_of_month(View(), 202507, 2, 10) == []
    assert library.reader.photos_of_month(View(), 190001, 0, 10) == []


def test_recent_photos_stand_in_the_order_of_adding(library: Library) -> None:
    library.add("first.jpg", at=SUMMER)
    library.add("second.jpg", at=SUMMER - 10**8)
    names = [row.path.rpartition(b"/")[2] for row in whole_view(library.reader, View(recent=True))]
    assert names == [b"second.jpg", b"first.jpg"]


def test_a_view_is_of_a_folder_or_of_recent_photos() -> None:
    with pytest.raises(ValueError, match="whole library"):
        View(folder_id=1, recent=True)


def test_a_folder_shows_a_photo_once_and_by_its_own_file(library: Library) -> None:
    other = library.catalog.add_folder(b"/other")
    one, two = library.add("1.jpg", "2.jpg")
    (three,) = library.catalog.apply(
        other.id, ScanPlan(b"/other", online=True, added=[found(b"/other/3.jpg")])
    )
    library.keep(*[read(file_id, "same") for file_id in (one, two, three)])
    (row,) = whole_view(library.reader, View(folder_id=other.id))
    assert (row.path, row.folder_id, row.files) == (b"/other/3.jpg", other.id, 3)
    (row,) = whole_view(library.reader, View(folder_id=library.folder.id))
    assert row.path == ROOT + b"/1.jpg"
    assert library.reader.months(View()) == [MonthCount(202507, 1)]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 3 * 10**9) | st.integers(0, 300), min_size=1, max_size=60),
    st.integers(1, 9),
)
def test_every_photo_stands_where_position_says(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], page: int
) -> None:
    library = Library(tmp_path_factory.mktemp("library") / "catalog.sqlite")
    files = [found(ROOT + b"/%d.jpg" % place, at=at) for place, at in enumerate(times)]
    library.catalog.apply(library.folder.id, library.plan(added=files))
    for view in (View(), View(recent=True), View(folder_id=library.folder.id)):
        rows = whole_view(library.reader, view, page)
        assert sorted(row.id for row in rows) == list(range(1, len(times) + 1))
        if view.recent:
            assert [row.id for row in rows] == list(range(len(times), 0, -1))
        else:
            assert rows == sorted(rows, key=lambda row: (row.taken_at, row.id), reverse=True)
            assert library.reader.newest_first([row.id for row in rows]) == [r.id for r in rows]
        place = 0
        for month in library.reader.months(view):
            for offset in range(month.count):
                assert library.reader.position(view, rows[place].id) == (month.month, offset)
                if not view.recent:
                    assert month_of(rows[place].taken_at) == month.month
                place += 1
    library.close()


def test_a_page_deep_in_a_month_begins_where_the_one_before_ended(library: Library) -> None:
    random_times = random.Random(4)
    files = [
        found(ROOT + b"/%d.jpg" % number, at=SUMMER + random_times.randrange(20 * DAY))
        for number in range(3000)
    ]
    library.catalog.apply(library.folder.id, library.plan(added=files))
    for view in (View(), View(recent=True)):
        rows = whole_view(library.reader, view, page=250)
        assert len({row.id for row in rows}) == 3000
        key = (lambda row: row.id) if view.recent else (lambda row: (row.taken_at, row.id))
        assert rows == sorted(rows, key=key, reverse=True)


def test_photos_come_in_the_order_asked_without_those_that_are_gone(library: Library) -> None:
    one, two, _ = library.add("1.jpg", "2.jpg", "3.jpg")
    library.keep(read(one, "1"), failures=[failed(two)])
    assert [row.id for row in library.reader.photos([3, 99, 2, 1])] == [3, 1]
    assert library.reader.position(View(), 2) is None
    assert library.reader.newest_first([1, 2, 99]) == [1]


def test_a_file_that_is_here_comes_before_one_that_is_offline(library: Library) -> None:
    other = library.catalog.add_folder(b"/drive")
    (away,) = library.catalog.apply(
        other.id, ScanPlan(b"/drive", online=True, added=[found(b"/drive/a.jpg")])
    )
    (here,) = library.add("a.jpg")
    library.keep(read(away, "same"), read(here, "same"))
    gone = library.catalog.known_files(other.id)
    library.catalog.apply(other.id, ScanPlan(b"/drive", online=False, offline=gone))
    (row,) = library.reader.photos([1])
    assert (row.path, row.presence, row.files) == (ROOT + b"/a.jpg", "here", 2)
    # In the folder's own view, too: what can be opened is worth more than where it lies.
    (row,) = whole_view(library.reader, View(folder_id=other.id))
    assert row.presence == "here"
    assert library.catalog.paths_of([1]) == {1: ROOT + b"/a.jpg"}


def test_details_tell_the_facts_and_every_file(library: Library) -> None:
    one, two, _ = library.add("1.jpg", "2.jpg", "3.jpg")
    library.keep(read(one, "same"), read(two, "same"))
    library.lose(one)
    details = library.reader.details(1)
    assert details is not None
    assert details.facts is not None
    assert details.content_hash == content("same")
    assert (details.facts.camera, details.facts.taken_at) == ("Nikon D70", SUMMER)
    assert [(file.path, file.presence) for file in details.files] == [
        (ROOT + b"/2.jpg", "here"),
        (ROOT + b"/1.jpg", "missing"),
    ]
    assert {file.folder for file in details.files} == {ROOT}
    unread = library.reader.details(3)
    assert unread is not None
    assert unread.facts is None
    assert library.reader.details(99) is None


def test_the_ledger_adds_up_through_every_state(library: Library) -> None:
    done, _, broken, copy = library.add("d.jpg", "w.jpg", "b.jpg", "c.jpg")
    library.add("cloud.jpg", online_only=True)
    library.keep(read(done, "d"), read(copy, "d"), failures=[failed(broken)])
    away = library.catalog.add_folder(b"/drive")
    library.catalog.apply(away.id, ScanPlan(b"/drive", online=True, added=[found(b"/drive/a.jpg")]))
    library.catalog.apply(
        away.id,
        ScanPlan(b"/drive", online=False, offline=library.catalog.known_files(away.id)),
    )
    assert library.ledger() == Ledger(
        photos=4, files=6, done=2, waiting=1, set_aside=1, offline=1, online_only=1, embedded=1
    )
    library.catalog.encoder_id("siglip", "another", 4)
    library.catalog.set_setting("encoder_key", "siglip")
    assert library.ledger() == Ledger(
        photos=4, files=6, done=0, waiting=3, set_aside=1, offline=1, online_only=1, embedded=0
    )
    library.catalog.set_setting("encoder_key", "never used")
    assert library.ledger().waiting == 3


def test_set_aside_files_come_page_by_page(library: Library) -> None:
    ids = library.add("c.jpg", "a.jpg", "b.jpg")
    library.keep(failures=[failed(file_id) for file_id in ids])
    assert [file.path[-5:] for file in library.reader.set_aside()] == [
        b"a.jpg",
        b"b.jpg",
        b"c.jpg",
    ]
    assert [file.path[-5:] for file in library.reader.set_aside(limit=1, offset=1)] == [b"b.jpg"]


def test_each_thread_has_a_reader_of_its_own(library: Library) -> None:
    library.add("a.jpg")
    counts: list[int] = []

    def look() -> None:
        with CatalogReader.open(library.path) as reader:  # type: ignore[union-attr]
            counts.append(reader.ledger().files)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 4


def test_a_reader_cannot_write(library: Library) -> None:
    with pytest.raises(Exception, match="may not be written"), library.reader._reading() as c:
        c.exec_driver_sql("DELETE FROM file")


def test_the_reader_outlives_the_writer(tmp_path: Path) -> None:
    library = Library(tmp_path / "catalog.sqlite")
    library.add("a.jpg")
    library.catalog.close()
    assert library.ledger().files == 1
    again = Catalog.open(library.path)
    again.set_setting("a", "b")
    assert library.reader.setting("a") == "b"
    library.reader.close()
    again.close()
