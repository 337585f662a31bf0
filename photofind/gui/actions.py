"""Everything that can be done, each once: its words, its keys, and the menus it stands in.

Enter, Space and S act in the grid and the viewer only (elsewhere they are typed), so that those
actions show their key but do not take it.
"""

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

Standard = QKeySequence.StandardKey
ON_MAC = sys.platform == "darwin"


class Actions(QObject):
    """The actions of one window; the window connects them."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        # library
        self.add_folder = self._new(self.tr("Add a &folder…"), "Ctrl+O")
        self.rescan = self._new(self.tr("&Look at the folders again"), "Ctrl+R", "F5")
        self.library = self._new(self.tr("&What is in the library…"))
        self.set_aside = self._new(self.tr("Files set a&side…"))
        self.models = self._new(self.tr("&Models…"))
        self.models.setMenuRole(QAction.MenuRole.NoRole)
        self.preferences = self._new(self.tr("&Preferences…"), "Ctrl+,")
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit = self._new(self.tr("&Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        # edit
        self.copy = self._new(self.tr("&Copy"), Standard.Copy)
        self.copy_path = self._new(self.tr("Copy &path"), "Ctrl+Shift+C")
        self.paste = self._new(self.tr("Pas&te"), Standard.Paste)
        self.select_all = self._new(self.tr("Select &all"), Standard.SelectAll)
        self.search = self._new(self.tr("&Search"), Standard.Find)
        # photo
        self.open = self._new(self.tr("&Open large"), hint=self.tr("Enter"))
        self.similar = self._new(self.tr("Find &similar"), hint="S")
        self.open_outside = self._new(
            self.tr("Open in the system's &viewer"), "Ctrl+Return", "Ctrl+Enter"
        )
        self.show_in_folder = self._new(self.tr("Show in its &folder"), "Ctrl+L")
        # view
        self.larger = self._new(self.tr("&Larger photos"), Standard.ZoomIn, "Ctrl+=")
        self.smaller = self._new(self.tr("&Smaller photos"), Standard.ZoomOut)
        self.whole = self._new(self.tr("Show the &whole photo"))
        self.whole.setCheckable(True)
        self.sidebar = self._new(self.tr("Side&bar"), "F9")
        self.sidebar.setCheckable(True)
        self.full_screen = self._new(self.tr("&Full screen"), "F11", Standard.FullScreen)
        self.full_screen.setCheckable(True)
        self.menu = self._new(self.tr("Menu"), "F10")
        # help
        self.keys = self._new(self.tr("&Keys"), "F1")
        self.about = self._new(self.tr("&About PhotoFind"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    @property
    def of_photos(self) -> tuple[QAction, ...]:
        """Those that need a photo."""
        return (
            self.open,
            self.similar,
            self.open_outside,
            self.show_in_folder,
            self.copy,
            self.copy_path,
        )

    def enable(self, *, photos: int, chosen: bool, large: bool) -> None:
        """Offer what can be done: `photos` are in the grid, one of them at least is `chosen`, or
        one is shown `large`."""
        for action in self.of_photos:
            action.setEnabled(chosen or large)
        self.open.setEnabled(chosen and not large)
        self.select_all.setEnabled(photos > 0 and not large)

    def photo_menu(self, parent: QWidget, *, large: bool = False) -> QMenu:
        """The menu of a photo in the grid, or of the one that is shown large."""
        menu = QMenu(parent)
        menu.addActions([self.similar] if large else [self.open, self.similar])
        menu.addSeparator()
        menu.addActions([self.open_outside, self.show_in_folder])
        menu.addSeparator()
        menu.addActions([self.copy, self.copy_path])
        if not large:
            menu.addSeparator()
            menu.addAction(self.select_all)
        return menu

    def main_menu(self, parent: QWidget) -> QMenu:
        """All of it, behind the menu button."""
        menu = QMenu(parent)
        menu.addActions([self.add_folder, self.rescan])
        menu.addSeparator()
        for part in self._menus(menu)[1:]:
            menu.addMenu(part)
        menu.addSeparator()
        menu.addActions([self.library, self.set_aside, self.models, self.preferences])
        menu.addSeparator()
        menu.addActions([self.keys, self.about, self.quit])
        return menu

    def menu_bar(self, bar: QMenuBar) -> None:
        """Fill the menu bar of the system (macOS)."""
        for menu in self._menus(bar):
            bar.addMenu(menu)
        help_menu = bar.addMenu(self.tr("&Help"))
        help_menu.addActions([self.keys, self.about])

    def _menus(self, parent: QWidget) -> list[QMenu]:
        library = QMenu(self.tr("&Library"), parent)
        library.addActions([self.add_folder, self.rescan, self.library, self.set_aside])
        library.addSeparator()
        library.addActions([self.models, self.preferences, self.quit])
        edit = QMenu(self.tr("&Edit"), parent)
        edit.addActions([self.copy, self.copy_path, self.paste, self.select_all, self.search])
        photo = QMenu(self.tr("&Photo"), parent)
        photo.addActions([self.open, self.similar, self.open_outside, self.show_in_folder])
        view = QMenu(self.tr("&View"), parent)
        view.addActions([self.larger, self.smaller, self.whole])
        view.addSeparator()
        view.addActions([self.sidebar, self.full_screen])
        return [library, edit, photo, view]

    def _new(self, text: str, *keys: str | Standard, hint: str = "") -> QAction:
        action = QAction(f"{text}\t{hint}" if hint and not ON_MAC else text, self._window)
        sequences: list[QKeySequence] = []
        for key in keys:
            found = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
            sequences += [sequence for sequence in found if sequence not in sequences]
        action.setShortcuts(sequences)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._window.addAction(action)
        return action


def connect(action: QAction, do: Callable[[], object]) -> None:
    """Do this when the action is chosen, whether or not it is checkable."""
    action.triggered.connect(lambda _checked=False: do())
