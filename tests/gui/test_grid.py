"""The grid shows a real catalog: each cell its photo, in its place when the library changes."""

import os
import shutil
import tracemalloc

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication

from photofind.catalog.records import View
from photofind.gui.canvas import BELOW_PX
from photofind.gui.grid import PhotoGrid
from photofind.gui.orders import LibraryOrder
from photofind.gui.sequence import Arrangement
from photofind.gui.tooltips import spoken, tooltip
from photofind.paths import LibraryPaths
from tests.gui.conftest import MONTHS
from tests.gui.library import colour_of, number_of, write_photo

WAIT = 10_000  # milliseconds


def shown(grid: PhotoGrid, qtbot, count: int = 40) -> PhotoGrid:
    """Show the library and wait until every visible thumbnail is painted."""
    grid.show_view(View())
    qtbot.waitUntil(lambda: grid.count() == count, timeout=WAIT)
    settled(grid, qtbot)
    return grid


def settled(grid: PhotoGrid, qtbot) -> None:
    def all_here() -> bool:
        rows = [grid.row(p) for p, _ in grid.cells(grid.viewport().rect())]
        return all(
            row is not None and grid.image_of(row.content_hash)
            for row in rows
            if row is None or row.content_hash
        )

    qtbot.waitUntil(all_here, timeout=WAIT)
    qtbot.wait(120)  # fading


