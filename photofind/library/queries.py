"""From a query to hits: the worker's query thread."""

import logging
import time
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from photofind.catalog import Catalog
from photofind.encoder.zeroshot import SINGLE_TEMPLATE, TEMPLATES, classify
from photofind.errors import PhotoFindError, Reason, UnreadablePhoto, UsageError, WorkerUnavailable
from photofind.images import ReadPhoto
from photofind.images.pool import DecodePool
from photofind.library.models import LoadedModel, Models
from photofind.paths import shown_path
from photofind.protocol import (
    Classified,
    Classify,
    Failed,
    ListModels,
    ModelList,
    Search,
    SearchDone,
    shortened,
)
from photofind.search import Found, is_foreign

Vector = NDArray[np.float32]
Asked = Search | Classify | ListModels  # what the query thread answers
_log = logging.getLogger(__name__)


def answer(
    request: Asked, models: Models, catalog: Catalog, pool: DecodePool
) -> SearchDone | Classified | ModelList | Failed:
    """Hits by falling cosine, probabilities of labels, the models, or why there are none."""
    try:
        if isinstance(request, ListModels):
            return ModelList(id=request.id, models=models.lines())
        passing = request.model is not None or request.device is not None
        loaded = models.get(request.model, request.device, passing=passing)
        if isinstance(request, Classify):
            return _classify(request, loaded, pool)
        return _search(request, loaded, catalog, pool)
    except PhotoFindError as error:
        return Failed.of(error, request.id)
    except Exception:  # noqa: BLE001 (a mistake of ours: logged and told; the next query goes on)
        _log.exception("a query failed")
        mistake = WorkerUnavailable("The search failed because of a mistake in PhotoFind.")
        return Failed.of(mistake, request.id)


def _search(request: Search, loaded: LoadedModel, catalog: Catalog, pool: DecodePool) -> SearchDone:
    began = time.perf_counter()
    found = _find(request, loaded, catalog, pool)
    ids = found.ids.tolist()
    score_of = dict(zip(ids, found.scores.tolist(), strict=True))
    paths = catalog.paths_of(ids) if request.with_paths else {}
    if request.with_paths:  # without photos whose last file left since the index was asked
        ids = [photo_id for photo_id in ids if photo_id in paths]
    return SearchDone(
        id=request.id,
        photo_ids=tuple(ids),
        scores=tuple(score_of[photo_id] for photo_id in ids),
        paths=tuple(paths[photo_id] for photo_id in ids) if request.with_paths else (),
        matches=min(found.matches, len(ids)),
        searched=len(loaded.index),
        seconds=time.perf_counter() - began,
        model=loaded.encoder.name,
        foreign=bool(request.text) and is_foreign(request.text or "", loaded.encoder.languages),
    )


def _classify(request: Classify, loaded: LoadedModel, pool: DecodePool) -> Classified:
    vector = _embed_file(request.image_path, loaded, pool)
    templates = TEMPLATES if request.ensemble else (SINGLE_TEMPLATE,)
    shares = classify(loaded.encoder, vector[np.newaxis], request.labels, templates)[0]
    return Classified(
        id=request.id,
        probabilities=tuple(float(share) for share in shares),
        model=loaded.encoder.name,
    )


def _embed_file(path: bytes, loaded: LoadedModel, pool: DecodePool) -> Vector:
    try:
        return _embed(pool.read(path, loaded.encoder.preprocessing, urgent=True), loaded)
    except UnreadablePhoto as problem:
        if problem.reason is Reason.VANISHED:  # nobody found it in a folder: it was never there
            raise UnreadablePhoto("There is no file {file}.", file=shown_path(path)) from None
        sentence = "{file}: " + problem.sentence
        raise UnreadablePhoto(sentence, problem.detail, file=shown_path(path)) from None


def _embed(read: "Future[ReadPhoto]", loaded: LoadedModel) -> Vector:
    photo = read.result()
    assert photo.pixels is not None
    vector: Vector = loaded.encoder.encode_images(np.stack([photo.pixels]))[0]
    if not np.isfinite(vector).all():
        raise UnreadablePhoto(Reason.NO_EMBEDDING)
    return vector


def _find(request: Search, loaded: LoadedModel, catalog: Catalog, pool: DecodePool) -> Found:
    allowed = None
    if request.folder_ids is not None:
        allowed = catalog.searchable_ids(loaded.encoder_id, request.folder_ids)
    if request.text is not None:
        text = shortened(request.text)
        return loaded.searcher.text(text, request.top, allowed, judged=request.judged)
    if request.photo_id is not None:
        ids, vectors = catalog.embeddings_of(loaded.encoder_id, [request.photo_id])
        if not len(ids):
            raise UsageError("This photo has not been read yet; try again in a moment.")
        return loaded.searcher.vector(vectors[0], request.top, allowed, judged=request.judged)
    if request.image_path is None and request.image_bytes is None:
        raise UsageError("A search needs words or a picture.")
    if request.image_path is not None:
        vector = _embed_file(request.image_path, loaded, pool)
    else:
        preprocessing = loaded.encoder.preprocessing
        vector = _embed(pool.read_bytes(request.image_bytes or b"", preprocessing), loaded)
    return loaded.searcher.vector(vector, request.top, allowed, judged=request.judged)
