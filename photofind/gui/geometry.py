"""Where every photo of the grid lies, worked out from the number of photos in each section alone.

Pure arithmetic: no Qt, no catalog, no pass over photos. A section (a month, the hits above the cut)
is a heading followed by rows of square cells; the sums of photos and of pixels over the sections
before it are all that is kept, and everything else is a bisection and a division. A million photos
in a thousand months are laid out in about a millisecond.

Lengths are logical pixels from the top left of the content. A position is the number of a photo in
the order shown, over all sections, from 0.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

GAP_PX = 4  # between cells
SECTION_GAP_PX = 12  # below the last row of a section


@dataclass(frozen=True, slots=True)
class Rect:
    """A square cell."""

    x: int
    y: int
    edge: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells of a section: `count` photos from position `first`, at height `y`."""

    section: int
    first: int
    count: int
    y: int


class Geometry:
    """The layout of some sections at some width. Immutable; made anew when anything changes."""

    def __init__(
        self,
        counts: Sequence[int],
        headings: Sequence[int],
        *,
        width: int,
        cell: int,
        margin: int = 0,
        mirrored: bool = False,
    ) -> None:
        """Lay out sections of `counts` photos under headings of `headings` pixels.

        Cells are about `cell` pixels wide: as many columns as fit, stretched to fill `width` but
        for `margin` on both sides. `mirrored` runs rows from right to left.
        """
        inner = max(1, width - 2 * margin)
        self.columns = max(1, round((inner + GAP_PX) / (cell + GAP_PX)))
        self.edge = max(1, (inner - GAP_PX * (self.columns - 1)) // self.columns)
        self.pitch = self.edge + GAP_PX
        self.width = width
        self.mirrored = mirrored
        self._headings = tuple(headings)
        # Cells are whole pixels; what a division leaves over is shared between the two margins.
        used = self.columns * self.pitch - GAP_PX
        self.left = margin + (inner - used) // 2
        heights = [
            heading + (self._cells_height(count) + SECTION_GAP_PX if count else 0)
            for count, heading in zip(counts, self._headings, strict=True)
        ]
        self._first = [0, *accumulate(counts)]  # position of the first photo of each section
        self._top = [0, *accumulate(heights)]  # where each section begins

    @property
    def count(self) -> int:
        """How many photos there are."""
        return self._first[-1]

    @property
    def sections(self) -> int:
        """How many sections there are."""
        return len(self._first) - 1

    @property
    def height(self) -> int:
        """The height of everything."""
        return self._top[-1]

    # ------------------------------------------------------------------------------- sections

    def first_of(self, section: int) -> int:
        """The position of a section's first photo; past the last section the number of photos."""
        return self._first[section]

    def top_of(self, section: int) -> int:
        """Where a section begins, with its heading."""
        return self._top[section]

    def heading_of(self, section: int) -> int:
        """The height of a section's heading."""
        return self._headings[section]

    def section_of(self, position: int) -> int:
        """The section that holds a photo."""
        return bisect_right(self._first, position) - 1

    def section_at(self, y: int) -> int:
        """The section that lies at a height, the nearest one outside of the content."""
        return max(0, min(bisect_right(self._top, y) - 1, self.sections - 1))

    # ---------------------------------------------------------------------------------- cells

    def rect(self, position: int) -> Rect:
        """The cell of a photo."""
        section = self.section_of(position)
        row, column = divmod(position - self._first[section], self.columns)
        y = self._top[section] + self._headings[section] + row * self.pitch
        return Rect(self._x(column), y, self.edge)

    def position_at(self, x: int, y: int) -> int | None:
        """The photo under a point; None between cells, on a heading, and outside."""
        if not 0 <= y < self.height:
            return None
        section = self.section_at(y)
        row, below = divmod(y - self._top[section] - self._headings[section], self.pitch)
        column, beside = divmod(self._unmirrored(x) - self.left, self.pitch)
        if row < 0 or below >= self.edge or not 0 <= column < self.columns or beside >= self.edge:
            return None
        position = self._first[section] + row * self.columns + column
        return position if position < self._first[section + 1] else None

    def rows(self, top: int, bottom: int) -> Iterator[Row]:
        """The rows that lie, in part at least, between two heights (`bottom` not included)."""
        if not self.count:
            return
        for section in range(self.section_at(top), self.sections):
            if self._top[section] >= bottom:
                return
            start, stop = self._first[section], self._first[section + 1]
            cells = self._top[section] + self._headings[section]
            rows = -(-(stop - start) // self.columns)
            for row in range(max(0, (top - cells) // self.pitch), rows):
                y = cells + row * self.pitch
                if y >= bottom:
                    return
                if y + self.edge > top:
                    first = start + row * self.columns
                    yield Row(section, first, min(self.columns, stop - first), y)

    def positions(self, top: int, bottom: int) -> range:
        """The photos of those rows."""
        first = last = None
        for row in self.rows(top, bottom):
            first, last = first or row, row
        return range(0) if not first or not last else range(first.first, last.first + last.count)

    def column_x(self, column: int) -> int:
        """The left edge of a column's cells."""
        return self._x(column)

    def between(self, x0: int, y0: int, x1: int, y1: int) -> list[tuple[int, int]]:
        """The photos whose cells a rubber band touches, as ranges of positions, ascending."""
        left, right = sorted((self._unmirrored(x0), self._unmirrored(x1)))
        top, bottom = sorted((y0, y1))
        # A band that ends in the gap behind a column does not touch the next one.
        start = max(0, -(-(left - self.left - self.edge + 1) // self.pitch))
        stop = min(self.columns, (right - self.left) // self.pitch + 1)
        ranges: list[tuple[int, int]] = []
        for row in self.rows(top, bottom + 1):
            first, last = row.first + start, row.first + min(stop, row.count)
            if first >= last:
                continue
            if ranges and ranges[-1][1] == first:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
        return ranges

    # ------------------------------------------------------------------------------- movement

    def above(self, position: int, rows: int = 1) -> int:
        """The photo `rows` rows higher in the same column, across headings; at the top itself."""
        return self._vertically(position, -rows)

    def below(self, position: int, rows: int = 1) -> int:
        """The photo `rows` rows lower; in a shorter row its last one; at the bottom itself."""
        return self._vertically(position, rows)

    def _vertically(self, position: int, rows: int) -> int:
        section = self.section_of(position)
        row, column = divmod(position - self._first[section], self.columns)
        row += rows
        while row < 0:
            above = next((s for s in range(section - 1, -1, -1) if self._size(s)), None)
            if above is None:
                return min(column, self._size(section) - 1) + self._first[section]
            section = above
            row += self._rows(section)
        while row >= self._rows(section):
            below = next((s for s in range(section + 1, self.sections) if self._size(s)), None)
            if below is None:
                row = self._rows(section) - 1
                break
            row -= self._rows(section)
            section = below
        return self._first[section] + min(row * self.columns + column, self._size(section) - 1)

    def _cells_height(self, count: int) -> int:
        return -(-count // self.columns) * self.pitch - GAP_PX

    def _size(self, section: int) -> int:
        return self._first[section + 1] - self._first[section]

    def _rows(self, section: int) -> int:
        return -(-self._size(section) // self.columns)

    def _x(self, column: int) -> int:
        x = self.left + column * self.pitch
        return self.width - x - self.edge if self.mirrored else x

    def _unmirrored(self, x: int) -> int:
        return self.width - 1 - x if self.mirrored else x
