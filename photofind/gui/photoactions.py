"""What can be done with the photos that are selected, outside PhotoFind."""

import os
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from photofind.gui import desktop
from photofind.gui.background import Background
from photofind.gui.messagebar import Message, MessageBar
from photofind.paths import shown_path

MOST_OPENED = 12  # programs are not started by the hundred because of a stray Ctrl+A
MOST_COPIED = 50_000

# Calls back with the paths, as many as are asked for at most, when they are read.
ReadPaths = Callable[[Callable[[list[bytes]], None], int], None]


class PhotoActions(QObject):
    """Open, show, copy. Whatever touches a disk or another program is done in the background."""

    def __init__(
        self, read: ReadPaths, background: Background, messages: MessageBar, parent: QObject
    ) -> None:
        """`read` gives the files of the photos that are meant."""
        super().__init__(parent)
        self._read = read
        self._background = background
        self._messages = messages

    def open_outside(self) -> None:
        """In the program that the system has for pictures."""
        self._read(self._open, MOST_OPENED)

    def show_in_folder(self) -> None:
        """In the file manager, selected."""
        self._read(self._show, 1)

    def copy(self) -> None:
        """As files; a single photo as a picture too."""
        self._read(self._copy, MOST_COPIED)

    def copy_path(self) -> None:
        """As text, one path a line."""
        self._read(self._copy_paths, MOST_COPIED)

    def _open(self, paths: list[bytes]) -> None:
        self._background.run(partial(desktop.here, paths), partial(self._open_those_here, paths))

    def _open_those_here(self, asked: list[bytes], here: list[bytes]) -> None:
        if not here:
            self._say_missing(asked)
        for path in here:
            self._background.run(partial(desktop.open_in_viewer, path), partial(self._opened, path))

    def _opened(self, path: bytes, well: bool) -> None:
        if not well:
            name = shown_path(os.path.basename(path))
            self._messages.show_message(
                Message(
                    "desktop",
                    self.tr("The system has no program that opens “{name}”.").format(name=name),
                )
            )

    def _show(self, paths: list[bytes]) -> None:
        self._background.run(partial(desktop.here, paths), partial(self._show_those_here, paths))

    def _show_those_here(self, asked: list[bytes], here: list[bytes]) -> None:
        if here:
            self.show_file(here[0])
        else:
            self._say_missing(asked)

    def show_file(self, path: bytes) -> None:
        """Show any file or folder in the file manager."""
        self._background.run(partial(desktop.show_in_folder, path), self._showed)

    def _showed(self, well: bool) -> None:
        if not well:
            self._messages.show_message(
                Message("desktop", self.tr("The system's file manager did not answer."))
            )

    def _copy(self, paths: list[bytes]) -> None:
        if not paths:
            return
        desktop.copy(desktop.copied(paths))  # at once; the picture follows when it is decoded
        if len(paths) == 1:
            self._background.run(
                partial(desktop.picture_to_copy, paths[0]), partial(self._copy_picture, paths)
            )

    def _copy_picture(self, paths: list[bytes], picture: QImage | None) -> None:
        if picture is not None and desktop.holds(paths):
            desktop.copy(desktop.copied(paths, picture))

    def _copy_paths(self, paths: list[bytes]) -> None:
        if paths:
            desktop.copy_paths(paths)

    def _say_missing(self, paths: list[bytes]) -> None:
        if paths:
            name = shown_path(os.path.basename(paths[0]))
            self._messages.show_message(
                Message(
                    "desktop",
                    self.tr(
                        "“{name}” cannot be reached: its drive is offline, or it was moved."
                    ).format(name=name),
                )
            )