def painted(grid: PhotoGrid, position: int) -> tuple[int, int, int]:
    """The colour in the middle of a cell."""
    cell = grid.cell(position)
    image: QImage = grid.viewport().grab().toImage()
    colour = image.pixelColor(cell.x + cell.edge // 2, cell.y + cell.edge // 2)
    return colour.red(), colour.green(), colour.blue()


def close_to(colour: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= 6


def middle(grid: PhotoGrid, position: int) -> QPoint:
    cell = grid.cell(position)
    return QPoint(cell.x + cell.edge // 2, cell.y + cell.edge // 2)


def click(grid: PhotoGrid, qtbot, position: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, middle(grid, position))


def read_numbers(grid: PhotoGrid, qtbot) -> list[int]:
    got: list[list[int]] = []
    grid.read_selected(lambda row: number_of(row.path), got.append)
    qtbot.waitUntil(lambda: bool(got), timeout=WAIT)
    return got[0]


def add_above(grid: PhotoGrid, library, tmp_path, qtbot) -> None:
    """One more photo, the newest of all."""
    count = grid.count()
    write_photo(tmp_path / "photos", 50, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == count + 1, timeout=WAIT)


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


# ------------------------------------------------------------------------------------- shown


def test_each_cell_shows_its_own_photo_newest_first(grid, qtbot):
    shown(grid, qtbot)
    for position, _ in grid.cells(grid.viewport().rect().adjusted(0, 48, 0, -60)):
        assert close_to(painted(grid, position), colour_of(position)), position


def test_scrolled_to_the_end_the_oldest_photos_are_there(grid, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(10**9)
    settled(grid, qtbot)
    assert close_to(painted(grid, 39), colour_of(39))


def test_months_have_headings_and_the_timeline_their_years(grid, qtbot):
    shown(grid, qtbot)
    assert grid.geometry_of_cells.sections == 4
    assert grid.heading_at(QPoint(30, 10)) == 0
    assert [year for year, _ in grid._timeline.labels()] == [2024, 2023, 2019]


def test_the_heading_of_the_month_in_view_sticks_to_the_top(grid, qtbot):
    shown(grid, qtbot)
    third = grid.geometry_of_cells.top_of(2)
    grid.scroll_to_offset(third + 150)
    assert grid.heading_at(QPoint(30, 10)) == 2
    assert grid.position_at(QPoint(30, 10)) is not None  # a photo lies under it
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    assert grid.selection.ranges == ((10, 30),)  # but the click was the heading's


def test_dragging_along_the_timeline_travels(grid, qtbot):
    shown(grid, qtbot)
    timeline = grid._timeline
    bottom = QPoint(20, timeline.height() - 16)
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(20, 16))
    qtbot.mouseMove(timeline, bottom)
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=bottom)
    assert grid.offset == grid.verticalScrollBar().maximum()
    assert timeline.month_at(bottom.y()) == 201907


def test_a_photo_without_thumbnail_is_a_flat_tint_and_fills_when_it_comes(
    grid, library, tmp_path, qtbot
):
    write_photo(tmp_path / "photos", 90, month=202501)
    waiting = library.add(tmp_path / "photos")
    shown(grid, qtbot, 41)
    tint = painted(grid, 0)
    assert max(tint) - min(tint) <= 3, "no colour"
    photo_ids = library.read(waiting)
    grid.refresh(layout=False, photo_ids=photo_ids)
    qtbot.waitUntil(lambda: close_to(painted(grid, 0), colour_of(90)), timeout=WAIT)


def test_the_worker_is_told_of_photos_on_screen_that_are_not_read(grid, library, tmp_path, qtbot):
    for number in (90, 91):
        write_photo(tmp_path / "photos", number, month=202501)
    waiting = library.add(tmp_path / "photos")
    told: list[tuple[int, ...]] = []
    grid.visible_changed.connect(told.append)
    shown(grid, qtbot, 42)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert len(told[-1]) == 2
    library.read(waiting)
    grid.refresh(layout=False)
    qtbot.waitUntil(lambda: told[-1] == (), timeout=WAIT)


def test_a_library_that_is_not_there_yet_shows_nothing_and_then_its_photos(
    make_reads, thumbnails, library, tmp_path, qtbot
):
    root = tmp_path / "new"
    grid = PhotoGrid(make_reads(LibraryPaths(root)), thumbnails)
    qtbot.addWidget(grid)
    grid.resize(500, 400)
    grid.show_view(View())
    qtbot.wait(300)
    assert grid.count() == 0
    library.catalog.close()
    root.mkdir()
    shutil.copy(library.paths.catalog, root / "catalog.sqlite")
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 40, timeout=WAIT)
    library.catalog = type(library.catalog).open(library.paths.catalog)


# --------------------------------------------------------------------------- the library changes


def test_photos_that_come_above_leave_what_is_looked_at_in_place(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(grid.geometry_of_cells.rect(20).y - 100)
    y = grid.cell(20).y
    for number in range(50, 62):
        write_photo(tmp_path / "photos", number, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 52, timeout=WAIT)
    assert grid.cell(32).y == y  # the same photo, twelve positions on
    assert number_of(grid.row(32).path) == 20
    settled(grid, qtbot)
    assert close_to(painted(grid, 32), colour_of(20))


def test_at_the_very_top_new_photos_are_seen(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    write_photo(tmp_path / "photos", 50, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 41, timeout=WAIT)
    assert grid.offset == 0


def test_selection_and_current_photo_survive_a_refresh(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 2)
    click(grid, qtbot, 5, SHIFT)
    click(grid, qtbot, 8, CTRL)
    for number in (50, 51, 52):
        write_photo(tmp_path / "photos", number, month=202501)
    library.read(library.add(tmp_path / "photos"))
    counts: list[int] = []
    grid.count_changed.connect(counts.append)
    grid.refresh()
    qtbot.waitUntil(lambda: counts == [43], timeout=WAIT)
    assert read_numbers(grid, qtbot) == [2, 3, 4, 5, 8]
    assert number_of(grid.current_photo().path) == 8


def test_a_press_is_not_let_go_on_another_photo(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 2)
    click(grid, qtbot, 5, SHIFT)
    place = middle(grid, 4)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    add_above(grid, library, tmp_path, qtbot)
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert read_numbers(grid, qtbot) == [2, 3, 4, 5]


def test_a_rubber_band_that_adds_keeps_what_was_selected(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 2)
    start = QPoint(grid.cell(7).x - 6, grid.cell(7).y + 4)  # in the margin of the next month
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, CTRL, pos=start)
    qtbot.mouseMove(grid.viewport(), start + QPoint(0, 1))
    add_above(grid, library, tmp_path, qtbot)
    qtbot.mouseMove(grid.viewport(), start + QPoint(0, 2))
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(0, 2))
    assert read_numbers(grid, qtbot) == [2]


def test_everything_selected_stays_everything(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    qtbot.keyClick(grid, Qt.Key.Key_A, CTRL)
    assert grid.selection_count() == 40
    write_photo(tmp_path / "photos", 50, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.selection_count() == 41, timeout=WAIT)


def test_a_photo_that_was_removed_leaves_the_selection(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 1)
    click(grid, qtbot, 3, CTRL)
    (tmp_path / "photos" / "p001.jpg").unlink()
    library.add(tmp_path / "photos")
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 39, timeout=WAIT)
    assert read_numbers(grid, qtbot) == [3]


def test_a_view_asked_for_while_the_library_changes_is_still_shown(grid, library, tmp_path, qtbot):
    shown(grid, qtbot)
    write_photo(tmp_path / "photos", 50, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.show_view(View(recent=True))
    grid.refresh()
    grid.refresh()
    qtbot.waitUntil(lambda: grid.sequence().order.view == View(recent=True), timeout=WAIT)
    qtbot.waitUntil(lambda: grid.count() == 41, timeout=WAIT)


def test_coming_back_to_the_library_it_is_scrolled_to_where_it_was(grid, reads, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(600)
    where = grid.offset
    assert where > 300
    ids = [grid.row(p).id for p, _ in grid.cells(grid.viewport().rect())][:5]
    grid.show_hits(ids, matches=5, title="5 photos")
    qtbot.waitUntil(lambda: grid.count() == 5, timeout=WAIT)
    assert grid.offset == 0
    grid.show_view(View())
    qtbot.waitUntil(lambda: grid.count() == 40, timeout=WAIT)
    assert grid.offset == where


# ------------------------------------------------------------------------------------------- hits


@pytest.fixture
def ids(library, grid, reads, qtbot) -> list[int]:
    """The ids of photos 0 to 39."""
    got: list[list[int]] = []
    reads.request(
        lambda reader: [
            row.id
            for month in reader.months(View())
            for row in reader.photos_of_month(View(), month.month, 0, 100)
        ],
        got.append,
    )
    qtbot.waitUntil(lambda: bool(got), timeout=WAIT)
    return got[0]


def numbers(grid: PhotoGrid) -> list[int]:
    return [number_of(grid.row(position).path) for position in range(grid.count())]


def test_hits_stop_at_the_cut_and_the_weaker_ones_come_on_demand(grid, ids, qtbot):
    order = [ids[n] for n in (31, 4, 12, 7, 20, 2)]
    grid.show_hits(order, matches=3, title="3 photos for “beach”")
    qtbot.waitUntil(lambda: grid.count() == 3, timeout=WAIT)
    assert numbers(grid) == [31, 4, 12]
    assert grid._results.title.text() == "3 photos for “beach”"
    assert "3 weaker" in grid._weaker.text()
    qtbot.mouseClick(grid._weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: grid.count() == 6, timeout=WAIT)
    assert numbers(grid) == [31, 4, 12, 7, 20, 2]
    qtbot.mouseClick(grid._weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: grid.count() == 3, timeout=WAIT)


def test_the_keyboard_is_seen_where_the_tab_key_brings_it(grid, ids, qtbot):
    grid.show_hits(ids, matches=30, title="30 photos")
    qtbot.waitUntil(lambda: grid.count() == 30, timeout=WAIT)
    qtbot.waitUntil(grid.isActiveWindow, timeout=WAIT)
    grid._weaker.setFocus()
    grid.scroll_to_offset(500)
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    current = grid.selection.current
    assert grid.look_of(current).focused
    assert grid.uncovered().contains(QPoint(grid.cell(current).x, grid.cell(current).y))
    assert not grid.selection  # nothing is selected by that
    grid.scroll_to_offset(0)
    assert grid._weaker.y() > grid.viewport().height()
    grid._weaker.setFocus(Qt.FocusReason.TabFocusReason)
    assert grid.viewport().rect().contains(grid._weaker.geometry())
    grid.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert grid.selection.current == current


def test_hits_by_date_stay_above_and_below_the_cut(grid, ids, qtbot):
    order = [ids[n] for n in (31, 4, 12, 7, 20, 2)]
    grid.show_hits(order, matches=3, title="3 photos")
    qtbot.waitUntil(lambda: grid.count() == 3, timeout=WAIT)
    qtbot.mouseClick(grid._weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: grid.count() == 6, timeout=WAIT)
    click(grid, qtbot, 0)  # photo 31
    with qtbot.waitSignal(grid.order_changed) as changed:
        grid._results.order_chosen.emit("date")
    assert changed.args == ["date"]
    qtbot.waitUntil(lambda: numbers(grid) == [4, 12, 31, 2, 7, 20], timeout=WAIT)
    assert read_numbers(grid, qtbot) == [31], "the same photo is selected"


def test_the_order_chosen_holds_for_the_next_search(grid, ids, qtbot):
    grid.order = "date"
    grid.show_hits([ids[9], ids[3]], matches=2, title="2 photos")
    qtbot.waitUntil(lambda: grid.count() == 2, timeout=WAIT)
    assert numbers(grid) == [3, 9]


def test_nothing_above_the_cut_shows_the_nearest_few_below(grid, ids, qtbot):
    title = "Nothing here looks like “zebra”."
    grid.show_hits(ids[:30], matches=0, title=title)
    qtbot.waitUntil(lambda: grid.count() == 12, timeout=WAIT)
    assert grid._results.title.text() == title
    assert grid.geometry_of_cells.heading_of(1) > 0
    qtbot.mouseClick(grid._weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: grid.count() == 30, timeout=WAIT)


def test_no_hits_at_all_is_an_empty_grid_with_its_sentence(grid, qtbot):
    grid.show_hits([], matches=0, title="Nothing here looks like “x”.")
    qtbot.waitUntil(lambda: grid._results.isVisible(), timeout=WAIT)
    assert grid.count() == 0
    assert not grid._weaker.isVisible()


def test_an_answer_renewed_keeps_scroll_and_selection_however_many_there_are(grid, ids, qtbot):
    grid.show_hits(ids[5:35], matches=30, title="30 photos")
    qtbot.waitUntil(lambda: grid.count() == 30, timeout=WAIT)
    grid.scroll_to_offset(300)
    click(grid, qtbot, 16)
    y = grid.cell(16).y
    grid.show_hits([ids[0], *ids[5:35]], matches=31, title="31 photos", renewed=True)
    qtbot.waitUntil(lambda: grid.count() == 31, timeout=WAIT)
    assert grid.selection.ranges == ((17, 18),)
    # It kept its row's neighbours in view; the photo itself moved by at most one row.
    assert abs(grid.cell(17).y - y) <= grid.geometry_of_cells.pitch


def test_another_search_begins_at_the_top_though_it_has_as_many_hits(grid, ids, qtbot):
    grid.show_hits(ids[5:35], matches=30, title="30 photos like this one")
    qtbot.waitUntil(lambda: grid.count() == 30, timeout=WAIT)
    grid.scroll_to_offset(300)
    click(grid, qtbot, 16)
    grid.show_hits(ids[4:34], matches=30, title="30 photos like this one")
    qtbot.waitUntil(lambda: grid.selection_count() == 0, timeout=WAIT)
    assert grid.offset == 0


def test_weaker_hits_that_nobody_asked_for_stay_away_when_an_answer_is_renewed(grid, ids, qtbot):
    grid.show_hits(ids[:3], matches=3, title="3 photos")  # all there is so far
    qtbot.waitUntil(lambda: grid.count() == 3, timeout=WAIT)
    grid.show_hits(ids[:30], matches=4, title="4 photos", renewed=True)
    qtbot.waitUntil(lambda: grid.count() == 4, timeout=WAIT)
    grid._weaker.click()
    qtbot.waitUntil(lambda: grid.count() == 30, timeout=WAIT)
    grid.show_hits(ids[:35], matches=5, title="5 photos", renewed=True)
    qtbot.waitUntil(lambda: grid.count() == 35, timeout=WAIT)


def test_a_hit_that_left_the_library_leaves_the_hits(grid, ids, library, tmp_path, qtbot):
    grid.show_hits(ids[:10], matches=10, title="10 photos")
    qtbot.waitUntil(lambda: grid.count() == 10, timeout=WAIT)
    (tmp_path / "photos" / "p004.jpg").unlink()
    library.add(tmp_path / "photos")
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 9, timeout=WAIT)
    assert numbers(grid) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


# -------------------------------------------------------------------------------- pointer and keys


def test_click_ctrl_click_and_shift_click_select(grid, qtbot):
    shown(grid, qtbot)
    counts: list[int] = []
    grid.selection_changed.connect(counts.append)
    click(grid, qtbot, 1)
    click(grid, qtbot, 3, CTRL)
    click(grid, qtbot, 6, SHIFT)
    assert grid.selection.ranges == ((3, 7),)
    click(grid, qtbot, 4, CTRL)
    assert grid.selection.ranges == ((3, 4), (5, 7))
    assert counts == [1, 2, 4, 3]


def test_a_click_on_one_of_several_selected_chooses_it_when_released(grid, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 1)
    click(grid, qtbot, 4, SHIFT)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle(grid, 2))
    assert grid.selection_count() == 4, "it may be the beginning of a drag"
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle(grid, 2))
    assert grid.selection.ranges == ((2, 3),)


