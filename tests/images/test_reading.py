"""Whatever the file, the picture is upright, in sRGB, and decoded once."""

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photofind.errors import Reason, UnreadablePhoto
from photofind.images import (
    SUFFIXES,
    Preprocessing,
    is_photo_name,
    open_upright,
    read_photo,
    read_picture,
)
from tests.images.encoded import (
    BLUE,
    CLIP,
    RED,
    WHITE,
    corners,
    deep_tiff,
    difference,
    exif,
    opened,
    saved,
    swapped_profile,
)

LOSSLESS = {
    "PNG": {},
    "WEBP": {"lossless": True},
    "TIFF": {},
    "BMP": {},
    "JPEG2000": {},
    "PPM": {},
    "TGA": {},
    "PCX": {},
    "QOI": {},
}
LOSSY = {
    "JPEG": {"quality": 95},
    "GIF": {},
    "AVIF": {"quality": 95},
    "HEIF": {"quality": 95},
    "MPO": {"quality": 95},
}
TURNED_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def reason_of(data: bytes, pixel_limit: int | None = None) -> Reason:
    with pytest.raises(UnreadablePhoto) as caught:
        read_picture(data, CLIP, pixel_limit=pixel_limit)
    return caught.value.reason


def shown(image: Image.Image, format_name: str = "PNG", **options: object) -> Image.Image:
    """What the thumbnail shows of a saved picture."""
    return opened(read_picture(saved(image, format_name, **options), None).thumbnail)


def middle(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


# ------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
def test_every_format_is_read(format_name: str) -> None:
    original = corners()
    options = {**LOSSLESS, **LOSSY}[format_name]
    photo = read_picture(saved(original, format_name, **options), CLIP)
    assert (photo.facts.width, photo.facts.height) == (120, 80)
    assert photo.pixels is not None
    expected = read_picture(saved(original, "PNG"), CLIP).pixels
    assert expected is not None
    assert difference(photo.pixels, expected) < (0.01 if format_name in LOSSLESS else 4)


def test_the_format_is_named_as_people_know_it() -> None:
    names = {
        name: read_picture(saved(corners(), name), None).facts.format
        for name in ("JPEG", "MPO", "PNG", "JPEG2000", "HEIF", "AVIF", "WEBP", "TIFF")
    }
    assert names == {
        "JPEG": "JPEG",
        "MPO": "JPEG",
        "PNG": "PNG",
        "JPEG2000": "JPEG 2000",
        "HEIF": "HEIF",
        "AVIF": "AVIF",
        "WEBP": "WEBP",
        "TIFF": "TIFF",
    }


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("a.jpg", "PNG"), ("a.nef", "JPEG"), ("a.png", "JPEG"), ("a.dng", "TIFF"), ("a.heic", "AVIF")],
)
def test_the_content_decides_and_not_the_name(tmp_path: Path, name: str, format_name: str) -> None:
    path = tmp_path / name
    path.write_bytes(saved(corners(), format_name))
    photo = read_photo(os.fsencode(path), CLIP)
    assert photo.facts.format == format_name
    assert (photo.facts.width, photo.facts.height) == (120, 80)


@pytest.mark.parametrize(
    ("format_name", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})]
)
def test_an_animation_shows_its_first_frame(format_name: str, options: dict[str, bool]) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE, WHITE)]
    image = shown(frames[0], format_name, save_all=True, append_images=frames[1:], **options)
    assert difference(np.array(middle(image)), np.array(RED)) < 4


@pytest.mark.parametrize("orientation", [1, 6])
def test_an_avif_that_names_its_family_first_is_read(orientation: int) -> None:
    data = bytearray(saved(corners(), "AVIF", quality=95, exif=exif(orientation)))
    assert data[4:12] == b"ftypavif"
    data[8:12] = b"mif1"
    photo = read_picture(bytes(data), None)
    assert photo.facts.format == "AVIF"
    assert (photo.facts.width, photo.facts.height) == ((120, 80) if orientation == 1 else (80, 120))


def test_a_jpeg_whose_list_of_further_pictures_is_broken_is_read() -> None:
    stereo = bytearray(saved(corners(), "MPO", save_all=True, append_images=[corners()]))
    at = stereo.index(b"MPF\0")
    stereo[at + 12 : at + 90] = b"\xff" * 78
    assert read_picture(bytes(stereo), CLIP).facts.format == "JPEG"


