"""A JPEG that lacks only its end marker is the picture that it was; one that lacks more is cut."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import ReadPhoto, read_photo, read_picture
from photofind.images.unended import with_end
from tests.images.encoded import CLIP, saved

END_BYTES = 2
SCAN = b"\xff\xda"
# Enough for every one of them, so that only the test of the limit meets it.
PIXELS = 1_000_000
KINDS: dict[str, dict[str, Any]] = {
    "sequential": {"quality": 90},
    "own tables": {"quality": 95, "optimize": True, "subsampling": 0},
    "progressive": {"quality": 90, "progressive": True},
    "restarts": {"quality": 90, "restart_marker_blocks": 3},
    "progressive with restarts": {"progressive": True, "restart_marker_rows": 1},
}


def noise(mode: str = "RGB", size: tuple[int, int] = (70, 51)) -> Image.Image:
    """No two blocks are alike, and the last ones reach beyond the edge."""
    values = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(values).convert(mode)


def read(data: bytes) -> ReadPhoto:
    return read_picture(data, CLIP)


def is_cut(data: bytes) -> bool:
    try:
        read(data)
    except UnreadablePhoto as error:
        return error.reason is Reason.TRUNCATED
    return False


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_end_marker_alone_may_be_missing(kind: str, mode: str) -> None:
    whole = saved(noise(mode), "JPEG", **KINDS[kind])
    expected = read(whole)
    for lost in (1, END_BYTES):
        found = read(whole[:-lost])
        assert np.array_equal(found.pixels, expected.pixels)
        assert found.thumbnail == expected.thumbnail
        assert found.facts == expected.facts


@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_that_lacks_more_is_cut(kind: str) -> None:
    whole = saved(noise(), "JPEG", **KINDS[kind])
    data = whole.index(SCAN) + 20
    left = [len(whole) - END_BYTES - lost for lost in (*range(1, 20), 40, 80)]
    taken = [length for length in (*left, *range(data, left[-1], 97)) if not is_cut(whole[:length])]
    assert taken == []


def test_a_progressive_one_that_lacks_whole_passes_is_cut() -> None:
    whole = saved(noise(), "JPEG", progressive=True)
    passes = [at for at in range(len(whole)) if whole.startswith(SCAN, at)]
    assert len(passes) > 5
    for start in passes[1:]:
        # The tables of a pass stand before it; with them and without.
        assert is_cut(whole[:start])
        assert is_cut(whole[: whole.rindex(b"\xff\xc4", 0, start)])


def test_a_jpeg_that_is_cut_at_a_restart_marker_is_cut() -> None:
    whole = saved(noise(), "JPEG", restart_marker_blocks=2)
    marks = [at for at in range(len(whole) - 1) if whole[at : at + 2] in (b"\xff\xd3", b"\xff\xd6")]
    assert marks
    for at in marks:
        assert all(is_cut(whole[: at + kept]) for kept in (0, 1, 2))


def test_a_picture_too_large_to_be_decoded_in_full_stays_cut() -> None:
    whole = saved(noise(), "JPEG")
    assert with_end(io.BytesIO(whole[:-END_BYTES]), PIXELS) is not None
    assert with_end(io.BytesIO(whole[:-END_BYTES]), 70 * 51) is None


def test_a_file_without_its_end_marker_is_a_photo_with_its_own_hash(tmp_path: Path) -> None:
    whole = saved(noise(), "JPEG")
    (tmp_path / "a.jpg").write_bytes(whole)
    (tmp_path / "b.jpg").write_bytes(whole[:-END_BYTES])
    a, b = (read_photo(bytes(tmp_path / name), CLIP) for name in ("a.jpg", "b.jpg"))
    assert a.content_hash != b.content_hash
    assert np.array_equal(a.pixels, b.pixels)
