"""From files that wait to photos that can be found: decode, embed, store, batch by batch.

Decoding runs ahead of the encoder in processes that may die; a batch is stored in one transaction.
Before a file is decoded its `attempts` are raised in the catalog and committed, so that a file that
takes the whole worker down is known by its count. Files of a batch that was in hand when the worker
died are read again one at a time; one that then brings it down twice more, alone, is set aside.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import cast

import numpy as np

from photofind.catalog import Catalog, FileFailed, FileRead, PendingFile
from photofind.errors import Reason, UnreadablePhoto
from photofind.images import ReadPhoto
from photofind.images.pool import DecodePool
from photofind.library.models import LoadedModel
from photofind.thumbnails import ThumbnailWriter

_log = logging.getLogger(__name__)

CLAIM = 32  # files whose attempts are raised in one transaction
BATCHES_AHEAD = 3  # decoded pictures in memory: at most so many batches
ATTEMPTS = 3  # once in a batch, twice alone
WAIT_SECONDS = 0.1  # between looks at requests while decoders work
STORE_SECONDS = 5.0  # a slow disk or model still commits about this often


_Hash = tuple[bytes, int, int]  # content hash, size, mtime_ns
_Result = ReadPhoto | _Hash


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file_id: int
    kind: str  # "indexed", "unchanged", "moved", "failed", "gone"
    photo_id: int | None = None
    replaced: int | None = None  # the file row of the place it moved from
    redated: bool = False  # its capture time became known: it may stand elsewhere in the grid


class Reading:
    """The files that wait, and the pipeline that empties them. Engine thread only."""

    def __init__(
        self, catalog: Catalog, thumbnails: ThumbnailWriter, pool: DecodePool, model: LoadedModel
    ) -> None:
        self.model = model
        self._catalog, self._thumbnails, self._pool = catalog, thumbnails, pool
        self._left: dict[int, None] = {}  # file ids, in order
        self._held: set[int] = set()  # file ids that were in hand at the last `fill`
        self._first: deque[int] = deque()  # ids on screen, read before the others
        self._claimed: deque[PendingFile] = deque()
        self._suspects: deque[PendingFile] = deque()
        self._flying: dict[Future[_Result], PendingFile] = {}
        self._decoded: list[tuple[PendingFile, ReadPhoto]] = []
        self._failures: list[FileFailed] = []
        self.missed: list[bytes] = []  # paths that the disk did not give; for who asks, and empties
        self._stored_at = time.monotonic()

    def __len__(self) -> int:
        """Files that wait, those in hand included."""
        in_hand = len(self._claimed) + len(self._suspects) + len(self._flying)
        return len(self._left) + in_hand + len(self._decoded)

    def __contains__(self, file_id: int) -> bool:
        """Whether a file waits or is in hand, as `fill` saw it."""
        return file_id in self._left or file_id in self._held

    def fill(self, file_ids: Iterable[int]) -> None:
        """These files wait now, in this order; those in hand are left alone."""
        self._held = {*self._begun(), *(file.id for file in self._suspects)}
        self._left = {file_id: None for file_id in file_ids if file_id not in self._held}

    def prefer(self, file_ids: Iterable[int]) -> None:
        """Read these before the others."""
        self._first = deque(file_ids)

    def let_go(self) -> None:
        """Give up what is in hand, without blame: the attempts at it are not counted. Raises
        DiskFull and its kin. Nothing may be asked of this reading afterwards."""
        if begun := list(self._begun()):
            self._catalog.withdraw(begun)

    def _begun(self) -> Iterator[int]:
        """The ids of files whose attempts were raised, and of which nothing is written down yet."""
        for file in (*self._claimed, *self._flying.values(), *(file for file, _ in self._decoded)):
            yield file.id
        for failed in self._failures:
            if failed.reason is not Reason.WORKER_CRASHED:
                yield failed.file_id

    def drop(self) -> None:
        """Forget what waits; what is in hand goes on."""
        self._left.clear()

    def step(self) -> list[Outcome]:
        """Go on a little: at most one batch. Returns what was finished.

        Raises DiskFull and its kin; what was in hand is then read again later.
        """
        self._send_off()
        outcomes = self._collect()
        batch = self.model.encoder.batch_size
        idle = not self._flying and not self._claimed
        late = time.monotonic() - self._stored_at > STORE_SECONDS
        if len(self._decoded) >= batch or ((idle or late) and (self._decoded or self._failures)):
            outcomes += self._store(batch)
        return outcomes

    # --------------------------------------------------------------------------- decoding

    def _send_off(self) -> None:
        """Keep the decoders busy, but no further ahead than memory allows."""
        ahead = self.model.encoder.batch_size * BATCHES_AHEAD
        while len(self._flying) + len(self._decoded) < ahead:
            if not self._claimed:
                self._claim()
            if self._claimed:
                self._read(self._claimed.popleft())
                continue
            if self._suspects and not self._flying and not self._decoded:
                suspect = self._suspects.popleft()
                self._catalog.begin([suspect.id])
                self._read(suspect)
            return

    def _claim(self) -> None:
        ids: list[int] = []
        while self._first and len(ids) < CLAIM:
            file_id = self._first.popleft()
            if file_id in self._left:
                del self._left[file_id]
                ids.append(file_id)
        while self._left and len(ids) < CLAIM:
            file_id = next(iter(self._left))
            del self._left[file_id]
            ids.append(file_id)
        if not ids:
            return
        files = self._catalog.files(ids)
        fresh = [file for file in files if file.attempts == 0]
        for file in files:
            if file.attempts >= ATTEMPTS:
                self._failures.append(FileFailed(file.id, Reason.WORKER_CRASHED, ""))
            elif file.attempts:
                self._suspects.append(file)
        self._catalog.begin([file.id for file in fresh])
        familiar = self._catalog.sizes_known({file.size for file in fresh})
        for file in fresh:
            if file.size in familiar and file.state == "waiting":
                # Perhaps moved or copied: its bytes tell, without decoding them.
                self._fly(self._pool.hash(file.path), file)
            else:
                self._claimed.append(file)

    def _read(self, file: PendingFile) -> None:
        self._fly(self._pool.read(file.path, self.model.encoder.preprocessing), file)

    def _fly(self, future: "Future[ReadPhoto] | Future[_Hash]", file: PendingFile) -> None:
        # Future is invariant in its result, though ours are only ever read.
        self._flying[cast("Future[_Result]", future)] = file

    def _collect(self) -> list[Outcome]:
        """Take what the decoders have finished."""
        outcomes: list[Outcome] = []
        if not self._flying:
            return outcomes
        timeout = 0.0 if len(self._decoded) >= self.model.encoder.batch_size else WAIT_SECONDS
        done, _ = wait(self._flying, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            outcome = self._take(self._flying[future], future)  # when it raises, it stays in hand
            del self._flying[future]
            if outcome is not None:
                outcomes.append(outcome)
        if outcomes:
            self._forget_removed()
            # A photo whose only file had gone was taken out of the index; it is back.
            photo_ids = [outcome.photo_id for outcome in outcomes if outcome.photo_id is not None]
            self.model.index.add(*self._catalog.embeddings_of(self.model.encoder_id, photo_ids))
        return outcomes

    def _take(self, file: PendingFile, future: "Future[_Result]") -> Outcome | None:
        """One file that the decoders have finished; what became of it, if that is all."""
        try:
            result = future.result()
        except UnreadablePhoto as problem:
            if problem.reason in (Reason.VANISHED, Reason.READ_ERROR):
                self.missed.append(file.path)
            self._failures.append(FileFailed(file.id, problem.reason, problem.detail))
            return None
        except RuntimeError:
            # A mistake of ours in the decoder process: one file's misfortune, not all's.
            _log.exception("the decoder failed on file %d", file.id)
            self._failures.append(FileFailed(file.id, Reason.DECODER_CRASHED, ""))
            return None
        if isinstance(result, ReadPhoto):
            self._decoded.append((file, result))
            return None
        content_hash, size, mtime_ns = result
        adopted = self._catalog.adopt(self.model.encoder_id, file.id, content_hash, size, mtime_ns)
        if adopted is None:
            self._claimed.append(file)
            return None
        return Outcome(
            file.id,
            _KINDS[adopted.kind],
            adopted.photo_id,
            adopted.replaced_file_id,
            redated=True,
        )

    # ---------------------------------------------------------------------------- storing

    def _store(self, limit: int) -> list[Outcome]:
        batch, failures = self._decoded[:limit], self._failures.copy()
        reads: list[FileRead] = []
        if batch:
            pixels = np.stack([_pixels(photo) for _, photo in batch])
            vectors = self.model.encoder.encode_images(pixels)
            for (file, photo), vector in zip(batch, vectors, strict=True):
                if np.isfinite(vector).all():
                    reads.append(
                        FileRead(
                            file.id,
                            photo.content_hash,
                            photo.size,
                            photo.mtime_ns,
                            photo.facts,
                            vector,
                        )
                    )
                else:
                    failures.append(FileFailed(file.id, Reason.NO_EMBEDDING, ""))
            self._thumbnails.put([(photo.content_hash, photo.thumbnail) for _, photo in batch])
        # A file whose folder was removed while it was being decoded is not among the stored.
        stored = self._catalog.store(self.model.encoder_id, reads, failures)
        del self._decoded[:limit]
        self._failures.clear()
        self._stored_at = time.monotonic()
        by_file = {read.file_id: read for read in reads}
        if stored:
            self.model.index.add(
                [kept.photo_id for kept in stored],
                np.stack([by_file[kept.file_id].embedding for kept in stored]),
            )
        self._forget_removed()
        outcomes = [
            Outcome(
                kept.file_id,
                "moved" if kept.kind == "moved" else "indexed",
                kept.photo_id,
                kept.replaced_file_id,
                redated=kept.kind != "new" or by_file[kept.file_id].facts.taken_at is not None,
            )
            for kept in stored
        ]
        for failure in failures:
            _log.info("file %d set aside: %s %s", failure.file_id, failure.reason, failure.detail)
            outcomes.append(Outcome(failure.file_id, "failed"))
        outcomes += [Outcome(gone, "gone") for gone in by_file.keys() - {k.file_id for k in stored}]
        return outcomes

    def _forget_removed(self) -> None:
        """Photos that were merged into others, or whose file changed, leave the caches."""
        removed = self._catalog.take_removed()
        if removed.photo_ids:
            self.model.index.remove(removed.photo_ids)
            self._thumbnails.remove(removed.content_hashes)


_KINDS = {"same": "unchanged", "moved": "moved", "copy": "indexed"}


def _pixels(photo: ReadPhoto) -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
    assert photo.pixels is not None
    return photo.pixels
