"""The window: puts the parts together and says which one is told what."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from photofind.catalog.records import FolderRow, Ledger, View
from photofind.errors import PhotoFindError
from photofind.gui import folderactions
from photofind.gui.actions import ON_MAC, Actions, connect
from photofind.gui.background import Background
from photofind.gui.bridge import Bridge, Link
from photofind.gui.dialogs import Dialogs
from photofind.gui.drops import local_paths
from photofind.gui.folderactions import FolderActions
from photofind.gui.grid import CELL_SIZES, PhotoGrid
from photofind.gui.header import Header
from photofind.gui.messagebar import MessageBar
from photofind.gui.pane import Pane
from photofind.gui.photoactions import PhotoActions
from photofind.gui.photoviews import PhotoViews
from photofind.gui.preferences import Preferences
from photofind.gui.reads import LibraryReads
from photofind.gui.reports import Reports
from photofind.gui.searching import Searching
from photofind.gui.settings import WindowSettings
from photofind.gui.sidebar import Sidebar
from photofind.gui.thumbcache import Thumbnails
from photofind.gui.viewer import Viewer
from photofind.paths import LibraryPaths
from photofind.protocol import Indexed, LibraryChanged, Progress

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader

LEAST_SIZE = (480, 360)  # logical pixels
SIDEBAR_FROM = 640  # a narrower window has no room for the sidebar
LOOK_MS = 800  # between two looks at the counts while the library changes

LibraryCounts = tuple[list[FolderRow], Ledger]


class Window(QMainWindow):
    """One library's window. `close` ends everything that it started."""

    def __init__(self, paths: LibraryPaths, bridge: Bridge, settings: WindowSettings) -> None:
        super().__init__()
        self._bridge = bridge
        self._settings = settings
        self._folders: list[FolderRow] = []
        self._blind = False  # the catalog could not be read
        self._roomy: bool | None = None  # is there room for the sidebar
        self.setWindowTitle("PhotoFind")
        self.setMinimumSize(*LEAST_SIZE)
        self.setAcceptDrops(True)
        self._build(paths)
        self._connect_parts()
        self._connect_actions()
        self._restore()
        self._focus_field()
        if not paths.catalog.exists():  # a new library invites at once, before SQLite is loaded
            self._no_library()
        self._look()
        self.grid.show_view(View())
        self._background.run(folderactions.samples_are_installed, self.pane.empty.offer_samples)

    # ------------------------------------------------------------------------------ building

    def _build(self, paths: LibraryPaths) -> None:
        self._background = Background(self)
        self.reads = LibraryReads(paths, self)
        self._thumbnails = Thumbnails(paths.thumbnails, self)
        self.actions_ = Actions(self)
        self.header = Header(CELL_SIZES, self)
        self.messages = MessageBar(self)
        self.sidebar = Sidebar(self)
        self.grid = PhotoGrid(self.reads, self._thumbnails, self)
        self.pane = Pane(self.grid, self._bridge, self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self.pane)
        self.splitter.setStretchFactor(1, 1)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.messages)
        layout.addWidget(self.splitter, 1)
        self.setCentralWidget(body)
        self.viewer = Viewer(self.reads, self._thumbnails, self)
        self.views = PhotoViews(self, self.grid, self.viewer, self.reads, self.actions_)
        self.photos = PhotoActions(self.views.read_paths, self._background, self.messages, self)
        self.folders = FolderActions(self, self._bridge, self._background, self.messages)
        self.reports = Reports(self._bridge, self.reads, self.messages, self)
        self.dialogs = Dialogs(self, self._bridge, self.reads, self._settings)
        self.searching = Searching(
            paths,
            self.reads,
            self._bridge,
            self.header.field,
            self.grid,
            self._background,
            self,
            first_time=self._settings.first_time,
        )
        if ON_MAC:
            self.actions_.menu_bar(self.menuBar())
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)

    def _connect_parts(self) -> None:
        bridge, grid, field = self._bridge, self.grid, self.header.field
        bridge.link_changed.connect(self._link_changed)
        bridge.progressed.connect(self._progressed)
        bridge.library_changed.connect(self._library_changed)
        bridge.indexed.connect(self._indexed)
        self.reports.look_again_wanted.connect(self._look_anew)
        self.reads.failed.connect(self._cannot_look)
        self.searching.changed.connect(self._shown_changed)
        self.searching.said.connect(self.messages.show_message)
        self.searching.models_wanted.connect(self.dialogs.show_models)
        self.reports.models_wanted.connect(self.dialogs.show_models)
        self.searching.waiting.connect(self.pane.show_waiting)
        field.query_changed.connect(lambda _query: self.messages.withdraw("search"))
        field.left_downwards.connect(grid.focus_first)
        self.views.similar_wanted.connect(self.searching.find_similar)
        self.views.visible_changed.connect(bridge.prioritise)
        grid.cell_size_changed.connect(self._cell_size_changed)
        grid.order_changed.connect(partial(setattr, self._settings, "order"))
        self.header.size_chosen.connect(partial(setattr, grid, "cell_size"))
        self.header.menu_button.clicked.connect(self._show_menu)
        self.header.sidebar_button.clicked.connect(self.actions_.sidebar.trigger)
        self.splitter.splitterMoved.connect(self._sidebar_moved)
        self.sidebar.view_chosen.connect(self._show_view)
        self.sidebar.add_wanted.connect(self.folders.choose)
        self.sidebar.remove_wanted.connect(self.folders.remove)
        self.sidebar.set_aside_wanted.connect(self.dialogs.show_set_aside)
        self.dialogs.show_wanted.connect(self.photos.show_file)
        self.dialogs.preferred.connect(self._prefer)
        self.sidebar.menu_wanted.connect(self._folder_menu)
        self.pane.empty.add_wanted.connect(self.folders.choose)
        self.pane.empty.samples_wanted.connect(self.folders.add_samples)
        # The button that was pressed goes; its focus belongs to the field, not to the next button.
        self.folders.adding.connect(self._focus_field)
        self.folders.adding.connect(self.pane.refresh)

    def _connect_actions(self) -> None:
        actions, grid = self.actions_, self.grid
        for action, do in (
            (actions.add_folder, self.folders.choose),
            (actions.rescan, self._bridge.index),
            (actions.library, self.dialogs.show_ledger),
            (actions.set_aside, self.dialogs.show_set_aside),
            (actions.models, self.dialogs.show_models),
            (actions.preferences, self._show_preferences),
            (actions.quit, self.close),
            (actions.copy, self.photos.copy),
            (actions.copy_path, self.photos.copy_path),
            (actions.paste, self._paste),
            (actions.select_all, grid.select_all),
            (actions.search, self._focus_search),
            (actions.open, self.views.open_current),
            (actions.similar, self.views.find_similar),
            (actions.open_outside, self.photos.open_outside),
            (actions.show_in_folder, self.photos.show_in_folder),
            (actions.larger, partial(self.views.zoom, 1)),
            (actions.smaller, partial(self.views.zoom, -1)),
            (actions.whole, self._toggle_whole),
            (actions.sidebar, self._toggle_sidebar),
            (actions.full_screen, self._toggle_full_screen),
            (actions.menu, self._show_menu),
            (actions.keys, self.dialogs.show_keys),
            (actions.about, self.dialogs.show_about),
        ):
            connect(action, do)

    def _restore(self) -> None:
        settings = self._settings
        settings.place(self)
        if settings.cell_size is not None:
            self.grid.cell_size = settings.cell_size
        self.grid.fill = not settings.whole_photos
        self.grid.order = settings.order
        self.actions_.whole.setChecked(settings.whole_photos)
        self.header.show_size(self.grid.cell_size)
        self.splitter.setSizes([settings.sidebar_width, 10_000])
        self._place_sidebar()

    # ----------------------------------------------------------------------- from the worker

    def _link_changed(self, _link: Link) -> None:
        self._look_soon()

    def _progressed(self, progress: Progress) -> None:
        if progress.stage == "idle":
            self._look_soon()

    def _library_changed(self, change: LibraryChanged) -> None:
        self.grid.refresh(layout=change.layout, photo_ids=change.photo_ids)
        self._look_soon()
        self.searching.library_changed()

    def _indexed(self, _done: Indexed) -> None:
        self._look_soon()
        self.searching.library_changed(at_rest=True)

    # --------------------------------------------------------------------------- the library

    def _look_soon(self) -> None:
        if not self._looking.isActive():
            self._looking.start()

    def _look(self) -> None:
        def counts(reader: "CatalogReader") -> LibraryCounts:
            return reader.folders(), reader.ledger()

        self.reads.request(counts, self._looked, key="counts", otherwise=self._no_library)

    def _look_anew(self) -> None:
        self.grid.refresh()
        self._look()

    def _no_library(self) -> None:
        self.pane.show_library((), None)

    def _cannot_look(self, _error: PhotoFindError) -> None:
        self._blind = True
        self.pane.show_unknown()

    def _looked(self, counts: LibraryCounts) -> None:
        self._folders, ledger = counts
        self.folders.known = self._folders
        if self._blind:
            self._blind = False
            self.grid.refresh()
        self.reports.could_read()
        self.sidebar.show_library(self._folders, ledger.photos, ledger.set_aside)
        self.pane.show_library(self._folders, ledger)

    def take_folders(self, folders: Sequence[bytes]) -> None:
        """Add folders that another start was given, and come to the front."""
        self.folders.add(*folders)
        self.come_to_front()

    def come_to_front(self) -> None:
        """Be seen."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # ------------------------------------------------------------------------ what is shown

    def _show_view(self, view: View) -> None:
        folder = next((f for f in self._folders if f.id == view.folder_id), None)
        self.searching.show_view(view, folder)

    def _shown_changed(self) -> None:
        self.pane.show_what(self.searching.view, hits=self.searching.shows_hits)

    # -------------------------------------------------------------------------------- menus

    def _folder_menu(self, folder: FolderRow, place: QPoint) -> None:
        menu = self.folders.menu(folder, partial(self.photos.show_file, folder.path))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _show_menu(self) -> None:
        menu = self.actions_.main_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        button = self.header.menu_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))

    # ---------------------------------------------------------------------- size and sidebar

    def _cell_size_changed(self, size: int) -> None:
        self.header.show_size(size)
        self._settings.cell_size = size

    def _show_preferences(self) -> None:
        self.dialogs.show_preferences(
            whole_photos=not self.grid.fill, cell_size=self.grid.cell_size, sizes=CELL_SIZES
        )

    def _prefer(self, chosen: Preferences) -> None:
        self.actions_.whole.setChecked(chosen.whole_photos)
        self._toggle_whole()
        self.grid.cell_size = chosen.cell_size

    def _toggle_whole(self) -> None:
        whole = self.actions_.whole.isChecked()
        self.grid.fill = not whole
        self._settings.whole_photos = whole

    def _toggle_sidebar(self) -> None:
        shown = self.actions_.sidebar.isChecked()
        self.sidebar.setVisible(shown)
        if self._roomy:
            self._settings.sidebar_shown = shown

    def _place_sidebar(self) -> None:
        """A window that becomes narrow loses its sidebar, until it is asked for or grows again."""
        roomy = self.width() >= SIDEBAR_FROM
        if roomy != self._roomy:
            self._roomy = roomy
            shown = roomy and self._settings.sidebar_shown
            self.actions_.sidebar.setChecked(shown)
            self.sidebar.setVisible(shown)

    def _sidebar_moved(self, *_: object) -> None:
        self._settings.sidebar_width = self.sidebar.width()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _focus_field(self) -> None:
        if not self.views.large:  # a folder may be dropped while a photo is shown large
            self.header.field.setFocus()

    def _focus_search(self) -> None:
        self.views.leave()
        self.header.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.field.line.selectAll()

    def _paste(self) -> None:
        """What was copied is looked for, whatever has the keyboard."""
        self.views.leave()
        self.header.field.paste()

    # -------------------------------------------------------------------------------- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no part of the window wanted: typing goes to the search field."""
        text = event.text()
        modifiers = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if self.views.large and text != "/":
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() == Qt.Key.Key_Up:
            self._focus_search()
        elif modifiers or not text.isprintable() or not text.strip():
            super().keyPressEvent(event)
        elif text == "/":
            self._focus_search()
        else:
            self.header.field.type_text(text)

    def _escape(self) -> None:
        if self.header.field.query is not None:
            self.header.field.clear()
        elif self.isFullScreen():
            self._toggle_full_screen()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_.full_screen.setChecked(self.isFullScreen())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_sidebar()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        ours = isinstance(source := event.source(), QWidget) and source.window() is self
        if not ours and local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.pane.set_dropping(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.pane.set_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.pane.set_dropping(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.folders.take(local_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone from the screen at once; then everything that was started is ended."""
        self._settings.remember_place(self)
        self._settings.save()
        super().closeEvent(event)
        self._looking.stop()
        self._bridge.close()
        self._background.close()
        self.viewer.close_threads()
        self._thumbnails.close()
        self.reads.close()
