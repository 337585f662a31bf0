"""Misfortunes, one each: a picture that kills the worker, a model that gives no numbers, a full
disk, a worker that cannot start."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from photofind import client
from photofind.catalog import CatalogReader
from photofind.cli.indexing import index_folders
from photofind.encoder import Encoder
from photofind.errors import Reason, UnreadablePhoto, WorkerUnavailable
from photofind.paths import LibraryPaths
from tests.pictures import fill
from tests.running import Running


def test_a_picture_that_kills_the_worker_is_set_aside_and_the_rest_is_indexed(
    tmp_path: Path, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "photos", 12)
    red = tmp_path / "photos" / "red.png"
    Image.new("RGB", (64, 64), (255, 0, 0)).save(red)
    program = [sys.executable, "-m", "tests.engines.dies_on_red"]
    monkeypatch.setattr(client, "own_program", lambda: program)
    library = LibraryPaths(tmp_path / "library")
    done = index_folders(
        library, [os.fsencode(tmp_path / "photos")], model=tiny_model, device="cpu"
    )
    assert done.found == 13
    assert done.failed == 1
    reader = CatalogReader.open(library.catalog)
    assert reader is not None
    with reader:
        assert reader.ledger().embedded == 12
        (aside,) = reader.set_aside()
    assert (aside.path, aside.reason) == (os.fsencode(red), Reason.WORKER_CRASHED)


def test_a_worker_that_cannot_start_is_reported_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        client, "own_program", lambda: [sys.executable, "-c", "raise SystemExit(9)"]
    )
    with pytest.raises(WorkerUnavailable, match="did not start"):
        client.Client.open(LibraryPaths(tmp_path / "library"))


def test_a_picture_without_a_usable_embedding_is_set_aside(
    tmp_path: Path, open_library: Callable[[], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "photos", 5)
    Image.new("RGB", (64, 64), (255, 0, 0)).save(tmp_path / "photos" / "red.png")
    encode = Encoder.encode_images

    def not_a_number_on_red(self: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        vectors = encode(self, pixels)
        means = pixels.reshape(len(pixels), -1, 3).mean(axis=1)
        vectors[(means[:, 0] > 200) & (means[:, 1] < 60)] = np.nan
        return vectors

    monkeypatch.setattr(Encoder, "encode_images", not_a_number_on_red)
    library = open_library()
    done = library.index(tmp_path / "photos")
    assert (done.indexed, done.failed) == (5, 1)
    assert [file.reason for file in library.set_aside()] == [Reason.NO_EMBEDDING]
    assert len(library.found()) == 5
    with pytest.raises(UnreadablePhoto, match="no usable answer"):
        library.search(image_path=os.fsencode(tmp_path / "photos" / "red.png"))
    with pytest.raises(UnreadablePhoto, match=r"There is no file .*mistyped\.png"):
        library.search(image_path=os.fsencode(tmp_path / "mistyped.png"))
