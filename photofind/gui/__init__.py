"""The window: Qt lives here and nowhere else. No torch, and nothing heavy before it is shown."""

import logging
import os
import sys
from collections.abc import Sequence

from photofind.errors import LibraryReadOnly, PhotoFindError
from photofind.log import start_log
from photofind.paths import LibraryPaths

_log = logging.getLogger(__name__)


SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")  # any of them tells Qt where to show


def run(
    paths: LibraryPaths,
    folders: Sequence[bytes],
    *,
    model: str | None = None,
    device: str | None = None,
) -> int:
    """Show the library's window, adding these folders; returns the exit status when it is closed.

    When the library has a window already, it gets the folders and comes to the front. Raises
    LibraryUnusable and its kin if there can be no library in that place, and PhotoFindError where
    there is no screen.
    """
    _look_for_a_screen()
    from photofind.client import prepare_library
    from photofind.gui import application as process
    from photofind.gui.instance import Instance

    try:
        prepare_library(paths)
    except LibraryReadOnly as error:
        if not paths.catalog.exists():
            raise
        _log.warning("looking at a library that may not be written: %s", error)
    application = process.make_application()
    instance = Instance(paths)
    if not instance.claim(folders):
        return 0

    # Imported here, so that a second start is over sooner.
    from photofind.gui.bridge import Bridge
    from photofind.gui.settings import WindowSettings
    from photofind.gui.window import Window

    start_log(paths.log, "window")
    process.log_qt_messages()
    settings = WindowSettings(paths)
    process.translate_application(application, settings.language)
    bridge = Bridge(paths, model=model, device=device)
    window = Window(paths, bridge, settings)
    process.show_mistakes(window.reports.mistake)
    instance.handed_over.connect(window.take_folders)
    process.OpenedFiles(application, window.folders.take)
    polite_end = process.PoliteEnd(window.close, application)
    window.show()
    bridge.start()
    window.folders.add(*folders)
    process.StallWatch(window)
    status = application.exec()
    polite_end.end()
    instance.close()
    _log.info("the window is closed")
    return status


def _look_for_a_screen() -> None:
    """Without one Qt ends the process on the spot, with words for programmers."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in SCREENS):
        raise PhotoFindError(
            "There is no screen for the window here; "
            "`photofind index` and `photofind search` work without one."
        )
