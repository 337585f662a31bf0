"""How far the work is: the rate is that of reading, whatever comes between."""

import time

import pytest

from photofind.library.progress import Pace
from photofind.protocol import Progress


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def read(pace: Pace, clock: Clock, seconds: int) -> None:
    """Ten photos a second."""
    for _ in range(seconds):
        clock.now += 1
        pace.advance(10)
        pace.say("indexing")


@pytest.mark.parametrize("stage", ["loading", "scanning", "paused"])
def test_what_comes_between_is_no_time_of_reading(clock: Clock, stage: str) -> None:
    told: list[Progress] = []
    pace = Pace(told.append)
    pace.begin(1000)
    pace.say(stage)
    clock.now += 300
    read(pace, clock, 5)
    assert told[-1].rate == pytest.approx(10)
    assert told[-1].remaining == pytest.approx(95)
    pace.say(stage)
    clock.now += 300
    read(pace, clock, 5)
    assert told[-1].rate == pytest.approx(10)
    assert told[-1].remaining == pytest.approx(90)
