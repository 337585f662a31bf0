"""Training photos: tar files in, arrays of decoded pixels out.

A tar holds ``images/`` and ``captions.json`` {file: [captions]} or ``labels.json``
{file: label, WordNet id, or a list of labels}. Photos that are also among those a model is
judged on are found by their looks and left out.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.training import pages

# Pixels a side to keep: what the set's photos have, and no more than the model can use.
SIDES = {"tiny": 64, "mini": 84, "scenes": 150, "flowers": 128, "food": 64, "places": 128}
SIDE = 224
DOUBLE = 0.97  # correlation of two 16 x 16 grey pictures above which they are the same photo
PAGES = 130  # drawn pictures of each kind
AT_ONCE = 256

T = TypeVar("T")


def in_groups(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """So many at a time, the last group shorter (itertools.batched is of Python 3.12)."""
    remaining = iter(items)
    while group := tuple(islice(remaining, size)):
        yield group


def decode(content: bytes, side: int) -> NDArray[np.uint8] | None:
    """The middle square, (side, side, 3); None for what cannot be read."""
    image = _opened(content, side)
    return None if image is None else _middle(image, side)


def decode_with_prints(
    content: bytes, side: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]] | None:
    """The middle square, and the fingerprints (2, 256) of it and of the whole photo."""
    image = _opened(content, side)
    if image is None:
        return None
    middle = _middle(image, side)
    return middle, np.stack([fingerprint(Image.fromarray(middle)), fingerprint(image)])


def _opened(content: bytes, side: int) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.draft("RGB", (2 * side, 2 * side))
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None


def _middle(image: Image.Image, side: int) -> NDArray[np.uint8]:
    factor = side / min(image.size)
    width, height = (max(side, round(edge * factor)) for edge in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - side) // 2, (height - side) // 2
    return np.asarray(image.crop((left, top, left + side, top + side)))


def fingerprint(image: Image.Image) -> NDArray[np.float32]:
    """(256,) of unit length: the photo in 16 x 16 greys, without brightness and contrast."""
    small = image.convert("L").resize((16, 16), Image.Resampling.BOX)
    grey = np.asarray(small, np.float32).ravel()
    grey = grey - grey.mean()
    unit: NDArray[np.float32] = grey / (np.linalg.norm(grey) + 1e-6)
    return unit


def judged_fingerprints(evaluation: Path, photos: Path) -> NDArray[np.float32]:
    """Of every photo that may not be trained on: tars of ``evaluation``, files of ``photos``.

    (n, 256); two of each photo, of its middle and of the whole squeezed into a square, since sets
    hold the one or the other.
    """
    contents = [content for tar in sorted(evaluation.glob("*.tar")) for _, content in _read(tar)]
    contents += [path.read_bytes() for path in sorted(photos.glob("*.jpg"))]
    decoded = (decode_with_prints(content, SIDE) for content in contents)
    found = [prints for _, prints in filter(None, decoded)]
    return np.concatenate(found) if found else np.empty((0, 256), np.float32)


def keep_set(tar: Path, run: Path, judged: NDArray[np.float32]) -> tuple[int, int]:
    """Decode a tar into the run's folder; returns how many were kept and how many were doubles."""
    name = tar.stem
    side = SIDES.get(name, SIDE)
    with tarfile.open(tar) as opened:
        names = {member.name for member in opened if member.isfile()}
        described = {
            kind: json.loads(file.read())
            for kind in ("captions", "labels")
            if f"{kind}.json" in names and (file := opened.extractfile(f"{kind}.json"))
        }
    count = sum(file.startswith("images/") for file in names)
    (run / "px").mkdir(parents=True, exist_ok=True)
    kept = np.lib.format.open_memmap(
        run / "px" / f"{name}.npy", "w+", np.uint8, (count, side, side, 3)
    )
    known: list[dict[str, object]] = []
    doubles = 0
    with ThreadPoolExecutor() as pool:
        for part in in_groups(_read(tar), AT_ONCE):
            files, contents = zip(*part, strict=True)
            decoded = pool.map(decode_with_prints, contents, [side] * len(contents))
            read = [(file, *one) for file, one in zip(files, decoded, strict=True) if one]
            for (file, pixels, _), double in zip(read, _doubles(read, judged), strict=True):
                if double:
                    doubles += 1
                    continue
                kept[len(known)] = pixels
                known.append(_described(file, described))
    kept.flush()
    (run / "px" / f"{name}.json").write_text(json.dumps(known), encoding="utf-8")
    return len(known), doubles


def _doubles(
    read: list[tuple[str, NDArray[np.uint8], NDArray[np.float32]]], judged: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which of the photos are judged ones."""
    if not read or not len(judged):
        return np.zeros(len(read), np.bool_)
    prints = np.stack([two for _, _, two in read])  # (n, 2, 256)
    nearest = (prints.reshape(-1, 256) @ judged.T).max(axis=1)
    found: NDArray[np.bool_] = nearest.reshape(-1, 2).max(axis=1) > DOUBLE
    return found


def keep_pages(run: Path) -> int:
    """Draw the pages and screens into the run's folder; returns how many."""
    drawn = [(label, number) for number in range(PAGES) for label in pages.PAINTERS]
    pixels = [
        pages.page(label, 100_000 * place + number) for place, (label, number) in enumerate(drawn)
    ]
    np.save(run / "px" / "pages.npy", np.stack(pixels))
    listed = json.dumps([{"label": label} for label, _ in drawn])
    (run / "px" / "pages.json").write_text(listed, encoding="utf-8")
    return len(drawn)


def _described(file: str, described: dict[str, dict[str, object]]) -> dict[str, object]:
    return {
        "file": file,
        "captions": described.get("captions", {}).get(file, []),
        "label": described.get("labels", {}).get(file),
    }


def _read(tar: Path) -> Iterator[tuple[str, bytes]]:
    """File names and contents of a tar's photos, in its order."""
    with tarfile.open(tar) as opened:
        members: Iterable[tarfile.TarInfo] = opened
        for member in members:
            if member.isfile() and member.name.startswith("images/"):
                file = opened.extractfile(member)
                assert file is not None
                yield member.name.removeprefix("images/"), file.read()
