"""A worker's connection that the test holds in its hand."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from photofind.errors import PhotoFindError, WorkerUnavailable
from photofind.protocol import AnyEvent, Request

WAIT_SECONDS = 5.0


@dataclass
class FakeClient:
    """What `Client.open` would have given. `hear` and `die` act as the reader thread does."""

    on_event: Callable[[AnyEvent], None]
    on_closed: Callable[[PhotoFindError | None], None]
    sent: list[Request] = field(default_factory=list)
    closed: bool = False
    stuck: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.stuck.set()  # not stuck

    def send(self, request: Request) -> None:
        self.stuck.wait(WAIT_SECONDS)
        if self.closed:
            raise WorkerUnavailable("The background worker has ended.")
        self.sent.append(request)

    def close(self) -> None:
        self.closed = True
        self.stuck.set()

    def hear(self, event: AnyEvent) -> None:
        thread = threading.Thread(target=self.on_event, args=(event,))
        thread.start()
        thread.join()

    def die(self, why: PhotoFindError | None = None) -> None:
        self.closed = True
        thread = threading.Thread(target=self.on_closed, args=(why,))
        thread.start()
        thread.join()

    def of(self, kind: type[Request]) -> list[Request]:
        """The requests of one kind that were sent."""
        return [request for request in self.sent if isinstance(request, kind)]


class FakeWorkers:
    """Opens clients; `refuse` makes the next opening fail."""

    def __init__(self) -> None:
        self.clients: list[FakeClient] = []
        self.refusals: list[Exception] = []
        self.slow_seconds = 0.0

    def open(
        self,
        *,
        on_event: Callable[[AnyEvent], None],
        on_closed: Callable[[PhotoFindError | None], None],
    ) -> FakeClient:
        time.sleep(self.slow_seconds)
        if self.refusals:
            raise self.refusals.pop(0)
        self.clients.append(FakeClient(on_event, on_closed))
        return self.clients[-1]

    @property
    def client(self) -> FakeClient:
        """The newest."""
        return self.clients[-1]
