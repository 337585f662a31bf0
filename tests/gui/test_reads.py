"""The catalog is read away from the GUI thread, whatever state it is in."""

import subprocess
import sys
import threading

import pytest

from photofind.catalog.records import View
from photofind.errors import CatalogDamaged, PhotoFindError
from photofind.paths import LibraryPaths


def answers(qtbot, request) -> list:
    """Make a request, and wait for what it gives."""
    got: list = []
    request(got.append)
    qtbot.waitUntil(lambda: bool(got), timeout=10_000)
    return got


def test_a_request_runs_elsewhere_and_its_answer_comes_here(reads, qtbot):
    here, there = threading.current_thread(), []

    def read(reader):
        there.append(threading.current_thread())
        return sum(month.count for month in reader.months(View()))

    got = answers(
        qtbot, lambda then: reads.request(read, lambda n: then((n, threading.current_thread())))
    )
    assert got == [(40, here)]
    assert there[0] is not here


def test_the_newest_request_of_a_key_wins(reads, qtbot):
    gate = threading.Event()
    got: list[int] = []
    for number in range(5):
        reads.request(lambda _, n=number: (gate.wait(5), n)[1], got.append, key="rows")
    reads.request(lambda _: 99, got.append)
    gate.set()
    qtbot.waitUntil(lambda: 99 in got, timeout=10_000)
    assert got == [4, 99]


def test_whoever_has_gone_is_not_answered(reads, qtbot):
    gate = threading.Event()
    got: list[str] = []
    reads.request(lambda _: (gate.wait(5), "running")[1], got.append, key="list")
    reads.forget("list")
    gate.set()
    reads.request(lambda _: "waiting", got.append, key="other")
    reads.forget("other")
    reads.request(lambda _: "last", got.append)
    qtbot.waitUntil(lambda: "last" in got, timeout=10_000)
    assert got == ["last"]


def test_a_library_without_a_catalog_says_so_and_is_read_once_it_is_there(
    library, make_reads, qtbot, tmp_path
):
    paths = LibraryPaths(tmp_path / "later")
    reads = make_reads(paths)
    got = answers(
        qtbot,
        lambda then: reads.request(
            lambda reader: reader.months(View()), then, otherwise=lambda: then("absent")
        ),
    )
    assert got == ["absent"]
    paths.root.mkdir()
    library.catalog.close()
    library.paths.catalog.rename(paths.catalog)
    got = answers(
        qtbot, lambda then: reads.request(lambda reader: len(reader.months(View())), then)
    )
    assert got == [4]
    library.catalog = type(library.catalog).open(paths.catalog)  # the fixture closes it


def test_a_damaged_catalog_is_an_error_that_says_so_and_the_next_request_tries_again(
    make_reads, qtbot, tmp_path
):
    paths = LibraryPaths(tmp_path)
    paths.catalog.write_bytes(b"this is no catalog" * 1000)
    reads = make_reads(paths)
    failed: list[PhotoFindError] = []
    reads.failed.connect(failed.append)
    for expected in (1, 2):
        reads.request(lambda reader: reader.months(View()), lambda _: pytest.fail("read it"))
        qtbot.waitUntil(lambda n=expected: len(failed) == n, timeout=10_000)
    assert isinstance(failed[0], CatalogDamaged)


def test_a_mistake_of_ours_is_raised_on_the_gui_thread(reads, qtbot):
    with qtbot.captureExceptions() as exceptions:
        reads.request(lambda _: 1 // 0, lambda _: pytest.fail("answered"))
        qtbot.waitUntil(lambda: bool(exceptions), timeout=10_000)
    assert exceptions[0][0] is ZeroDivisionError


def test_after_close_nothing_is_answered(reads, qtbot):
    got: list[int] = []
    reads.request(lambda _: 1, got.append)
    reads.close()
    reads.request(lambda _: 2, got.append)
    qtbot.wait(50)
    assert got == []


def test_the_grid_and_the_viewer_import_neither_sqlalchemy_nor_a_decoder():
    code = (
        "import sys, photofind.gui.grid, photofind.gui.viewer;"
        "heavy = {'sqlalchemy', 'PIL', 'rawpy', 'numpy', 'torch', 'photofind.images'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
