"""What EXIF says is kept; what it says wrongly fails nothing."""

import calendar
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from photofind.images import Facts, read_picture
from photofind.images.facts import parse_date
from tests.images.encoded import corners, exif, saved


def facts_of(tags: Image.Exif, format_name: str = "JPEG") -> Facts:
    return read_picture(saved(corners(), format_name, exif=tags.tobytes()), None).facts


def seconds(*moment: int) -> int:
    return calendar.timegm((*moment, *(0,) * (6 - len(moment))))


def placed(latitude: object, north: object, longitude: object, east: object) -> Image.Exif:
    tags = exif()
    place = tags.get_ifd(ExifTags.IFD.GPSInfo)
    for tag, value in (
        (ExifTags.GPS.GPSLatitudeRef, north),
        (ExifTags.GPS.GPSLatitude, latitude),
        (ExifTags.GPS.GPSLongitudeRef, east),
        (ExifTags.GPS.GPSLongitude, longitude),
    ):
        place[tag] = value
    return tags


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_the_facts_of_a_photo_are_kept(format_name: str) -> None:
    tags = exif(
        Make="Canon",
        Model="Canon EOS R5",
        DateTimeOriginal="2021:07:04 15:16:17",
        DateTime="2022:01:01 00:00:00",
        LensModel="RF 50mm F1.2",
        ExposureTime=IFDRational(1, 250),
        FNumber=IFDRational(28, 10),
        ISOSpeedRatings=400,
        FocalLength=IFDRational(50),
    )
    assert facts_of(tags, format_name) == Facts(
        width=120,
        height=80,
        format=format_name,
        taken_at=seconds(2021, 7, 4, 15, 16, 17),
        camera="Canon EOS R5",
        lens="RF 50mm F1.2",
        exposure_seconds=0.004,
        f_number=2.8,
        iso=400,
        focal_length_mm=50.0,
    )


def test_a_photo_without_exif_has_only_its_size_and_format() -> None:
    assert read_picture(saved(corners(), "JPEG"), None).facts == Facts(120, 80, "JPEG")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2021:07:04 15:16:17", (2021, 7, 4, 15, 16, 17)),
        ("2021-07-04T15:16:17+02:00", (2021, 7, 4, 15, 16, 17)),
        ("2021/07/04 15.16.17", (2021, 7, 4, 15, 16, 17)),
        ("2021:07:04 15:16", (2021, 7, 4, 15, 16)),
        ("2021:07:04", (2021, 7, 4)),
        ("2021:07:04 15:16:60", (2021, 7, 4, 15, 16, 59)),
        (b"2021:07:04 15:16:17\0", (2021, 7, 4, 15, 16, 17)),
        ("1999:12:31 24:00:00", (2000, 1, 1)),
        ("1931:02:03 04:05:06", (1931, 2, 3, 4, 5, 6)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2021:02:30 00:00:00", None),
        ("2021:13:01 00:00:00", None),
        ("2021:07:04 15:61:17", None),
        ("0021:07:04 15:16:17", None),
        ("yesterday", None),
        ("", None),
        (20210704, None),
        (None, None),
    ],
)
def test_dates_are_read_as_they_were_meant(written: object, meant: tuple[int, ...] | None) -> None:
    assert parse_date(written) == (None if meant is None else seconds(*meant))


def test_the_next_date_is_taken_where_the_first_is_nonsense() -> None:
    tags = exif(DateTimeOriginal="0000:00:00 00:00:00", DateTime="2020:02:02 02:02:02")
    assert facts_of(tags).taken_at == seconds(2020, 2, 2, 2, 2, 2)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("Apple", "iPhone 11 Pro", "Apple iPhone 11 Pro"),
        ("Eastman Kodak Company", "KODAK DC50", "KODAK DC50"),
        ("", "Only Model", "Only Model"),
        ("Only Make", "", "Only Make"),
        ("Weird\nMake\0rubbish", "M\tX ", "Weird Make M X"),
    ],
)
def test_cameras_are_named_once(make: str, model: str, camera: str) -> None:
    assert facts_of(exif(Make=make, Model=model)).camera == camera


def test_places_are_degrees_with_their_sign() -> None:
    south_west = placed((33.0, 51.0, 30.0), "S", (151.0, 12.0, 0.0), "W")
    facts = facts_of(south_west)
    assert facts.latitude == pytest.approx(-33.858333, abs=1e-5)
    assert facts.longitude == pytest.approx(-151.2, abs=1e-5)


@pytest.mark.parametrize(
    "tags",
    [
        placed((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E"),
        placed((91.0, 0.0, 0.0), "N", (10.0, 0.0, 0.0), "E"),
        placed((IFDRational(0, 0),) * 3, "N", (10.0, 0.0, 0.0), "E"),
        placed((), "N", (10.0, 0.0, 0.0), "E"),
    ],
)
def test_impossible_places_are_none(tags: Image.Exif) -> None:
    facts = facts_of(tags)
    assert (facts.latitude, facts.longitude) == (None, None)


def test_tags_of_a_wrong_type_are_unknown_facts_of_a_sound_picture() -> None:
    tags = exif(
        Make="Canon",
        DateTimeOriginal=12345,
        LensModel=7,
        ExposureTime="fast",
        FNumber=IFDRational(1, 0),
        ISOSpeedRatings="many",
        FocalLength=IFDRational(0, 0),
    )
    assert facts_of(tags) == Facts(120, 80, "JPEG", camera="Canon")


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 400), patch=st.binary(min_size=1, max_size=40), data=st.data())
def test_no_damage_to_exif_fails_a_sound_picture(
    start: int, patch: bytes, data: st.DataObject
) -> None:
    tags = placed((33.0, 51.0, 30.0), "S", (151.0, 12.0, 0.0), "W")
    tags[ExifTags.Base.Model] = "Model"
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2021:07:04 15:16:17"
    sound = tags.tobytes()
    at = start % (len(sound) - 6) + 6
    broken = (sound[:at] + patch + sound[at + len(patch) :])[: len(sound)]
    format_name = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "HEIF", "AVIF"]))
    if format_name in ("HEIF", "AVIF"):  # Pillow looks into what it saves there
        stored = saved(corners(), format_name, exif=sound)
        assert sound[6:] in stored
        stored = stored.replace(sound[6:], broken[6:])
    else:
        stored = saved(corners(), format_name, exif=broken)
    facts = read_picture(stored, None).facts
    assert sorted((facts.width, facts.height)) == [80, 120]


def test_exif_that_breaks_off_fails_nothing() -> None:
    sound = exif(Model="Model", DateTimeOriginal="2021:07:04 15:16:17").tobytes()
    for length in range(0, len(sound), 3):
        image = io.BytesIO()
        corners().save(image, "JPEG", exif=sound[:length] or b"Exif\0\0")
        assert read_picture(image.getvalue(), None).facts.width == 120
