"""Hits stop where they mean nothing, whatever scale a model's cosines have."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.encoder import open_encoder
from photofind.images import read_photo
from photofind.index import VectorIndex
from photofind.search import NEUTRAL, PSEUDO_WORDS, Searcher, is_foreign

Vectors = NDArray[np.float32]
DIMENSION = 96
CONCEPTS = ("dog", "beach", "bicycle", "castle")


def unit(vectors: NDArray[np.float64]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


class MadeUpModel:
    """Texts lie around one direction, photos around another, as in CLIP; concepts are shared.

    `strength` is how much of a concept its text has: models, and words, differ in it.
    """

    def __init__(self, strength: dict[str, float] | None = None) -> None:
        random = np.random.default_rng(0)
        directions = np.linalg.qr(random.normal(size=(DIMENSION, 2 + len(CONCEPTS))))[0].T
        self.text_side, self.photo_side = directions[0], directions[1]
        self.concepts = dict(zip(CONCEPTS, directions[2:], strict=True))
        self.strength = strength or {}
        self.asked: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.stack([self._text(text) for text in texts])

    def _text(self, text: str) -> Vectors:
        noise = np.random.default_rng(list(text.encode())).normal(size=DIMENSION) / 10
        concept = self.concepts.get(text)
        if concept is not None:
            noise = noise + self.strength.get(text, 1.0) * concept
        return unit(self.text_side + noise)

    def photos(self, concept: str | None, count: int, seed: int) -> Vectors:
        random = np.random.default_rng(seed)
        noise = random.normal(size=(count, DIMENSION)) / 40
        clutter = random.normal(size=(count, DIMENSION)) / 40
        centre = self.photo_side + (self.concepts[concept] if concept else 0)
        return unit(centre + noise + clutter)


def library(model: MadeUpModel, folder: Path, others: int = 400) -> tuple[Searcher, VectorIndex]:
    """30 dogs (ids 0-29), 20 beaches (30-49), bicycles (50-54) and many others; no castle."""
    index = VectorIndex(DIMENSION, folder / "index.hnsw", key="k")
    index.add(np.arange(0, 30), model.photos("dog", 30, 1))
    index.add(np.arange(30, 50), model.photos("beach", 20, 2))
    index.add(np.arange(50, 55), model.photos("bicycle", 5, 3))
    index.add(np.arange(1000, 1000 + others), model.photos(None, others, 4))
    return Searcher(model, index), index


@pytest.mark.parametrize("strength", [{}, {"dog": 0.8}, {"dog": 1.5, "beach": 0.8}])
def test_a_query_counts_the_photos_that_show_it(strength: dict[str, float], tmp_path: Path) -> None:
    searcher, _ = library(MadeUpModel(strength), tmp_path)
    for query, first, last in (("dog", 0, 30), ("beach", 30, 50), ("bicycle", 50, 55)):
        found = searcher.text(query, 200)
        counted = set(found.ids[: found.matches].tolist())
        assert counted == set(range(first, last)), query


def test_nonsense_and_what_is_not_there_count_nothing(tmp_path: Path) -> None:
    searcher, _ = library(MadeUpModel(), tmp_path)
    for query in ("castle", "rqwv plurn", "hzzt", "bimbalur oxty"):
        found = searcher.text(query, 20)
        assert len(found.ids) == 20  # the nearest are still given
        assert found.matches == 0, query


def test_hits_are_the_index_s_own(tmp_path: Path) -> None:
    model = MadeUpModel()
    searcher, index = library(model, tmp_path)
    found = searcher.text("dog", 7)
    ids, scores = index.search(model.encode_texts(["dog"])[0], 7)
    assert found.ids.tolist() == ids.tolist()
    assert found.scores.tolist() == scores.tolist()
    assert found.matches == 7


def test_only_what_is_allowed_is_found(tmp_path: Path) -> None:
    searcher, _ = library(MadeUpModel(), tmp_path)
    allowed = np.arange(20, 60)
    found = searcher.text("dog", 50, allowed)
    assert set(found.ids.tolist()) == set(range(20, 55))
    assert found.matches == 10
    assert searcher.text("dog", 50, np.arange(30, 50)).matches == 0


def test_an_empty_library_answers_with_nothing(tmp_path: Path) -> None:
    model = MadeUpModel()
    searcher = Searcher(model, VectorIndex(DIMENSION, tmp_path / "i", key="k"))
    for found in (searcher.text("dog", 5), searcher.vector(model.photos("dog", 1, 1)[0], 5)):
        assert (len(found.ids), len(found.scores), found.matches) == (0, 0, 0)


def test_the_prompts_are_encoded_once_and_in_the_background(tmp_path: Path) -> None:
    release = threading.Event()

    class Slow(MadeUpModel):
        def encode_texts(self, texts: Sequence[str]) -> Vectors:
            if len(texts) > 1:
                assert release.wait(10)
            return super().encode_texts(texts)

    model = Slow()
    searcher, _ = library(model, tmp_path)
    assert model.asked == []
    searcher.prepare_judging()  # comes back although the prompts are not ready
    release.set()
    for _ in range(3):
        searcher.text("dog", 5)
    assert sorted(model.asked) == sorted([*NEUTRAL, *PSEUDO_WORDS, "dog", "dog", "dog"])


def test_who_wants_the_best_in_any_case_does_not_wait_for_the_prompts(tmp_path: Path) -> None:
    release = threading.Event()

    class Stuck(MadeUpModel):
        def encode_texts(self, texts: Sequence[str]) -> Vectors:
            if len(texts) > 1:
                assert release.wait(10)
            return super().encode_texts(texts)

    searcher, index = library(Stuck(), tmp_path)
    try:
        assert searcher.text("castle", 20, judged=False).matches == 20
        assert searcher.vector(index.vectors([1])[0], 9, judged=False).matches == 9
        searcher.prepare_judging()
        assert searcher.text("castle", 20, judged=False).matches == 20
    finally:
        release.set()


def test_a_model_that_fails_at_the_prompts_is_not_hidden(tmp_path: Path) -> None:
    class Failing(MadeUpModel):
        def encode_texts(self, texts: Sequence[str]) -> Vectors:
            if len(texts) > 1:
                raise MemoryError
            return super().encode_texts(texts)

    searcher, _ = library(Failing(), tmp_path)
    with pytest.raises(MemoryError):
        searcher.text("dog", 5)


def test_the_floor_is_measured_again_when_the_library_has_grown_by_half(tmp_path: Path) -> None:
    model = MadeUpModel()
    searcher, index = library(model, tmp_path)
    searcher.text("dog", 5)
    first = searcher._measured_at
    assert first == len(index)
    index.add(np.arange(5000, 5100), model.photos(None, 100, 9))
    searcher.text("dog", 5)
    assert searcher._measured_at == first
    index.add(np.arange(6000, 6200), model.photos(None, 200, 10))
    searcher.text("dog", 5)
    assert searcher._measured_at == len(index)
    index.remove(np.arange(1000, 7000))
    searcher.text("dog", 5)
    assert searcher._measured_at == len(index)


def test_a_picture_counts_those_that_look_like_it(tmp_path: Path) -> None:
    model = MadeUpModel()
    searcher, index = library(model, tmp_path)
    dog = index.vectors([3])[0]
    found = searcher.vector(dog, 100)
    assert found.ids[0] == 3
    assert found.scores[0] == pytest.approx(1)
    assert 25 <= found.matches <= 32
    assert (found.ids[: found.matches] < 30).mean() > 0.9


def test_a_picture_alone_in_its_library_counts_itself(tmp_path: Path) -> None:
    model = MadeUpModel()
    index = VectorIndex(DIMENSION, tmp_path / "i", key="k")
    index.add([1], model.photos("dog", 1, 1))
    found = Searcher(model, index).vector(index.vectors([1])[0], 5)
    assert (found.ids.tolist(), found.matches) == ([1], 1)


@pytest.mark.parametrize(
    ("text", "languages", "foreign"),
    [
        ("a dog on the beach", ("en",), False),
        ("crème brûlée à la plage", ("en",), False),
        ("해변의 개", ("en",), True),
        ("собака на пляже", ("en",), True),
        ("海辺の犬", ("en",), True),
        ("κύμα", ("en",), True),
        ("IMG_2041", ("en",), False),
        ("2019 🐕", ("en",), False),
        ("a sign that says 営業中", ("en",), False),
        ("", ("en",), False),
        ("해변의 개", ("*",), False),
        ("해변의 개", (), False),
        ("해변의 개", ("en", "ko"), False),
    ],
)
def test_a_foreign_query_is_told_by_its_letters(
    text: str, languages: tuple[str, ...], foreign: bool
) -> None:
    assert is_foreign(text, languages) is foreign


@pytest.mark.shared
def test_the_built_in_model_finds_subjects_and_refuses_nonsense(
    shared_data: Path, tmp_path: Path
) -> None:
    import json
    import os

    folder = shared_data / "photos"
    labels: dict[str, str] = json.loads((folder / "labels.json").read_text())
    encoder = open_encoder("builtin", "cpu")
    pixels = []
    for name in labels:
        photo = read_photo(os.fsencode(folder / name), encoder.preprocessing)
        assert photo.pixels is not None
        pixels.append(photo.pixels)
    index = VectorIndex(encoder.dimension, tmp_path / "i", key=encoder.key)
    index.add(np.arange(len(labels)), encoder.encode_images(np.stack(pixels)))
    searcher = Searcher(encoder, index)
    assert searcher.text("qwxz plorf", 20).matches == 0
    answered = [searcher.text(label, 20).matches > 0 for label in labels.values()]
    assert np.mean(answered) >= 0.7
