"""The sets that stages are compared on while training: never trained on, never the final judges.

Retrieval over Flickr8k's validation photos by their first captions, and zero-shot over one half
of Tiny-ImageNet's validation photos. Their maps are kept like everybody's, so that a look costs
seconds. Before there is a text tower, the teacher's vectors stand for the sentences.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray

from photofind.encoder.zeroshot import SINGLE_TEMPLATE
from photofind.training.caches import MappedSet, Sentences, teacher_mean
from photofind.training.image_stage import ImageSide
from photofind.training.judged import read_set
from photofind.training.maps import Mapper
from photofind.training.measures import Retrieval, ZeroShot, retrieval, zero_shot
from photofind.training.photos import SIDE, decode
from photofind.training.sentences import Encode
from photofind.training.text_stage import encode_texts

CAPTIONED, LABELLED = "val_flickr8k", "val_tiny"
SOURCES = {CAPTIONED: ("flickr8k_val.tar", None, SIDE), LABELLED: ("tiny_imagenet_val.tar", 0, 64)}
AT_ONCE = 128


def keep_selection(evaluation: Path, run: Path, encode: Encode) -> None:
    """Pixels, captions and labels, and the sentences' vectors, into the run's folder."""
    for name, (tar, half, side) in SOURCES.items():
        judged = read_set(evaluation / tar, half=half)
        pixels = [decode(content, side) for content in judged.contents()]
        np.save(run / "px" / f"{name}.npy", np.stack([p for p in pixels if p is not None]))
        if judged.captions:
            known = [{"captions": list(captions)} for captions in judged.captions]
            sentences = [captions[0] for captions in judged.captions]
        else:
            known = [{"label": [label]} for label in judged.labels]
            sentences = [SINGLE_TEMPLATE.format(label) for label in sorted(set(judged.labels))]
        (run / "px" / f"{name}.json").write_text(json.dumps(known), encoding="utf-8")
        (run / "text" / f"{name}.json").write_text(json.dumps(sentences), encoding="utf-8")
        np.save(run / "text" / f"{name}.npy", encode(sentences).astype(np.float16))


class Selection:
    """Measures the parts as they stand."""

    def __init__(self, run: Path, mapper: Mapper) -> None:
        mean = teacher_mean(run)
        for name in SOURCES:
            mapper.keep(name, 0, None, lambda _: None)
        self._sets = {name: MappedSet(run, name) for name in SOURCES}
        self._sentences = {name: Sentences(run, name, mean) for name in SOURCES}

    @torch.inference_mode()
    def measure(
        self, side: ImageSide, model: open_clip.CLIP | None = None
    ) -> tuple[Retrieval, ZeroShot]:
        """With the teacher's sentences, or those of a text tower that has the map behind it."""
        captions = self._sentences[CAPTIONED].texts
        shown = [photo["captions"][0] for photo in self._sets[CAPTIONED].photos]
        vectors = self._texts(CAPTIONED, side, model)
        numbers = [captions.index(text) for text in shown]
        found = retrieval(vectors[numbers], self._photos(CAPTIONED, side), np.arange(len(shown)))
        labels = self._sentences[LABELLED].texts
        wanted = [
            labels.index(SINGLE_TEMPLATE.format(photo["label"][0]))
            for photo in self._sets[LABELLED].photos
        ]
        names = self._texts(LABELLED, side, model)
        return found, zero_shot(self._photos(LABELLED, side), names, np.array(wanted))

    def _photos(self, name: str, side: ImageSide) -> NDArray[np.float32]:
        kept = self._sets[name].views[0].maps
        device = side.projection.weight.device
        parts = []
        for first in range(0, len(kept), AT_ONCE):
            whole = kept[first : first + AT_ONCE].astype(np.float32)
            maps = torch.from_numpy(whole).permute(0, 3, 1, 2)
            maps = maps.to(device, memory_format=torch.channels_last)
            parts.append(side.photos(side.upper(maps)).float().cpu().numpy())
        return np.concatenate(parts)

    def _texts(
        self, name: str, side: ImageSide, model: open_clip.CLIP | None
    ) -> NDArray[np.float32]:
        sentences = self._sentences[name]
        if model is not None:
            return encode_texts(model, sentences.texts)
        device = side.projection.weight.device
        vectors = side.sentences(torch.from_numpy(sentences.vectors).to(device))
        found: NDArray[np.float32] = vectors.float().cpu().numpy()
        return found
