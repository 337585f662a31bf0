"""What the pill says is right, and steady enough to be read."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QLocale

from photofind.gui.bridge import Link
from photofind.gui.statustext import Remaining, Status, status
from photofind.gui.words import time_left
from photofind.protocol import EncoderState, Progress

IDLE = Progress(stage="idle")
MODEL = EncoderState(state="ready")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def say(
    progress: Progress = IDLE,
    *,
    link: Link = Link.CONNECTED,
    encoder: EncoderState = MODEL,
    searching: bool = False,
) -> Status:
    return status(link, progress, encoder, searching=searching, remaining=Remaining())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute left"),
        (49, "less than a minute left"),
        (61, "1 min left"),
        (9 * 60, "9 min left"),
        (12 * 60, "10 min left"),
        (56 * 60, "55 min left"),
        (58 * 60, "1 h left"),
        (2 * 3600 + 9 * 60, "2 h 10 min left"),
        (3 * 3600 + 57 * 60, "4 h left"),
        (30 * 3600, "30 h left"),
    ],
)
def test_the_time_left_is_rounded_so_far_that_it_can_be_right(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


def test_a_jumping_estimate_is_shown_as_a_steady_one() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    shown = []
    for second in range(120):
        truth = 600 - second
        shown.append(remaining.text(truth * (1.6 if second % 2 else 0.6)))
        clock.now += 1
    changes = sum(a != b for a, b in pairwise(shown))
    assert changes <= 6
    assert remaining.text(480) in ("6 min left", "7 min left", "8 min left", "9 min left")


def test_an_estimate_that_truly_changes_is_followed() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    assert remaining.text(600) == "10 min left"
    for _ in range(90):
        clock.now += 1
        said = remaining.text(3600)
    assert said in ("50 min left", "55 min left", "1 h left")


def test_a_guess_from_the_first_photos_is_soon_forgotten() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    assert remaining.text(1200) == "20 min left"
    for _ in range(50):
        clock.now += 0.1
        said = remaining.text(30)
    assert said == "less than a minute left"


def test_nothing_is_said_when_nothing_is_done() -> None:
    assert say() == Status()


def test_indexing_can_be_paused_and_stopped() -> None:
    said = say(Progress(stage="indexing", done=10, total=40, rate=4.2, remaining=7.0))
    assert said.stage == "Indexing"
    assert said.figures == "10 of 40   4 a second   less than a minute left"
    assert said.share == 0.25
    assert (said.can_pause, said.can_resume, said.can_cancel) == (True, False, True)


def test_a_slow_rate_is_told_by_the_minute() -> None:
    said = say(Progress(stage="indexing", done=1, total=40, rate=0.5))
    assert "30 a minute" in said.figures


def test_what_was_paused_can_be_resumed() -> None:
    said = say(Progress(stage="paused", done=10, total=40))
    assert (said.can_pause, said.can_resume, said.can_cancel) == (False, True, True)


def test_scanning_names_the_folder() -> None:
    said = say(Progress(stage="scanning", done=1234, folder=b"/home/jo/Pictures"))
    assert said.stage == "Looking through Pictures"
    assert said.figures.startswith("1,234 photo")


def test_a_search_that_waits_for_the_model_says_so() -> None:
    loading = EncoderState(state="loading")
    assert say(encoder=loading).stage == ""
    assert say(encoder=loading, searching=True).stage == "Loading the model"
    assert say(searching=True).stage == "Searching"


@pytest.mark.parametrize("stage", ["scanning", "indexing", "paused"])
def test_a_late_answer_is_said_beside_the_work_that_goes_on(stage: str) -> None:
    working = Progress(
        stage=stage, done=10, total=40, rate=4.2, remaining=7.0, folder=b"/home/jo/Pictures"
    )
    calm, late = say(working), say(working, searching=True)
    assert replace(late, figures=calm.figures) == calm
    assert late.figures.endswith("searching")
    assert "left" not in late.figures
    loading = say(working, encoder=EncoderState(state="loading"), searching=True)
    assert loading.figures.endswith("loading the model")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link.STARTING, "Starting"),
        (Link.RESTARTING, "The search engine stopped; starting it again"),
        (Link.REPLACING, "The search engine did not answer; starting another"),
        (Link.FAILED, ""),  # the bar under the header says it
    ],
)
def test_the_connection_comes_before_everything_else(link: Link, words: str) -> None:
    said = say(Progress(stage="indexing", done=1, total=2), link=link, searching=True)
    assert said == Status(words)