def test_the_tick_adds_without_any_key(grid, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 0)
    cell = grid.cell(2)
    qtbot.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(cell.x + 16, cell.y + 16)
    )
    assert grid.selection.ranges == ((0, 1), (2, 3))


def test_a_rubber_band_selects_what_it_touches(grid, qtbot):
    shown(grid, qtbot)
    start = QPoint(grid.cell(0).x - 6, grid.cell(0).y + 4)  # in the margin
    end = middle(grid, grid.geometry_of_cells.columns + 1)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(grid.viewport(), end)
    columns = grid.geometry_of_cells.columns
    assert grid.selection.ranges == ((0, 2), (columns, columns + 2))
    within = grid.viewport().grab().toImage().pixelColor(start + QPoint(2, 3))
    assert within.lightnessF() > 0.6 * grid.painter_of_cells.base.lightnessF(), "it is a veil"
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert grid.selection_count() == 4


def test_the_similar_button_of_a_cell_asks_for_similar_photos(grid, qtbot):
    grid.cell_size = 130
    shown(grid, qtbot)
    cell = grid.cell(1)
    button = QPoint(cell.x + cell.edge - 16, cell.y + cell.edge - 16)
    with qtbot.waitSignal(grid.similar_wanted) as wanted:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=button)
    assert wanted.args == [grid.row(1).id]
    assert grid.selection_count() == 0