def test_a_long_history_beside_the_pixels_is_no_harm() -> None:
    history = PngInfo()
    history.add_itxt("XML:com.adobe.xmp", "<edit/>" * 500_000, zip=True)
    assert read_picture(saved(corners(), "PNG", pnginfo=history), CLIP).facts.width == 120


def test_names_of_photos() -> None:
    assert is_photo_name(b"a.JPG")
    assert is_photo_name(b"\xff\xfe.heic")
    assert is_photo_name(b"archive.tar.webp")
    for name in (b"._a.jpg", b".a.jpg", b".jpg", b"a.jpg.txt", b"jpg", b"a.mp4", b"a.j\xffg"):
        assert not is_photo_name(name), name
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


# --------------------------------------------------------------------------------- orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_stands_upright_whatever_its_orientation(
    format_name: str, orientation: int
) -> None:
    upright = corners()
    turn = TURNED_BACK[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    options = {"quality": 95} if format_name in LOSSY else {**LOSSLESS.get(format_name, {})}
    # As bytes: only then does pillow-heif write the rotation that HEIF prescribes beside EXIF.
    data = saved(stored, format_name, exif=exif(orientation).tobytes(), **options)
    photo = read_picture(data, CLIP)
    assert (photo.facts.width, photo.facts.height) == upright.size
    assert difference(opened(photo.thumbnail), upright) < 6


def test_an_impossible_orientation_is_none() -> None:
    for nonsense in (0, 9, 77):
        data = saved(corners(), "JPEG", exif=exif(nonsense), quality=95)
        assert difference(opened(read_picture(data, None).thumbnail), corners()) < 6


# -------------------------------------------------------------------------------------- colour


def test_a_colour_profile_is_applied() -> None:
    image = Image.new("RGB", (64, 64), (250, 0, 10))
    for format_name in ("JPEG", "PNG", "TIFF", "WEBP"):
        red, _, blue = middle(shown(image, format_name, icc_profile=swapped_profile()))
        assert red < 60, format_name
        assert blue > 200, format_name


def test_a_profile_applies_beside_transparency() -> None:
    image = Image.new("RGBA", (64, 64), (250, 0, 10, 128))
    red, green, blue = middle(shown(image, icc_profile=swapped_profile()))
    assert blue > red
    assert 100 < green < 150


@pytest.mark.parametrize("profile", [b"nonsense", swapped_profile()[:200], b"\0" * 4096])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    image = Image.new("RGB", (64, 64), RED)
    assert difference(shown(image, "JPEG", quality=95, icc_profile=profile), image) < 4


def test_a_profile_of_another_kind_of_colour_is_ignored_or_fits() -> None:
    grey = Image.new("L", (64, 64), 120)
    assert abs(middle(shown(grey, icc_profile=swapped_profile()))[0] - 120) < 6


def test_cmyk_looks_as_it_was_meant() -> None:
    for format_name in ("JPEG", "TIFF"):
        image = shown(corners().convert("CMYK"), format_name)
        assert difference(image, corners()) < 6, format_name


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (64, 64), (200, 0, 0, 0))
    half = Image.new("RGBA", (64, 64), (200, 0, 0, 128))
    grey = Image.merge("LA", (Image.new("L", (64, 64), 0), Image.new("L", (64, 64), 128)))
    palette = Image.new("P", (64, 64), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    assert middle(shown(clear)) == WHITE
    assert difference(np.array(middle(shown(half))), np.array((227, 127, 127))) < 4
    assert difference(np.array(middle(shown(grey))), np.array((127, 127, 127))) < 4
    assert middle(shown(palette, transparency=1)) == WHITE
    assert difference(np.array(middle(shown(palette))), np.array((10, 20, 30))) < 6
    assert middle(shown(Image.new("RGB", (9, 9), RED), transparency=RED)) == WHITE


def test_a_fourth_channel_that_is_no_transparency_hides_nothing() -> None:
    nothing = corners().convert("RGBA")
    nothing.putalpha(0)
    assert difference(shown(nothing, "TGA"), corners()) < 6
    header = b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 4, 8, 8, 8, 3)
    red = b"".join(bytes([value]) * 64 for value in RED)
    selection = bytes([0] * 32 + [255] * 32)
    photo = read_picture(header + bytes(14) + red + selection, None)
    assert difference(opened(photo.thumbnail), Image.new("RGB", (8, 8), RED)) < 6


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_deep_greys_fill_the_scale(format_name: str, bits: int) -> None:
    ramp = np.linspace(0, 2**bits - 1, 64 * 64).astype(np.uint16).reshape(64, 64)
    image = np.asarray(shown(Image.fromarray(ramp), format_name), np.float32)[..., 0]
    expected = ramp.astype(np.float32) * (255 / (2**bits - 1))
    assert np.abs(image - expected).mean() < 3


