"""How far the work is and how long it will take, told at most ten times a second."""

import time
from collections.abc import Callable

from photofind.protocol import Progress

TELL_SECONDS = 0.1
RATE_MEMORY_SECONDS = 10.0  # the moving average forgets half of the past in about this time


class Pace:
    """Counts finished files and tells `Progress`. Used by one thread."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._told_at = 0.0
        self._rate = 0.0
        self._mark, self._mark_done = time.monotonic(), 0
        self.done = 0
        self.total = 0
        self.latest = Progress(stage="idle")

    def begin(self, total: int) -> None:
        """A run of this many files begins, or grows while it runs."""
        if self.done >= self.total:
            self.done, self._rate = 0, 0.0
            self._mark, self._mark_done = time.monotonic(), 0
        self.total = self.done + total

    def advance(self, files: int) -> None:
        """So many more files are finished."""
        self.done += files
        now = time.monotonic()
        if self.latest.stage != "indexing":
            # The model was loaded, folders were looked through, or there was a pause: that is no
            # time of reading, and would tell of hours where there are seconds left.
            self._mark, self._mark_done = now, self.done
        passed = now - self._mark
        if passed >= 0.5:
            rate = (self.done - self._mark_done) / passed
            weight = 0.5 ** (passed / RATE_MEMORY_SECONDS)
            self._rate = rate if not self._rate else self._rate * weight + rate * (1 - weight)
            self._mark, self._mark_done = now, self.done

    def say(
        self, stage: str, *, folder: bytes = b"", found: int = 0, at_once: bool = False
    ) -> None:
        """Tell the stage and the figures, unless that was done a moment ago."""
        now = time.monotonic()
        if not at_once and stage == self.latest.stage and now - self._told_at < TELL_SECONDS:
            return
        self._told_at = now
        left = max(self.total - self.done, 0)
        remaining = left / self._rate if stage == "indexing" and self._rate > 0 else None
        self.latest = Progress(
            stage=stage,
            done=found if stage == "scanning" else self.done,
            total=self.total,
            rate=self._rate if stage == "indexing" else 0.0,
            remaining=remaining,
            folder=folder,
        )
        self._tell(self.latest)
