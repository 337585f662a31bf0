"""What the status pill says: pure, from what the worker tells."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from photofind.gui.bridge import Link
from photofind.gui.dates import number_title
from photofind.gui.words import counted, folder_name, time_left
from photofind.protocol import EncoderState, Progress

translate = QCoreApplication.translate

MEMORY_SECONDS = 15.0  # the remaining time forgets half of its past in about this time
HOLD_SECONDS = 4.0  # how long a remaining time stands before another is shown


@dataclass(frozen=True, slots=True)
class Status:
    """One line of the pill. Empty `stage`: nothing to say."""

    stage: str = ""
    figures: str = ""  # what is counted, quieter than the stage
    share: float | None = None  # of the work that is done, from 0 to 1
    can_pause: bool = False
    can_resume: bool = False
    can_cancel: bool = False


class Remaining:
    """A remaining time that does not jump about: the end is a moving average, and what is shown
    stands for some seconds. While it is young it is the plain mean: the guess from the first photos
    is soon forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end: float | None = None
        self._at = self._began = 0.0
        self._shown = ""
        self._shown_at = 0.0

    def text(self, seconds: float | None) -> str:
        """What to show, given the newest estimate."""
        now = self._clock()
        if seconds is None:
            self._end, self._shown = None, ""
            return ""
        end = now + seconds
        if self._end is None:
            self._end, self._began = end, now
        else:
            passed, age = now - self._at, now - self._began
            keep = min(0.5 ** (passed / MEMORY_SECONDS), 1 - passed / age if age else 0.0)
            self._end = self._end * keep + end * (1 - keep)
        self._at = now
        if not self._shown or now - self._shown_at >= HOLD_SECONDS:
            self._shown, self._shown_at = time_left(max(0.0, self._end - now)), now
        return self._shown


def status(
    link: Link, progress: Progress, encoder: EncoderState, *, searching: bool, remaining: Remaining
) -> Status:
    """What the pill says now. `searching`: an answer is late; it is what the person waits for, so
    it stands in place of rate and time left of the work that goes on meanwhile."""
    if link is Link.FAILED:
        return Status()  # the bar under the header says it
    if link is Link.RESTARTING:
        return Status(translate("Status", "The search engine stopped; starting it again"))
    if link is Link.REPLACING:
        return Status(translate("Status", "The search engine did not answer; starting another"))
    if link is Link.STARTING:
        return Status(translate("Status", "Starting"))
    waits_for_model = searching and encoder.state == "loading"
    share = progress.done / progress.total if progress.total else None
    late = ""  # said beside other work
    if searching:
        late = translate("Status", "searching")
    if waits_for_model:
        late = translate("Status", "loading the model")
    if progress.stage == "scanning":
        found = counted.photos_found(progress.done) if progress.done else ""
        where = translate("Status", "Looking through {folder}")
        return Status(where.format(folder=folder_name(progress.folder)), _line(late or found))
    if progress.stage == "paused":
        return Status(
            translate("Status", "Paused"),
            _line(_count(progress), late),
            share,
            can_resume=True,
            can_cancel=True,
        )
    if progress.stage == "indexing":
        rate = _rate(progress.rate) if progress.rate >= 0.05 else ""
        left = remaining.text(progress.remaining)
        return Status(
            translate("Status", "Indexing"),
            _line(_count(progress), late) if late else _line(_count(progress), rate, left),
            share,
            can_pause=True,
            can_cancel=True,
        )
    remaining.text(None)
    if progress.stage == "loading" or waits_for_model:
        return Status(translate("Status", "Loading the model"))
    if searching:
        return Status(translate("Status", "Searching"))
    return Status()


def _line(*figures: str) -> str:
    return "   ".join(filter(None, figures))


def _count(progress: Progress) -> str:
    return translate("Status", "{done} of {total}").format(
        done=number_title(progress.done), total=number_title(progress.total)
    )


def _rate(rate: float) -> str:
    if rate < 1:
        return counted.photos_a_minute(round(rate * 60))
    return counted.photos_a_second(round(rate))