def test_floats_and_large_numbers_fill_the_scale() -> None:
    ramp = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    holed = ramp.copy()
    holed[0, 0] = np.nan
    for values in (ramp, holed, ramp * 255, ramp * 70_000 - 100, (ramp * 2**30).astype(np.int32)):
        image = np.asarray(shown(Image.fromarray(values), "TIFF"), np.float32)[..., 0]
        assert np.abs(image - ramp * 255).mean() < 3


def test_deep_colours_that_lie_apart_are_put_together() -> None:
    deep = np.asarray(corners()).astype(np.uint16) * 257
    data = deep_tiff([deep[..., colour] for colour in range(3)], 2)
    image = opened(read_picture(data, None).thumbnail)
    assert difference(image, corners()) < 6


def test_deep_greys_counted_from_white_are_no_negative() -> None:
    grey = np.linspace(0, 2**16 - 1, 64 * 64).astype(np.uint16).reshape(64, 64)
    image = opened(read_picture(deep_tiff([2**16 - 1 - grey], 0), None).thumbnail)
    assert np.abs(np.asarray(image, np.float32)[..., 0] - grey / 257).mean() < 3


def test_black_and_white_is_black_and_white() -> None:
    image = shown(Image.new("1", (64, 64), 1))
    assert middle(image) == WHITE


# ------------------------------------------------------------------------------ size and speed


def test_a_thumbnail_is_a_small_jpeg_and_never_enlarged() -> None:
    large, tall, small = (
        opened(read_picture(saved(corners(*size), "JPEG"), None).thumbnail).size
        for size in ((1600, 1200), (300, 2400), (60, 40))
    )
    assert (large, tall, small) == ((384, 288), (48, 384), (60, 40))


@pytest.mark.parametrize("size", [(1, 1), (1, 9000), (9000, 1), (2, 1)])
def test_a_picture_of_any_shape_has_pixels_and_a_thumbnail(size: tuple[int, int]) -> None:
    photo = read_picture(saved(Image.new("RGB", size, RED), "PNG"), CLIP)
    assert photo.pixels is not None
    assert photo.pixels.shape == (64, 64, 3)
    assert difference(photo.pixels[32, 32], np.array(RED)) < 2
    assert max(opened(photo.thumbnail).size) <= 384


def test_a_jpeg_beyond_the_pixel_limit_is_read_smaller() -> None:
    large = saved(corners(4800, 3200), "JPEG")
    photo = read_picture(large, CLIP, pixel_limit=2_000_000)
    assert (photo.facts.width, photo.facts.height) == (4800, 3200)
    assert difference(opened(photo.thumbnail), corners(384, 256)) < 6


def test_what_cannot_be_read_smaller_keeps_to_the_pixel_limit() -> None:
    for format_name, options in (("PNG", {}), ("JPEG", {"progressive": True}), ("TIFF", {})):
        large = saved(corners(4800, 3200), format_name, **options)
        assert reason_of(large, pixel_limit=2_000_000) is Reason.TOO_LARGE, format_name
        assert read_picture(large, None, pixel_limit=20_000_000).facts.width == 4800


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    bomb = bytearray(saved(Image.new("1", (8, 8)), "PNG"))
    bomb[16:24] = (100_000).to_bytes(4, "big") * 2
    bomb[29:33] = _crc(bytes(bomb[12:29]))
    assert reason_of(bytes(bomb)) is Reason.TOO_LARGE
    gif = bytearray(saved(Image.new("P", (8, 8)), "GIF"))
    gif[6:10] = b"\xff" * 4
    assert reason_of(bytes(gif)) is Reason.TOO_LARGE


def _crc(chunk: bytes) -> bytes:
    import zlib

    return zlib.crc32(chunk).to_bytes(4, "big")


