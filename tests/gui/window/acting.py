"""What a person does with the window, and what it shows them then."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from photofind.gui.emptypane import Emptiness
from photofind.gui.window import Window
from photofind.protocol import Search, SearchDone
from tests.gui.fakes import FakeClient

Open = Callable[..., Window]
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def searches(client: FakeClient) -> list[Search]:
    return client.of(Search)  # type: ignore[return-value]


def ask(window: Window, client: FakeClient, qtbot: QtBot, text: str) -> Search:
    """Type a query; the search that was asked."""
    before = len(searches(client))
    qtbot.keyClicks(window.header.field.line, text)
    qtbot.waitUntil(lambda: len(searches(client)) > before)
    return searches(client)[-1]


def answer(client: FakeClient, asked: Search, ids: tuple[int, ...], matches: int) -> None:
    client.hear(SearchDone(id=asked.id, photo_ids=ids, scores=(0.3,) * len(ids), matches=matches))


def title(window: Window) -> str:
    return window.grid._results.title.text()


def dialog(qtbot: QtBot, kind: type[QDialog] = QDialog) -> QDialog:
    found: list[QDialog] = []

    def look() -> bool:
        found[:] = [
            w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()
        ]
        return bool(found)

    qtbot.waitUntil(look)
    return found[0]


def drop(widget: QWidget, mime: QMimeData) -> bool:
    """Drag something over a widget and let it go; whether it was taken."""
    middle = widget.rect().center()
    copy = Qt.DropAction.CopyAction
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, copy, mime, button, keys)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(middle), copy, mime, button, keys)
    QApplication.sendEvent(widget, event)
    return True


def shown_emptiness(window: Window) -> Emptiness | None:
    return window.pane.emptiness
