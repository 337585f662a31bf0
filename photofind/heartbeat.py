"""Whether a worker that lives still works: asked every few seconds, judged by what it answers.

A process that has died is known by the end of its connection. One that lives and does nothing is
not, and there are three kinds of it: the whole process stands still (stopped, or held inside a C
library that keeps Python's lock), a query is never answered, or the engine never comes back. The
first is silence. Of the other two the worker's reader threads know nothing, so each answer says for
how long the query and the engine's step in hand have taken. A long batch is no hang: the limits are
far above what any step takes, since the price of a mistake is the work of minutes.

Time is counted in beats of this process, and not by the clock: a computer that slept has heard
nothing for hours, and nothing is wrong.
"""

import threading
from collections.abc import Callable
from typing import Final

from photofind.protocol import StateDone

BEAT_SECONDS: Final = 5.0
SILENT_BEATS: Final = 12  # a minute; torch's libraries come from a slow disk under Python's lock
QUERY_SECONDS: Final = 300.0  # a picture may wait for a decoder, for its start, and for another
ENGINE_SECONDS: Final = 900.0  # between two signs of life; a plan of a million files takes less
LOADING_SECONDS: Final = 900.0  # for either, while a model of gigabytes is loaded


class Heartbeat:
    """Asks a worker how it is, in threads of its own, until `stop` or until it is given up."""

    def __init__(self, ask: Callable[[], None], give_up: Callable[[str], None]) -> None:
        """`ask` sends a `GetState`; it may block, and raise nothing. `give_up` is told in words
        what the worker does not do."""
        self._ask = ask
        self._give_up = give_up
        self._silent = 0  # beats since anything was heard
        self._asked = False  # and not yet answered
        self._state: StateDone | None = None
        self._busy = False  # this process itself does not listen
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. From any thread."""
        self._stopped.set()

    def heard(self) -> None:
        """The worker said something, which is now seen to: silence meanwhile is our own."""
        self._silent = 0
        self._busy = True

    def listening(self) -> None:
        """What it said was seen to; we listen again."""
        self._busy = False

    def answered(self, state: StateDone) -> None:
        """The answer to what was asked last."""
        self._asked = False
        self._state = state

    def _run(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            if not self._busy:
                self._silent += 1
            trouble = self._trouble()
            if trouble:
                self._stopped.set()
                self._give_up(trouble)
                return
            if not self._asked:
                self._asked = True
                # A worker that stands still reads nothing: sending may never end.
                threading.Thread(target=self._ask, name="heartbeat-ask", daemon=True).start()

    def _trouble(self) -> str:
        """What the worker does not do, as the end of a sentence; empty while all is well."""
        if self._silent > SILENT_BEATS:
            return f"has said nothing for {SILENT_BEATS * BEAT_SECONDS:.0f} seconds"
        state = self._state
        if state is None:
            return ""
        loading = state.encoder.state == "loading"
        if state.query_seconds > (LOADING_SECONDS if loading else QUERY_SECONDS):
            return f"has not answered a search for {state.query_seconds:.0f} seconds"
        if state.engine_seconds > (LOADING_SECONDS if loading else ENGINE_SECONDS):
            return f"has got no further with the photos for {state.engine_seconds:.0f} seconds"
        return ""
