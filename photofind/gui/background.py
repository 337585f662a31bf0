"""Short work that may wait for a disk, another program or a picture: never on the GUI thread."""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Background(QObject):
    """Runs functions on threads of their own and their consequences on the GUI thread.

    A thread each, because one that hangs on a sleeping network drive must not hold up the next;
    daemons, because it must not hold up the end either.
    """

    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._finished.connect(self._deliver)

    def run(self, work: Callable[[], T], then: Callable[[T], None] | None = None) -> None:
        """Call `work` on a thread, then `then` with what it gave, here.

        An error of `work` is raised on the GUI thread, where the window shows it.
        """
        threading.Thread(
            target=self._work, args=(work, then), name="background", daemon=True
        ).start()

    def close(self) -> None:
        """Deliver nothing more."""
        self._closed = True

    def _work(self, work: Callable[[], Any], then: Callable[[Any], None] | None) -> None:
        result: Any = None
        problem: Exception | None = None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  (it is raised on the GUI thread)
            problem = error
        if self._closed:
            return
        try:
            self._finished.emit(then, result, problem)
        except RuntimeError:  # the window went between the two lines
            _log.debug("background work ended after the window had gone")

    def _deliver(
        self, then: Callable[[Any], None] | None, result: Any, problem: Exception | None
    ) -> None:
        if self._closed:
            return
        if problem is not None:
            raise problem
        if then is not None:
            then(result)
