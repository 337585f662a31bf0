"""The grid and the large view over it: which photo is meant, what keys and menus do with it.

A photo that is shown large is meant before those that are selected below it. The window and its
other parts need not know which of the two is seen.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from photofind.gui.actions import Actions
from photofind.gui.grid import PhotoGrid
from photofind.gui.reads import LibraryReads
from photofind.gui.viewer import Viewer


class PhotoViews(QObject):
    """Opens photos large and comes back from there; offers what can be done with those meant."""

    similar_wanted = Signal(int)
    visible_changed = Signal(tuple)  # ids of photos on screen that were not read yet

    def __init__(
        self,
        window: QWidget,
        grid: PhotoGrid,
        viewer: Viewer,
        reads: LibraryReads,
        actions: Actions,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._grid = grid
        self._viewer = viewer
        self._reads = reads
        self._actions = actions
        self._unread_large: tuple[int, ...] = ()
        self._unread_small: tuple[int, ...] = ()
        grid.visible_changed.connect(self._small_changed)
        viewer.unread_changed.connect(self._large_changed)
        grid.opened.connect(self._open)
        grid.peek_wanted.connect(self._peek)
        grid.similar_wanted.connect(self.similar_wanted)
        viewer.similar_wanted.connect(self.similar_wanted)
        viewer.closed.connect(self._closed)
        for menus in (grid.context_menu_wanted, viewer.menu_wanted):
            menus.connect(self._show_menu)
        for changes in (grid.selection_changed, grid.count_changed):
            changes.connect(self._offer)
        self._offer()

    @property
    def large(self) -> bool:
        """Whether a photo is shown large."""
        return self._viewer.isVisible()

    def leave(self) -> None:
        """Back to the grid, if a photo is shown large."""
        if self.large:
            self._viewer.leave()

    def open_current(self) -> None:
        """Show the photo of the keyboard large."""
        if (photo_id := self._grid.current_id()) is not None:
            self._open(photo_id)

    def find_similar(self) -> None:
        """Ask for photos like the one that is meant."""
        if self.large:
            self._viewer.find_similar()
        elif (photo_id := self._grid.current_id()) is not None:
            self.similar_wanted.emit(photo_id)

    def zoom(self, steps: int) -> None:
        """The large photo, or the cells of the grid; negative steps make them smaller."""
        if self.large:
            self._viewer.picture.zoom(steps)
        else:
            self._grid.zoom(steps)

    def read_paths(self, then: Callable[[list[bytes]], None], most: int) -> None:
        """The files of the photos that are meant, `most` of them at most."""
        photo_id = self._viewer.current_id()
        if photo_id is not None:
            self._reads.request(
                lambda reader: [row.path for row in reader.photos([photo_id])], then
            )
        else:
            self._grid.read_selected(lambda row: row.path, then, most=most)

    def _open(self, photo_id: int, *, peek: bool = False) -> None:
        self._viewer.open(photo_id, self._grid.sequence(), peek=peek)
        self._offer()

    def _peek(self, photo_id: int) -> None:
        self._open(photo_id, peek=True)

    def _closed(self, photo_id: int) -> None:
        self._offer()
        self._grid.scroll_to(photo_id)
        self._grid.setFocus()

    def _small_changed(self, photo_ids: tuple[int, ...]) -> None:
        self._unread_small = photo_ids
        self._tell_visible()

    def _large_changed(self, photo_ids: tuple[int, ...]) -> None:
        self._unread_large = photo_ids
        self._tell_visible()

    def _tell_visible(self) -> None:
        """What is seen large comes before what lies below it."""
        self.visible_changed.emit(tuple(dict.fromkeys((*self._unread_large, *self._unread_small))))

    def _offer(self, *_: object) -> None:
        selection = self._grid.selection
        self._actions.enable(
            photos=self._grid.count(),
            chosen=bool(selection) or selection.current is not None,
            large=self.large,
        )

    def _show_menu(self, place: QPoint) -> None:
        menu = self._actions.photo_menu(self._window, large=self.large)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
