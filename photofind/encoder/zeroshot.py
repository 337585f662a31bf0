"""Zero-shot classification: how probable each of some labels is for a picture.

As in section 3.1.4 of "Learning Transferable Visual Models From Natural Language Supervision"
(Radford et al. 2021, arXiv 2103.00020): a label is put into sentence templates, the mean of the
sentences' unit vectors, brought to unit length again, stands for it, and the probabilities are the
softmax over the labels of cosine times the model's logit scale. SigLIP models were trained with a
sigmoid for each pair; among given labels their softmax is used as well.
"""

import importlib.util
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.errors import ModelError

Vectors = NDArray[np.float32]

SINGLE_TEMPLATE: Final = "a photo of a {}."


class Classifier(Protocol):
    """What of an encoder is needed here."""

    logit_scale: float

    def encode_texts(self, texts: Sequence[str]) -> Vectors: ...


def _openai_templates() -> tuple[str, ...]:
    """OpenAI's 80 templates for ImageNet, from open_clip's list; read without importing torch."""
    package = importlib.util.find_spec("open_clip")
    if package is None or not package.submodule_search_locations:
        raise ModelError("open_clip is not installed; install PhotoFind again.")
    spec = importlib.util.spec_from_file_location(
        "photofind_templates", f"{package.submodule_search_locations[0]}/zero_shot_metadata.py"
    )
    assert spec is not None
    assert spec.loader is not None
    metadata = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(metadata)
    return tuple(template("{}") for template in metadata.OPENAI_IMAGENET_TEMPLATES)


TEMPLATES: Final = _openai_templates()


def label_vectors(
    encoder: Classifier, labels: Sequence[str], templates: Sequence[str] = TEMPLATES
) -> Vectors:
    """One unit vector a label, (labels, d): the mean over the templates."""
    sentences = [template.format(label) for label in labels for template in templates]
    vectors = encoder.encode_texts(sentences).reshape(len(labels), len(templates), -1)
    means = vectors.mean(axis=1)
    unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def classify(
    encoder: Classifier,
    vectors: Vectors,
    labels: Sequence[str],
    templates: Sequence[str] = TEMPLATES,
) -> NDArray[np.float64]:
    """Probabilities (n, labels), each row adding up to 1, for picture vectors (n, d)."""
    cosines = vectors.astype(np.float64) @ label_vectors(encoder, labels, templates).T
    logits = encoder.logit_scale * cosines
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return probabilities
