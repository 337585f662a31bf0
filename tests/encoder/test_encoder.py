"""The encoder gives open_clip's own vectors, quickly and from several threads."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from photofind.encoder import Encoder, open_encoder
from photofind.encoder.encoder import _unit
from photofind.encoder.runtime import import_open_clip
from photofind.images import Preprocessing

Photos = Callable[[Preprocessing], NDArray[np.uint8]]
SENTENCES = [
    "a dog",
    "a cup of coffee beside a spoon on a wooden table, seen from above in the morning",
    "an astronaut " * 40,  # longer than any context
    "",
]


def cosines(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return np.asarray((left * right).sum(axis=1) / lengths)


def plain_open_clip(folder: Path) -> tuple[Any, Any, Any]:
    """Model, transform and tokenizer as open_clip itself makes them."""
    open_clip = import_open_clip()
    name = f"local-dir:{folder}"
    model, _, transform = open_clip.create_model_and_transforms(name)
    return model.eval(), transform, open_clip.get_tokenizer(name)


@pytest.mark.parametrize("name", ["tiny", "convolutional", "sigmoid"])
def test_vectors_are_those_of_open_clip(name: str, models: Path, photos: Photos) -> None:
    encoder = open_encoder(f"local-dir:{models / name}", "cpu")
    model, transform, tokenize = plain_open_clip(models / name)
    pictures = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket()]
    with torch.inference_mode():
        tensors = torch.stack([transform(Image.fromarray(picture)) for picture in pictures])
        images = model.encode_image(tensors).numpy()
        texts = model.encode_text(tokenize(SENTENCES)).numpy()
    assert cosines(encoder.encode_images(photos(encoder.preprocessing)), images).min() > 0.999
    assert cosines(encoder.encode_texts(SENTENCES), texts).min() > 0.999


def test_vectors_are_float32_of_unit_length(models: Path, photos: Photos) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    images = encoder.encode_images(photos(encoder.preprocessing))
    texts = encoder.encode_texts(SENTENCES)
    for vectors in (images, texts):
        assert vectors.dtype == np.float32
        assert vectors.flags.c_contiguous
        assert vectors.shape == (4, encoder.dimension)
        assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6


def test_nothing_in_nothing_out(models: Path) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    assert encoder.encode_texts([]).shape == (0, encoder.dimension)
    assert encoder.encode_images(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 64)


def test_more_than_a_batch_is_encoded_as_one_by_one(models: Path, photos: Photos) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    some = photos(encoder.preprocessing)
    many = np.concatenate([some] * (encoder.batch_size // 2))
    vectors = encoder.encode_images(many)
    for row, picture in enumerate(some):
        alone = encoder.encode_images(picture[np.newaxis])
        assert cosines(vectors[row::4], np.repeat(alone, len(vectors) // 4, 0)).min() > 0.9999
    texts = [f"picture number {number}" for number in range(150)]
    together = encoder.encode_texts(texts)
    assert cosines(together[140:141], encoder.encode_texts(texts[140:141])).min() > 0.9999


def test_a_text_does_not_depend_on_the_longer_ones_beside_it(models: Path) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    alone = encoder.encode_texts(["a dog"])
    beside = encoder.encode_texts(["a dog", "a much longer sentence about a dog on a beach"])
    assert cosines(alone, beside[:1])[0] > 0.9999


def test_text_and_pictures_are_encoded_at_the_same_time(models: Path, photos: Photos) -> None:
    encoder = open_encoder(f"local-dir:{models / 'convolutional'}", "cpu")
    pixels = photos(encoder.preprocessing)
    images, texts = encoder.encode_images(pixels), encoder.encode_texts(SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        many_images = [pool.submit(encoder.encode_images, pixels) for _ in range(6)]
        many_texts = [pool.submit(encoder.encode_texts, SENTENCES) for _ in range(20)]
        for future in many_images:
            assert cosines(future.result(), images).min() > 0.9999
        for future in many_texts:
            assert cosines(future.result(), texts).min() > 0.9999


def test_text_is_ready_before_the_image_tower_is_touched(models: Path) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    assert encoder._images is None
    encoder.encode_texts(["a dog"])
    assert encoder._images is None
    encoder.load_images()
    assert encoder._images is not None


def test_a_picture_without_numbers_is_a_row_of_nan() -> None:
    rows = torch.tensor([[3.0, 4.0], [float("inf"), 1.0], [0.0, 0.0], [float("nan"), 0.0]])
    unit = _unit(rows)
    assert np.allclose(unit[0], [0.6, 0.8])
    assert np.isnan(unit[1:]).all()


def test_pixels_of_another_size_are_our_mistake(models: Path) -> None:
    encoder = open_encoder(f"local-dir:{models / 'tiny'}", "cpu")
    with pytest.raises(ValueError, match="not "):
        encoder.encode_images(np.zeros((1, 32, 32, 3), np.uint8))


def test_a_named_architecture_loads_a_checkpoint_file(
    real_architecture: tuple[str, Path], photos: Photos
) -> None:
    architecture, file = real_architecture
    encoder: Encoder = open_encoder(f"{architecture}:{file}", "cpu")
    assert encoder.name == f"{architecture}:{file}"
    assert encoder.languages == ("en",)
    assert not encoder.basic
    assert 14.2 < encoder.logit_scale < 14.4  # open_clip's initial value, 1 / 0.07
    model = import_open_clip().create_model(architecture, pretrained=str(file)).eval()
    transform = import_open_clip().image_transform(224, is_train=False)
    with torch.inference_mode():
        wanted = model.encode_image(transform(Image.fromarray(data.chelsea()))[None]).numpy()
    images = encoder.encode_images(photos(encoder.preprocessing))
    assert cosines(images[1:2], wanted)[0] > 0.999


OFFLINE = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("the network was asked")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from photofind.encoder import open_encoder
encoder = open_encoder(sys.argv[1], "cpu")
encoder.encode_texts(["a dog"])
encoder.load_images()
print(sorted({"torch._dynamo", "sympy", "torchvision", "transformers"} & set(sys.modules)))
"""


def test_loading_asks_no_network_and_imports_neither_compiler_nor_torchvision(
    models: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, f"local-dir:{models / 'convolutional'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


PLAIN = """
import sys
from contextlib import contextmanager
from photofind.encoder import open_encoder, runtime

@contextmanager
def broken(_):
    raise OSError("something changed in torchvision")
    yield

runtime._without_what_is_not_needed = broken
print(open_encoder(sys.argv[1], "cpu").encode_texts(["a dog"]).shape)
"""


def test_when_the_quick_import_fails_the_plain_one_is_taken(models: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, f"local-dir:{models / 'tiny'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(1, 64)"
    assert "something changed in torchvision" in done.stderr
