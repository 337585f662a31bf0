"""A library with its engine running in this process, on a real folder, with real decoders."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from photofind.catalog import CatalogReader
from photofind.catalog.records import Ledger, SetAside
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.protocol import Event, Failed, Index, Indexed, Request, Search, SearchDone


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something becomes true within this time: long, for a busy machine is no fault."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Running:
    """What a client of the worker would see, without the socket."""

    def __init__(self, paths: LibraryPaths, model: str) -> None:
        self.paths, self.model = paths, model
        self.events: list[Event] = []
        self._answers: SimpleQueue[Event] = SimpleQueue()
        self._library = Library(paths, model=model, device="cpu", announce=self.events.append)
        self._thread = threading.Thread(target=self._library.run)
        self._thread.start()

    def send(self, event: Event) -> None:
        self._answers.put(event)

    def ask(self, request: Request) -> Event:
        self._library.submit(request, self)
        return self._answers.get(timeout=60)

    def at_once(self, request: Request) -> Event:
        return self._library.at_once(request, self)

    def index(self, *folders: Path, **how: object) -> Indexed:
        paths = tuple(os.fsencode(folder) for folder in folders)
        event = self.ask(Index(id=1, paths=paths, model=self.model, **how))  # type: ignore[arg-type]
        if isinstance(event, Failed):
            raise event.error()
        assert isinstance(event, Indexed)
        return event

    def search(self, **how: object) -> SearchDone:
        done = self._library.answer(Search(id=1, with_paths=True, top=1000, **how))  # type: ignore[arg-type]
        if isinstance(done, Failed):
            raise done.error()
        assert isinstance(done, SearchDone)
        return done

    def found(self) -> set[Path]:
        """Every path that a search of the whole library gives; none comes twice."""
        paths = self.search(text="photo").paths
        assert len(set(paths)) == len(paths)
        return {Path(os.fsdecode(path)) for path in paths}

    def score_of(self, picture: Path, path: Path) -> float:
        """How alike a photo of the library is to a picture file."""
        done = self.search(image_path=os.fsencode(picture))
        return dict(zip(done.paths, done.scores, strict=True))[os.fsencode(path)]

    def ledger(self) -> Ledger:
        reader = CatalogReader.open(self.paths.catalog)
        assert reader is not None
        with reader:
            return reader.ledger()

    def set_aside(self) -> list[SetAside]:
        reader = CatalogReader.open(self.paths.catalog)
        assert reader is not None
        with reader:
            return reader.set_aside()

    def close(self) -> None:
        if self._thread.is_alive():
            self._library.stop()
            self._thread.join(20)
            self._library.close()
