"""Making lost thumbnails again: the thumbnail file was damaged, deleted or left behind.

Thumbnails are a cache; the photos they were made from are not read again for their embeddings.
Runs when nothing else waits, a few files at a time. A photo that cannot be read now simply stays
without a thumbnail: the next scan says what became of its file.
"""

from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Final

from photofind.catalog import Catalog
from photofind.errors import UnreadablePhoto
from photofind.images import ReadPhoto
from photofind.images.pool import DecodePool
from photofind.thumbnails import ThumbnailWriter

PHOTOS_AT_ONCE: Final = 2000  # looked up in the thumbnail file
FILES_AT_ONCE: Final = 8  # read at the same time
WAIT_SECONDS: Final = 0.1


class Mending:
    """One pass over the photos of a catalog. Engine thread only."""

    def __init__(self, catalog: Catalog, thumbnails: ThumbnailWriter, pool: DecodePool) -> None:
        self._catalog, self._thumbnails, self._pool = catalog, thumbnails, pool
        self._after: int | None = 0  # the last photo looked at; None when all were
        self._missing: list[tuple[int, bytes]] = []
        self._flying: dict[Future[ReadPhoto], int] = {}

    @property
    def done(self) -> bool:
        """Whether every photo was looked at."""
        return self._after is None and not self._missing and not self._flying

    def step(self) -> list[int]:
        """Go on a little. Returns the photos that have a thumbnail again."""
        if not self._missing and self._after is not None:
            self._look()
        while self._missing and len(self._flying) < FILES_AT_ONCE:
            photo_id, path = self._missing.pop()
            self._flying[self._pool.read(path, None)] = photo_id
        if not self._flying:
            return []
        finished, _ = wait(self._flying, timeout=WAIT_SECONDS, return_when=FIRST_COMPLETED)
        mended: list[int] = []
        made: list[tuple[bytes, bytes]] = []
        for future in finished:
            photo_id = self._flying.pop(future)
            try:
                photo = future.result()
            except UnreadablePhoto:
                continue
            made.append((photo.content_hash, photo.thumbnail))
            mended.append(photo_id)
        if made:
            self._thumbnails.put(made)
        return mended

    def _look(self) -> None:
        assert self._after is not None
        hashes = self._catalog.content_hashes(self._after, PHOTOS_AT_ONCE)
        if not hashes:
            self._after = None
            return
        self._after = hashes[-1][0]
        missing = self._thumbnails.missing([content_hash for _, content_hash in hashes])
        wanted = [photo_id for photo_id, content_hash in hashes if content_hash in missing]
        self._missing = list(self._catalog.paths_of(wanted, here=True).items())
