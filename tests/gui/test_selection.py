"""Selection as ranges behaves as a set of positions does."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.selection import Selection, union, without

ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def positions(of: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> set[int]:
    return {position for start, stop in of for position in range(start, stop)}


@given(ranges)
def test_a_union_holds_the_same_positions_in_ranges_apart(of):
    merged = union(of)
    assert positions(merged) == positions(of)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(merged))


@given(ranges, st.integers(0, 60), st.integers(0, 60))
def test_taking_a_range_out_leaves_all_others(of, start, stop):
    assert positions(without(union(of), start, stop)) == positions(of) - set(range(start, stop))


@given(ranges)
def test_membership_and_length(selected):
    selection = Selection()
    selection.replace(selected)
    expected = positions(selected)
    assert {p for p in range(70) if p in selection} == expected
    assert len(selection) == len(expected)


def test_toggling_twice_changes_nothing():
    selection = Selection()
    selection.replace([(3, 9)])
    selection.toggle(5)
    assert selection.ranges == ((3, 5), (6, 9))
    selection.toggle(5)
    assert selection.ranges == ((3, 9),)


def test_shift_extends_from_where_the_last_click_was_and_back_again():
    selection = Selection()
    selection.choose(10)
    selection.extend(14)
    assert selection.ranges == ((10, 15),)
    selection.extend(7)
    assert selection.ranges == ((7, 11),)
    assert selection.current == 7


def test_shift_with_ctrl_keeps_what_was_selected_before():
    selection = Selection()
    selection.choose(2)
    selection.toggle(20)
    selection.extend(23, keep=True)
    assert selection.ranges == ((2, 3), (20, 24))
    selection.extend(21, keep=True)
    assert selection.ranges == ((2, 3), (20, 22))


def test_everything_of_a_million_is_one_range():
    selection = Selection()
    selection.replace([(0, 1_000_000)])
    assert selection.ranges == ((0, 1_000_000),)
    assert len(selection) == 1_000_000


def test_a_new_order_carries_ranges_current_and_anchor():
    selection = Selection()
    selection.choose(4)
    selection.extend(8)
    assert selection.endpoints() == [4, 8]
    selection.moved({4: 104, 8: 108})
    assert selection.ranges == ((104, 109),)
    assert (selection.current, selection.anchor) == (108, 104)


def test_a_range_that_lost_an_end_shrinks_and_one_that_lost_both_goes():
    selection = Selection()
    selection.replace([(0, 3), (10, 12)])
    selection.current = 11
    selection.moved({2: 5})
    assert selection.ranges == ((5, 6),)
    assert selection.current is None
