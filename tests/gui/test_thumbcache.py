"""Thumbnails come in the shape asked for, newest wishes first, within their budget."""

import hashlib
import threading

import pytest
from PIL import Image
from PySide6.QtGui import QImage

from photofind.gui import pixels
from photofind.gui.pixels import cell_image, from_pillow, whole_image
from photofind.gui.thumbcache import Shape, Thumbnails
from photofind.thumbnails import ThumbnailReader, ThumbnailWriter
from tests.pictures import jpeg

WAIT = 10_000  # milliseconds
SQUARE = Shape(edge=50, radius=6, fill=True)


def key(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


@pytest.fixture
def writer(tmp_path):
    made = ThumbnailWriter(tmp_path / "thumbnails.sqlite")
    made.put([(key(number), jpeg(number)) for number in range(60)])
    yield made
    made.close()


@pytest.fixture
def cache(writer, qapp):
    made = Thumbnails(writer.path)
    yield made
    made.close()


def test_a_thumbnail_comes_square_or_whole_as_asked(cache, qtbot):
    cache.want([key(1)], SQUARE)
    qtbot.waitUntil(lambda: cache.cell(key(1)) is not None, timeout=WAIT)
    assert (cache.cell(key(1)).width(), cache.cell(key(1)).height()) == (50, 50)
    cache.want([key(1)], Shape(edge=60, radius=6, fill=False))
    qtbot.waitUntil(lambda: cache.cell(key(1)).width() == 60, timeout=WAIT)
    assert cache.cell(key(1)).height() == 40  # it is 96 by 64


def test_until_the_new_shape_is_made_the_old_one_serves(cache, qtbot):
    cache.want([key(1)], SQUARE)
    qtbot.waitUntil(lambda: cache.cell(key(1)) is not None, timeout=WAIT)
    cache.want([key(1)], Shape(edge=90, radius=6, fill=True))
    assert cache.cell(key(1)).width() == 50


def test_a_shape_that_changes_while_a_thumbnail_is_made_is_made_too(cache, qtbot, monkeypatch):
    go_on, make = threading.Event(), pixels.cell_image

    def slow(jpeg: bytes, edge: int, *, fill: bool, radius: float) -> QImage:
        if edge == SQUARE.edge:
            go_on.wait(WAIT / 1000)
        return make(jpeg, edge, fill=fill, radius=radius)

    monkeypatch.setattr(pixels, "cell_image", slow)
    cache.want([key(1)], SQUARE)
    qtbot.waitUntil(lambda: bool(cache._busy), timeout=WAIT)
    cache.want([key(1)], Shape(edge=90, radius=6, fill=True))
    qtbot.waitUntil(lambda: cache.cell(key(1)) is not None, timeout=WAIT)
    go_on.set()
    qtbot.waitUntil(lambda: not cache._busy, timeout=WAIT)
    assert cache.cell(key(1)).width() == 90  # though the other came after it


def test_what_was_scrolled_past_is_not_made(cache, qtbot):
    with cache._condition:  # the threads get no word in between
        cache.want([key(number) for number in range(60)], SQUARE)
        cache.want([key(59)], SQUARE)
    qtbot.waitUntil(lambda: cache.cell(key(59)) is not None, timeout=WAIT)
    qtbot.wait(100)
    assert not any(cache.cell(key(number)) for number in range(59))


def test_memory_stays_within_the_budget_and_the_oldest_go(writer, qtbot):
    cache = Thumbnails(writer.path, budget=10 * 50 * 50 * 4)
    for number in range(30):
        cache.want([key(number)], SQUARE)
        qtbot.waitUntil(lambda n=number: cache.cell(key(n)) is not None, timeout=WAIT)
    assert cache._bytes <= 10 * 50 * 50 * 4
    assert cache.cell(key(0)) is None
    assert cache.cell(key(29)) is not None
    cache.close()


def test_what_is_wanted_at_once_is_kept_whatever_the_budget(writer, qtbot):
    cache = Thumbnails(writer.path, budget=1)
    wanted = [key(number) for number in range(20)]
    cache.want(wanted, SQUARE)
    qtbot.waitUntil(lambda: all(cache.cell(each) for each in wanted), timeout=WAIT)
    cache.close()


def test_a_thumbnail_that_is_not_there_is_asked_for_again_when_told(cache, writer, qtbot):
    cache.want([key(100)], SQUARE)
    qtbot.waitUntil(lambda: key(100) in cache._absent, timeout=WAIT)
    writer.put([(key(100), jpeg(100))])
    cache.want([key(100)], SQUARE)
    qtbot.wait(60)
    assert cache.cell(key(100)) is None
    cache.look_again()
    cache.want([key(100)], SQUARE)
    qtbot.waitUntil(lambda: cache.cell(key(100)) is not None, timeout=WAIT)


def test_a_thumbnail_that_comes_while_it_is_looked_for_in_vain_is_not_missed(
    cache, writer, qtbot, monkeypatch
):
    looked, go_on, get = threading.Event(), threading.Event(), ThumbnailReader.get

    def slow(reader: ThumbnailReader, hashes: list[bytes]) -> dict[bytes, bytes]:
        found = get(reader, hashes)
        if not looked.is_set():
            looked.set()
            go_on.wait(WAIT / 1000)
        return found

    monkeypatch.setattr(ThumbnailReader, "get", slow)
    cache.want([key(100)], SQUARE)
    assert looked.wait(WAIT / 1000)
    writer.put([(key(100), jpeg(100))])
    cache.look_again()
    cache.want([key(100)], SQUARE)
    go_on.set()
    qtbot.waitUntil(lambda: cache.cell(key(100)) is not None, timeout=WAIT)
    assert key(100) not in cache._absent


def test_a_damaged_thumbnail_leaves_the_others(cache, writer, qtbot):
    writer.put([(key(7), b"this is no picture")])
    cache.want([key(7), key(8)], SQUARE)
    qtbot.waitUntil(lambda: cache.cell(key(8)) is not None, timeout=WAIT)
    assert cache.cell(key(7)) is None


def test_a_whole_thumbnail_comes_in_its_own_size_or_not_at_all(cache, qtbot):
    got: dict[bytes, QImage | None] = {}
    cache.whole_arrived.connect(got.__setitem__)
    cache.want_whole(key(3))
    cache.want_whole(key(300))
    qtbot.waitUntil(lambda: len(got) == 2, timeout=WAIT)
    assert (got[key(3)].width(), got[key(3)].height()) == (96, 64)
    assert got[key(300)] is None


def test_a_library_without_thumbnails_gives_none_and_no_error(tmp_path, qapp, qtbot):
    cache = Thumbnails(tmp_path / "nothing.sqlite")
    cache.want([key(1)], SQUARE)
    qtbot.waitUntil(lambda: key(1) in cache._absent, timeout=WAIT)
    cache.close()


# -------------------------------------------------------------------------------------- pixels


def test_colours_arrive_in_qt_as_they_were(qapp):
    image = from_pillow(Image.new("RGB", (5, 3), (200, 100, 50)))
    assert image.pixelColor(4, 2).getRgb() == (200, 100, 50, 255)


def test_corners_are_round_and_transparent_and_the_middle_is_not(qapp):
    image = cell_image(jpeg(1, (300, 200)), 100, fill=True, radius=12)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(99, 99).alpha() == 0
    assert image.pixelColor(50, 50).alpha() == 255
    assert image.pixelColor(50, 0).alpha() == 255
    assert image.format() == QImage.Format.Format_ARGB32_Premultiplied


def test_a_panorama_of_one_row_of_pixels_has_a_cell(qapp):
    image = cell_image(jpeg(1, (384, 1)), 100, fill=False, radius=12)
    assert (image.width(), image.height()) == (100, 1)


def test_bytes_that_are_no_picture_raise(qapp):
    with pytest.raises(OSError, match="cannot identify"):
        whole_image(b"nothing")
