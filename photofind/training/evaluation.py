"""A model's figures: retrieval over captioned photos, zero-shot over labelled ones, speed.

For any model that the product's encoder opens, through the product's own decoding and
preprocessing, so that the figures are those that a person gets.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photofind.encoder.zeroshot import SINGLE_TEMPLATE, TEMPLATES, label_vectors
from photofind.images import read_picture
from photofind.training.judged import JudgedSet
from photofind.training.measures import Retrieval, ZeroShot, retrieval, zero_shot
from photofind.training.photos import in_groups

if TYPE_CHECKING:
    from photofind.encoder import Encoder

READERS = 2  # threads that decode
AT_ONCE = 64  # photos decoded before they are encoded


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one set. Speeds are photos per second."""

    first_captions: Retrieval | None
    all_captions: Retrieval | None
    single_template: ZeroShot | None
    ensemble: ZeroShot | None
    encoding_speed: float  # the image tower alone
    reading_speed: float  # decoding and preprocessing alone

    def lines(self) -> list[str]:
        named = {
            "first captions": self.first_captions,
            "all captions": self.all_captions,
            "one template": self.single_template,
            f"{len(TEMPLATES)} templates": self.ensemble,
        }
        found = [f"{name:15} {value}" for name, value in named.items() if value is not None]
        speed = f"{self.encoding_speed:.0f} photos/s encoded, {self.reading_speed:.0f} decoded"
        return [*found, f"{'speed':15} {speed}"]

    def fields(self) -> dict[str, object]:
        named = {
            "first_captions": self.first_captions,
            "all_captions": self.all_captions,
            "single_template": self.single_template,
            "ensemble": self.ensemble,
        }
        return {name: value.fields() for name, value in named.items() if value is not None} | {
            "photos_per_second": self.encoding_speed,
            "decoded_per_second": self.reading_speed,
        }


def evaluate(encoder: Encoder, judged: JudgedSet) -> Figures:
    """Measure a model on a set."""
    photos, encoding, reading = encode_set(encoder, judged)
    first = every = single = ensemble = None
    if judged.captions:
        numbers = np.arange(len(judged.captions))
        firsts = [captions[0] for captions in judged.captions]
        first = retrieval(encoder.encode_texts(firsts), photos, numbers)
        owners = numbers.repeat([len(captions) for captions in judged.captions])
        texts = list(chain.from_iterable(judged.captions))
        every = retrieval(encoder.encode_texts(texts), photos, owners)
    else:
        labels = sorted(set(judged.labels))
        right = np.array([labels.index(label) for label in judged.labels])
        single = zero_shot(photos, label_vectors(encoder, labels, [SINGLE_TEMPLATE]), right)
        ensemble = zero_shot(photos, label_vectors(encoder, labels, TEMPLATES), right)
    return Figures(first, every, single, ensemble, encoding, reading)


def encode_set(encoder: Encoder, judged: JudgedSet) -> tuple[NDArray[np.float32], float, float]:
    """Vectors (n, d) of all photos, and the photos per second of encoding and of reading."""
    preprocessing = encoder.preprocessing
    encoder.load_images()

    def pixels(content: bytes) -> NDArray[np.uint8]:
        found = read_picture(content, preprocessing).pixels
        assert found is not None
        return found

    vectors: list[NDArray[np.float32]] = []
    encoding = reading = 0.0
    with ThreadPoolExecutor(READERS) as readers:
        for contents in in_groups(judged.contents(), AT_ONCE):
            begun = time.perf_counter()
            read = np.stack(list(readers.map(pixels, contents)))
            decoded = time.perf_counter()
            vectors.append(encoder.encode_images(read))
            reading += decoded - begun
            encoding += time.perf_counter() - decoded
    count = sum(map(len, vectors))
    return np.concatenate(vectors), count / encoding, count / reading
