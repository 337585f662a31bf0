"""A model's figures: retrieval over captioned photos, zero-shot over labelled ones, speed.

For any model that the product's encoder opens, through the product's own decoding and
preprocessing, so that the figures are those that a person gets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photofind.encoder.zeroshot import SINGLE_TEMPLATE, TEMPLATES, label_vectors
from photofind.errors import UnreadablePhoto, UsageError
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


def evaluate(encoder: Encoder, judged: JudgedSet, report: Callable[[str], None]) -> Figures:
    """Measure a model on a set. ``report`` is told of each photo that is left out.

    Raises UsageError for a set without a photo that can be read.
    """
    read = encode_set(encoder, judged, report)
    photos = read.vectors
    first = every = single = ensemble = None
    if judged.captions:
        numbers = np.arange(len(photos))
        told = [judged.captions[number] for number in read.kept]
        firsts = [captions[0] for captions in told]
        first = retrieval(encoder.encode_texts(firsts), photos, numbers)
        owners = numbers.repeat([len(captions) for captions in told])
        every = retrieval(encoder.encode_texts(list(chain(*told))), photos, owners)
    else:
        names = [judged.labels[number] for number in read.kept]
        labels = sorted(set(names))
        right = np.array([labels.index(label) for label in names])
        single = zero_shot(photos, label_vectors(encoder, labels, [SINGLE_TEMPLATE]), right)
        ensemble = zero_shot(photos, label_vectors(encoder, labels, TEMPLATES), right)
    return Figures(first, every, single, ensemble, read.encoding_speed, read.reading_speed)


@dataclass(frozen=True, slots=True)
class EncodedSet:
    """The photos of a set that could be read."""

    vectors: NDArray[np.float32]  # (n, d)
    kept: list[int]  # which of the set's photos the rows are
    encoding_speed: float  # photos per second
    reading_speed: float


def encode_set(encoder: Encoder, judged: JudgedSet, report: Callable[[str], None]) -> EncodedSet:
    """Vectors of all photos; see :func:`evaluate`."""
    preprocessing = encoder.preprocessing
    encoder.load_images()

    def pixels(content: bytes) -> NDArray[np.uint8] | UnreadablePhoto:
        try:
            found = read_picture(content, preprocessing).pixels
        except UnreadablePhoto as problem:
            return problem
        assert found is not None
        return found

    vectors: list[NDArray[np.float32]] = []
    kept: list[int] = []
    encoding = reading = 0.0
    names = iter(enumerate(judged.names))
    with ThreadPoolExecutor(READERS) as readers:
        for contents in in_groups(judged.contents(), AT_ONCE):
            begun = time.perf_counter()
            read: list[NDArray[np.uint8]] = []
            for found in readers.map(pixels, contents):
                number, name = next(names)
                if isinstance(found, UnreadablePhoto):
                    report(f"{judged.path}: {name} is left out: {found}")
                else:
                    kept.append(number)
                    read.append(found)
            decoded = time.perf_counter()
            if read:
                vectors.append(encoder.encode_images(np.stack(read)))
            reading += decoded - begun
            encoding += time.perf_counter() - decoded
    if not kept:
        raise UsageError(f"{judged.path} has no photo that can be read.")
    return EncodedSet(np.concatenate(vectors), kept, len(kept) / encoding, len(kept) / reading)
