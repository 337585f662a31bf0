"""The grid's arithmetic: each photo has a cell of its own, found again from any point in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.geometry import GAP_PX, Geometry

sections = st.lists(st.integers(0, 60), min_size=1, max_size=12)
widths = st.integers(40, 1500)
cells = st.integers(30, 400)


def geometry(counts: list[int], width: int = 500, cell: int = 100, **more: object) -> Geometry:
    return Geometry(counts, [40] * len(counts), width=width, cell=cell, **more)  # type: ignore[arg-type]


@given(sections, widths, cells, st.booleans())
def test_every_photo_is_found_again_under_each_corner_of_its_cell(counts, width, cell, mirrored):
    layout = geometry(counts, width, cell, mirrored=mirrored)
    for position in range(layout.count):
        rect = layout.rect(position)
        last = rect.edge - 1
        for x, y in ((0, 0), (last, 0), (0, last), (last, last)):
            assert layout.position_at(rect.x + x, rect.y + y) == position
        assert rect.x >= 0
        assert rect.x + rect.edge <= width
        assert rect.y + rect.edge <= layout.height


@given(sections, widths, cells, st.integers(0, 3000), st.integers(1, 900))
def test_the_rows_of_a_view_are_exactly_the_cells_that_touch_it(counts, width, cell, top, height):
    layout = geometry(counts, width, cell)
    seen = [
        position
        for row in layout.rows(top, top + height)
        for position in range(row.first, row.first + row.count)
    ]
    touching = [
        p
        for p in range(layout.count)
        if layout.rect(p).y < top + height and layout.rect(p).y + layout.edge > top
    ]
    assert seen == touching


@given(sections, widths, cells, st.data())
def test_a_rubber_band_takes_what_it_touches_and_nothing_else(counts, width, cell, data):
    layout = geometry(counts, width, cell, mirrored=data.draw(st.booleans()))
    x0, x1 = data.draw(st.integers(-20, width + 20)), data.draw(st.integers(-20, width + 20))
    y0, y1 = (data.draw(st.integers(0, layout.height)) for _ in range(2))
    left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    taken = [p for start, stop in layout.between(x0, y0, x1, y1) for p in range(start, stop)]
    touched = []
    for position in range(layout.count):
        rect = layout.rect(position)
        inside_x = rect.x <= right and rect.x + rect.edge > left
        inside_y = rect.y <= bottom and rect.y + rect.edge > top
        if inside_x and inside_y:
            touched.append(position)
    assert taken == touched


@given(sections.filter(any), widths, cells, st.data())
def test_up_and_down_stay_in_the_column_and_never_leave_the_photos(counts, width, cell, data):
    layout = geometry(counts, width, cell)
    position = data.draw(st.integers(0, layout.count - 1))
    rows = data.draw(st.integers(1, 9))
    down, up = layout.below(position, rows), layout.above(position, rows)
    assert 0 <= up < layout.count
    assert 0 <= down < layout.count
    assert layout.rect(up).y <= layout.rect(position).y <= layout.rect(down).y
    assert layout.rect(down).x <= layout.rect(position).x
    stepped = position
    for _ in range(rows):
        stepped = layout.below(stepped)
    assert layout.rect(stepped).y == layout.rect(down).y


def test_down_goes_over_an_empty_section_to_the_next_photo():
    layout = geometry([5, 0, 7], width=412, cell=100)
    assert layout.columns == 4
    assert layout.below(1) == 4  # the second row has one photo only: its last one
    assert layout.below(4) == 5
    assert layout.above(5) == 4


def test_cells_fill_the_width_with_gaps_of_four_pixels():
    layout = geometry([100], width=1000, cell=180)
    first, second = layout.rect(0), layout.rect(1)
    assert second.x - first.x - first.edge == GAP_PX
    last = layout.rect(layout.columns - 1)
    assert 1000 - (last.x + last.edge - first.x) < layout.columns


def test_rows_run_from_the_right_when_the_language_does():
    layout = geometry([10], mirrored=True)
    assert layout.rect(0).x > layout.rect(1).x
    assert layout.position_at(layout.rect(0).x + 5, layout.rect(0).y + 5) == 0


def test_a_heading_and_a_gap_hold_no_photo():
    layout = geometry([10])
    assert layout.position_at(10, 10) is None
    rect = layout.rect(0)
    assert layout.position_at(rect.x + rect.edge, rect.y) is None
    assert layout.position_at(rect.x, rect.y + rect.edge) is None


def test_an_empty_library_has_a_layout():
    layout = Geometry([], [], width=500, cell=100)
    assert layout.height == 0
    assert layout.count == 0
    assert list(layout.rows(0, 1000)) == []
    assert layout.position_at(3, 3) is None
    assert layout.between(0, 0, 400, 400) == []


@pytest.mark.parametrize("width", [300, 1200])
def test_a_million_photos_are_laid_out_and_found_without_a_pass_over_them(width):
    counts = [833] * 1200 + [400]
    start = time.perf_counter()
    layout = geometry(counts, width)
    for position in range(0, layout.count, 999):
        rect = layout.rect(position)
        assert layout.position_at(rect.x, rect.y) == position
    assert layout.count == 1_000_000
    # Generous: a pass over the photos takes many times this on any machine.
    assert time.perf_counter() - start < 1.0


@given(
    counts=st.lists(st.integers(0, 40), max_size=6),
    width=st.integers(60, 900),
    top=st.integers(-100, 3000),
    height=st.integers(1, 1500),
)
def test_the_positions_of_some_rows_are_those_of_their_cells(counts, width, top, height):
    geometry = Geometry(counts, [20] * len(counts), width=width, cell=100)
    rows = list(geometry.rows(top, top + height))
    expected = [p for row in rows for p in range(row.first, row.first + row.count)]
    assert list(geometry.positions(top, top + height)) == expected
