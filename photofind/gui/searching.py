"""A search from the field to the grid: what is asked, and how its answer is shown."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from photofind.catalog.records import FolderRow, PhotoRow, View
from photofind.errors import PhotoFindError
from photofind.gui import words
from photofind.gui.background import Background
from photofind.gui.bridge import Bridge
from photofind.gui.chip import Chip
from photofind.gui.errorwords import error_sentence
from photofind.gui.messagebar import Message, Weight
from photofind.gui.query import Query
from photofind.gui.reads import LibraryReads
from photofind.gui.searchfield import SearchField, small_picture
from photofind.paths import LibraryPaths, shown_path
from photofind.protocol import SearchDone

if TYPE_CHECKING:
    from photofind.gui.grid import PhotoGrid

_log = logging.getLogger(__name__)

AGAIN_MS = 3000  # between two askings of the same while photos come in
WAITING_MS = 400  # an answer that takes longer is waited for visibly
CHIP_EDGE = 96  # pixels of a chip's small picture: enough at 300 %


class Searching(QObject):
    """Between the search field, the worker and the grid. Everything on the GUI thread."""

    changed = Signal()  # hits are shown, or no longer
    said = Signal(object)  # Message
    models_wanted = Signal()  # a look at the models
    waiting = Signal(bool)  # an answer is late, or came

    def __init__(
        self,
        paths: LibraryPaths,
        reads: LibraryReads,
        bridge: Bridge,
        field: SearchField,
        grid: "PhotoGrid",
        background: Background,
        parent: QObject,
        *,
        first_time: Callable[[str], bool],
    ) -> None:
        """`first_time` tells of a note whether it was never shown before."""
        super().__init__(parent)
        self._paths = paths
        self._reads = reads
        self._bridge = bridge
        self._field = field
        self._grid = grid
        self._background = background
        self._first_time = first_time
        self._shown: Query | None = None
        self._view = View()
        self._folder: FolderRow | None = None
        self.is_waiting = False
        field.query_changed.connect(self._query_changed)
        field.entered.connect(self._entered)
        bridge.search_asked.connect(self._asked)
        bridge.found.connect(self._found)
        bridge.search_failed.connect(self._failed)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(bridge.search_again)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(WAITING_MS)
        self._late.timeout.connect(partial(self._set_waiting, True))

    @property
    def shows_hits(self) -> bool:
        """Whether the grid shows hits."""
        return self._shown is not None

    @property
    def view(self) -> View:
        """The part of the library that is shown without a query, and searched with one."""
        return self._view

    def show_view(self, view: View, folder: FolderRow | None) -> None:
        """Look at a part of the library, without a query; `folder` is that of the view."""
        self._view, self._folder = view, folder
        self._field.set_place(words.folder_name(folder.path) if folder is not None else "")
        if self._field.query is not None:
            self._field.clear()  # comes back here by its signal
        else:
            self._leave()

    def find_similar(self, photo_id: int) -> None:
        """Look for what is like a photo of the library."""
        query = Query(photo_id=photo_id, folder_id=self._view.folder_id)
        self._field.show_chip(Chip(query, self.tr("Like this photo")))
        self._bridge.search(query)
        self._reads.request(
            lambda reader: reader.photos([photo_id]), partial(self._name_chip, query), key="chip"
        )

    def library_changed(self, *, at_rest: bool = False) -> None:
        """New photos may be among the hits: ask again, now and then while many come."""
        if self._shown is None:
            return
        if at_rest:
            self._again.stop()
            self._bridge.search_again()
        elif not self._again.isActive():
            self._again.start()

    # ------------------------------------------------------------------------------- asking

    def _query_changed(self, query: Query | None) -> None:
        if query is None:
            self._leave()
            return
        self._bridge.search(replace(query, folder_id=self._view.folder_id))
        if query.is_picture:
            self._background.run(
                partial(_picture_or_none, query), partial(self._show_chip_image, query)
            )

    def _entered(self) -> None:
        query = self._field.query
        if query is not None:
            self._bridge.search(replace(query, folder_id=self._view.folder_id), at_once=True)

    def _asked(self, _query: Query) -> None:
        if not self._late.isActive():
            self._late.start()

    def _leave(self) -> None:
        self._bridge.clear_search()
        self._again.stop()
        self._set_waiting(False)
        self._shown = None
        self._grid.show_view(self._view)
        self.changed.emit()

    # ------------------------------------------------------------------------------ answers

    def _found(self, query: Query, done: SearchDone) -> None:
        self._set_waiting(False)
        renewed, self._shown = query == self._shown, query
        # A photo is always most like itself.
        others = [photo_id for photo_id in done.photo_ids if photo_id != query.photo_id]
        matches = max(0, done.matches - (len(done.photo_ids) - len(others)))
        self._grid.show_hits(
            others,
            matches=matches,
            title=self._title(query, matches),
            weaker_title=words.weaker_title() if matches else words.nearest_title(),
            renewed=renewed,
        )
        self.changed.emit()
        self._note(done)

    def _title(self, query: Query, matches: int) -> str:
        place = words.folder_name(self._folder.path) if self._folder is not None else ""
        if query.text is not None:
            return words.results_title(query.text, matches, place)
        return words.similar_title(matches, place)

    def _note(self, done: SearchDone) -> None:
        """What should be known about the model, once."""
        if done.foreign and self._first_time(f"foreign/{done.model}"):
            text = self.tr(
                "The model in use understands English only; other languages find little with it."
            )
        elif self._bridge.encoder.basic and done.searched and self._first_time("basic"):
            text = self.tr(
                "This is the small model that comes with PhotoFind. It knows everyday things; "
                "what it does not know it may miss."
            )
        else:
            return
        button, action = self.tr("Models…"), self.models_wanted.emit
        self.said.emit(Message("model-note", text, button=button, action=action))

    def _failed(self, _query: Query, error: PhotoFindError) -> None:
        self._set_waiting(False)
        self.said.emit(Message("search", error_sentence(error), Weight.ERROR))

    def _set_waiting(self, waiting: bool) -> None:
        self._late.stop()
        if waiting != self.is_waiting:
            self.is_waiting = waiting and self._bridge.searching
            self.waiting.emit(self.is_waiting)

    # --------------------------------------------------------------------------------- chip

    def _name_chip(self, query: Query, photos: list[PhotoRow]) -> None:
        if photos and self._field.query == query:
            name = shown_path(os.path.basename(photos[0].path))
            self._field.show_chip(Chip(query, self.tr("Like {name}").format(name=name)))
            if (content := photos[0].content_hash) is not None:
                self._background.run(
                    partial(_thumbnail_or_none, self._paths, content),
                    partial(self._show_chip_image, query),
                )

    def _show_chip_image(self, query: Query, image: QImage | None) -> None:
        if image is not None:
            self._field.set_chip_image(query, image)


def _picture_or_none(query: Query) -> QImage | None:
    """Off the GUI thread. What cannot be read is told by the search, which fails for it."""
    try:
        return small_picture(query, CHIP_EDGE)
    except (PhotoFindError, OSError) as error:
        _log.info("no small picture of the query: %s", error)
        return None


def _thumbnail_or_none(paths: LibraryPaths, content: bytes) -> QImage | None:
    """Off the GUI thread."""
    from photofind.gui.pixels import whole_image
    from photofind.thumbnails import ThumbnailReader

    reader = ThumbnailReader(paths.thumbnails)
    try:
        found = reader.get([content])
    finally:
        reader.close()
    return whole_image(found[content]) if content in found else None
