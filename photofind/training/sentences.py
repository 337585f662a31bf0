"""The sentences that train the text side, each with the teacher's vector.

Captions of the training photos; captions without photos, one a line, from ``text/*.en.txt.gz``;
short phrases cut out of those; the names of all concepts; and WordNet's nouns, so that rare words
are known at least by name.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES
from timm.data.imagenet_info import ImageNetInfo

from photofind.training.batches import label_of
from photofind.training.names import (
    common_names,
    concepts,
    phrases,
    wordnet,
)

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

TEXT_FILES = {
    "cap_flickr30k": "flickr30k_5_each.en.txt.gz",
    "cap_coco": "coco_val2017_not_held.en.txt.gz",
    "cap_cc": "conceptual_captions_val.en.txt.gz",
}
PHRASES = 30_000  # the most frequent ones
NOUNS = 30_000
SELECTION = "val_"  # begins the names of sets that stages are compared on; see selection.py
LONGEST_NOUN = 40  # characters
VOWELS = frozenset("aeiouAEIOU")


def sentences_kept(run: Path) -> bool:
    """Whether the last list is there."""
    return (run / "text" / "nouns.npy").exists()


def keep_sentences(data: Path, run: Path, encode: Encode, report: Callable[[str], None]) -> None:
    """Write every list that is not there yet into the run's folder."""
    (run / "text").mkdir(parents=True, exist_ok=True)
    nouns = wordnet(data / "train" / "words.txt")
    _keep_concepts(run, nouns, encode, report)
    for listed in sorted((run / "px").glob("*.json")):
        if not listed.name.startswith(SELECTION):
            captions = [
                c for photo in json.loads(listed.read_text()) for c in photo.get("captions", ())
            ]
            _keep(run, f"cap_{listed.stem}", captions, encode, report)
    lines: list[str] = []
    for name, file in TEXT_FILES.items():
        found = _lines(data / "text" / file)
        lines += found
        _keep(run, name, found, encode, report)
    counted = Counter(phrase for line in lines for phrase in phrases(line))
    frequent = [phrase for phrase, _ in counted.most_common(PHRASES)]
    _keep(run, "phrases", frequent, encode, report)
    words = sorted({name.lower() for names in nouns.values() for name in common_names(names)})
    words = [word for word in words if len(word) < LONGEST_NOUN]
    random.Random(0).shuffle(words)
    _keep(run, "nouns", words[:NOUNS], lambda texts: name_vectors(encode, texts), report)


def name_vectors(encode: Encode, names: Sequence[str]) -> NDArray[np.float32]:
    """One unit vector a name: halfway between the bare name and a sentence about a photo of it."""
    bare = encode(list(names))
    told = encode([f"a photo of {with_article(name)}." for name in names])
    both = bare + told
    unit: NDArray[np.float32] = both / np.linalg.norm(both, axis=1, keepdims=True)
    return unit


def with_article(name: str) -> str:
    """
    >>> with_article("owl"), with_article("the sea")
    ('an owl', 'the sea')
    """
    if name.split()[0].lower() in ("a", "an", "the", "two"):
        return name
    return f"an {name}" if name[0] in VOWELS else f"a {name}"


def _keep_concepts(
    run: Path,
    nouns: dict[str, tuple[str, ...]],
    encode: Encode,
    report: Callable[[str], None],
) -> None:
    kept = run / "text" / "concepts.json"
    if kept.exists():
        return
    labels: set[str] = set()
    for listed in sorted((run / "px").glob("*.json")):
        if listed.name.startswith(SELECTION):
            continue
        for photo in json.loads(listed.read_text(encoding="utf-8")):
            label = label_of(photo)
            if label:
                labels |= set(label) if isinstance(label, list) else {str(label)}
    known: Any = ImageNetInfo()
    found = concepts(IMAGENET_CLASSNAMES, known.label_names(), nouns, labels)
    names = [name for names in found.names for name in names]
    _keep(run, "names", names, lambda texts: name_vectors(encode, texts), report)
    content = json.dumps({"names": found.names, "by_label": found.by_label})
    kept.write_text(content, encoding="utf-8")


def _keep(
    run: Path, name: str, texts: list[str], encode: Encode, report: Callable[[str], None]
) -> None:
    vectors = run / "text" / f"{name}.npy"
    if vectors.exists() or not texts:
        return
    listed = json.dumps(texts)
    (run / "text" / f"{name}.json").write_text(listed, encoding="utf-8")
    np.save(vectors, encode(texts).astype(np.float16))
    report(f"{name}: {len(texts)} sentences")


def _lines(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        return [line.strip() for line in opened if line.strip()]
