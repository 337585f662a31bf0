"""The connection to the worker, held by a thread of its own; when it ends, the next one is opened.

Finding or starting a worker may take seconds, and sending to one that stands still takes for ever:
neither may happen on the GUI thread. What is to be sent waits in a queue of one connection, so that
nothing meant for a worker that has gone reaches the next; what happens is posted as values.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from photofind.client import Client
from photofind.errors import PhotoFindError, WorkerUnavailable
from photofind.protocol import AnyEvent, Request

_log = logging.getLogger(__name__)

BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)  # after the first quick death, the second ...
STEADY_SECONDS = 15.0  # a worker that lived so long has earned a quick restart
END_SECONDS = 5.0  # for the thread that reads to see an end that the one that sends has met
CLOSE_SECONDS = 1.5  # for a worker that is just being opened to be told that nobody wants it

OpenClient = Callable[..., Client]


@dataclass(frozen=True, slots=True)
class Connected:
    """A worker was found or started; what is put into `outgoing` goes to it."""

    outgoing: "SimpleQueue[Request | None]"


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection has ended; the next one is opened after a moment."""

    given_up: bool  # it lived, but did nothing any more


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no worker, and none is looked for until `Line.try_again`."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Heard:
    """The worker said something."""

    outgoing: "SimpleQueue[Request | None]"  # tells the connection it came by
    event: AnyEvent


class Line:
    """The thread that holds the connection. `post` is called from it and from the client's."""

    def __init__(self, open_client: OpenClient, post: Callable[[object], None]) -> None:
        self._open_client = open_client
        self._post = post
        self._closing = threading.Event()
        self._again = threading.Event()
        self._client: Client | None = None
        self._given_up = False
        self._outgoing: SimpleQueue[Request | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="line to worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def try_again(self) -> None:
        """Open a worker now, whatever the waiting time."""
        self._again.set()

    def close(self) -> None:
        """End the connection. A worker that is just being opened is waited for a moment."""
        self._closing.set()
        self._again.set()
        self._outgoing.put(None)
        if (client := self._client) is not None:
            client.close()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        quick_deaths = 0
        while not self._closing.is_set():
            outgoing: SimpleQueue[Request | None] = SimpleQueue()
            self._outgoing, self._given_up = outgoing, False
            try:
                client = self._open_client(
                    on_event=lambda event, by=outgoing: self._post(Heard(by, event)),
                    on_closed=partial(self._lost, outgoing),
                )
            except Exception as error:  # noqa: BLE001  (else the window would wait for ever)
                if not isinstance(error, PhotoFindError):
                    _log.exception("a mistake while a worker was looked for")
                self._post(Refused(error))
                self._again.wait()
                self._again.clear()
                continue
            self._client = client
            began = time.monotonic()
            self._post(Connected(outgoing))
            self._send(client, outgoing)
            self._client = None
            client.close()
            if self._closing.is_set():
                return
            self._post(Lost(self._given_up))
            if time.monotonic() - began > STEADY_SECONDS:
                quick_deaths = 0
            self._again.wait(BACKOFF_SECONDS[min(quick_deaths, len(BACKOFF_SECONDS) - 1)])
            self._again.clear()
            quick_deaths += 1

    def _lost(self, outgoing: "SimpleQueue[Request | None]", error: PhotoFindError | None) -> None:
        if isinstance(error, WorkerUnavailable):  # the client has logged why
            self._given_up = True
        elif error is not None:
            _log.error("the worker said something wrong: %s", error)
        outgoing.put(None)

    def _send(self, client: Client, outgoing: "SimpleQueue[Request | None]") -> None:
        while not self._closing.is_set() and (request := outgoing.get()) is not None:
            try:
                client.send(request)
            except PhotoFindError as error:
                _log.warning("the worker is gone: %s", error)
                self._wait_for_end(outgoing)
                return

    def _wait_for_end(self, outgoing: "SimpleQueue[Request | None]") -> None:
        """Sending failed: why the connection ended is known to the thread that reads from it."""
        with contextlib.suppress(Empty):
            while outgoing.get(timeout=END_SECONDS) is not None:
                pass
