"""The photos shown, in their order: the catalog's rows by position, read in pages when wanted.

A million photos are never here, only the few thousand around what was looked at last. Grid and
viewer share one sequence. Everything here is called on the GUI thread.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from photofind.gui.orders import HitOrder, Order
from photofind.gui.reads import LibraryReads
from photofind.gui.selection import Range

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader, PhotoRow

T = TypeVar("T")

PAGE_ROWS = 128
KEPT_ROWS = 8192
READ_ROWS = 2000  # at a time, when a whole selection is read

Page = tuple[int, int]  # section, number of the page in it


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """A new order, made on the reading thread, with the rows that will be seen first."""

    order: Order
    places: dict[int, int]  # position by photo id, of those asked for that are still there
    pages: "dict[Page, list[PhotoRow | None]]"


class PhotoSequence(QObject):
    """Rows of photos by position."""

    loaded = Signal()  # rows that were wanted are here
    rearranged = Signal()  # another order: positions mean other photos

    def __init__(self, reads: LibraryReads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._order: Order = HitOrder((), 0, 0)
        self._first: list[int] = [0, 0, 0]
        self._pages: OrderedDict[Page, list[PhotoRow | None]] = OrderedDict()
        self._stale: set[Page] = set()  # shown until they are read again
        self._wanted: dict[QObject, list[Range]] = {}
        self._held: dict[int, PhotoRow | None] = {}
        self._reading = False

    @property
    def order(self) -> Order:
        """What is shown."""
        return self._order

    @property
    def count(self) -> int:
        """How many photos."""
        return self._first[-1]

    def row(self, position: int) -> "PhotoRow | None":
        """A photo; None when it is not read yet, or has gone."""
        page, offset = self._page_of(position)
        rows = self._pages.get(page)
        return rows[offset] if rows is not None and offset < len(rows) else None

    def rows(self, start: int, stop: int) -> "list[PhotoRow | None]":
        """The photos of a range of positions, each as `row` gives it."""
        found: list[PhotoRow | None] = []
        for section, offset, limit in _parts(self._first, [(start, min(stop, self.count))], stop):
            end = offset + limit
            while offset < end:
                number, within = divmod(offset, PAGE_ROWS)
                limit = min(end - offset, PAGE_ROWS - within)
                here = self._pages.get((section, number), ())[within : within + limit]
                found += here
                found += [None] * (limit - len(here))
                offset += limit
        return found

    def known(self, position: int) -> "PhotoRow | None":
        """A photo that is either read or held."""
        return self.row(position) or self._held.get(position)

    def want(self, ranges: Iterable[Range], asker: QObject) -> None:
        """Read these positions if they are not here, in place of what `asker` wanted before."""
        self._wanted[asker] = list(ranges)
        self._read()

    def hold(self, positions: Sequence[int]) -> None:
        """Keep these few photos, however far away, until others are held instead."""
        self._held = {position: self.known(position) for position in positions}
        self._read()

    def find(self, photo_id: int, then: Callable[[int | None], None]) -> None:
        """Ask where a photo stands; answered at once for one that is here. `then` is not called
        when the order has changed meanwhile."""
        for (section, number), rows in self._pages.items():
            for offset, row in enumerate(rows):
                if row is not None and row.id == photo_id:
                    then(self._first[section] + number * PAGE_ROWS + offset)
                    return
        order = self._order
        self._reads.request(
            lambda reader: order.position(reader, photo_id),
            lambda position: then(position) if order is self._order else None,
        )

    def read_all(
        self,
        ranges: Sequence[Range],
        of: "Callable[[PhotoRow], T]",
        then: Callable[[list[T]], None],
        *,
        most: int | None = None,
    ) -> None:
        """Call `then` with `of` of each photo in some ranges, in order, the first `most` of them.
        `of` runs on the reading thread."""
        order, first = self._order, self._first

        def read(reader: "CatalogReader") -> list[T]:
            found: list[T] = []
            for section, offset, limit in _parts(first, ranges, READ_ROWS):
                rows = order.rows(reader, section, offset, limit)
                found.extend(of(row) for row in rows if row is not None)
                if most is not None and len(found) >= most:
                    return found[:most]
            return found

        self._reads.request(read, then)

    # ------------------------------------------------------------------------------- new orders

    def arrange(
        self,
        make: "Callable[[CatalogReader], Order]",
        then: Callable[[Arrangement], None],
        *,
        seek: Sequence[int] = (),
        around: int | None = None,
        span: int = 0,
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        """Make another order, find the photos of `seek` in it, and read the rows within `span` of
        the photo `around` (of its start when that is gone), all in one go. `then` gets the
        arrangement, and should `install` it; a newer call makes an older one pointless."""

        def read(reader: "CatalogReader") -> Arrangement:
            order = make(reader)
            places = {photo_id: order.position(reader, photo_id) for photo_id in seek}
            there = {photo_id: place for photo_id, place in places.items() if place is not None}
            centre = there.get(around, 0) if around is not None else 0
            first = [0, *accumulate(order.counts)]
            near = (max(0, centre - span), min(first[-1], centre + span))
            return Arrangement(order, there, _read_pages(reader, order, _pages(first, [near])))

        self._reads.request(read, then, key=(id(self), "arrange"), otherwise=otherwise)

    def install(self, arrangement: Arrangement) -> None:
        """Show another order from now on."""
        self._order = arrangement.order
        self._first = [0, *accumulate(self._order.counts)]
        self._pages = OrderedDict(arrangement.pages)
        self._stale = set()
        self._wanted = {}
        self._held = {}
        self.rearranged.emit()

    def look_again(self, photo_ids: Sequence[int]) -> None:
        """Photos have changed (none named: many), their order has not: read again what is here."""
        changed = set(photo_ids)
        self._stale.update(
            page
            for page, rows in self._pages.items()
            if not changed or any(row is not None and row.id in changed for row in rows)
        )
        self._read()

    # ------------------------------------------------------------------------------------- parts

    def _page_of(self, position: int) -> tuple[Page, int]:
        section = bisect_right(self._first, position) - 1
        number, offset = divmod(position - self._first[section], PAGE_ROWS)
        return (section, number), offset

    def _read(self) -> None:
        """Read what is wanted and not here; one request is under way at a time, so that fast
        scrolling asks for where it is, not for where it was."""
        if self._reading:
            return
        held = [(p, p + 1) for p, row in self._held.items() if row is None and p < self.count]
        pages = _pages(self._first, [*self._ranges(), *held])
        missing = [page for page in pages if page not in self._pages or page in self._stale]
        if not missing:
            return
        order = self._order
        self._reading = True
        self._reads.request(
            lambda reader: _read_pages(reader, order, missing),
            lambda rows: self._take(order, rows),
            otherwise=self._give_up,
        )

    def _take(self, order: Order, pages: "dict[Page, list[PhotoRow | None]]") -> None:
        self._reading = False
        if order is self._order:
            self._pages.update(pages)
            self._stale.difference_update(pages)
            for position in self._held:
                self._held[position] = self.known(position)
            for page in _pages(self._first, self._ranges()):
                if page in self._pages:
                    self._pages.move_to_end(page)
            self._drop()
            self.loaded.emit()
        self._read()

    def _ranges(self) -> list[Range]:
        return [each for ranges in self._wanted.values() for each in ranges]

    def _give_up(self) -> None:
        self._reading = False

    def _drop(self) -> None:
        kept = sum(len(rows) for rows in self._pages.values())
        while kept > KEPT_ROWS:
            page, rows = self._pages.popitem(last=False)
            self._stale.discard(page)
            kept -= len(rows)


def _parts(
    first: Sequence[int], ranges: Iterable[Range], most: int
) -> Iterable[tuple[int, int, int]]:
    """Ranges of positions cut at sections and into pieces: (section, offset, limit)."""
    for start, stop in ranges:
        while start < stop:
            section = bisect_right(first, start) - 1
            limit = min(stop, first[section + 1], start + most) - start
            yield section, start - first[section], limit
            start += limit


def _pages(first: Sequence[int], ranges: Iterable[Range]) -> list[Page]:
    """The pages that some ranges of positions touch, in their order, each once."""
    pages: dict[Page, None] = {}
    for start, stop in ranges:
        while start < min(stop, first[-1]):
            section = bisect_right(first, start) - 1
            number = (start - first[section]) // PAGE_ROWS
            pages[section, number] = None
            start = min(first[section] + (number + 1) * PAGE_ROWS, first[section + 1])
    return list(pages)


def _read_pages(
    reader: "CatalogReader", order: Order, pages: Iterable[Page]
) -> "dict[Page, list[PhotoRow | None]]":
    return {
        (section, number): order.rows(reader, section, number * PAGE_ROWS, PAGE_ROWS)
        for section, number in pages
    }
