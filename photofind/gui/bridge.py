"""Between the window and the worker: requests out, events in, and a new worker when one dies.

The GUI thread never waits here: another one holds the connection (`line`), and what it tells comes
over as queued signals. When the worker dies the line opens the next one, and everything that was
asked and not answered is asked again: folders to add, the search in hand, the pause.
"""

import itertools
import logging
from enum import Enum
from functools import partial
from queue import SimpleQueue
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from photofind.client import Client
from photofind.errors import WorkerUnavailable
from photofind.gui.line import Connected, Heard, Line, Lost, OpenClient, Refused
from photofind.gui.query import Query
from photofind.paths import LibraryPaths, valid_text
from photofind.protocol import (
    TERMINAL,
    AnyEvent,
    Cancel,
    ChooseModel,
    EncoderState,
    Failed,
    Index,
    Indexed,
    LibraryChanged,
    Pause,
    Prioritise,
    Progress,
    RemoveFolder,
    Request,
    Resume,
    Retry,
    Search,
    SearchDone,
    SetExclusions,
)

_log = logging.getLogger(__name__)

DEBOUNCE_MS = 130  # after the last key, before the search is asked
PRIORITISE_MS = 200  # between two lists of what is on screen
FIRST_HITS = 1000  # more are asked for when all of them are above the cut
MOST_HITS = 20_000
SEARCH_LOSSES = 3  # workers that end over one search before it is given up
FIRST_ID: Final = 2  # 1 is the client's hello


class Link(Enum):
    """How the connection to the worker stands."""

    STARTING = "starting"
    CONNECTED = "connected"
    RESTARTING = "restarting"
    REPLACING = "replacing"  # likewise, one that lived but answered nothing
    FAILED = "failed"


