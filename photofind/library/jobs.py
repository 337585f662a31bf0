"""One `Index` request on its way: which files it waits for, and what became of them."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from photofind.protocol import Event, Index, Indexed


class Client(Protocol):
    """Who asked. `send` never waits and may be called from any thread."""

    def send(self, event: Event) -> None: ...


@dataclass(slots=True)
class Job:
    """Counts of files, as `Indexed` reports them. Used by the engine thread alone."""

    request: Index
    client: Client | None  # None once the client has gone: the work goes on, nobody is told
    began: float = field(default_factory=time.monotonic)
    waiting: set[int] = field(default_factory=set)  # file ids
    new: set[int] = field(default_factory=set)  # file ids added or changed since the last scan
    missing: set[int] = field(default_factory=set)  # file ids that this job found to be gone
    unseen: set[int] = field(default_factory=set)  # file ids that it could not look at
    found: int = 0
    indexed: int = 0
    unchanged: int = 0
    moved: int = 0
    removed: int = 0
    failed: int = 0
    online_only: int = 0
    cancelled: bool = False
    offline: list[bytes] = field(default_factory=list)
    unreadable: list[bytes] = field(default_factory=list)

    def take(self, file_id: int, kind: str, replaced: int | None = None) -> None:
        """One of the files is finished: "indexed", "unchanged", "moved" or "failed"; or "gone", for
        it is no longer known."""
        if file_id not in self.waiting:
            return
        self.waiting.discard(file_id)
        if kind == "gone":
            return
        setattr(self, kind, getattr(self, kind) + 1)
        if replaced is not None and replaced in self.missing:
            self.missing.discard(replaced)
            self.removed -= 1

    def report(self, model: str, device: str) -> Indexed:
        return Indexed(
            id=self.request.id,
            found=self.found,
            indexed=self.indexed,
            unchanged=self.unchanged,
            moved=self.moved,
            removed=self.removed,
            failed=self.failed,
            online_only=self.online_only,
            seconds=time.monotonic() - self.began,
            model=model,
            device=device,
            cancelled=self.cancelled,
            offline=tuple(self.offline),
            unreadable=tuple(self.unreadable),
        )
