"""Seconds to months, and modification times to wall time, for any time a file system can claim."""

import time
from datetime import datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1)
EARLIEST: Final = int((datetime(1, 1, 1) - _EPOCH).total_seconds())
LATEST: Final = int((datetime(9999, 12, 31, 23, 59, 59) - _EPOCH).total_seconds())


def within_calendar(seconds: int) -> int:
    """The nearest moment that has a month: damaged clocks and file systems claim anything."""
    return min(max(seconds, EARLIEST), LATEST)


def month_of(seconds: int) -> int:
    """The month (yyyymm) of wall seconds that lie within the calendar."""
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.year * 100 + moment.month


def wall_seconds(seconds: int) -> int:
    """Seconds since the epoch as local wall time, counted as if it were UTC."""
    try:
        return within_calendar(seconds + time.localtime(seconds).tm_gmtoff)
    except (OverflowError, OSError, ValueError):  # beyond what this system's clock knows
        return within_calendar(seconds)


def taken_from_mtime(mtime_ns: int) -> int:
    """When a photo was taken if only the file's modification time tells: local wall seconds."""
    return wall_seconds(mtime_ns // 10**9)
