"""A lock that is taken in turns: hides that `threading.Lock` is not fair."""

import threading


class Turns:
    """Whoever has held it once lets those in who wait, before it holds it again.

    `threading.Lock` goes to whoever asks at the right moment, and a thread that releases it and
    takes it again at once is nearly always the first: on busy cores a search waited for dozens of
    small adds to the graph, one after the other.
    """

    def __init__(self) -> None:
        self._door = threading.Lock()  # held by the one who is next
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._door:
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @property
    def awaited(self) -> bool:
        """Whether somebody stands at the door."""
        return self._door.locked()
