"""Whether what PhotoFind computes of a photo is what open_clip would. Prints figures.

    python -m tests.benchmarks.fidelity [--model NAME] [--photos N]

PhotoFind decodes a JPEG at a fraction of its size, makes thumbnail and encoder input of one decode
and computes in the precision that is fastest. Beside it: the fully decoded photo, open_clip's own
preprocessing and its model in float32. Photos: the shared ones where they lie beside the checkout,
and made-up ones of 12 megapixels. The big model is ViT-B-32-256 with random weights.
"""

import argparse
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from photofind.encoder import open_encoder, resolve
from photofind.encoder.runtime import import_open_clip
from photofind.errors import UnreadablePhoto
from photofind.images import read_photo
from tests.benchmarks.figures import Figure, show
from tests.benchmarks.latency import random_model
from tests.benchmarks.peer import make_photos
from tests.conftest import SHARED

Vectors = NDArray[np.float32]

SAMPLE = 200  # of the shared evaluation set
LARGE = 12  # made-up photos
LARGE_SIZE = (4000, 3000)
MEAN, LEAST = 0.999, 0.99  # the goals
BATCH = 16


def photos(folder: Path, sample: int) -> dict[str, list[Path]]:
    """The photos by where they come from."""
    make_photos(folder / "large", LARGE, LARGE_SIZE)
    found = {"12 megapixels": sorted((folder / "large").iterdir())}
    test_set = SHARED / "eval" / "flickr8k_test.tar"
    if test_set.is_file():
        with tarfile.open(test_set) as tar:
            names = sorted(name for name in tar.getnames() if name.endswith(".jpg"))
            members = names[:: max(1, len(names) // sample)][:sample]
            tar.extractall(folder / "flickr8k", [tar.getmember(n) for n in members], filter="data")
        found["flickr8k"] = sorted((folder / "flickr8k").rglob("*.jpg"))
    if (SHARED / "photos").is_dir():
        found["shared photos"] = sorted((SHARED / "photos").glob("*.jpg"))
    return found


def plain_open_clip(name: str) -> tuple[Callable[[list[Path]], Vectors], Callable[[Any], Vectors]]:
    """open_clip as it comes: photos to unit vectors, and pixels (n, S, S, 3) to unit vectors."""
    open_clip = import_open_clip()
    import torch

    spec = resolve(name)
    source = None if spec.architecture.startswith("local-dir") else str(spec.source)
    model: Any
    model, _, preprocess = open_clip.create_model_and_transforms(
        spec.architecture, pretrained=source, precision="fp32"
    )
    model.eval()

    def encode(paths: list[Path]) -> Vectors:
        rows = []
        with torch.inference_mode():
            for start in range(0, len(paths), BATCH):
                batch = [preprocess(upright(path)) for path in paths[start : start + BATCH]]
                vectors = model.encode_image(torch.stack(batch)).float()
                rows.append(torch.nn.functional.normalize(vectors, dim=-1).numpy())
        return np.concatenate(rows)

    def encode_pixels(pixels: NDArray[np.uint8]) -> Vectors:
        to_tensor = preprocess.transforms[-2:]  # the last two: to a tensor, and normalise
        rows = []
        with torch.inference_mode():
            for picture in pixels:
                tensor = to_tensor[1](to_tensor[0](Image.fromarray(picture)))
                vectors = model.encode_image(tensor[None]).float()
                rows.append(torch.nn.functional.normalize(vectors, dim=-1).numpy())
        return np.concatenate(rows)

    return encode, encode_pixels


def upright(path: Path) -> Image.Image:
    """The whole photo, turned as its EXIF says."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def compare(label: str, name: str, places: dict[str, list[Path]]) -> Iterator[Figure]:
    """Cosines of the product's vectors to plain ones, and how fast each side made them."""
    encoder = open_encoder(name, "cpu")
    encoder.load_images()
    plain, plain_pixels = plain_open_clip(name)
    for place, paths in places.items():
        pixels, readable = [], []
        decoding = time.perf_counter()
        for path in paths:
            try:
                read = read_photo(bytes(path), encoder.preprocessing)
            except UnreadablePhoto as problem:
                print(f"left out: {path.name}: {problem}")
                continue
            assert read.pixels is not None
            pixels.append(read.pixels)
            readable.append(path)
        encoding = time.perf_counter()
        ours = encoder.encode_images(np.stack(pixels))
        ended = time.perf_counter()
        theirs = plain(readable)
        plain_took = time.perf_counter() - ended
        cosines = (ours * theirs).sum(axis=1)
        count, took = len(readable), ended - decoding
        title = f"{label}, {place}"
        yield Figure(f"{title}, {count} photos: mean cosine", cosines.mean(), "", MEAN, True)
        yield Figure("  least cosine", cosines.min(), "", LEAST, True)
        exact = plain_pixels(np.stack(pixels))
        yield Figure("  mean, of the decoding alone", (exact * theirs).sum(axis=1).mean())
        yield Figure("  mean, of the precision alone", (exact * ours).sum(axis=1).mean())
        yield Figure("  decoding, one thread", count / (encoding - decoding), "photos/s")
        yield Figure("  encoding", count / (ended - encoding), "photos/s")
        yield Figure(
            "  decoding and encoding, beside open_clip as it comes", plain_took / took, "x"
        )


def measure(model: str | None = None, sample: int = SAMPLE) -> Iterator[Figure]:
    """Every figure, as it is found."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        places = photos(folder, sample)
        if model is not None:
            names = {model.partition(":")[0]: model}
        else:
            names = {
                "built-in": "builtin",
                "ViT-B-32-256": random_model(folder, "ViT-B-32-256"),
            }
        for label, name in names.items():
            yield from compare(label, name, places)


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--model", help="another model than the two")
    words.add_argument("--photos", type=int, default=SAMPLE, help="of the shared evaluation set")
    chosen = words.parse_args()
    show(measure(chosen.model, chosen.photos))


if __name__ == "__main__":
    main()
