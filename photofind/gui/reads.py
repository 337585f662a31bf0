"""The window's way to the catalog: asked on the GUI thread, read on another, answered on the first.

One thread owns one `CatalogReader`. SQLAlchemy is imported there too (0.2 s), so that the window
opens without it. The reader is opened when it is first needed, again after an error, and again and
again while there is no catalog yet.
"""

import gc
import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from photofind.errors import PhotoFindError
from photofind.gui.threads import step_back
from photofind.paths import LibraryPaths

if TYPE_CHECKING:
    from photofind.catalog import CatalogReader

T = TypeVar("T")

CLOSE_SECONDS = 2.0  # a query still running after that is left to die with the process

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """`key` and `number` tell whether a newer request has made this one pointless."""

    fn: "Callable[[CatalogReader], Any]"
    then: Callable[[Any], None]
    otherwise: Callable[[], None] | None
    key: Hashable | None
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """Exactly one of result (`error` None, not `absent`), error, and absence of a catalog."""

    request: _Request
    result: Any = None
    absent: bool = False
    error: Exception | None = None


def _open(paths: LibraryPaths) -> "CatalogReader | None":
    from photofind.catalog import CatalogReader

    # What was imported by now stays as long as the process. Left to the collector, it would go
    # through all of it again and again, and stop the GUI thread for 30 ms and more each time.
    gc.freeze()
    return CatalogReader.open(paths.catalog)


class LibraryReads(QObject):
    """Reads the catalog for the window. Everything here is called on the GUI thread."""

    failed = Signal(object)  # PhotoFindError: the catalog cannot be read

    _answered = Signal(object)

    def __init__(self, paths: LibraryPaths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._condition = threading.Condition()
        self._waiting: deque[_Request] = deque()
        self._newest: dict[Hashable, int] = {}
        self._number = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._answered.connect(self._answer)

    def request(
        self,
        fn: "Callable[[CatalogReader], T]",
        then: Callable[[T], None],
        *,
        key: Hashable | None = None,
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        """Call `fn` with the reader on the reading thread and `then` with what it gives, here.

        With a `key` the newest request wins: a waiting one of the same key is dropped, and so is
        the answer of one already running. `otherwise` is called in place of `then` while there is
        no catalog, and after an error, which is emitted as `failed`.
        """
        with self._condition:
            if self._closed:
                return
            self._number += 1
            if key is not None:
                self._newest[key] = self._number
                self._waiting = deque(r for r in self._waiting if r.key != key)
            self._waiting.append(_Request(fn, then, otherwise, key, self._number))
            self._condition.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="catalog reads", daemon=True)
            self._thread.start()

    def forget(self, key: Hashable) -> None:
        """Whoever asked with this key has gone: do not answer."""
        with self._condition:
            self._newest[key] = 0
            self._waiting = deque(r for r in self._waiting if r.key != key)

    def close(self) -> None:
        """Answer nothing more, and end the thread."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _answer(self, answer: _Answer) -> None:
        """On the GUI thread."""
        request = answer.request
        if self._closed or (
            request.key is not None and self._newest[request.key] != request.number
        ):
            return
        if answer.error is None and not answer.absent:
            request.then(answer.result)
            return
        if request.otherwise is not None:
            request.otherwise()
        if isinstance(answer.error, PhotoFindError):
            self.failed.emit(answer.error)
        elif answer.error is not None:
            raise answer.error  # a mistake of ours: it belongs to whoever handles those

    # --------------------------------------------------------------------- on the reading thread

    def _run(self) -> None:
        step_back()
        reader: CatalogReader | None = None
        while (request := self._next()) is not None:
            try:
                reader = reader or _open(self._paths)
                answer = (
                    _Answer(request, absent=True)
                    if reader is None
                    else _Answer(request, result=request.fn(reader))
                )
            except Exception as error:  # noqa: BLE001  (it travels to the GUI thread, whole)
                answer = _Answer(request, error=error)
                if reader is not None:
                    reader.close()
                    reader = None
            self._post(answer)
        if reader is not None:
            reader.close()

    def _next(self) -> _Request | None:
        with self._condition:
            while not self._waiting and not self._closed:
                self._condition.wait()
            return None if self._closed else self._waiting.popleft()

    def _post(self, answer: _Answer) -> None:
        with self._condition:
            if self._closed:
                return
        try:
            self._answered.emit(answer)
        except RuntimeError:  # the window went, and this object with it, between the two lines
            _log.debug("An answer came after the window had gone.")
