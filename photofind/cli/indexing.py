"""Indexing from the command line: wait for it, show how far it is, stop it gently."""

import contextlib
import sys
from collections.abc import Sequence
from typing import Any

from photofind.client import Client
from photofind.errors import PhotoFindError
from photofind.errors import WorkerUnavailable as Unavailable
from photofind.paths import LibraryPaths
from photofind.protocol import AnyEvent, Cancel, Index, Indexed, Progress

INTERRUPT_SECONDS = 8.0  # a batch in hand is committed first
PAUSED = "photofind: indexing is paused in the window, and goes on when it is resumed there"
RESTARTS = 6  # of a worker that dies without finishing a single file in between


class Interrupted(Exception):
    """Ctrl+C, or a polite request to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def index_folders(
    paths: LibraryPaths,
    folders: Sequence[bytes],
    *,
    model: str | None,
    device: str | None,
    exclude: tuple[str, ...] = (),
) -> Indexed:
    """Index and wait, with a progress bar on a terminal. A worker that dies is replaced."""
    restarts = 0
    with _Bar() as bar:
        while True:
            before = bar.finished
            client = Client.open(paths, model=model, device=device, on_event=bar.show)
            try:
                request = Index(
                    id=client.new_id(),
                    paths=tuple(folders),
                    model=model,
                    device=device,
                    exclude=exclude,
                )
                done = client.call(request)
                assert isinstance(done, Indexed)
                return done
            except Unavailable:
                restarts = 0 if bar.finished > before else restarts + 1
                if restarts >= RESTARTS or not client.closed:
                    raise
            except Interrupted:
                _stop_gently(client, request)
                raise
            finally:
                client.close()


def _stop_gently(client: Client, request: Index) -> None:
    """Let the batch in hand be committed; a second Ctrl+C does not wait for it."""
    try:
        client.call(Cancel(id=client.new_id(), job=request.id), timeout=INTERRUPT_SECONDS)
    except (PhotoFindError, Interrupted):
        return


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self.finished = 0
        self._told_of_pause = False
        self._bar: Any = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, event: AnyEvent) -> None:
        if not isinstance(event, Progress):
            return
        if event.stage == "indexing":
            self.finished = event.done
        with contextlib.suppress(OSError):  # a terminal that is gone ends no work
            self._draw(event)

    def _draw(self, event: Progress) -> None:
        if event.stage == "paused" and not self._told_of_pause:
            self._told_of_pause = True
            print(PAUSED, file=sys.stderr)
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(unit=" photos", dynamic_ncols=True, smoothing=0.1, leave=False)
        self._bar.set_description_str(event.stage)
        self._bar.total = event.total or None
        self._bar.n = event.done
        self._bar.refresh()
