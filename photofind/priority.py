"""Giving way to whatever the person is doing on this computer. Hides what systems call priority.

On Linux a priority belongs to a thread, and goes over to the threads and processes that it starts.
So only what nobody waits for gives way there: reading photos, building the graph. Who asked a query
waits for it: measured beside ViT-B-32's image tower on two busy cores, its words took 144 to 186 ms
(median) where the tower gave way, 472 to 560 where both had the same priority. Elsewhere a priority
belongs to the whole process.
"""

import contextlib
import os
import sys
from typing import Final

LOW: Final = 10  # nice


def give_way() -> None:
    """Lower the priority of this thread (on Linux), or of this process (elsewhere)."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import psutil

            with contextlib.suppress(psutil.Error):
                psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            now = os.getpriority(os.PRIO_PROCESS, 0)  # 0: the caller, on Linux this thread
            os.setpriority(os.PRIO_PROCESS, 0, max(LOW, now))
