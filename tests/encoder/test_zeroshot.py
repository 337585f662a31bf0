"""Zero-shot classification is the paper's."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from photofind.encoder import open_encoder
from photofind.encoder.runtime import import_open_clip
from photofind.encoder.zeroshot import SINGLE_TEMPLATE, TEMPLATES, classify, label_vectors


class Words:
    """An encoder in two dimensions, small enough to be worked by hand."""

    logit_scale = 2.0
    vectors: ClassVar = {"x": (1.0, 0.0), "y": (0.0, 1.0), "very x": (0.6, 0.8)}

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.vectors[text] for text in texts], np.float32)


def test_an_example_worked_by_hand() -> None:
    # cosines 0.6 and 0.8, times 2: 1.2 and 1.6; the second is e^0.4 times as probable
    (probabilities,) = classify(Words(), np.array([[0.6, 0.8]], np.float32), ["x", "y"], ["{}"])
    assert probabilities[1] / probabilities[0] == pytest.approx(np.exp(0.4))
    assert probabilities.sum() == pytest.approx(1)


def test_a_label_is_the_mean_of_its_templates_at_unit_length() -> None:
    (vector,) = label_vectors(Words(), ["x"], ["{}", "very {}"])
    assert vector == pytest.approx(np.array([1.6, 0.8]) / np.sqrt(1.6**2 + 0.8**2))


def test_there_are_openais_80_templates() -> None:
    assert len(TEMPLATES) == 80
    assert all(template.count("{}") == 1 for template in (*TEMPLATES, SINGLE_TEMPLATE))
    assert "itap of a {}." in TEMPLATES


def test_label_vectors_are_those_of_open_clip(models: Path) -> None:
    folder = f"local-dir:{models / 'tiny'}"
    open_clip = import_open_clip()
    model = open_clip.create_model(folder).eval()
    labels = ["tench", "dog sled", "coffee mug"]
    with torch.inference_mode():
        wanted = open_clip.build_zero_shot_classifier(
            model,
            open_clip.get_tokenizer(folder),
            labels,
            open_clip.OPENAI_IMAGENET_TEMPLATES,
        ).numpy()
    ours = label_vectors(open_encoder(folder, "cpu"), labels)
    assert (ours * wanted.T).sum(axis=1).min() > 0.999


def test_many_pictures_are_judged_each_by_itself(models: Path) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    pictures = encoder.encode_images(
        np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    )
    together = classify(encoder, pictures, ["a", "b"], [SINGLE_TEMPLATE])
    assert together.shape == (3, 2)
    assert together[1] == pytest.approx(
        classify(encoder, pictures[1:2], ["a", "b"], [SINGLE_TEMPLATE])[0]
    )