def test_double_click_and_enter_open_space_peeks_s_finds_similar(grid, qtbot):
    shown(grid, qtbot)
    photo_id = grid.row(3).id
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle(grid, 3))
    assert opened.args == [photo_id]
    click(grid, qtbot, 3)
    for key, signal in (
        (Qt.Key.Key_Return, grid.opened),
        (Qt.Key.Key_Space, grid.peek_wanted),
        (Qt.Key.Key_S, grid.similar_wanted),
    ):
        with qtbot.waitSignal(signal) as emitted:
            qtbot.keyClick(grid, key)
        assert emitted.args == [photo_id]


def test_arrows_move_with_shift_select_and_the_view_follows(grid, qtbot):
    shown(grid, qtbot)
    columns = grid.geometry_of_cells.columns
    qtbot.keyClick(grid, Qt.Key.Key_Right)  # takes the first photo
    assert grid.selection.ranges == ((0, 1),)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.selection.current == min(1 + columns, 6)
    qtbot.keyClick(grid, Qt.Key.Key_End, SHIFT)
    assert grid.selection.ranges[-1][1] == 40
    assert grid.offset == grid.verticalScrollBar().maximum()
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.selection.ranges == ((0, 1),)
    assert grid.offset == 0


def test_every_photo_reached_by_the_keyboard_is_wholly_visible_below_the_heading(grid, qtbot):
    shown(grid, qtbot)
    grid.focus_first()
    for key in [Qt.Key.Key_Down] * 12 + [Qt.Key.Key_PageUp] * 2 + [Qt.Key.Key_PageDown] * 4:
        qtbot.keyClick(grid, key)
        cell = grid.cell(grid.selection.current)
        assert cell.y >= 48
        assert cell.y + cell.edge <= grid.viewport().height()


