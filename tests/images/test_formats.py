"""Odd, hostile and broken files of the world: each is read, or refused for its own reason."""

import os
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import ReadPhoto, is_photo_name, read_photo
from photofind.images.pool import DecodePool
from tests.images.encoded import CLIP, corners, difference, exif, opened, saved, swapped_profile

REFUSED = {
    "zero_byte.jpg": {Reason.EMPTY},
    "text_named.jpg": {Reason.NOT_AN_IMAGE},
    "truncated.jpg": {Reason.TRUNCATED},
    "truncated.png": {Reason.TRUNCATED},
    "corrupt_header.jpg": {Reason.TRUNCATED, Reason.DAMAGED},
    "corrupted.heic": {Reason.DAMAGED},
    "decompression_bomb.gif": {Reason.TOO_LARGE},
    "decompression_bomb_30000x30000.png": {Reason.TOO_LARGE},
}
SIZES = {
    "exif_orientation_6_portrait.jpg": (450, 600),
    "iphone.HEIC": (3024, 4032),
    "rotated.avif": (640, 427),
    "raw_colorchart.dng": (1734, 1156),
    "raw_kodak_dc50.kdc": (768, 512),
    "jpeg_named.nef": (2000, 3008),
    "corrupted_large.jpg": (3648, 2736),
    "hopper_gray_alpha.gif": (2, 1),
    "animated_16bit.apng": (128, 64),
}


def read(path: Path) -> ReadPhoto:
    return read_photo(os.fsencode(path), CLIP, pixel_limit=300_000_000)


@pytest.mark.shared
def test_every_file_is_read_or_refused_for_its_own_reason(shared_data: Path) -> None:
    for path in sorted((shared_data / "formats").iterdir()):
        if not is_photo_name(os.fsencode(path.name)):
            continue
        if path.name in REFUSED:
            with pytest.raises(UnreadablePhoto) as caught:
                read(path)
            assert caught.value.reason in REFUSED[path.name], path.name
            continue
        photo = read(path)
        assert photo.pixels is not None
        facts = photo.facts
        assert (facts.width, facts.height) == SIZES.get(path.name, (facts.width, facts.height))


@pytest.mark.shared
def test_all_orientations_of_one_picture_look_the_same(shared_data: Path) -> None:
    pictures = [
        opened(read(shared_data / "formats" / f"exif_orientation_{number}.jpg").thumbnail)
        for number in range(1, 9)
    ]
    for picture in pictures[1:]:
        assert difference(picture, pictures[0]) < 8  # a large figure in it differs


@pytest.mark.shared
def test_the_pictures_of_raw_files_are_larger_than_their_stamps(shared_data: Path) -> None:
    with Image.open(shared_data / "formats/raw_kodak_dc50.kdc") as stamp:
        assert stamp.size == (96, 64)
    for name, side in (("raw_kodak_dc50.kdc", 384), ("raw_colorchart.dng", 384)):
        photo = read(shared_data / "formats" / name)
        assert max(opened(photo.thumbnail).size) == side
        assert photo.facts.format == "RAW"
        assert photo.facts.camera


@pytest.mark.shared
def test_places_and_cameras_of_real_photos(shared_data: Path) -> None:
    facts = read(shared_data / "formats/gps_exif.jpg").facts
    assert facts.camera == "NIKON COOLPIX P6000"
    assert facts.latitude == pytest.approx(43.46745, abs=1e-4)
    assert facts.longitude == pytest.approx(11.88513, abs=1e-4)
    late = read(shared_data / "formats/heic_exif_at_eof.heic").facts
    assert late.lens == "iPhone 11 Pro back triple camera 4.25mm f/1.8"


@pytest.mark.timeout(300)
def test_no_flipped_bytes_and_no_cut_bring_the_decoders_down(tmp_path: Path) -> None:
    """Each file is read, or refused with a reason, and the next one is read well."""
    random = np.random.default_rng(7)
    noise = Image.fromarray(random.integers(0, 255, (60, 90, 3), np.uint8))
    sound = [
        saved(picture, format_name, **options)
        for picture in (noise, corners())
        for format_name, options in (
            ("JPEG", {"exif": exif(6, Make="M"), "icc_profile": swapped_profile()}),
            ("JPEG", {"progressive": True}),
            ("PNG", {"exif": exif(6, Make="M"), "icc_profile": swapped_profile()}),
            ("WEBP", {"exif": exif(6, Make="M")}),
            ("GIF", {}),
            ("TIFF", {"compression": "tiff_lzw"}),
            ("TIFF", {"compression": "jpeg"}),
            ("BMP", {}),
            ("JPEG2000", {}),
            ("AVIF", {}),
            ("HEIF", {}),
            ("TGA", {"compression": "tga_rle"}),
            ("QOI", {}),
        )
    ]
    paths = []
    for number, data in enumerate(sound):
        for turn in range(6):
            broken = bytearray(data)
            for at in random.integers(0, len(data) if turn % 2 else min(len(data), 300), 4):
                broken[at] ^= 1 << int(random.integers(0, 8))
            if turn == 5:
                del broken[int(random.integers(1, len(data))) :]
            path = tmp_path / f"{number}-{turn}.jpg"
            path.write_bytes(broken)
            paths.append(os.fsencode(path))
    reasons = []
    with DecodePool(2, time_limit=30, memory_limit=2**30) as pool:
        futures: list[Future[ReadPhoto]] = [pool.read(path, CLIP) for path in paths]
        for future in futures:
            try:
                pixels = future.result(120).pixels
                assert pixels is not None
                assert pixels.shape == (64, 64, 3)
            except UnreadablePhoto as error:
                reasons.append(error.reason)
        (tmp_path / "sound.jpg").write_bytes(sound[0])
        assert pool.read(os.fsencode(tmp_path / "sound.jpg"), CLIP).result(60).facts.width == 60
    assert 0 < len(reasons) < len(paths)
    assert Reason.DECODER_TIMEOUT not in reasons