class Bridge(QObject):
    """Everything here is called, and every signal emitted, on the GUI thread."""

    link_changed = Signal(object)  # Link
    progressed = Signal(object)  # Progress
    encoder_changed = Signal(object)  # EncoderState
    library_changed = Signal(object)  # LibraryChanged
    indexed = Signal(object)  # Indexed
    search_asked = Signal(object)  # Query: it went out, or waits for a worker
    found = Signal(object, object)  # Query, SearchDone
    search_failed = Signal(object, object)  # Query, PhotoFindError
    answered = Signal(object, object)  # Request, AnyEvent: how one ended that had to be carried out
    failed = Signal(object)  # Exception: the worker cannot start or go on, or a request failed

    _posted = Signal(object)

    def __init__(
        self,
        paths: LibraryPaths,
        *,
        model: str | None = None,
        device: str | None = None,
        open_client: OpenClient | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._line = Line(
            open_client or partial(Client.open, paths, model=model, device=device, judges=True),
            self._post,
        )
        self._posted.connect(self._take)
        self._closed = False
        self._outgoing: SimpleQueue[Request | None] | None = None
        self._ids = itertools.count(FIRST_ID)
        self._unanswered: dict[int, Request] = {}
        self._paused = False
        self._on_screen: tuple[int, ...] = ()
        self._query: Query | None = None
        self._search_id = 0
        self._searched: Query | None = None  # what that asks for: older than the query while typing
        self._search_losses = 0  # workers that ended with the search in hand
        self._top = FIRST_HITS
        self.link = Link.STARTING
        self.progress = Progress(stage="idle")
        self.encoder = EncoderState(state="none")
        self._debounce = QTimer(self, singleShot=True)
        self._debounce.timeout.connect(self._ask)
        self._prioritising = QTimer(self, singleShot=True, interval=PRIORITISE_MS)
        self._prioritising.timeout.connect(self._prioritise)
        if model or device:  # a worker that runs already may have another
            self.ask_for(ChooseModel(model=model, device=device))

    # --------------------------------------------------------------------------- connection

    def start(self) -> None:
        """Begin to look for the worker."""
        self._line.start()

    def try_again(self) -> None:
        """After FAILED: try to start the worker once more."""
        if self.link is Link.FAILED:
            self._set_link(Link.STARTING)
        self._line.try_again()

    def close(self) -> None:
        """End the connection; no signal comes after this."""
        self._closed = True
        self._debounce.stop()
        self._prioritising.stop()
        self._line.close()

    # ----------------------------------------------------------------------------- requests

    def index(self, *folders: bytes) -> None:
        """Look at these folders, adding new ones; without any, at all folders again."""
        self.ask_for(Index(paths=folders))

    @property
    def adding(self) -> bool:
        """Whether folders that were named are still on their way, or being looked at."""
        return any(isinstance(asked, Index) and asked.paths for asked in self._unanswered.values())

    def remove_folder(self, folder_id: int, *, forget: bool = False) -> None:
        """Take a folder and its photos out of the library; `forget`: keep nothing of them."""
        self.ask_for(RemoveFolder(folder_id=folder_id, forget=forget))

    def retry(self, file_ids: tuple[int, ...] = ()) -> None:
        """Read files that were set aside again; without ids all of them."""
        self.ask_for(Retry(file_ids=file_ids))

    def set_exclusions(self, patterns: tuple[str, ...]) -> None:
        """Skip what these patterns name, and look at the folders again."""
        self.ask_for(SetExclusions(patterns=patterns))
        self.index()

    def pause(self) -> None:
        """Rest after the batch in hand."""
        self._paused = True
        self._send(Pause(id=next(self._ids)))

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        self._send(Resume(id=next(self._ids)))

    def cancel_indexing(self) -> None:
        """Stop all indexing; what waits goes on waiting until the folders are looked at again."""
        self.resume()  # a paused engine that is cancelled must not stay paused for the next run
        self._send(Cancel(id=next(self._ids), job=0))

    def prioritise(self, photo_ids: tuple[int, ...]) -> None:
        """These photos are on screen; told at most five times a second."""
        if photo_ids != self._on_screen:
            self._on_screen = photo_ids
            if not self._prioritising.isActive():
                self._prioritising.start()

    # ------------------------------------------------------------------------------- search

    @property
    def query(self) -> Query | None:
        """What is being looked for."""
        return self._query

    @property
    def searching(self) -> bool:
        """Whether an answer is still to come."""
        return self._search_id != 0 or self._debounce.isActive()

    def search(self, query: Query, *, at_once: bool = False) -> None:
        """Look for this and nothing else. Words wait for a pause in typing unless `at_once`."""
        self._query = query
        self._search_losses = 0
        self._top = FIRST_HITS
        if at_once or query.text is None:
            self._debounce.stop()
            self._ask()
        else:
            self._debounce.start(DEBOUNCE_MS)

    def search_again(self) -> None:
        """Ask the same once more: the library has changed. Not while an answer is under way."""
        given_up = self._search_losses >= SEARCH_LOSSES
        if self._query is not None and not self.searching and not given_up:
            self._ask()

    def clear_search(self) -> None:
        """Look for nothing; an answer that is still under way is dropped."""
        self._query = None
        self._search_id = 0
        self._debounce.stop()

    def _ask(self) -> None:
        query = self._query
        if query is None:
            return
        self._search_id, self._searched = next(self._ids), query
        self.search_asked.emit(query)
        self._send(
            Search(
                id=self._search_id,
                text=query.text and valid_text(query.text),
                photo_id=query.photo_id,
                image_path=query.image_path,
                image_bytes=query.image_bytes,
                folder_ids=None if query.folder_id is None else (query.folder_id,),
                top=self._top,
                supersede=True,
            )
        )

    def _give_up_search(self, query: Query) -> None:
        """The photos are not to be kept from being read by a search that ends every worker."""
        self._search_id = 0
        sentence = self.tr(
            "The search engine ended each time it looked for this; look for something else."
        )
        self.search_failed.emit(query, WorkerUnavailable(sentence))

    # ------------------------------------------------------------------------------ sending

    def ask_for(self, request: Request) -> int:
        """Send a request that must be carried out, by the next worker if this one dies. Its id."""
        request = msgspec.structs.replace(request, id=next(self._ids))
        self._unanswered[request.id] = request
        self._send(request)
        return request.id

    def withdraw(self, request_id: int) -> None:
        """The next worker is not to be asked for this."""
        self._unanswered.pop(request_id, None)

    def _send(self, request: Request) -> None:
        if self._outgoing is not None:
            self._outgoing.put(request)

    def _prioritise(self) -> None:
        self._send(Prioritise(id=next(self._ids), photo_ids=self._on_screen))

    def _greet(self) -> None:
        """Tell a new worker all that it must know."""
        if self._paused:
            self._send(Pause(id=next(self._ids)))
        self._unanswered = {
            number: request
            for number, request in self._unanswered.items()
            if not isinstance(request, Index) or request.paths
        }
        for request in self._unanswered.values():
            self._send(request)
        self.index()
        if self._on_screen:
            self._prioritise()
        if self._query is not None and not self._debounce.isActive():
            if self._search_losses < SEARCH_LOSSES:
                self._ask()
            else:
                self._give_up_search(self._query)

    # ---------------------------------------------------------------------------- receiving

    def _post(self, what: object) -> None:
        """From any thread: hand something to the GUI thread."""
        if self._closed:
            return
        try:
            self._posted.emit(what)
        except RuntimeError:  # this object went between the two lines
            _log.debug("the worker spoke after the window had gone")

    def _take(self, what: object) -> None:
        if self._closed:
            return
        if isinstance(what, Heard):
            if what.outgoing is self._outgoing:
                self._hear(what.event)
        elif isinstance(what, Connected):
            self._outgoing = what.outgoing
            self._set_link(Link.CONNECTED)
            self._greet()
        elif isinstance(what, Lost):
            self._outgoing = None
            self._set_progress(Progress(stage="idle"))
            if self._search_id:
                self._search_losses += 1
            self._set_link(Link.REPLACING if what.given_up else Link.RESTARTING)
        elif isinstance(what, Refused):
            self._outgoing = None
            _log.error("no worker: %s", what.error)
            self._set_link(Link.FAILED)
            self.failed.emit(what.error)

    def _hear(self, event: AnyEvent) -> None:
        request = self._unanswered.pop(event.id, None) if isinstance(event, TERMINAL) else None
        if request is not None:
            self.answered.emit(request, event)
        if event.id and event.id == self._search_id and isinstance(event, SearchDone | Failed):
            self._search_answered(event)
        elif isinstance(event, Progress):
            self._set_progress(event)
        elif isinstance(event, LibraryChanged):
            self.library_changed.emit(event)
        elif isinstance(event, EncoderState):
            self.encoder = event
            self.encoder_changed.emit(event)
        elif isinstance(event, Indexed):
            self.indexed.emit(event)
        elif isinstance(event, Failed) and (event.id == 0 or request is not None):
            _log.error("%s: %s", type(request).__name__ if request else "worker", event.message)
            self.failed.emit(event.error())

    def _search_answered(self, event: SearchDone | Failed) -> None:
        query = self._searched
        if query is None or (isinstance(event, SearchDone) and event.superseded):
            return
        self._search_id = self._search_losses = 0
        if isinstance(event, Failed):
            self.search_failed.emit(query, event.error())
            return
        self.found.emit(query, event)
        if self._top <= event.matches and self._top < MOST_HITS and self._query is query:
            self._top = MOST_HITS
            self._ask()

    def _set_progress(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit(progress)

    def _set_link(self, link: Link) -> None:
        if link is not self.link:
            _log.info("worker: %s", link.value)
            self.link = link
            self.link_changed.emit(link)