def test_the_viewer_gets_the_whole_picture_or_one_large_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    lying = corners(1600, 1200).transpose(Image.Transpose.ROTATE_90)
    path.write_bytes(saved(lying, "JPEG", exif=exif(6)))
    whole = open_upright(os.fsencode(path))
    assert (whole.size, whole.mode) == ((1600, 1200), "RGB")
    assert difference(whole, corners(1600, 1200)) < 4
    for view in ((800, 600), (500, 2000), (100, 100), (5000, 5000)):
        image = open_upright(os.fsencode(path), at_least=view)
        fitted = min(1, view[0] / 1600, view[1] / 1200)
        assert image.width >= int(1600 * fitted)
        assert abs(image.width / image.height - 4 / 3) < 0.02
    assert open_upright(os.fsencode(path), at_least=(390, 290)).width == 400


def test_pixels_are_only_made_for_an_encoder() -> None:
    assert read_picture(saved(corners(), "PNG"), None).pixels is None


def test_a_decode_is_large_enough_for_a_large_encoder() -> None:
    sharp = np.zeros((2400, 2400, 3), np.uint8)
    sharp[:, ::8] = 255
    large = Preprocessing(896, "shortest", "bicubic", (0.5,) * 3, (0.5,) * 3)
    pixels = read_picture(saved(Image.fromarray(sharp), "JPEG", quality=95), large).pixels
    assert pixels is not None
    expected = Image.fromarray(sharp).resize((896, 896), Image.Resampling.BICUBIC)
    assert difference(pixels, expected) < 6


# --------------------------------------------------------------------------------- broken files


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "BMP", "TGA", "PPM", "HEIF", "GIF"])
def test_a_picture_that_is_cut_off_is_named_so(format_name: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))
    data = saved(noise, format_name)
    assert reason_of(data[: len(data) * 2 // 3]) is Reason.TRUNCATED


@pytest.mark.parametrize("format_name", ["WEBP", "AVIF", "JPEG2000", "TIFF"])
def test_a_picture_of_which_only_the_start_is_left_is_refused(format_name: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))
    data = saved(noise, format_name)
    assert reason_of(data[: len(data) // 8]) in (Reason.TRUNCATED, Reason.DAMAGED)


def test_what_is_no_picture_is_named_so() -> None:
    assert reason_of(b"") is Reason.EMPTY
    for data in (b"just words", b"%PDF-1.7\n", b"\0" * 5000, b"<html></html>", b"\x7fELF" * 50):
        assert reason_of(data) is Reason.NOT_AN_IMAGE, data[:8]


def test_a_known_beginning_and_nonsense_after_it_is_damage() -> None:
    for start in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"MM\0*"):
        assert reason_of(start + b"nonsense" * 40) in (Reason.DAMAGED, Reason.TRUNCATED), start
    assert reason_of(b"\0\0\0\x18ftypheic" + b"nonsense" * 40) is Reason.DAMAGED
    assert reason_of(b"RIFF\0\x01\0\0WEBPVP8 " + b"nonsense" * 40) is Reason.DAMAGED


def test_a_tiff_of_a_rare_kind_is_unsupported_and_not_called_damaged() -> None:
    floats = bytearray(saved(Image.new("RGB", (8, 8)), "TIFF"))
    bits = floats.index(b"\x08\0\x08\0\x08\0")
    floats[bits : bits + 6] = b"\x30\0\x30\0\x30\0"  # 48 bits a channel
    assert reason_of(bytes(floats)) is Reason.UNSUPPORTED


@pytest.mark.parametrize("bits", [16, 32])
def test_a_deep_photoshop_file_is_unsupported_and_not_called_damaged(bits: int) -> None:
    header = b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 8, 8, bits, 3)
    assert reason_of(header + bytes(14 + 8 * 8 * 3 * bits // 8)) is Reason.UNSUPPORTED


def test_a_film_that_is_named_like_a_photo_is_no_picture() -> None:
    assert reason_of(b"\0\0\0\x18ftypisom" + b"\0" * 400) is Reason.NOT_AN_IMAGE


def test_postscript_is_never_run() -> None:
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    assert reason_of(script) is Reason.NOT_AN_IMAGE


def test_the_same_bytes_give_the_same_photo_from_a_file_and_from_memory(tmp_path: Path) -> None:
    data = saved(corners(), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    from_file = read_photo(os.fsencode(tmp_path / "a.png"), CLIP)
    pasted = read_picture(data, CLIP)
    assert from_file.content_hash == pasted.content_hash
    assert from_file.thumbnail == pasted.thumbnail
    assert Image.open(io.BytesIO(pasted.thumbnail)).mode == "RGB"
