"""The years at the edge and the facts beside a photo, in words and figures."""

import itertools

import pytest
from PySide6.QtCore import QLocale, QPoint
from PySide6.QtWidgets import QAbstractScrollArea

from photofind.gui.dates import moment_title, month_title
from photofind.gui.facts import exposure_title, place_title
from photofind.gui.timeline import LABEL_SPACING_PX, Timeline
from photofind.images import Facts


@pytest.fixture
def timeline(qtbot) -> Timeline:
    area = QAbstractScrollArea()
    qtbot.addWidget(area)
    area.resize(300, 440)
    made = Timeline(area)
    made.resize(64, 432)  # 400 between its ends
    area.show()
    return made


def test_each_year_stands_where_its_first_photo_is(timeline):
    timeline.set_months([202403, 202401, 202312, 201907], [0, 0.25, 0.5, 0.75])
    assert timeline.labels() == [(2024, 16), (2023, 216), (2019, 316)]


def test_years_without_room_are_left_out_and_never_overlap(timeline):
    months = [(2026 - n) * 100 + 1 for n in range(80)]
    timeline.set_months(months, [n / 80 for n in range(80)])
    places = [y for _, y in timeline.labels()]
    assert len(places) > 10
    assert all(b - a >= LABEL_SPACING_PX for a, b in itertools.pairwise(places))


@pytest.mark.parametrize(
    ("y", "month"), [(0, 202403), (16, 202403), (120, 202401), (400, 201907), (431, 201907)]
)
def test_the_month_under_the_pointer(timeline, y, month):
    timeline.set_months([202403, 202401, 202312, 201907], [0, 0.25, 0.5, 0.75])
    assert timeline.month_at(y) == month


def test_the_bubble_says_the_month_beside_the_pointer(timeline, qtbot):
    timeline.set_months([202403, 201907], [0, 0.5])
    timeline.show()
    qtbot.mouseMove(timeline, QPoint(30, 300))
    assert timeline._bubble.text() == month_title(201907)


@pytest.fixture(autouse=True)
def locale(qapp):
    """Plain English figures; a test may choose otherwise."""
    former = QLocale()
    QLocale.setDefault(QLocale.c())
    yield
    QLocale.setDefault(former)


def test_months_and_moments_follow_the_language(qapp):
    QLocale.setDefault(QLocale("ko_KR"))
    assert "3월" in month_title(202403)
    assert "2024년 3월 9일" in moment_title(1_709_942_400)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"exposure_seconds": 1 / 250, "f_number": 2.8}, "1/250 s · f/2.8"),
        ({"exposure_seconds": 2.0, "f_number": 8.0, "iso": 100}, "2 s · f/8 · ISO 100"),
        ({"exposure_seconds": 0.5, "focal_length_mm": 4.25}, "0.5 s · 4.3 mm"),
        ({"exposure_seconds": 0.0}, ""),
        ({}, ""),
    ],
)
def test_exposure_as_photographers_write_it(qapp, facts, words):
    assert exposure_title(Facts(1, 1, "JPEG", **facts)) == words


def test_a_place_in_degrees_of_its_hemispheres(qapp):
    assert place_title(-33.86, 151.21) == "33.86000° S, 151.21000° E"
    assert place_title(59.33, -18.07) == "59.33000° N, 18.07000° W"
