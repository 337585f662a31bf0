"""What changed in the catalog, told to whoever shows it, and not too often."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from photofind.library.reading import Outcome
from photofind.protocol import Event, LibraryChanged

TOLD_SECONDS: Final = 0.5  # between two announcements


class Changes:
    """Engine thread only."""

    def __init__(self, announce: Callable[[Event], None]) -> None:
        self._announce = announce
        self._photo_ids: list[int] = []
        self._layout = False  # which photos are shown, or their order
        self._told_at = 0.0

    def note(self, photo_ids: Iterable[int] = (), *, layout: bool = False) -> None:
        """These photos look different, or others are shown."""
        self._photo_ids += photo_ids
        self._layout |= layout

    def note_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Files were read, or set aside."""
        for outcome in outcomes:
            self.note(
                () if outcome.photo_id is None else (outcome.photo_id,),
                layout=outcome.redated or outcome.kind == "failed",
            )

    def tell(self, *, at_once: bool = False) -> None:
        """Announce what was noted, if it is time."""
        if not self._photo_ids and not self._layout:
            return
        now = time.monotonic()
        if not at_once and now - self._told_at < TOLD_SECONDS:
            return
        self._told_at = now
        self._announce(LibraryChanged(layout=self._layout, photo_ids=tuple(self._photo_ids)))
        self._photo_ids, self._layout = [], False
