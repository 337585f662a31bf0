"""The viewer shows the right photo, sharp, and says why when it cannot."""

import os
import shutil

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from photofind.catalog.records import View
from photofind.gui import sharp
from photofind.gui.facts import _Fact
from photofind.gui.picture import Picture
from photofind.gui.viewer import Viewer
from tests.gui.library import colour_of, number_of, write_photo

WAIT = 10_000  # milliseconds


@pytest.fixture
def viewer(grid, reads, thumbnails, qtbot) -> Viewer:
    """A viewer over a window in which the grid shows the library."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(640, 480)
    grid.setParent(window)
    grid.show_view(View())
    made = Viewer(reads, thumbnails, window)
    window.show()
    qtbot.waitUntil(lambda: grid.count() == 40, timeout=WAIT)
    yield made
    made.close_threads()


def open_at(viewer: Viewer, grid, qtbot, position: int, *, peek: bool = False) -> None:
    viewer.open(grid.row(position).id, grid.sequence(), peek=peek)
    qtbot.waitUntil(lambda: bool(viewer.picture._images), timeout=WAIT)


def number_shown(viewer: Viewer) -> int:
    return number_of(viewer._row.path)


def colour(viewer: Viewer) -> tuple[int, int, int]:
    image: QImage = viewer.picture.grab().toImage()
    seen = image.pixelColor(image.width() // 2, image.height() // 2)
    return seen.red(), seen.green(), seen.blue()


def wait_for_colour(viewer: Viewer, qtbot, number: int) -> None:
    def right() -> bool:
        pairs = zip(colour(viewer), colour_of(number), strict=True)
        return max(abs(a - b) for a, b in pairs) <= 6

    qtbot.waitUntil(right, timeout=WAIT)


def sharpest(viewer: Viewer) -> int:
    return max((image.width() for image in viewer.picture._images), default=0)


def test_it_covers_the_window_and_shows_the_photo(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 2)
    assert viewer.geometry() == viewer.parentWidget().rect()
    assert "p002.jpg" in viewer._bar.title.text()
    wait_for_colour(viewer, qtbot, 2)


def test_arrows_and_space_step_through_the_grid_s_order_and_stop_at_the_ends(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 0)
    seen = []
    viewer.moved.connect(lambda _: seen.append(number_shown(viewer)))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Left):
        qtbot.keyClick(viewer, key)
    qtbot.waitUntil(lambda: seen == [1, 2, 1], timeout=WAIT)
    qtbot.keyClick(viewer, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: number_shown(viewer) == 39, timeout=WAIT)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    wait_for_colour(viewer, qtbot, 39)


def test_escape_goes_back_with_the_photo_that_was_seen_last(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 3)
    viewer.step(1)
    with qtbot.waitSignal(viewer.closed) as closed:
        qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert closed.args == [grid.row(4).id]
    assert not viewer.isVisible()
    assert viewer.current_id() is None


def test_tab_goes_round_in_the_viewer_and_never_below_it(viewer, grid, qtbot):
    button = QPushButton("below", viewer.window())
    button.show()
    open_at(viewer, grid, qtbot, 3)
    seen = []
    for key in [Qt.Key.Key_Tab] * 6 + [Qt.Key.Key_Backtab] * 6:
        qtbot.keyClick(QApplication.focusWidget(), key)
        seen.append(QApplication.focusWidget())
    assert seen[5] is viewer  # five buttons, and round
    assert len(set(seen)) == 6
    assert seen[6:] == [*seen[4::-1], viewer]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not viewer.isVisible()


def test_a_peek_is_closed_by_the_key_that_opened_it(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 3, peek=True)
    with qtbot.waitSignal(viewer.closed):
        qtbot.keyClick(viewer, Qt.Key.Key_Space)


def test_s_closes_it_and_asks_for_similar_photos(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 3)
    with qtbot.waitSignals([viewer.closed, viewer.similar_wanted]):
        qtbot.keyClick(viewer, Qt.Key.Key_S)


def test_the_thumbnail_gives_way_to_the_sharp_picture_and_zooming_to_all_its_pixels(
    viewer, grid, library, tmp_path, qtbot
):
    write_photo(tmp_path / "photos", 99, month=202506, size=(2400, 1800))
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 41, timeout=WAIT)
    open_at(viewer, grid, qtbot, 0)
    box = viewer.picture.box()
    qtbot.waitUntil(lambda: 384 < sharpest(viewer) <= box[0], timeout=WAIT)
    qtbot.keyClick(viewer, Qt.Key.Key_1)
    assert viewer.picture.scale == 1.0
    qtbot.waitUntil(lambda: sharpest(viewer) == 2400, timeout=WAIT)
    qtbot.keyClick(viewer, Qt.Key.Key_0)
    assert viewer.picture.fitted


@pytest.mark.parametrize("name", ["long_" * 40 + ".jpg", "תמונה יפה.jpg"])
def test_a_fact_breaks_where_it_must_and_stands_where_the_others_do(qtbot, name):
    fact = _Fact(name)
    qtbot.addWidget(fact)
    fact.setFixedWidth(270)
    fact.show()
    document = fact.document()
    assert document.idealWidth() <= 270
    assert fact.sizeHint().height() >= document.size().height()
    assert document.defaultTextOption().textDirection() == Qt.LayoutDirection.LeftToRight
    assert fact.toPlainText() == name


def test_facts_say_time_camera_exposure_size_place_and_path(viewer, grid, library, tmp_path, qtbot):
    path = tmp_path / "photos" / "p077.jpg"
    exif = Image.Exif()
    exif[0x0110] = "X-T3"
    exif[0x010F] = "Fujifilm"
    camera = exif.get_ifd(0x8769)
    camera[0x9003] = "2026:05:04 10:11:12"
    camera[0x829A] = 0.004
    camera[0x829D] = 2.8
    camera[0x8827] = 400
    camera[0x920A] = 35.0
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (59.0, 19.0, 45.5), 3: "E", 4: (18.0, 4.0, 7.0)})
    Image.new("RGB", (1200, 900), (9, 99, 199)).save(path, exif=exif)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 41, timeout=WAIT)
    open_at(viewer, grid, qtbot, 0)
    qtbot.keyClick(viewer, Qt.Key.Key_I)
    qtbot.waitUntil(lambda: len(viewer.facts.words()) > 4, timeout=WAIT)
    words = "\n".join(viewer.facts.words())
    for expected in (
        "2026",
        "X-T3",
        "1/250 s · f/2.8 · ISO 400 · 35 mm",
        "1200 × 900 · 1.1 MP",
        "59.3293",
        "p077.jpg",
        str(tmp_path / "photos"),
    ):
        assert expected in words
    qtbot.keyClick(viewer, Qt.Key.Key_I)
    assert viewer.facts.isHidden()


def test_an_offline_photo_is_shown_by_its_thumbnail_and_says_so(
    viewer, grid, library, tmp_path, qtbot
):
    shutil.move(tmp_path / "photos", tmp_path / "away")
    library.add(tmp_path / "photos")
    grid.refresh()
    qtbot.waitUntil(lambda: grid.row(0) and grid.row(0).presence == "offline", timeout=WAIT)
    open_at(viewer, grid, qtbot, 0)
    qtbot.waitUntil(lambda: "photos is offline, last seen" in viewer._note.text(), timeout=WAIT)
    assert viewer._note.isVisible()
    viewer.leave()


def test_a_file_that_went_away_meanwhile_says_so_in_words(viewer, grid, tmp_path, qtbot):
    os.unlink(tmp_path / "photos" / "p005.jpg")
    open_at(viewer, grid, qtbot, 5)
    qtbot.waitUntil(lambda: viewer._note.isVisible(), timeout=WAIT)
    assert "went away" in viewer._note.text()


def test_a_file_that_went_away_says_so_when_it_is_stepped_to(viewer, grid, tmp_path, qtbot):
    os.unlink(tmp_path / "photos" / "p005.jpg")
    refused = []
    viewer._pictures.refused.connect(lambda path, _reason: refused.append(number_of(path)))
    open_at(viewer, grid, qtbot, 4)
    qtbot.waitUntil(lambda: refused == [5], timeout=WAIT)  # the neighbour was made ready, in vain
    assert not viewer._note.isVisible()
    viewer.step(1)
    assert "went away" in viewer._note.text()
    assert viewer._note.isVisible()
    viewer.step(1)
    assert not viewer._note.isVisible()


def test_a_photo_for_which_memory_is_short_says_so_and_the_next_ones_come(
    viewer, grid, qtbot, monkeypatch
):
    decode = sharp._decode

    def short_of_memory(wanted: sharp.Wanted) -> tuple[QImage, ...]:
        if number_of(wanted.path) < 6:
            raise MemoryError
        return decode(wanted)

    monkeypatch.setattr(sharp, "_decode", short_of_memory)
    open_at(viewer, grid, qtbot, 5)
    qtbot.waitUntil(lambda: "memory" in viewer._note.text(), timeout=WAIT)
    viewer.step(1)
    path = grid.row(6).path
    qtbot.waitUntil(lambda: bool(viewer._pictures._sharp.of(path)), timeout=WAIT)
    assert not viewer._note.isVisible()


def test_a_photo_that_was_never_read_is_not_decoded_in_the_window(
    viewer, grid, library, tmp_path, qtbot
):
    write_photo(tmp_path / "photos", 88, month=202506)
    waiting = library.add(tmp_path / "photos")
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 41, timeout=WAIT)
    viewer.open(grid.row(0).id, grid.sequence())
    qtbot.wait(200)
    assert "not been read" in viewer._note.text()
    assert viewer.picture._images == ()
    photo_ids = library.read(waiting)  # and as soon as it has been read, it is there
    grid.refresh(layout=False, photo_ids=photo_ids)
    wait_for_colour(viewer, qtbot, 88)
    assert not viewer._note.isVisible()


def test_photos_that_come_above_leave_the_photo_and_its_neighbours(
    viewer, grid, library, tmp_path, qtbot
):
    open_at(viewer, grid, qtbot, 10)
    for number in (50, 51, 52):
        write_photo(tmp_path / "photos", number, month=202506)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 43, timeout=WAIT)
    qtbot.waitUntil(lambda: viewer._position == 13, timeout=WAIT)
    assert number_shown(viewer) == 10
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: number_shown(viewer) == 11, timeout=WAIT)


def test_a_photo_that_is_no_longer_among_the_hits_stays_until_a_step(viewer, grid, qtbot):
    ids = [grid.row(position).id for position in range(40)]
    grid.show_hits(ids, matches=20, title="before")
    qtbot.waitUntil(lambda: grid.count() == 20, timeout=WAIT)
    open_at(viewer, grid, qtbot, 7)
    grid.show_hits([*ids[:7], *ids[8:]], matches=19, title="after", renewed=True)
    qtbot.waitUntil(lambda: grid.count() == 19, timeout=WAIT)
    with qtbot.waitSignal(grid.sequence().loaded, timeout=WAIT):
        grid.refresh(layout=False)  # thumbnails came
    assert number_shown(viewer) == 7
    assert viewer.current_id() == ids[7]
    viewer.step(1)
    qtbot.waitUntil(lambda: number_shown(viewer) == 9, timeout=WAIT)


def test_a_screen_reader_is_told_name_and_date(viewer, grid, qtbot):
    open_at(viewer, grid, qtbot, 2)
    assert "p002.jpg" in viewer.accessibleDescription()
    assert "2024" in viewer.accessibleDescription()


# ----------------------------------------------------------------------------------- the picture


@pytest.fixture
def picture(qtbot) -> Picture:
    """A picture of 4000 by 3000 in a view of 400 by 300."""
    made = Picture()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.show_photo(QSize(4000, 3000))
    return made


def test_zooming_at_the_pointer_keeps_what_is_under_it(picture):
    pointer = QPointF(300, 100)
    for steps in (4, 3, 5, -2):
        before = picture._share_at(pointer)
        picture.zoom(steps, pointer)
        after = picture._share_at(pointer)
        assert abs(before.x() - after.x()) < 0.003
        assert abs(before.y() - after.y()) < 0.003


def test_zooming_out_ends_with_all_of_the_picture_in_the_middle(picture):
    picture.zoom(9, QPointF(10, 10))
    picture.zoom(-20, QPointF(390, 290))
    assert picture.fitted
    assert picture._target().getRect() == (0, 0, 400, 300)


def test_double_click_shows_pixel_for_pixel_and_again_all(picture, qtbot):
    picture.toggle_actual(QPointF(50, 50))
    assert picture.scale == 1.0
    picture.toggle_actual(QPointF(50, 50))
    assert picture.fitted


def test_dragging_pans_and_stops_at_the_edges(picture, qtbot):
    picture.toggle_actual(QPointF(200, 150))
    before = picture._target().topLeft()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPointF(200, 150).toPoint())
    qtbot.mouseMove(picture, QPointF(180, 140).toPoint())
    assert picture._target().topLeft() == before + QPointF(-20, -10)
    for _ in range(300):
        qtbot.mouseMove(picture, QPointF(390, 290).toPoint())
        qtbot.mouseMove(picture, QPointF(10, 10).toPoint())
        picture._dragged_from = QPointF(390, 290)
    target = picture._target()
    assert target.right() == 400
    assert target.bottom() == 300
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton)


def test_a_small_photo_is_enlarged_no_more_than_twice(picture):
    picture.show_photo(QSize(100, 60))
    assert picture.scale == 2.0 * picture.devicePixelRatioF()


def test_the_smallest_picture_that_is_large_enough_is_painted(picture):
    images = [QImage(w, w * 3 // 4, QImage.Format.Format_RGB32) for w in (384, 400, 4000, 2000)]
    picture.set_images(images)
    assert picture._best(picture._target()).width() == 400
    picture.toggle_actual()
    assert picture._best(picture._target()).width() == 4000
