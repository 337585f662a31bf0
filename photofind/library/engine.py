"""`Library`: requests in, events out, and the engine that carries out what changes the library."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from photofind.catalog import Catalog
from photofind.disk import named
from photofind.encoder import give_back_memory
from photofind.errors import (
    PhotoFindError,
    Reason,
    WorkerUnavailable,
)
from photofind.images.pool import DecodePool
from photofind.library.changes import Changes
from photofind.library.jobs import Client, Job
from photofind.library.mending import Mending
from photofind.library.models import Models
from photofind.library.progress import Pace
from photofind.library.purging import Purging
from photofind.library.queries import Asked, answer
from photofind.library.reading import Reading
from photofind.library.scanning import Scanning
from photofind.paths import LibraryPaths
from photofind.protocol import (
    Cancel,
    ChooseModel,
    Done,
    Event,
    Failed,
    Index,
    Pause,
    Prioritise,
    RemoveFolder,
    Request,
    Resume,
    Retry,
    SetExclusions,
    StateDone,
)
from photofind.thumbnails import ThumbnailWriter

_log = logging.getLogger(__name__)

SAVE_SECONDS = 60.0  # between two writings of the index file while much is indexed
# Faults of the world that may have passed by the next scan; other reasons wait for a changed file.
PASSING = (Reason.NO_PERMISSION, Reason.VANISHED, Reason.READ_ERROR)


class Library:
    """One open library. `run` is the engine thread; `answer` belongs to the query thread; the
    other methods may be called from any thread."""

    def __init__(
        self,
        paths: LibraryPaths,
        *,
        model: str | None,
        device: str | None,
        passing: bool = False,
        announce: Callable[[Event], None],
    ) -> None:
        """Open or make the library. Raises LibraryUnusable and its kin.

        The model and device are loaded first, and are the library's until others are chosen; or
        only the first, when they are `passing`.
        """
        self._paths = paths
        self._announce = announce
        self._catalog = Catalog.open(paths.catalog)
        self._thumbnails = ThumbnailWriter(paths.thumbnails)
        self._models = Models(
            self._catalog, paths, announce, model=model, device=device, passing=passing
        )
        self._pool = DecodePool(max(1, (os.cpu_count() or 2)))
        self._requests: SimpleQueue[tuple[Request, Client] | None] = SimpleQueue()
        self._jobs: list[Job] = []
        self._reading: Reading | None = None
        self._mending: Mending | None = None
        self._mended = False
        self._purging = Purging(self._catalog, self._thumbnails)
        self._pace = Pace(announce)
        self._scanning = Scanning(self._catalog, self._pace)
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._paused_by: object = None  # the client that asked for it last
        self._cancelled: deque[tuple[Client, int]] = deque()
        self._wanted: tuple[int, ...] | None = None  # photo ids on screen, newest list
        self._changes = Changes(announce)
        self._saved_at = time.monotonic()
        self._worked = False  # since memory was given back
        self._query_began: float | None = None  # None while the query thread has nothing to do
        self._engine_alive: float | None = None  # when last seen to go on; None while it waits

    # ------------------------------------------------------------------------ any thread

    def submit(self, request: Request, client: Client) -> None:
        """Queue a request for the engine; its terminal event goes to the client."""
        self._requests.put((request, client))

    def at_once(self, request: Request, client: Client) -> Event:
        """Carry out a request that must not wait for the engine."""
        if isinstance(request, Pause):
            self._paused_by = client
            self._paused.set()
        elif isinstance(request, Resume):
            self._paused.clear()
        elif isinstance(request, Prioritise):
            self._wanted = request.photo_ids
        elif isinstance(request, Cancel):
            self._cancelled.append((client, request.job))
        else:
            return StateDone(
                id=request.id,
                progress=self._pace.latest,
                encoder=self._models.state,
                paused=self._paused.is_set(),
                pid=os.getpid(),
                query_seconds=_since(self._query_began),
                engine_seconds=_since(self._engine_alive),
            )
        return Done(id=request.id)

    def state(self) -> tuple[Event, ...]:
        """What a new client should know at once."""
        return (self._models.state, self._pace.latest)

    def prepare_judging(self) -> None:
        """Get ready, in the background, to tell which hits mean something: a window will ask."""
        self._models.prepare_judging()

    def verify(self) -> None:
        """Look whether the catalog below is still ours. Raises CatalogDamaged, CatalogTooNew."""
        self._catalog.verify()

    def forget(self, client: object) -> None:
        """A client has gone: nobody waits for the answers to its requests, and what it paused goes
        on, since nobody else can know that it rests."""
        if client is self._paused_by:
            self._paused_by = None
            self._paused.clear()
        for job in list(self._jobs):
            if job.client is client:
                job.client = None

    def stop(self) -> None:
        """Ask the engine to end after the batch in hand."""
        self._stopping.set()
        self._requests.put(None)

    # ---------------------------------------------------------------------- query thread

    def preload(self) -> None:
        """Load the first model before it is asked for; a failure is told when it is."""
        self._query_began = time.monotonic()
        try:
            self._models.load_first()
        except PhotoFindError as error:
            _log.warning("the model could not be loaded: %s", error)
        finally:
            self._query_began = None

    def answer(self, request: Asked) -> Event:
        """The hits of a query, the labels of a picture or the list of models, or why not."""
        self._query_began = time.monotonic()
        try:
            return answer(request, self._models, self._catalog, self._pool)
        finally:
            self._query_began = None

    # --------------------------------------------------------------------- engine thread

    def run(self) -> None:
        """Carry out requests and read what waits, until `stop`."""
        while not self._stopping.is_set():
            self._mind_the_cancelled()
            working = self._reading is not None and len(self._reading) > 0
            busy = working and not self._paused.is_set()
            at_once = working or self._jobs or self._mending is not None
            if self._worked and not at_once:
                give_back_memory()
                self._worked = False
            self._engine_alive = None
            try:
                asked = self._requests.get(timeout=0 if at_once else self._purging.seconds_left())
            except Empty:
                asked = None
            self._engine_alive = time.monotonic()
            if asked is not None:
                self._carry_out(*asked)
            elif busy:
                self._read_a_little()
                self._worked = True
            elif working:
                self._pace.say("paused")
                time.sleep(0.05)
            elif self._mending is not None:
                self._mend_a_little(self._mending)
            elif not self._jobs and not self._purging.seconds_left():
                self._purging.idle()
            self._finish_jobs()
            self._changes.tell()
        self._let_go()
        self._changes.tell(at_once=True)

    def close(self) -> None:
        """Close every file. The index cache is written if it is worth it."""
        try:
            self._models.save()
        except (PhotoFindError, OSError) as error:
            _log.warning("the index file was not written: %s", error)
        self._pool.close()
        self._thumbnails.close()
        try:
            self._catalog.verify()
        except PhotoFindError as error:
            # Closing would write what is in memory into a file that is not ours any more.
            _log.error("the catalog is left alone: %s", error)
            return
        self._catalog.close()

    def _carry_out(self, request: Request, client: Client) -> None:
        try:
            if isinstance(request, Index):
                self._start_job(Job(request, client))
                return
            if isinstance(request, RemoveFolder):
                self._remove_folder(request)
            elif isinstance(request, Retry):
                self._catalog.retry(request.file_ids or None)
            elif isinstance(request, SetExclusions):
                self._scanning.set_patterns(request.patterns)
            elif isinstance(request, ChooseModel):
                self._models.choose(request.model, request.device)
                self._let_go()
            self._refill()
            self._changes.note(layout=True)
            client.send(Done(id=request.id))
        except PhotoFindError as error:
            client.send(Failed.of(error, request.id))
        except Exception as error:  # noqa: BLE001 (a mistake of ours: logged, told, and on)
            _log.exception("a mistake while carrying out %s", type(request).__name__)
            client.send(_our_mistake(request.id, self._paths, error))

    # ---------------------------------------------------------------------------- scanning

    def _start_job(self, job: Job) -> None:
        request = job.request
        places = self._scanning.places(request.paths)
        if request.model or request.device:
            # Files go on being read for the model before until `_refill` below: should it not come
            # to that, other jobs still wait for them.
            self._models.choose(request.model, request.device)
        self._scanning.exclude(request.exclude)
        self._catalog.retry_reasons(PASSING)
        for place in places:
            if not self._scanning.look_at(place, job, lambda: self._is_unwanted(job)):
                job.cancelled = True
                break
            self._changes.note(layout=True)
            self._changes.tell(at_once=True)
        if self._stopping.is_set():
            return
        self._forget_removed()
        if not job.cancelled:
            self._refill(job, places)
        self._jobs.append(job)

    def _is_unwanted(self, job: Job) -> bool:
        """Whether somebody asked to end this job, or everything, while folders are looked at."""
        self._engine_alive = time.monotonic()
        return self._stopping.is_set() or any(
            not request_id or (job.client is client and job.request.id == request_id)
            for client, request_id in tuple(self._cancelled)
        )

    def _remove_folder(self, request: RemoveFolder) -> None:
        self._catalog.remove_folder(request.folder_id, keep=not request.forget)
        self._changes.note(layout=True)
        self._forget_removed()
        self._models.refresh_indexes()
        while request.forget and not self._stopping.is_set() and self._purging.step():
            self._engine_alive = time.monotonic()

    def _forget_removed(self) -> None:
        """Photos that no file bears any more need no thumbnail; indexes follow the catalog."""
        self._thumbnails.remove(self._catalog.take_removed().content_hashes)

    def _refill(self, job: Job | None = None, places: Sequence[bytes] = ()) -> None:
        """Read again from the catalog what waits; a new job waits for its part of it."""
        if job is None and self._reading is None and not self._jobs:
            return
        model = self._models.get()
        if self._reading is None or self._reading.model is not model:
            self._let_go()
            self._reading = Reading(self._catalog, self._thumbnails, self._pool, model)
        self._models.refresh_indexes()
        waiting = self._catalog.pending(model.encoder_id)
        self._reading.fill(waiting)
        for other in self._jobs:
            # What went, or went offline, since they began is not read for them any more.
            other.waiting = {file_id for file_id in other.waiting if file_id in self._reading}
        if job is not None:
            job.waiting = self._scanning.reached(waiting, places) - job.unseen
            # Files that did not change but were never read are counted when they are.
            job.unchanged -= len(job.waiting - job.new)
        self._pace.begin(len(self._reading))

    def _let_go(self) -> None:
        """Stop reading: what is in hand waits again, and did nobody any harm."""
        reading, self._reading = self._reading, None
        if reading is None or not len(reading):
            return
        try:
            self._catalog.verify()  # it may have been found damaged, and this writes
            reading.let_go()
        except PhotoFindError as error:
            _log.warning("what was in hand is read with care the next time: %s", error)

    # ----------------------------------------------------------------------------- reading

    def _read_a_little(self) -> None:
        reading = self._reading
        assert reading is not None
        try:
            if self._models.state.state != "ready":
                self._pace.say("loading")
                self._models.ready_for_photos(reading.model)
            wanted, self._wanted = self._wanted, None
            if wanted:
                reading.prefer(self._catalog.pending_of(wanted))
            outcomes = reading.step()
            if reading.missed:
                self._miss(reading)
        except PhotoFindError as error:
            self._give_up(error)
            return
        if outcomes:
            self._pace.advance(len(outcomes))
            for outcome in outcomes:
                for job in self._jobs:
                    job.take(outcome.file_id, outcome.kind, outcome.replaced)
            self._changes.note_outcomes(outcomes)
        self._pace.say("indexing")
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            self._save()

    def _miss(self, reading: Reading) -> None:
        """A drive that is pulled out while its photos are read makes its folder offline, as if it
        had been away from the start: they are not set aside one by one."""
        look = Job(Index(), None)
        self._scanning.missed(reading.missed, look, lambda: self._is_unwanted(look))
        reading.missed.clear()
        for job in self._jobs:
            job.offline += look.offline
        if look.offline:
            self._refill()
            self._changes.note(layout=True)

    def _mend_a_little(self, mending: Mending) -> None:
        try:
            self._changes.note(mending.step())
        except PhotoFindError as error:
            _log.warning("thumbnails could not be made again: %s", error)
            self._mending = None
            return
        if mending.done:
            self._mending = None

    def _give_up(self, error: PhotoFindError) -> None:
        """The world does not let us go on (a full disk, a model that is not there): say so, and
        wait for the next request."""
        _log.error("indexing stopped: %s", error)
        failed = Failed.of(error)
        for job in self._jobs:
            if job.client is not None:
                job.client.send(Failed.of(error, job.request.id))
        self._jobs.clear()
        self._let_go()
        self._pace.total = self._pace.done
        self._pace.say("idle", at_once=True)
        self._announce(failed)

    def _finish_jobs(self) -> None:
        nothing_left = self._reading is None or not len(self._reading)
        for job in [job for job in self._jobs if nothing_left or not job.waiting]:
            self._jobs.remove(job)
            self._close_job(job)
        if nothing_left and self._pace.latest.stage != "idle":
            if self._reading is not None:
                self._save()
            self._pace.say("idle", at_once=True)
            # Once a session, when there is nothing better to do.
            if self._reading is not None and not self._mended:
                self._mended = True
                self._mending = Mending(self._catalog, self._thumbnails, self._pool)

    def _save(self) -> None:
        """Write the index files, and move the log into the catalog. Everything is kept without
        either: a disk that has no room for them ends no work."""
        try:
            self._models.save()
            self._catalog.checkpoint()
        except (PhotoFindError, OSError) as error:
            _log.warning("what is kept was not put in order: %s", error)
        self._saved_at = time.monotonic()

    def _close_job(self, job: Job) -> None:
        self._changes.tell(at_once=True)
        if job.client is None:
            return
        try:
            self._catalog.verify()  # what went into a file that was deleted meanwhile is not kept
        except PhotoFindError as error:
            _log.error("what was indexed is lost: %s", error)
            job.client.send(Failed.of(error, job.request.id))
            return
        encoder = self._reading.model.encoder if self._reading is not None else None
        model, device = (encoder.name, encoder.device) if encoder is not None else ("", "")
        job.client.send(job.report(model, device))

    def _mind_the_cancelled(self) -> None:
        # One that still stands in the queue is met when its turn comes, by `_is_unwanted`.
        queued, early = not self._requests.empty(), []
        while self._cancelled:
            client, request_id = self._cancelled.popleft()
            mine = [
                job
                for job in self._jobs
                if not request_id or (job.client is client and job.request.id == request_id)
            ]
            if request_id and not mine and queued:
                early.append((client, request_id))
            for job in mine:
                self._jobs.remove(job)
                job.cancelled = True
                self._close_job(job)
            if self._reading is not None and not self._jobs:
                self._reading.drop()
                self._pace.total = self._pace.done + len(self._reading)
        self._cancelled.extendleft(early)


def _since(moment: float | None) -> float:
    return 0.0 if moment is None else time.monotonic() - moment


def _our_mistake(request_id: int, paths: LibraryPaths, error: Exception) -> Failed:
    kind, log = type(error).__name__, named(paths.log / "worker.log")
    told = WorkerUnavailable(
        "PhotoFind made a mistake ({kind}); {log} says more.", kind=kind, log=log
    )
    return Failed.of(told, request_id)
