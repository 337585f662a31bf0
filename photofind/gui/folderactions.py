"""Folders: adding, dropping, removing, looking at them again."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMenu, QMessageBox, QWidget

from photofind.catalog.records import KEPT_DAYS, FolderRow
from photofind.errors import PhotoFindError
from photofind.gui.background import Background
from photofind.gui.bridge import Bridge
from photofind.gui.icons import without_icons
from photofind.gui.messagebar import Message, MessageBar, Weight
from photofind.gui.words import folder_name
from photofind.paths import absolute, is_within

NAMED_FOLDERS = 3  # in one sentence


@dataclass(frozen=True, slots=True)
class _Dropped:
    """What lay in a drop: folders, and the folders of photos that were dropped one by one."""

    folders: tuple[bytes, ...]
    around: tuple[bytes, ...]


class FolderActions(QObject):
    """Everything that a person does with folders; the worker does the work."""

    adding = Signal()  # folders are on their way to the worker

    def __init__(
        self, window: QWidget, bridge: Bridge, background: Background, messages: MessageBar
    ) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._background = background
        self._messages = messages
        self.known: Sequence[FolderRow] = ()  # folders of the library

    # ------------------------------------------------------------------------------- adding

    def add(self, *folders: bytes) -> None:
        """Add folders, or look again at those that are known."""
        if folders:
            self._bridge.index(*folders)
            self.adding.emit()

    def choose(self) -> None:
        """Ask for a folder with the system's dialog."""
        dialog = QFileDialog(self._window, self.tr("Add a folder of photos"))
        dialog.setDirectory(_pictures_folder())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Add"))
        dialog.fileSelected.connect(lambda folder: self.add(absolute(folder)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, paths: list[bytes]) -> None:
        """Folders are added; for photos it is offered to add the folders that they lie in."""
        self._background.run(partial(_sorted_out, paths), self._take)

    def add_samples(self) -> None:
        """Add the sample photos that other packages carry."""
        from photofind.demo import sample_folders

        self._background.run(sample_folders, lambda folders: self.add(*folders))

    def _take(self, dropped: _Dropped) -> None:
        known = [folder for folder in dropped.around if self._is_known(folder)]
        around = [folder for folder in dropped.around if folder not in known]
        self.add(*dropped.folders, *known)  # photos of a folder that is known: look at it again
        if around:
            names = ", ".join(f"“{folder_name(folder)}”" for folder in around[:NAMED_FOLDERS])
            self._messages.show_message(
                Message(
                    "dropped",
                    self.tr(
                        "PhotoFind keeps whole folders. Add {names}, where these photos are?"
                    ).format(names=names),
                    Weight.QUESTION,
                    self.tr("Add the %n folder(s)", "", len(around)),
                    lambda: self.add(*around),
                )
            )
        elif not dropped.folders and not known:
            self._messages.show_message(
                Message("dropped", self.tr("There are no photos or folders in what was dropped."))
            )

    def _is_known(self, folder: bytes) -> bool:
        return any(is_within(folder, known.path) for known in self.known)

    # ----------------------------------------------------------------------------- the rest

    def menu(self, folder: FolderRow, show: Callable[[], None]) -> QMenu:
        """The menu of a folder in the sidebar; `show` shows it in the file manager."""
        menu = QMenu(self._window)
        again = menu.addAction(self.tr("Look at it again"))
        again.triggered.connect(lambda: self.add(folder.path))
        showing = menu.addAction(self.tr("Show in the file manager"))
        showing.triggered.connect(lambda: show())
        menu.addSeparator()
        remove = menu.addAction(self.tr("Remove from PhotoFind…"))
        remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))  # to be read; the sidebar takes it
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(lambda: self.remove(folder))
        return menu

    def remove(self, folder: FolderRow) -> None:
        """Ask, then take the folder out; it can be brought back from the bar."""
        name = folder_name(folder.path)
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)  # whatever a folder is called
        box.setWindowTitle(self.tr("Remove a folder"))
        box.setText(self.tr("Remove “{name}” from PhotoFind?").format(name=name))
        gone = self.tr(
            "Its %Ln photo(s) can no longer be found here. The files stay where they are.",
            "",
            folder.photos,
        )
        kept = self.tr(
            "Their small pictures, and whatever else PhotoFind knows of them, are kept for "
            "%n day(s), so that the folder can be brought back without being read again.",
            "",
            KEPT_DAYS,
        )
        box.setInformativeText(f"{gone} {kept}")
        forget = QCheckBox(self.tr("Keep nothing: forget them now"))
        box.setCheckBox(forget)
        remove = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        without_icons(box)
        box.buttonClicked.connect(
            lambda button: self._remove(folder, forget.isChecked()) if button is remove else None
        )
        box.finished.connect(box.deleteLater)
        box.open()

    def _remove(self, folder: FolderRow, forget: bool) -> None:
        self._bridge.remove_folder(folder.id, forget=forget)
        self._messages.show_message(
            Message(
                "removed",
                self.tr("“{name}” was removed.").format(name=folder_name(folder.path)),
                button=self.tr("Bring it back"),
                action=lambda: self.add(folder.path),
            )
        )


def _pictures_folder() -> str:
    """Where most people have their photos; a program is started in any folder."""
    places = QStandardPaths.StandardLocation
    pictures = QStandardPaths.writableLocation(places.PicturesLocation)
    home = QStandardPaths.writableLocation(places.HomeLocation)
    return pictures if os.path.isdir(pictures) else home


def samples_are_installed() -> bool:
    """Whether there are sample photos. Off the GUI thread."""
    try:
        from photofind.demo import sample_folders

        return bool(sample_folders())
    except (ImportError, PhotoFindError):
        return False


def _sorted_out(paths: list[bytes]) -> _Dropped:
    """Off the GUI thread: a network drive may sleep."""
    from photofind.images import is_photo_name

    folders = tuple(path for path in paths if os.path.isdir(path))
    photos = [
        path
        for path in paths
        if path not in folders and is_photo_name(os.path.basename(path)) and os.path.isfile(path)
    ]
    around = tuple(dict.fromkeys(os.path.dirname(path) for path in photos))
    return _Dropped(folders, around)
