"""A run's folder in small: 64 real photos, made-up captions and a made-up teacher."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.encoder.runtime import import_timm, start_torch

start_torch()  # as the application does; open_clip cannot be imported before
import_timm()

PHOTOS = 64
WORDS = ("red", "old", "round", "quiet", "bright", "tall", "wet", "small")
THINGS = ("stone", "river", "lamp", "tower", "apple", "cloud", "door", "bird")


def made_up_teacher(texts: list[str]) -> NDArray[np.float32]:
    """The mean of a fixed random vector a word: like texts, like vectors."""

    def of_word(word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
        return np.random.default_rng(seed).standard_normal(384)

    vectors = np.stack([sum(of_word(word) for word in text.split()) for text in texts])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def sixty_four_photos() -> NDArray[np.uint8]:
    """(64, 64, 64, 3): tiles of four photos that come with scikit-image."""
    from PIL import Image
    from skimage import data

    tiles = []
    for photo in (data.astronaut(), data.chelsea(), data.coffee(), data.rocket()):
        image = Image.fromarray(photo).resize((256, 256))
        tiles += [
            np.asarray(image.crop((x, y, x + 64, y + 64)))
            for y in range(0, 256, 64)
            for x in range(0, 256, 64)
        ]
    return np.stack(tiles)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pixels, maps of an untrained tower, sentences; see photofind/training/caches.py."""
    import timm
    import torch

    from photofind.training.backbone import ARCHITECTURE
    from photofind.training.maps import WRITTEN, Mapper

    run = tmp_path_factory.mktemp("run")
    (run / "px").mkdir()
    (run / "text").mkdir()
    pixels = sixty_four_photos()
    captions = [f"a {word} {thing}" for word in WORDS for thing in THINGS]
    for name, known in (
        ("flickr8k", [{"captions": [caption, f"{caption} here"]} for caption in captions]),
        ("tiny", [{"label": f"thing {number % 8}"} for number in range(PHOTOS)]),
    ):
        np.save(run / "px" / f"{name}.npy", pixels)
        (run / "px" / f"{name}.json").write_text(json.dumps(known))

    names = [f"thing {number}" for number in range(1000)]
    concepts = {
        "names": [[name] for name in names],
        "by_label": {name: number for number, name in enumerate(names)},
    }
    (run / "text" / "concepts.json").write_text(json.dumps(concepts))
    texts = {
        "names": names,
        "cap_flickr8k": [f"{caption}{more}" for caption in captions for more in ("", " here")],
        "phrases": captions,
    }
    for name, sentences in texts.items():
        (run / "text" / f"{name}.json").write_text(json.dumps(sentences))
        np.save(run / "text" / f"{name}.npy", made_up_teacher(sentences).astype(np.float16))

    torch.manual_seed(0)
    network = timm.create_model(ARCHITECTURE, num_classes=1000).eval()
    mapper = Mapper(run, network, torch.device("cpu"))
    for name in ("flickr8k", "tiny"):
        mapper.keep(name, 0, None, lambda _: None)
    mapper.keep("flickr8k", WRITTEN, None, lambda _: None)
    mapper.keep("flickr8k", 2, 32, lambda _: None)
    return run