def test_escape_clears_the_selection_first_and_then_goes_on_to_the_window(grid, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 3)
    assert grid.select_none() is True
    assert grid.select_none() is False
    assert grid.current_id() is not None, "the keyboard stays where it was"


def test_ctrl_and_the_wheel_change_the_size_of_cells_round_the_pointer(grid, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(500)
    size = grid.cell_size
    anchor = next(p for p, cell in grid.cells(grid.uncovered()) if cell.y > 60)
    y = grid.cell(anchor).y
    point = QPointF(middle(grid, anchor))
    event = QWheelEvent(
        point,
        grid.viewport().mapToGlobal(point),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        CTRL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    grid.wheelEvent(event)
    assert grid.cell_size > size
    assert grid.cell(anchor).y == y


def test_narrower_and_wide_again_the_same_photos_are_in_view(grid, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(700)
    before = grid.offset
    for width in (460, 380, 300, 420, 500):
        grid.resize(width, 400)
        qtbot.wait(5)
    assert grid.offset == before


def test_whole_photos_keep_their_shape(grid, qtbot):
    shown(grid, qtbot)
    grid.fill = False

    def wide() -> bool:
        image = grid.image_of(grid.row(0).content_hash)
        return image is not None and abs(image.width() / image.height() - 1.5) < 0.05

    qtbot.waitUntil(wide, timeout=WAIT)


def test_an_offline_photo_is_faded_and_says_when_it_was_last_seen(
    grid, reads, library, tmp_path, qtbot
):
    shutil.move(tmp_path / "photos", tmp_path / "away")
    library.add(tmp_path / "photos")
    shown(grid, qtbot)
    row = grid.row(0)
    assert row.presence == "offline"
    assert not close_to(painted(grid, 0), colour_of(0))
    got: list[str] = []
    reads.request(lambda reader: reader.folders()[0], lambda it: got.append(tooltip(row, it)))
    qtbot.waitUntil(lambda: bool(got), timeout=WAIT)
    assert "p000.jpg" in got[0]
    assert "photos is offline, last seen" in got[0]
    assert "offline" in spoken(row)


def test_the_tip_is_rich_text_with_the_name_as_it_is(grid, library, tmp_path, qtbot, monkeypatch):
    os.rename(tmp_path / "photos" / "p000.jpg", tmp_path / "photos" / "<b> & co.jpg")
    library.read(library.add(tmp_path / "photos"))
    shown(grid, qtbot)
    told: list[str] = []
    monkeypatch.setattr(
        "photofind.gui.grid.QToolTip.showText", lambda _, words, *__: told.append(words)
    )
    monkeypatch.setattr(grid, "underMouse", lambda: True)
    where = middle(grid, 0)
    qtbot.mouseMove(grid.viewport(), where)
    qtbot.waitUntil(lambda: grid.look_of(0).hovered, timeout=WAIT)
    place = grid.viewport().mapToGlobal(where)
    QApplication.sendEvent(grid.viewport(), QHelpEvent(QEvent.Type.ToolTip, where, place))
    document = QTextDocument()
    document.setHtml(told[0])
    assert document.toPlainText().splitlines()[0] == "<b> & co.jpg"


def test_files_are_dragged_out_even_with_names_that_are_no_utf8(
    grid, library, tmp_path, qtbot, monkeypatch
):
    odd = os.fsencode(tmp_path) + b"/photos/caf\xe9.jpg"
    os.rename(tmp_path / "photos" / "p000.jpg", odd)
    os.utime(odd, (1.9e9, 1.9e9))
    library.read(library.add(tmp_path / "photos"))
    shown(grid, qtbot)
    dragged: list[bytes] = []
    monkeypatch.setattr(
        "photofind.gui.gestures.QDrag.exec",
        lambda drag, _: dragged.append(bytes(drag.mimeData().data("text/uri-list"))),
    )
    click(grid, qtbot, 0)
    click(grid, qtbot, 2, SHIFT)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle(grid, 1))
    qtbot.mouseMove(grid.viewport(), middle(grid, 1) + QPoint(30, 30))
    qtbot.waitUntil(lambda: bool(dragged), timeout=WAIT)
    urls = dragged[0].split()
    assert len(urls) == 3
    assert urls[0].endswith(b"/photos/caf%E9.jpg")


def test_scrolling_to_a_photo_chooses_it(grid, ids, qtbot):
    shown(grid, qtbot)
    grid.scroll_to(ids[38])
    qtbot.waitUntil(lambda: grid.current_id() == ids[38], timeout=WAIT)
    cell = grid.cell(38)
    assert 0 <= cell.y <= grid.viewport().height() - cell.edge


def test_several_selected_photos_stay_so_when_one_of_them_was_looked_at(grid, ids, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 2)
    click(grid, qtbot, 5, SHIFT)
    grid.scroll_to(ids[3])
    qtbot.waitUntil(lambda: grid.current_id() == ids[3], timeout=WAIT)
    assert grid.selection.ranges == ((2, 6),)


def test_among_several_selected_photos_the_one_of_the_keyboard_has_a_ring_of_its_own(grid, qtbot):
    shown(grid, qtbot)
    ink = grid.painter_of_cells.text.getRgb()

    def has_ring(position: int) -> bool:
        cell = grid.cell(position)
        inside = grid.viewport().grab().toImage().pixelColor(cell.x + 4, cell.y + cell.edge // 2)
        return close_to(inside.getRgb(), ink)

    click(grid, qtbot, 1)
    assert not has_ring(1)  # alone it is plain to see
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert [has_ring(position) for position in range(5)] == [False, False, False, True, False]
    qtbot.keyClick(grid, Qt.Key.Key_Left, CTRL)
    assert [has_ring(position) for position in range(5)] == [False, False, True, False, False]


def test_the_months_of_the_test_library_are_as_the_tests_think(grid, qtbot):
    shown(grid, qtbot)
    assert grid.sequence().order.months == (202403, 202402, 202312, 201907)
    assert [MONTHS.count(month) for month in (202403, 202402, 202312, 201907)] == [7, 3, 20, 10]


# ------------------------------------------------------------------------------------ the wheel


def turn_wheel(grid: PhotoGrid, *, notches: float = 0, pixels: int = 0) -> None:
    point = QPointF(100, 200)
    event = QWheelEvent(
        point,
        grid.viewport().mapToGlobal(point),
        QPoint(0, pixels),
        QPoint(0, round(notches * 120)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


def test_a_notch_of_the_wheel_glides_and_ends_where_it_should(grid, qtbot):
    shown(grid, qtbot)
    step = 3 * grid.verticalScrollBar().singleStep()
    turn_wheel(grid, notches=-1)
    turn_wheel(grid, notches=-1)
    assert grid.offset < 2 * step, "it moves over some frames"
    qtbot.waitUntil(lambda: not grid._glide.gliding, timeout=WAIT)
    assert grid.offset == 2 * step
    turn_wheel(grid, notches=50)
    qtbot.waitUntil(lambda: grid.offset == 0 and not grid._glide.gliding, timeout=WAIT)


def test_where_nothing_should_move_by_itself_the_wheel_jumps_and_nothing_fades(
    grid, qtbot, monkeypatch
):
    for module in ("glide", "fades"):
        monkeypatch.setattr(f"photofind.gui.{module}.animates", lambda _: False)
    shown(grid, qtbot)
    turn_wheel(grid, notches=-1)
    assert grid.offset == 3 * grid.verticalScrollBar().singleStep()
    assert grid._supply._fades._begun == {}


def test_a_touchpad_is_followed_pixel_by_pixel(grid, qtbot):
    shown(grid, qtbot)
    turn_wheel(grid, pixels=-37)
    assert grid.offset == 37


def test_scrolling_to_a_place_ends_a_glide(grid, qtbot):
    shown(grid, qtbot)
    turn_wheel(grid, notches=-3)
    grid.scroll_to_offset(11)
    qtbot.wait(200)
    assert grid.offset == 11


# ------------------------------------------------------------------------- languages and readers


def test_where_rows_run_from_the_right_the_left_arrow_goes_on(grid, qtbot):
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    shown(grid, qtbot)
    assert grid.cell(0).x > grid.cell(1).x
    click(grid, qtbot, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.selection.current == 1
    assert grid._timeline.x() == 0


def test_a_screen_reader_is_told_the_photo_under_the_keyboard(grid, qtbot):
    shown(grid, qtbot)
    click(grid, qtbot, 3)
    assert "p003.jpg" in grid.accessibleDescription()
    assert "2024" in grid.accessibleDescription()
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert "p004.jpg" in grid.accessibleDescription()


# --------------------------------------------------------------------------- large selections


def test_hundreds_of_scattered_photos_stay_selected_when_others_come(
    grid, library, tmp_path, qtbot, monkeypatch
):
    monkeypatch.setattr("photofind.gui.arranging.FOUND_PHOTOS", 4)
    shown(grid, qtbot)
    chosen = [1, 4, 8, 11, 14, 17, 22, 25, 31, 33, 38]
    grid.select(lambda: grid.selection.replace([(p, p + 1) for p in chosen]))
    for number in (50, 51):
        write_photo(tmp_path / "photos", number, month=202501)
    library.read(library.add(tmp_path / "photos"))
    grid.refresh()
    qtbot.waitUntil(lambda: grid.count() == 42, timeout=WAIT)
    assert read_numbers(grid, qtbot) == chosen


def test_all_of_a_large_selection_is_read_in_order_and_as_many_as_wanted(grid, qtbot):
    shown(grid, qtbot)
    grid.select_all()
    assert read_numbers(grid, qtbot) == list(range(40))
    got: list[list[int]] = []
    grid.read_selected(lambda row: number_of(row.path), got.append, most=7)
    qtbot.waitUntil(lambda: bool(got), timeout=WAIT)
    assert got == [list(range(7))]


# ------------------------------------------------------------------------------------ many photos


def pretend(grid: PhotoGrid, months: tuple[int, ...], counts: tuple[int, ...]) -> None:
    """Show an order whose rows nobody has."""
    order = LibraryOrder(View(), months, counts)
    grid.sequence().install(Arrangement(order, {}, {}))
    grid.dress(None)


def test_a_million_photos_are_laid_out_and_travelled_without_an_object_each(grid, qtbot):
    months = tuple(
        year * 100 + month for year in range(2026, 1943, -1) for month in range(12, 0, -1)
    )
    pretend(grid, months, (1_000_000 // len(months),) * len(months))
    assert grid.count() > 990_000
    tracemalloc.start()
    for share in (0.9, 0.1, 0.5, 1.0):
        grid._timeline.travelled.emit(share)
        grid.viewport().grab()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * 2**20
    assert grid.position_at(middle(grid, grid.count() - 1)) == grid.count() - 1


def test_content_higher_than_qt_s_scroll_bars_can_say_is_reached_to_its_end(grid, qtbot):
    grid.resize(500, 700)
    grid.cell_size = 420
    pretend(grid, (202501,), (30_000_000,))
    assert grid.geometry_of_cells.height > 2**31
    qtbot.keyClick(grid, Qt.Key.Key_End)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.selection.current == 29_999_999
    cell = grid.cell(29_999_999)
    assert cell.y > 0
    assert cell.y + cell.edge <= grid.viewport().height()
    turn_wheel(grid, notches=1)
    qtbot.waitUntil(lambda: not grid._glide.gliding, timeout=WAIT)
    assert grid.cell(29_999_999).y > cell.y


def test_the_last_row_can_be_brought_above_what_floats_over_the_lower_edge(grid, qtbot):
    shown(grid, qtbot)
    grid.scroll_to_offset(10**6)
    last = grid.cell(grid.count() - 1)
    assert last.y + last.edge + BELOW_PX == grid.viewport().height()
    grid.scroll_to_offset(0)
    grid.show_position(grid.count() - 1)
    assert grid.offset == grid.verticalScrollBar().maximum()


def test_rows_of_a_range_are_those_of_its_positions(grid, qtbot):
    shown(grid, qtbot)
    sequence = grid.sequence()
    for start, stop in ((0, 40), (5, 9), (6, 8), (29, 60), (40, 50), (3, 3)):
        expected = [sequence.row(position) for position in range(start, min(stop, 40))]
        assert sequence.rows(start, stop) == expected
    sequence._pages.pop((1, 0))  # not read
    assert sequence.rows(6, 11) == [sequence.row(position) for position in range(6, 11)]
    assert sequence.rows(7, 9) == [None, None]
