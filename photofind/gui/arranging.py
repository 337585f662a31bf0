"""Which photos the grid shows, and how one order takes the place of another.

When the library changes, nothing seems to move: the new order is read together with the rows around
the photo at the top of the view and the places of what is selected, and all is put in place in one
step. One order is being read at a time; what happens meanwhile is read after it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from photofind.gui import results
from photofind.gui.canvas import Anchor
from photofind.gui.orders import HitOrder, LibraryOrder, Order
from photofind.gui.sequence import Arrangement

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader
    from photofind.catalog.records import View
    from photofind.gui.grid import PhotoGrid

LEAST_SPAN = 100  # rows read with an order, on each side of what will be in view
FOUND_PHOTOS = 400  # ends of selected ranges that are looked up when the library has changed
MOST_RETRIES = 3  # of a new order, while the selection changes under it


class Arranging:
    """The orders of one grid. On the GUI thread."""

    def __init__(self, grid: "PhotoGrid") -> None:
        self._grid = grid
        self._sequence = grid.sequence()
        self._view: View | None = None  # None while hits are shown
        self._tops: dict[View, Anchor] = {}  # photo id and its height, where a view was left
        self._reading = False
        self._again = False  # the library changed while an order was read
        self.title: str | None = None  # of the hits shown
        self.weaker_title = ""
        self.by = results.RELEVANCE

    # ------------------------------------------------------------------------------ what is wanted

    def show_view(self, view: "View") -> None:
        """Show the library or a part of it, where it was left."""
        if view == self._view and not self._reading:
            self.renew()
            return
        self._remember()
        top = self._tops.get(view)

        def arrived(arrangement: Arrangement) -> None:
            self._view, self.title = view, None
            place = None if top is None else arrangement.places.get(top[0])
            anchor = None if top is None or place is None else (place, top[1])
            self._show_afresh(arrangement, anchor)

        self._read(
            lambda reader: LibraryOrder(view).renewed(reader),
            arrived,
            around=None if top is None else top[0],
            empty=LibraryOrder(view),
        )

    def show_hits(
        self,
        photo_ids: Sequence[int],
        matches: int,
        title: str,
        weaker_title: str,
        *,
        renewed: bool,
    ) -> None:
        """Show hits; `renewed`: they are a newer answer to the query whose hits are shown."""
        self._remember()
        order, former = HitOrder.of(photo_ids, matches), self._sequence.order
        if renewed and isinstance(former, HitOrder) and former.expanded:
            order = order.with_all()

        def arrived(arrangement: Arrangement) -> None:
            self._view, self.title, self.weaker_title = None, title, weaker_title
            if renewed:
                self._show_renewed(arrangement)
            else:
                self._show_afresh(arrangement, None)

        self._read(partial(_sorted, order, self.by), arrived)

    def sort(self, by: str) -> None:
        """Show hits by relevance or by date, from the top."""
        self.by = by
        order = self._sequence.order
        if self._reading:
            self._again = True
        elif isinstance(order, HitOrder):
            self._read(partial(_sorted, order, by), self._show_sorted)

    def toggle_weaker(self) -> None:
        """Show all the weaker hits, or none."""
        order = self._sequence.order
        if isinstance(order, HitOrder):
            turned = order.with_all() if order.more else order.with_matches()
            self._read(partial(_sorted, turned, self.by), self._show_renewed)

    def renew(self) -> None:
        """The library has changed."""
        if self._reading:
            self._again = True
        else:
            self._renew(MOST_RETRIES)

    # ------------------------------------------------------------------------------------- reading

    def _read(
        self,
        make: "Callable[[CatalogReader], Order]",
        then: Callable[[Arrangement], None],
        *,
        seek: Sequence[int] = (),
        around: int | None = None,
        empty: Order | None = None,
    ) -> None:
        """Ask for an order, with the rows of two views or so around a photo.

        `then` shows it. An order that was asked for before and has not come yet never will; since
        that may have been the library's renewal, this one is renewed once more. `empty` is shown
        while there is nothing to read.
        """
        in_view = sum(1 for _ in self._grid.cells(self._grid.viewport().rect()))
        self._again = self._again or self._reading
        self._reading = True

        def arrived(arrangement: Arrangement) -> None:
            self._reading = False
            then(arrangement)
            if self._again and not self._reading:
                self._again = False
                self._renew(MOST_RETRIES)

        def absent() -> None:
            self._reading = self._again = False
            if empty is not None:
                then(Arrangement(empty, {}, {}))

        self._sequence.arrange(
            make,
            arrived,
            seek=seek if around is None else [*seek, around],
            around=around,
            span=max(2 * in_view, LEAST_SPAN),
            otherwise=absent,
        )

    def _renew(self, retries: int) -> None:
        """Read the order anew, and find in it what is selected and what is looked at."""
        order, anchor = self._sequence.order, self._grid.anchor()
        if isinstance(order, HitOrder):
            by = self.by
            self._read(
                lambda reader: _sorted(order.renewed(reader), by, reader), self._show_renewed
            )
            return
        wanted = [*self._ends(), *([anchor[0]] if anchor else [])]
        rows = {position: self._sequence.known(position) for position in wanted}
        ids = {position: row.id for position, row in rows.items() if row is not None}

        def arrived(arrangement: Arrangement) -> None:
            if retries and not rows.keys() >= set(self._ends()):  # more was selected meanwhile
                self._renew(retries - 1)
                return
            places = {
                position: arrangement.places[photo_id]
                for position, photo_id in ids.items()
                if photo_id in arrangement.places
            }
            self._replace(arrangement, ids, places, None if anchor is None else anchor[0])

        self._read(
            order.renewed,
            arrived,
            seek=list(ids.values()),
            around=None if anchor is None else ids.get(anchor[0]),
        )

    def _ends(self) -> list[int]:
        return self._grid.selection.endpoints()[:FOUND_PHOTOS]

    # ------------------------------------------------------------------------------------- showing

    def _replace(
        self,
        arrangement: Arrangement,
        looked_up: dict[int, int],
        places: dict[int, int],
        anchored: int | None,
    ) -> None:
        """Show the library's new order, in which position `p` became `places[p]`, so that nothing
        seems to move; `anchored` is the position that holds the rest in place."""
        grid, selection, former = self._grid, self._grid.selection, self._sequence.order
        everything = bool(grid.count()) and selection.covers(0, grid.count())
        place = None if anchored is None else places.get(anchored)
        anchor: Anchor | None = None
        if anchored is not None and grid.anchor() is not None:
            if place is not None:
                anchor = (place, grid.cell(anchored).y)
            else:
                anchor = self._same_month(arrangement.order)
        if isinstance(former, LibraryOrder) and isinstance(arrangement.order, LibraryOrder):
            for position in selection.endpoints():
                # What could not be looked up is where it was in its month.
                same = former.same_place(position, arrangement.order)
                if position not in looked_up and same is not None:
                    places[position] = same
        selected = len(selection)
        self._sequence.install(arrangement)
        selection.moved(places)
        if everything:
            selection.replace([(0, grid.count())])
        grid.dress(anchor)
        grid.say_counts(selected)

    def _same_month(self, order: Order) -> Anchor:
        """Where the month at the top of the view begins in a new order."""
        geometry = self._grid.geometry_of_cells
        section = geometry.section_at(self._grid.offset)
        month = self._sequence.order.months[section]
        newer = zip(order.months, order.counts, strict=True)
        place = sum(count for other, count in newer if other > month)
        return place, self._grid.cell(geometry.first_of(section)).y

    def _show_afresh(self, arrangement: Arrangement, anchor: Anchor | None) -> None:
        """Show something else, with nothing selected."""
        selected = len(self._grid.selection)
        self._sequence.install(arrangement)
        self._grid.selection.forget()
        self._grid.dress(anchor)
        self._grid.say_counts(selected)

    def _show_renewed(self, arrangement: Arrangement) -> None:
        """Show the same hits, or most of them: what is looked at and selected stays."""
        anchor = self._grid.anchor()
        places = self._carry(arrangement)
        if anchor is not None:
            anchor = (places[anchor[0]], anchor[1]) if anchor[0] in places else None
        self._grid.dress(anchor)

    def _show_sorted(self, arrangement: Arrangement) -> None:
        """Show the same hits in another order, from the top."""
        self._carry(arrangement)
        self._grid.dress(None)

    def _carry(self, arrangement: Arrangement) -> dict[int, int]:
        """Take over an order of hits together with what is selected; the new positions by old."""
        former, order = self._sequence.order, arrangement.order
        places: dict[int, int] = {}
        if isinstance(former, HitOrder) and isinstance(order, HitOrder):
            places = {
                position: order.places[photo_id]
                for photo_id, position in former.places.items()
                if photo_id in order.places
            }
        selected = len(self._grid.selection)
        self._sequence.install(arrangement)
        self._grid.selection.permuted(places)
        self._grid.say_counts(selected)
        return places

    def _remember(self) -> None:
        """Keep where the view is left."""
        if self._view is None:
            return
        anchor = self._grid.anchor()
        row = None if anchor is None else self._sequence.known(anchor[0])
        if anchor is None or row is None:
            self._tops.pop(self._view, None)
        else:
            self._tops[self._view] = (row.id, anchor[1])


def _sorted(order: HitOrder, by: str, reader: "CatalogReader") -> HitOrder:
    """Runs on the reading thread."""
    return order.sorted_by_date(reader) if by == results.DATE else order.sorted_by_relevance()
