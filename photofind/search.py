"""From a query to hits, and where they stop meaning anything.

Cosines of one query cannot be compared with another's: "dog" may find its dogs at 0.30, a fixed
threshold that is right for it hides the beaches, which score 0.24, and shows rubbish at 0.25. So a
score is read against what the same photo gives to sentences that say nothing about it:

* The *lift* of a query at a photo is the distance of its cosine from the mean cosine of that photo
  with some neutral prompts, in standard deviations of these. It takes away what photos and models
  differ in.
* Nonsense reaches a lift too: pseudo-words are asked of a sample of the library, and what the best
  of them reach is the *floor*: beyond it a photo means something, below it hits are noise.
* A hit counts as a match when its lift is above the floor and at least a fixed share of the best
  hit's: when there are real dogs, foxes are not counted as dogs.

A picture as the query is compared with photos directly: a match is a photo whose similarity stands
out from those of the sample, and is not far below the best.
"""

import threading
import unicodedata
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.index import VectorIndex

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

SAMPLE: Final = 2000  # photos that the floor is measured on
GROWTH: Final = 1.5  # measured again when the library has become this much larger, or smaller
FLOOR_QUANTILE: Final = 0.9  # of what the pseudo-words reach
SHARE_OF_BEST: Final = 0.6  # of the best hit's lift
OUTSTANDING: Final = 3.0  # standard deviations above the sample, for a picture as the query
_SEED: Final = 7

NEUTRAL: Final = (
    "a thing",
    "a place",
    "a person",
    "a animal",
    "a plant",
    "a building",
    "a room",
    "a vehicle",
    "a machine",
    "a tool",
    "a toy",
    "a sign",
    "a screen",
    "a page",
    "a drawing",
    "a pattern",
    "a colour",
    "a shape",
    "a surface",
    "a corner",
    "a background",
    "a scene",
    "a view",
    "a day",
    "a night",
    "some food",
    "some clothes",
    "some furniture",
    "some people",
    "some objects",
    "some water",
    "some light",
    "some text",
    "some paper",
    "some metal",
    "some wood",
    "something old",
    "something new",
    "something small",
    "something large",
    "something red",
    "something blue",
    "something green",
    "something dark",
    "something bright",
    "something far",
    "something near",
    "something round",
    "something flat",
)
PSEUDO_WORDS: Final = (
    "qwxz plorf",
    "blenkatur mivosk",
    "zzgrh",
    "trunobal fesk wiptor",
    "vrelk oxamip",
    "jjkqw",
    "snorbat lupini kexo",
    "glim drazzot",
    "xvub",
    "pontrasil wegum",
    "hqpf zrrt",
    "mibbelak torsune",
    "krezwol",
    "ufjdn bbsl",
    "dalverine sopquat",
    "wozzeb yitl",
    "fnarg thlopek",
    "quimbel rastovo",
    "zxcvbnm",
    "asdfgh jkl",
    "lorvik emsapont",
    "tyxx grolb",
    "vandrufel",
    "ospik nulg rebbat",
    "hjkzt wq",
    "bramulet fizkon",
    "ytrewq",
    "elgost purnimak",
    "scrovvel",
    "kuptah zlidorp",
    "mnbvc xzlk",
    "drellick ovantum",
)


class TextEncoder(Protocol):
    """What of an encoder is needed here."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first. The first `matches` of them mean something."""

    ids: Ids
    scores: NDArray[np.float32]  # cosines
    matches: int


class Searcher:
    """Answers queries from one encoder's index. Any thread.

    What it needs of the encoder to judge hits is computed once, in the background, from the moment
    it is made; the first query waits for it.
    """

    def __init__(self, encoder: TextEncoder, index: VectorIndex) -> None:
        self._encoder = encoder
        self._index = index
        self._lock = threading.Lock()  # guards the measured floor
        self._floor = 0.0
        self._measured_at = 0  # photos in the index when the floor was measured
        pool = ThreadPoolExecutor(1, thread_name_prefix="prompts")
        self._prompts: Future[tuple[Vectors, Vectors]] = pool.submit(
            lambda: (encoder.encode_texts(NEUTRAL), encoder.encode_texts(PSEUDO_WORDS))
        )
        pool.shutdown(wait=False)

    def text(self, text: str, top: int, allowed: Ids | None = None) -> Found:
        """The photos that a sentence describes; among `allowed` when that is given."""
        query = self._encoder.encode_texts([text])[0]
        ids, scores = self._index.search(query, top, allowed)
        return Found(ids, scores, self._matches_of_text(query, ids))

    def vector(self, vector: Vectors, top: int, allowed: Ids | None = None) -> Found:
        """The photos that look like the picture with this vector."""
        ids, scores = self._index.search(vector, top, allowed)
        return Found(ids, scores, self._matches_of_picture(vector, scores))

    def _matches_of_text(self, query: Vectors, ids: Ids) -> int:
        neutral, _ = self._prompts.result()
        lifts = _lift(self._index.vectors(ids), neutral, query[np.newaxis])[:, 0]
        if not len(lifts):
            return 0
        return _leading(lifts, max(self._measured_floor(), SHARE_OF_BEST * float(lifts.max())))

    def _matches_of_picture(self, vector: Vectors, scores: NDArray[np.float32]) -> int:
        sample = self._sample()
        if not len(scores):
            return 0
        usual = sample @ vector
        middle = float(np.median(usual))
        outstanding = middle + OUTSTANDING * 1.4826 * float(np.median(np.abs(usual - middle)))
        near_best = middle + SHARE_OF_BEST * (float(scores[0]) - middle)
        return _leading(scores, max(outstanding, near_best))

    def _measured_floor(self) -> float:
        """The lift that nonsense reaches in this library."""
        with self._lock:
            held = len(self._index)
            if not self._measured_at / GROWTH < held < self._measured_at * GROWTH:
                neutral, pseudo = self._prompts.result()
                reached = _lift(self._sample(), neutral, pseudo).max(axis=0, initial=-np.inf)
                self._floor = float(np.quantile(reached, FLOOR_QUANTILE))
                self._measured_at = held
            return self._floor

    def _sample(self) -> Vectors:
        ids = np.sort(self._index.ids())
        if len(ids) > SAMPLE:
            ids = np.random.default_rng(_SEED).choice(ids, SAMPLE, replace=False)
        return self._index.vectors(ids)


def _lift(photos: Vectors, neutral: Vectors, queries: Vectors) -> NDArray[np.float32]:
    """(photos, queries): cosines in standard deviations above those of the neutral prompts."""
    usual = photos @ neutral.T
    spread = usual.std(axis=1, keepdims=True) + np.float32(1e-6)
    lifts: NDArray[np.float32] = (photos @ queries.T - usual.mean(axis=1, keepdims=True)) / spread
    return lifts


def _leading(values: NDArray[np.float32], least: float) -> int:
    """How many at the beginning are not below; hits are ordered by score, not by these values."""
    above = values >= least
    return len(values) - int(above[::-1].argmax()) if above.any() else 0


def is_foreign(text: str, languages: Sequence[str]) -> bool:
    """Whether a query is clearly in a language that a model does not know.

    Only told for models that know nothing but English, by letters that are not Latin: a wrong hint
    is worse than none.
    """
    if tuple(languages) != ("en",):
        return False
    letters = [character for character in text if character.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 < len(letters)
