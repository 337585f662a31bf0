"""What the window remembers of one library: `window.ini` in the library folder."""

from PySide6.QtCore import QByteArray, QRect, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from photofind.gui.sidebar import WIDTHS
from photofind.paths import LibraryPaths

FIRST_SIZE = (1180, 780)  # logical pixels
FIRST_SHARE = 0.9  # of the screen, at most
REACHABLE = 80  # pixels of the title bar that must lie on a screen


class WindowSettings:
    """Typed access to the file. It is read at start and written by `save` alone, so that nothing is
    written while a slider moves; a library that may not be written keeps nothing."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._file = QSettings(str(paths.root / "window.ini"), QSettings.Format.IniFormat)
        self._changed: dict[str, object] = {}

    def _get(self, key: str, default: object = None) -> object:
        return self._changed.get(key, self._file.value(key, default))

    def _set(self, key: str, value: object) -> None:
        self._changed[key] = value

    def _int(self, key: str, default: int) -> int:
        try:
            return int(str(self._get(key, default)))
        except ValueError:
            return default

    def _flag(self, key: str, default: bool) -> bool:
        return str(self._get(key, default)).lower() in ("true", "1")

    @property
    def cell_size(self) -> int | None:
        """Of the grid, in logical pixels."""
        return self._int("cell_size", 0) or None

    @cell_size.setter
    def cell_size(self, size: int) -> None:
        self._set("cell_size", size)

    @property
    def whole_photos(self) -> bool:
        """Whether cells show the whole photo instead of being filled."""
        return self._flag("whole_photos", False)

    @whole_photos.setter
    def whole_photos(self, whole: bool) -> None:
        self._set("whole_photos", whole)

    @property
    def order(self) -> str:
        """Of hits: "relevance" or "date"."""
        return "date" if self._get("order") == "date" else "relevance"

    @order.setter
    def order(self, order: str) -> None:
        self._set("order", order)

    @property
    def sidebar_width(self) -> int:
        """Logical pixels."""
        return min(max(self._int("sidebar_width", WIDTHS[1]), WIDTHS[0]), WIDTHS[2])

    @sidebar_width.setter
    def sidebar_width(self, width: int) -> None:
        self._set("sidebar_width", width)

    @property
    def sidebar_shown(self) -> bool:
        """Whether the person wants it."""
        return self._flag("sidebar_shown", True)

    @sidebar_shown.setter
    def sidebar_shown(self, shown: bool) -> None:
        self._set("sidebar_shown", shown)

    @property
    def language(self) -> str:
        """ "en", "ko", or "" for that of the system."""
        return str(self._get("language", ""))

    @language.setter
    def language(self, language: str) -> None:
        self._set("language", language)

    def first_time(self, note: str) -> bool:
        """Whether a note was never shown before; from now on it was."""
        key = f"said/{note}"
        if self._flag(key, False):
            return False
        self._set(key, True)
        return True

    def place(self, window: QWidget) -> None:
        """Give a window its remembered size and place, on a screen that is there."""
        kept = self._get("geometry")
        if not (isinstance(kept, QByteArray) and window.restoreGeometry(kept)):
            kept = None
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if not screens:
            return
        title = QRect(window.geometry().left(), window.geometry().top(), window.width(), 1)
        reachable = any(
            (seen := screen.intersected(title)).width() >= REACHABLE and not seen.isEmpty()
            for screen in screens
        )
        if kept is None or not reachable:
            screen = screens[0]
            width = min(FIRST_SIZE[0], int(screen.width() * FIRST_SHARE))
            height = min(FIRST_SIZE[1], int(screen.height() * FIRST_SHARE))
            place = QRect(0, 0, width, height)
            place.moveCenter(screen.center())
            window.setGeometry(place)

    def remember_place(self, window: QWidget) -> None:
        """Keep a window's size and place."""
        self._set("geometry", window.saveGeometry())

    def save(self) -> None:
        """Write the file."""
        for key, value in self._changed.items():
            self._file.setValue(key, value)
        self._changed.clear()
        self._file.sync()
