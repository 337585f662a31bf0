"""Encoders in use, each with the index and the searcher over its embeddings."""

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from photofind.catalog import Catalog
from photofind.encoder import BUILTIN, Encoder, open_encoder, resolve
from photofind.errors import ModelError, PhotoFindError
from photofind.index import VectorIndex
from photofind.library.modellist import model_lines
from photofind.paths import LibraryPaths
from photofind.protocol import EncoderState, ModelLine
from photofind.search import Searcher

_log = logging.getLogger(__name__)

EMBEDDINGS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An encoder and everything that is kept for its embeddings."""

    encoder: Encoder
    encoder_id: int
    index: VectorIndex
    searcher: Searcher


class Models:
    """Loads encoders when they are first needed. Any thread; loading is done once."""

    def __init__(
        self,
        catalog: Catalog,
        paths: LibraryPaths,
        tell: Callable[[EncoderState], None],
        *,
        model: str | None,
        device: str | None,
        passing: bool,
    ) -> None:
        self._catalog = catalog
        self._paths = paths
        self._tell = tell
        self._lock = threading.RLock()  # held while a model is loaded
        self._loaded: dict[tuple[str, str], LoadedModel] = {}
        self._judging = False
        # What the worker was started with is the library's before anything was chosen. But not what
        # one search was asked with: the next one, by somebody else, does not mean it.
        self._override = None if passing else model
        self._device = (None if passing else device) or catalog.setting("device") or "auto"
        self._first = (model, device) if passing else (None, None)
        told = self._override or catalog.setting("model") or ""
        self.state = EncoderState(state="none", model=told)

    def get(
        self, model: str | None = None, device: str | None = None, *, passing: bool = False
    ) -> LoadedModel:
        """The named model, or the library's. Raises ModelError or DeviceError.

        Waits for nothing when it is loaded: a query goes on while another model is loaded. Nobody
        is told of a `passing` one, which a single request named: a window would take it for the
        library's, and its failure for the end of indexing.
        """
        spec = resolve(model or self._catalog.setting("model") or self._override)
        key = spec.name, device or self._device
        if (loaded := self._loaded.get(key)) is None:
            with self._lock:
                if (loaded := self._loaded.get(key)) is None:
                    loaded = self._loaded[key] = self._load(*key, tell=not passing)
        if not passing and self.state.state == "none":  # loaded before, for one request
            self._say("text-ready", loaded.encoder)
        return loaded

    def load_first(self) -> None:
        """Load what will be asked for first. Raises ModelError or DeviceError."""
        self.get(*self._first, passing=self._first != (None, None))

    def choose(self, model: str | None, device: str | None) -> LoadedModel:
        """Use this model for the library from now on; one that does not load changes nothing."""
        before = self.state
        try:
            loaded = self.get(model, device)
        except PhotoFindError:
            if before.state in ("text-ready", "ready"):  # it goes on being used
                self._tell_state(before)
            raise
        if loaded.encoder.name != self.state.model or loaded.encoder.device != self.state.device:
            self._say("text-ready", loaded.encoder)  # loaded before, for another moment
        with self._lock:
            if model is not None:
                self._catalog.set_setting("model", resolve(model).name)
            if device is not None:
                self._device = device
                self._catalog.set_setting("device", device)
            self._remember(loaded)
        return loaded

    def prepare_judging(self) -> None:
        """Somebody will ask which hits mean something. Waits for no model that is being loaded."""
        self._judging = True
        for loaded in list(self._loaded.values()):
            loaded.searcher.prepare_judging()

    def lines(self) -> tuple[ModelLine, ...]:
        """Every model that can be chosen, and whether its files are here. Asks the disk."""
        own = self._catalog.setting("model") or self._override
        return model_lines(own, self._catalog.encoder_names())

    def ready_for_photos(self, loaded: LoadedModel) -> None:
        """Load the image tower. Called in the engine thread, before the first batch."""
        loaded.encoder.load_images()
        self._say("ready", loaded.encoder)

    def refresh_index(self, loaded: LoadedModel) -> None:
        """Bring an index up to what may be found now: photos that are shown and embedded."""
        wanted = self._catalog.searchable_ids(loaded.encoder_id)
        held = loaded.index.ids()
        loaded.index.remove(np.setdiff1d(held, wanted, assume_unique=True))
        for ids in _chunks(np.setdiff1d(wanted, held, assume_unique=True)):
            loaded.index.add(*self._catalog.embeddings_of(loaded.encoder_id, ids))

    def refresh_indexes(self) -> None:
        """The same for every model in use, after photos came or went."""
        with self._lock:
            loaded = list(self._loaded.values())
        for model in loaded:
            self.refresh_index(model)

    def save(self) -> None:
        """Write what is new in the indexes to their cache files."""
        with self._lock:
            loaded = list(self._loaded.values())
        for model in loaded:  # without the lock: hundreds of megabytes on their way to the disk
            model.index.save()

    def _load(self, name: str, device: str, *, tell: bool) -> LoadedModel:
        if tell:
            self._say("loading", None, model=name)
        try:
            encoder = open_encoder(name, device)
        except PhotoFindError as error:
            if tell:
                self._say("failed", None, model=name, failure=error)
            raise
        encoder_id = self._catalog.encoder_id(encoder.key, encoder.name, encoder.dimension)
        name_of_file = hashlib.sha256(encoder.key.encode()).hexdigest()[:16] + ".hnsw"
        index = VectorIndex(encoder.dimension, self._paths.index / name_of_file, key=encoder.key)
        loaded = LoadedModel(encoder, encoder_id, index, Searcher(encoder, index))
        index.load()
        self.refresh_index(loaded)
        self._remember(loaded)
        if tell:
            self._say("text-ready", encoder)
        if self._judging:
            loaded.searcher.prepare_judging()
        return loaded

    def _remember(self, loaded: LoadedModel) -> None:
        """What readers of the catalog need to count: the key of the library's own encoder."""
        own = self._catalog.setting("model") or self._override
        try:
            # The built-in one may be missing from an installation that uses another.
            name = resolve(own).name if own else BUILTIN
        except ModelError:
            return  # its files are gone: this is another, and must be no less usable for that
        if loaded.encoder.name == name:
            self._catalog.set_setting("encoder_key", loaded.encoder.key)
            self._catalog.set_setting("model_used", loaded.encoder.name)
            self._catalog.set_setting("device_used", loaded.encoder.device)

    def _say(
        self,
        state: str,
        encoder: Encoder | None,
        *,
        model: str = "",
        failure: PhotoFindError | None = None,
    ) -> None:
        told = EncoderState(
            state=state,
            model=encoder.name if encoder else model,
            encoder_key=encoder.key if encoder else "",
            device=encoder.device if encoder else "",
            basic=encoder.basic if encoder else False,
            languages=encoder.languages if encoder else ("en",),
            message=str(failure or ""),
            sentence=failure.sentence if failure else "",
            names=failure.names if failure else {},
        )
        self._tell_state(told)

    def _tell_state(self, state: EncoderState) -> None:
        self.state = state
        self._tell(state)


def _chunks(ids: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[list[int]]:
    return [
        ids[start : start + EMBEDDINGS_AT_ONCE].tolist()
        for start in range(0, len(ids), EMBEDDINGS_AT_ONCE)
    ]
