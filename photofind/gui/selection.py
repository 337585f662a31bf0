"""Which photos of the grid are selected, as ranges of positions: all of a million is one range.

Pure: no Qt. Positions are numbers of photos in the order shown; a range is half open,
`(start, stop)`.
"""

from bisect import bisect_right
from collections.abc import Iterable

Range = tuple[int, int]


def union(ranges: Iterable[Range]) -> list[Range]:
    """The same positions as ascending ranges that neither touch nor overlap; empty ones dropped."""
    merged: list[Range] = []
    for start, stop in sorted(ranges):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def without(ranges: Iterable[Range], start: int, stop: int) -> list[Range]:
    """Ranges with one range taken out of them."""
    left: list[Range] = []
    for first, last in ranges:
        left.append((first, min(last, start)))
        left.append((max(first, stop), last))
    return [(first, last) for first, last in left if first < last]


class Selection:
    """The selected positions, the current one (the keyboard's), and the anchor of Shift."""

    def __init__(self) -> None:
        self._ranges: list[Range] = []
        self._before: list[Range] = []  # what was selected before Shift began to extend
        self.current: int | None = None
        self.anchor: int | None = None

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Ascending, apart from one another."""
        return tuple(self._ranges)

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self._ranges)

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __contains__(self, position: int) -> bool:
        index = bisect_right(self._ranges, (position, 2**63)) - 1
        return index >= 0 and position < self._ranges[index][1]

    def covers(self, start: int, stop: int) -> bool:
        """Whether a whole range is selected."""
        index = bisect_right(self._ranges, (start, 2**63)) - 1
        return index >= 0 and self._ranges[index][1] >= stop

    def replace(self, ranges: Iterable[Range]) -> None:
        """Select these positions and no others."""
        self._ranges = union(ranges)
        self._before = []

    def clear(self) -> None:
        """Select nothing; the current photo stays."""
        self.replace(())

    def add(self, start: int, stop: int) -> None:
        """Select a range as well."""
        self._ranges = union([*self._ranges, (start, stop)])

    def remove(self, start: int, stop: int) -> None:
        """Select a range no longer."""
        self._ranges = without(self._ranges, start, stop)

    # ------------------------------------------------------------------------------- gestures

    def choose(self, position: int) -> None:
        """A click or an arrow key: this photo alone."""
        self.replace([(position, position + 1)])
        self.current = self.anchor = position

    def go(self, position: int) -> None:
        """Ctrl and an arrow: the keyboard moves, the selection stays."""
        self._before = list(self._ranges)
        self.current = self.anchor = position

    def toggle(self, position: int) -> None:
        """Ctrl and a click, or the tick: this photo in or out, the others stay."""
        if position in self:
            self.remove(position, position + 1)
        else:
            self.add(position, position + 1)
        self._before = list(self._ranges)
        self.current = self.anchor = position

    def extend(self, position: int, *, keep: bool = False) -> None:
        """Shift and a click or an arrow: from the anchor to here. With `keep` (Ctrl) what was
        selected before the anchor was set stays too."""
        if self.anchor is None:
            self.anchor = position if self.current is None else self.current
        span = (min(self.anchor, position), max(self.anchor, position) + 1)
        self._ranges = union([*(self._before if keep else []), span])
        self.current = position

    # ------------------------------------------------------------------------------ new order

    def endpoints(self) -> list[int]:
        """The first and last position of each range, the current one and the anchor: what must be
        found again when the order changes."""
        ends = {end for start, stop in self._ranges for end in (start, stop - 1)}
        return sorted(ends | {p for p in (self.current, self.anchor) if p is not None})

    def moved(self, places: dict[int, int]) -> None:
        """Carry the selection over to a new order, in which position `p` became `places[p]`.

        A range whose end is gone shrinks to the end that is left; one without ends goes.
        """
        carried: list[Range] = []
        for start, stop in self._ranges:
            ends = [places[end] for end in (start, stop - 1) if end in places]
            if ends:
                carried.append((min(ends), max(ends) + 1))
        self._ranges = union(carried)
        self._before = []
        self.current = None if self.current is None else places.get(self.current)
        self.anchor = None if self.anchor is None else places.get(self.anchor)

    def permuted(self, places: dict[int, int]) -> None:
        """Carry the selection over position by position: for a few thousand photos that change
        their order among themselves."""
        chosen = (p for start, stop in self._ranges for p in range(start, stop))
        self._ranges = union((places[p], places[p] + 1) for p in chosen if p in places)
        self._before = []
        self.current = None if self.current is None else places.get(self.current)
        self.anchor = None if self.anchor is None else places.get(self.anchor)

    def forget(self) -> None:
        """Nothing is selected and nothing is current: other photos are shown."""
        self._ranges, self._before = [], []
        self.current = self.anchor = None
