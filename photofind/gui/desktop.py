"""The rest of the desktop: the system's viewer, its file manager, the clipboard.

Whatever may wait for a disk or another program is called off the GUI thread; the clipboard is the
GUI thread's.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from photofind.gui.drag import file_mime, file_url
from photofind.paths import valid_text

_log = logging.getLogger(__name__)

ANSWER_MS = 3000  # of the file manager over D-Bus
COPIED_EDGE = 4096  # pixels; a copied picture larger than this is scaled down


def here(paths: Sequence[bytes]) -> list[bytes]:
    """Those of the files that can be reached. Any thread but the GUI's."""
    return [path for path in paths if os.path.exists(path)]


def open_in_viewer(path: bytes) -> bool:
    """Open a file in the program that the system has for it."""
    return QDesktopServices.openUrl(file_url(path))


def show_in_folder(path: bytes) -> bool:
    """Open the file manager with this file selected, or at least the folder it lies in."""
    if sys.platform == "darwin":
        return subprocess.run(["open", "-R", path], check=False).returncode == 0
    if sys.platform == "win32":
        # explorer's exit status is 1 even when it does what it is asked.
        subprocess.run(f'explorer /select,"{os.fsdecode(path)}"', check=False)
        return True
    if _ask_file_manager(path):
        return True
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    return QDesktopServices.openUrl(file_url(folder))


def _ask_file_manager(path: bytes) -> bool:
    """FileManager1 of freedesktop.org: the only way to have the file selected."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage
    except ImportError:  # a Qt without D-Bus
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    call = QDBusMessage.createMethodCall(
        "org.freedesktop.FileManager1",
        "/org/freedesktop/FileManager1",
        "org.freedesktop.FileManager1",
        "ShowItems",
    )
    call.setArguments([_encoded([path]), ""])
    answer = bus.call(call, timeout=ANSWER_MS)
    if answer.type() == QDBusMessage.MessageType.ErrorMessage:
        _log.info("the file manager: %s", answer.errorMessage())
        return False
    return True


def picture_to_copy(path: bytes) -> QImage | None:
    """The picture itself for the clipboard, upright; None when it cannot be read. Any thread."""
    from photofind.errors import UnreadablePhoto
    from photofind.gui.pixels import from_pillow
    from photofind.images import open_upright

    try:
        image = open_upright(path)
    except UnreadablePhoto as error:
        _log.info("not copied as a picture: %s", error)
        return None
    image.thumbnail((COPIED_EDGE, COPIED_EDGE))
    return from_pillow(image)


def copied(paths: Sequence[bytes], picture: QImage | None = None) -> QMimeData:
    """Files as the clipboard carries them: as files, as their paths, and one as a picture."""
    mime = file_mime(paths)
    mime.setText("\n".join(path_text(path) for path in paths))
    if sys.platform == "linux":
        # Thunar, Nemo, Caja and older Nautilus paste files from this alone.
        mime.setData("x-special/gnome-copied-files", "\n".join(["copy", *_encoded(paths)]).encode())
    if picture is not None:
        mime.setImageData(picture)
    return mime


def _encoded(paths: Sequence[bytes]) -> list[str]:
    return [bytes(file_url(path).toEncoded().data()).decode() for path in paths]


def copy(mime: QMimeData) -> None:
    """Put it on the clipboard. GUI thread."""
    QGuiApplication.clipboard().setMimeData(mime)


def holds(paths: Sequence[bytes]) -> bool:
    """Whether the clipboard still holds these files. GUI thread."""
    mime: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None: empty
    return mime is not None and mime.urls() == [file_url(path) for path in paths]


def copy_paths(paths: Sequence[bytes]) -> None:
    """Put paths on the clipboard as text, one a line. GUI thread."""
    QGuiApplication.clipboard().setText("\n".join(path_text(path) for path in paths))


def path_text(path: bytes) -> str:
    """A path as text for other programs; bytes that are no text become a replacement sign."""
    return valid_text(os.fsdecode(path))
