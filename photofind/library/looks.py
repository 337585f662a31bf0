"""Looks at folders that may never answer: a network drive whose server has gone.

Nothing ends a thread that waits inside the operating system, so each look has a thread of its own,
which is left behind when its folder does not answer, and never waited for. A child process could be
killed, where the system lets it; but it would have to be started for every folder of every look,
for what happens to few people on few days.
"""

import errno
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, Final, TypeVar

from photofind.paths import shown_path

_log = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 60.0  # for one step of a look; a sleeping disk array needs twenty
WAIT_SECONDS: Final = 0.1  # between two glances at a look under way

T = TypeVar("T")


class Look:
    """One look at a folder, in its own thread. `goes_on` is called there, the rest outside."""

    def __init__(self) -> None:
        self.found = 0
        self.unwanted = False
        self.alive_at = time.monotonic()

    def goes_on(self, found: int = 0) -> None:
        """A sign of life, with what was found so far."""
        self.found = found
        self.alive_at = time.monotonic()


class Looks:
    """Engine thread only."""

    def __init__(self) -> None:
        self._stuck: dict[bytes, Future[Any]] = {}

    def at(self, folder: bytes, work: Callable[[Look], T], meanwhile: Callable[[Look], None]) -> T:
        """What `work` returns or raises; it is carried out in a thread of its own.

        `meanwhile` is called here again and again, and may end the waiting by raising. Raises
        TimeoutError when the folder does not answer, or did not the last time and still does not.
        """
        earlier = self._stuck.get(folder)
        if earlier is not None and not wait([earlier], WAIT_SECONDS).done:  # it may just be back
            raise _no_answer()
        self._stuck.pop(folder, None)
        look, outcome = Look(), Future[T]()
        threading.Thread(
            target=_carry_out, args=(work, look, outcome), name="look", daemon=True
        ).start()
        try:
            while True:
                meanwhile(look)
                if wait([outcome], WAIT_SECONDS).done:
                    return outcome.result()
                if time.monotonic() - look.alive_at > PATIENCE_SECONDS:
                    self._stuck[folder] = outcome
                    _log.warning(
                        "%s has not answered for %.0f seconds", shown_path(folder), PATIENCE_SECONDS
                    )
                    raise _no_answer()
        finally:
            look.unwanted = True


def _carry_out(work: Callable[[Look], T], look: Look, outcome: "Future[T]") -> None:
    try:
        outcome.set_result(work(look))
    except BaseException as error:  # noqa: BLE001 (raised again by whoever waits, if anybody does)
        outcome.set_exception(error)


def _no_answer() -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
