"""Camera RAW shows the camera's own preview, or is developed; it stands upright either way."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import Facts, open_upright, read_photo, read_picture
from tests.images.encoded import CLIP, corners, difference, exif, opened, saved
from tests.images.raws import dng


def preview(width: int, height: int, *, turned: int = 1, tagged: bool = False) -> bytes:
    """The corners as a camera stores them that was turned, with or without a tag that says so."""
    turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[turned]
    upright = corners(*((height, width) if turned == 6 else (width, height)))
    stored = upright if turn is None else upright.transpose(turn)
    return saved(stored, "JPEG", quality=95, **({"exif": exif(turned)} if tagged else {}))


def shown(raw: bytes) -> Image.Image:
    return opened(read_picture(raw, CLIP).thumbnail)


def developed(image: Image.Image) -> bool:
    """Whether it shows the sensor's values: red on the left or on top, blue at the other end."""
    pixels = np.asarray(image.resize((64, 64)), int)
    first, last = pixels[8, 8], pixels[-8, -8]
    return bool(first[0] > first[2] + 100 and last[2] > last[0] + 100 and first[1] < 100)


def test_a_raw_without_a_preview_is_developed() -> None:
    photo = read_picture(dng(), CLIP)
    assert developed(opened(photo.thumbnail))
    assert photo.facts == Facts(400, 300, "RAW", taken_at=1577934245, camera="Maker One")


def test_the_cameras_own_preview_is_shown() -> None:
    raw = dng(preview=preview(360, 270), preview_size=(360, 270))
    assert difference(shown(raw), corners(360, 270)) < 6


def test_a_preview_that_is_too_small_is_passed_over() -> None:
    assert developed(shown(dng(preview=preview(120, 90), preview_size=(120, 90))))


def test_a_preview_that_is_damaged_is_passed_over() -> None:
    broken = preview(360, 270)[:300].ljust(5000, b"\0")
    assert developed(shown(dng(preview=broken, preview_size=(360, 270))))


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("orientation", [3, 6])
def test_a_preview_is_turned_once(orientation: int, tagged: bool) -> None:
    stored = preview(360, 270, turned=orientation, tagged=tagged)
    photo = read_picture(
        dng(preview=stored, preview_size=(360, 270), orientation=orientation), CLIP
    )
    size = (270, 360) if orientation == 6 else (360, 270)
    assert difference(opened(photo.thumbnail), corners(*size)) < 6
    assert (photo.facts.width, photo.facts.height) == (
        (300, 400) if orientation == 6 else (400, 300)
    )


def test_a_preview_that_the_camera_turned_is_not_turned_again() -> None:
    upright = preview(270, 360)
    raw = dng(preview=upright, preview_size=(270, 360), orientation=6)
    assert difference(shown(raw), corners(270, 360)) < 6


def test_a_developed_picture_stands_upright() -> None:
    picture = shown(dng(orientation=6))
    assert (picture.width, picture.height) == (150, 200)
    assert developed(picture)


def test_the_content_tells_a_raw_and_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(dng(preview=preview(120, 90), preview_size=(120, 90)))
    assert read_photo(os.fsencode(path), CLIP).facts.format == "RAW"


def test_the_viewer_gets_more_than_a_small_preview(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(dng(1600, 1200, preview=preview(720, 540), preview_size=(720, 540)))
    assert open_upright(os.fsencode(path)).size == (800, 600)
    assert open_upright(os.fsencode(path), at_least=(400, 300)).size[0] < 800


def test_a_raw_that_is_cut_off_is_refused_or_shows_its_preview() -> None:
    assert not developed(corners())
    raw = dng()
    with pytest.raises(UnreadablePhoto) as caught:
        read_picture(raw[: len(raw) // 2], CLIP)
    assert caught.value.reason in (Reason.DAMAGED, Reason.TRUNCATED, Reason.UNSUPPORTED)


def test_words_that_are_named_like_a_raw_are_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "photo.nef"
    path.write_bytes(b"just words, and no picture at all")
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(os.fsencode(path), CLIP)
    assert caught.value.reason is Reason.NOT_AN_IMAGE
    path.write_bytes(b"IIRO\x08\0\0\0 no picture either")
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(os.fsencode(path), CLIP)
    assert caught.value.reason in (Reason.UNSUPPORTED, Reason.DAMAGED)


def test_a_raw_beyond_the_pixel_limit_is_developed_by_nobody() -> None:
    with pytest.raises(UnreadablePhoto) as caught:
        read_picture(dng(1600, 1200), CLIP, pixel_limit=1_000_000)
    assert caught.value.reason is Reason.TOO_LARGE
    stamped = dng(1600, 1200, preview=preview(120, 90), preview_size=(120, 90))
    photo = read_picture(stamped, CLIP, pixel_limit=1_000_000)
    assert difference(opened(photo.thumbnail), corners(120, 90)) < 6
