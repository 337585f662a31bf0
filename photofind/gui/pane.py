"""The main part of the window: the grid, or why there is nothing in it, and what floats over it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QWidget

from photofind.catalog.records import FolderRow, Ledger, View
from photofind.gui.bridge import Bridge, Link
from photofind.gui.emptypane import Emptiness, EmptyPane
from photofind.gui.floating import DropHint, SelectionCount
from photofind.gui.grid import PhotoGrid
from photofind.gui.statuspill import StatusPill
from photofind.gui.statustext import Remaining, status

WORKING = ("scanning", "loading", "indexing")  # stages in which photos may still appear


class Pane(QStackedWidget):
    """Follows the worker and the grid; the window tells it what the library holds and what is
    looked at."""

    def __init__(self, grid: PhotoGrid, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = grid
        self._bridge = bridge
        self._view = View()
        self._showing_hits = False
        self._waiting = False  # for the answer to a search
        self._known = False  # what the library holds
        self._folders: Sequence[FolderRow] = ()
        self._ledger: Ledger | None = None
        self._remaining = Remaining()
        self.empty = EmptyPane(self)
        self.addWidget(grid)
        self.addWidget(self.empty)
        self.pill = StatusPill(self)
        self.pill.pause_wanted.connect(bridge.pause)
        self.pill.resume_wanted.connect(bridge.resume)
        self.pill.cancel_wanted.connect(bridge.cancel_indexing)
        self.selected = SelectionCount(self, self.pill)
        self.drop_hint = DropHint(self)
        grid.selection_changed.connect(self.selected.show_count)
        self.empty.look_again_wanted.connect(bridge.index)
        grid.count_changed.connect(self.refresh)
        bridge.failed.connect(self.refresh)
        for signal in (bridge.link_changed, bridge.progressed, bridge.encoder_changed):
            signal.connect(self._worker_changed)
        self._refresh_pill()

    @property
    def emptiness(self) -> Emptiness | None:
        """Why there is nothing to see; None while there is."""
        return self.empty.kind if self.currentWidget() is self.empty else None

    def show_library(self, folders: Sequence[FolderRow], ledger: Ledger | None) -> None:
        """What the library holds; without a ledger there is no library yet."""
        self._known = True
        self._folders, self._ledger = folders, ledger
        self.refresh()

    def show_unknown(self) -> None:
        """The library cannot be read: it must not look empty."""
        self._known = False
        self.refresh()

    def show_what(self, view: View, *, hits: bool) -> None:
        """What the grid was told to show."""
        self._view, self._showing_hits = view, hits
        self.refresh()

    def set_dropping(self, dropping: bool) -> None:
        """Whether folders hover over the window."""
        empty = self.emptiness is not None
        self.empty.set_dropping(dropping and empty)
        self.drop_hint.set_hovering(dropping and not empty)

    def show_waiting(self, waiting: bool) -> None:
        """Whether the answer to a search is late."""
        self._waiting = waiting
        self._refresh_pill()

    def refresh(self, *_: object) -> None:
        """Something that the choice between grid and emptiness hangs on has changed."""
        why = None
        # Without any folder the invitation stands, whatever is typed above it.
        if self._known and not (self._showing_hits and self._folders):
            why = emptiness(
                self._view,
                self._folders,
                self._ledger,
                shown=self._grid.count(),
                adding=self._bridge.adding,
                working=self._bridge.link in (Link.STARTING, Link.RESTARTING, Link.REPLACING)
                or self._bridge.progress.stage in WORKING,
            )
        if why is not None:
            self.empty.show_emptiness(why)
        self.setCurrentWidget(self._grid if why is None else self.empty)
        self.selected.raise_()
        self.pill.raise_()

    def _worker_changed(self, _what: object) -> None:
        self._refresh_pill()
        self.refresh()

    def _refresh_pill(self) -> None:
        bridge = self._bridge
        self.pill.show_status(
            status(
                bridge.link,
                bridge.progress,
                bridge.encoder,
                searching=self._waiting,
                remaining=self._remaining,
            )
        )


def emptiness(
    view: View,
    folders: Sequence[FolderRow],
    ledger: Ledger | None,
    *,
    shown: int,
    adding: bool,
    working: bool,
) -> Emptiness | None:
    """Why a view shows nothing; None while it shows something.

    `shown`: photos in the grid. `adding`: a folder is on its way to the worker. `working`: the
    worker is starting or looking for photos.
    """
    if shown:
        return None
    if not folders:
        return Emptiness.BEGINNING if adding else Emptiness.NO_FOLDER
    if working or adding:
        return Emptiness.BEGINNING
    seen = [folder for folder in folders if view.folder_id in (None, folder.id)]
    if not any(folder.online for folder in seen):
        return Emptiness.OFFLINE
    if view.recent and ledger is not None and ledger.photos:
        return Emptiness.NOTHING_RECENT
    return Emptiness.NO_PHOTOS
