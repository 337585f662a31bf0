"""The shipped model finds what a sentence names, on real photos that it was not trained on."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import data as pictures
from sklearn.datasets import load_sample_image

from photofind.encoder import Encoder, open_encoder
from photofind.encoder.zeroshot import SINGLE_TEMPLATE, classify
from photofind.images import read_photo, read_picture
from photofind.resources import resource

Vectors = NDArray[np.float32]

EVERYDAY = (
    "a cat", "a dog", "a cup of coffee", "a flower", "a car", "a house", "a tree", "a beach",
    "a bicycle", "a mountain", "a person", "a child", "a horse", "a bird", "a boat", "a street",
    "a plate of food", "a computer", "a book", "the night sky",
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder(None, "cpu")


def vectors_of(encoder: Encoder, contents: list[bytes]) -> Vectors:
    pixels = [read_picture(content, encoder.preprocessing).pixels for content in contents]
    return encoder.encode_images(np.stack([picture for picture in pixels if picture is not None]))


def png(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "word"), [("chelsea", "a cat"), ("coffee", "a cup of coffee"), ("flower", "a flower")]
)
def test_a_photo_is_nearest_to_its_own_word_of_twenty(
    encoder: Encoder, name: str, word: str
) -> None:
    picture = load_sample_image("flower.jpg") if name == "flower" else getattr(pictures, name)()
    scores = vectors_of(encoder, [png(picture)]) @ encoder.encode_texts(EVERYDAY).T
    assert EVERYDAY[int(scores.argmax())] == word


def test_words_of_one_meaning_lie_together(encoder: Encoder) -> None:
    words = ["dog", "puppy", "car", "automobile", "beach", "seaside"]
    dog, puppy, car, automobile, beach, seaside = encoder.encode_texts(words)
    assert min(dog @ puppy, car @ automobile, beach @ seaside) > max(
        dog @ car, beach @ automobile, puppy @ seaside
    )


def test_zero_shot_probabilities_name_the_cat(encoder: Encoder) -> None:
    photo = vectors_of(encoder, [png(pictures.chelsea())])
    labels = ["cat", "coffee", "rocket"]
    probabilities = classify(encoder, photo, labels, [SINGLE_TEMPLATE])
    assert probabilities.sum() == pytest.approx(1.0)
    assert probabilities[0].argmax() == 0


@pytest.mark.parametrize("name", ["chelsea", "coffee", "astronaut", "rocket"])
def test_writing_over_a_photo_changes_little_of_what_is_seen(encoder: Encoder, name: str) -> None:
    """CLIP's known weakness, which this model was taught to resist: before, it fell to 0.59.

    Hardest is the rocket before a plain sky, where the writing is the largest thing to be seen.
    """
    photo = Image.fromarray(getattr(pictures, name)())
    font = ImageFont.load_default(photo.height / 4)
    written = []
    for text in ("7", "SALE", "2024"):
        over = photo.copy()
        at = (photo.width / 3, photo.height / 3)
        ImageDraw.Draw(over).text(at, text, (255, 255, 255), font, stroke_width=1)
        written.append(png(np.asarray(over)))
    plain, *seen = vectors_of(encoder, [png(np.asarray(photo)), *written])
    assert min(float(plain @ vector) for vector in seen) > 0.75


@pytest.mark.shared
def test_plain_subjects_stand_among_the_first_five(encoder: Encoder, shared_data: Path) -> None:
    """As recorded in the model card: at most one subject fewer than when it was measured."""
    labels = json.loads((shared_data / "photos" / "labels.json").read_text(encoding="utf-8"))
    paths = [str(shared_data / "photos" / name).encode() for name in labels]
    pixels = [read_photo(path, encoder.preprocessing).pixels for path in paths]
    photos = encoder.encode_images(np.stack([p for p in pixels if p is not None]))
    scores = encoder.encode_texts(list(labels.values())) @ photos.T
    places = (scores >= np.diag(scores)[:, None]).sum(axis=1)
    within_five = float((places <= 5).mean())
    assert within_five >= recorded()["subjects_within_five"] - 1.01 / len(labels)


@pytest.mark.shared
def test_retrieval_is_within_a_point_of_what_the_card_says(
    encoder: Encoder, shared_data: Path
) -> None:
    from photofind.training.evaluation import evaluate
    from photofind.training.judged import read_set

    figures = evaluate(encoder, read_set(shared_data / "eval" / "flickr8k_test.tar"), pytest.fail)
    assert figures.first_captions is not None
    said = recorded()["flickr8k_test_first_captions_recall_10"]
    assert figures.first_captions.recall_10 == pytest.approx(said, abs=0.01)


@pytest.mark.shared
def test_nonsense_has_no_matches(encoder: Encoder, shared_data: Path, tmp_path: Path) -> None:
    """Among the photos of the shared set, through the product's own search and its cut."""
    from photofind.index import VectorIndex
    from photofind.search import Searcher

    paths = sorted((shared_data / "photos").glob("*.jpg"))
    pixels = [read_photo(str(path).encode(), encoder.preprocessing).pixels for path in paths]
    photos = encoder.encode_images(np.stack([p for p in pixels if p is not None]))
    index = VectorIndex(encoder.dimension, tmp_path / "index.hnsw", key=encoder.key)
    index.add(np.arange(len(photos)), photos)
    searcher = Searcher(encoder, index)
    found = {text: searcher.text(text, 20, None).matches for text in ("qwxz plorf", "penguin")}
    assert found["qwxz plorf"] == 0
    assert found["penguin"] >= 1


def recorded() -> dict[str, float]:
    """The figures in the model's folder, beside the weights they are of."""
    figures: dict[str, float] = json.loads(
        resource("models", "builtin", "figures.json").read_text(encoding="utf-8")
    )
    return figures
