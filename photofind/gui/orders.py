"""Which photos are shown and in which order: the library by date, or the hits of a search.

An order is a value: the sections with their numbers of photos, and how to read a part of one from
the catalog. Orders are made and read on the reading thread, and looked at on the GUI thread.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader, PhotoRow
    from photofind.catalog.records import View

NEAREST_PHOTOS = 12  # shown under their own heading when nothing is above the cut


class Order(Protocol):
    """Photos in sections."""

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of photos in each section."""

    @property
    def months(self) -> tuple[int, ...]:
        """The month (yyyymm) of each section, newest first; empty when sections are no months."""

    def rows(
        self, reader: "CatalogReader", section: int, offset: int, limit: int
    ) -> "list[PhotoRow | None]":
        """A part of one section; None for a photo that has gone since."""

    def position(self, reader: "CatalogReader", photo_id: int) -> int | None:
        """Where a photo stands over all sections."""

    def renewed(self, reader: "CatalogReader") -> "Order":
        """The same order as the catalog has it now."""


@dataclass(frozen=True)
class LibraryOrder:
    """All photos of a view, by month, newest first."""

    view: "View"
    months: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()

    @cached_property
    def _first(self) -> tuple[int, ...]:
        return (0, *accumulate(self.counts))

    def rows(
        self, reader: "CatalogReader", section: int, offset: int, limit: int
    ) -> "list[PhotoRow | None]":
        return list(reader.photos_of_month(self.view, self.months[section], offset, limit))

    def position(self, reader: "CatalogReader", photo_id: int) -> int | None:
        found = reader.position(self.view, photo_id)
        if found is None:
            return None
        month, offset = found
        section = bisect_left(self.months, -month, key=lambda other: -other)
        # The catalog may be newer than this order.
        if section == len(self.months) or self.months[section] != month:
            return None
        return self._first[section] + offset if offset < self.counts[section] else None

    def same_place(self, position: int, other: "LibraryOrder") -> int | None:
        """The position in another order of the same month and place in it, if it has that."""
        section = bisect_right(self._first, position) - 1
        month, offset = self.months[section], position - self._first[section]
        if month not in other.months:
            return None
        there = other.months.index(month)
        return other._first[there] + offset if offset < other.counts[there] else None

    def renewed(self, reader: "CatalogReader") -> "LibraryOrder":
        months = [month for month in reader.months(self.view) if month.count]
        return LibraryOrder(
            self.view, tuple(m.month for m in months), tuple(m.count for m in months)
        )


@dataclass(frozen=True)
class HitOrder:
    """The hits of a search: those above the cut, and as many of the weaker ones as are wanted.

    `photo_ids` is best first, the first `matches` of them above the cut. `by_date` is the same ids
    with each of the two parts newest first; empty while nobody asked for it.
    """

    photo_ids: tuple[int, ...]
    matches: int
    shown: int  # how many of photo_ids are shown, at least `matches`
    by_date: tuple[int, ...] = ()

    @classmethod
    def of(cls, photo_ids: Sequence[int], matches: int) -> "HitOrder":
        """Hits as they are first shown."""
        shown = matches or min(NEAREST_PHOTOS, len(photo_ids))
        return cls(tuple(photo_ids), matches, shown)

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.matches, self.shown - self.matches)

    @property
    def months(self) -> tuple[int, ...]:
        return ()

    @property
    def more(self) -> int:
        """How many weaker hits are not shown."""
        return len(self.photo_ids) - self.shown

    @property
    def expanded(self) -> bool:
        """Whether the weaker hits were asked for."""
        return self.shown > HitOrder.of(self.photo_ids, self.matches).shown

    def with_all(self) -> "HitOrder":
        """With all the weaker hits."""
        return replace(self, shown=len(self.photo_ids), by_date=())

    def with_matches(self) -> "HitOrder":
        """As first shown."""
        return HitOrder.of(self.photo_ids, self.matches)

    def sorted_by_date(self, reader: "CatalogReader") -> "HitOrder":
        """Newest first, above and below the cut."""
        above, below = self.photo_ids[: self.matches], self.photo_ids[self.matches : self.shown]
        return replace(self, by_date=(*reader.newest_first(above), *reader.newest_first(below)))

    def sorted_by_relevance(self) -> "HitOrder":
        """Best first."""
        return replace(self, by_date=())

    def rows(
        self, reader: "CatalogReader", section: int, offset: int, limit: int
    ) -> "list[PhotoRow | None]":
        start = offset + (self.matches if section else 0)
        wanted = self._ids[start : start + min(limit, self.counts[section] - offset)]
        found = {row.id: row for row in reader.photos(wanted)}
        return [found.get(photo_id) for photo_id in wanted]

    def position(self, reader: "CatalogReader", photo_id: int) -> int | None:  # noqa: ARG002
        return self.places.get(photo_id)

    def renewed(self, reader: "CatalogReader") -> "HitOrder":
        """Without the hits that are no longer in the library."""
        there = {row.id for row in reader.photos(self.photo_ids)}
        if len(there) == len(self.photo_ids):
            return self
        matches = sum(photo_id in there for photo_id in self.photo_ids[: self.matches])
        shown = sum(photo_id in there for photo_id in self.photo_ids[: self.shown])
        return HitOrder(
            tuple(photo_id for photo_id in self.photo_ids if photo_id in there),
            matches,
            shown,
            tuple(photo_id for photo_id in self.by_date if photo_id in there),
        )

    @property
    def _ids(self) -> tuple[int, ...]:
        return self.by_date or self.photo_ids

    @cached_property
    def places(self) -> dict[int, int]:
        """The position of each hit that is shown, by photo id."""
        return {photo_id: place for place, photo_id in enumerate(self._ids[: self.shown])}
