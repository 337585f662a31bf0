"""Forgetting what removed folders left, once it was kept long enough.

Runs when nothing else waits, a little at a time. Thumbnails go before the catalog forgets whose
they were; the index lost these photos when their folder was removed.
"""

import logging
import time
from typing import Final

from photofind.catalog import Catalog
from photofind.catalog.records import KEPT_DAYS
from photofind.errors import PhotoFindError
from photofind.thumbnails import ThumbnailWriter

_log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 3600.0  # between two looks whether anything is old enough
KEPT_SECONDS: Final = KEPT_DAYS * 86400


class Purging:
    """Engine thread only."""

    def __init__(self, catalog: Catalog, thumbnails: ThumbnailWriter) -> None:
        self._catalog, self._thumbnails = catalog, thumbnails
        self._look_at = 0.0  # on the monotonic clock

    def seconds_left(self) -> float:
        """Until there may be something to do."""
        return max(0.0, self._look_at - time.monotonic())

    def step(self) -> bool:
        """Forget a little; whether there may be more. Raises DiskFull and its kin."""
        long_ago = int(time.time()) - KEPT_SECONDS
        return self._catalog.purge(long_ago, self._thumbnails.remove) is not None

    def idle(self) -> None:
        """The same when nothing else waits; a fault of the world is met again at the next look."""
        try:
            if self.step():
                return
        except PhotoFindError as error:
            _log.warning("a removed folder could not be forgotten: %s", error)
        self._look_at = time.monotonic() + LOOK_SECONDS
