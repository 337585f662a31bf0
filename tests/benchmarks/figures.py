"""What a benchmark found, beside its goal."""

import os
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one run. `least` tells whether the goal is a floor rather than a ceiling."""

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    least: bool = False

    def line(self) -> str:
        """A line of the table."""
        shown = f"{self.name:56} {self.value:10.4g} {self.unit:9}"
        if self.goal is None:
            return shown.rstrip()
        met = self.value >= self.goal if self.least else self.value <= self.goal
        bound = ">=" if self.least else "<="
        return f"{shown} goal {bound} {self.goal:<7g} {'met' if met else 'MISSED'}"


def show(figures: Iterable[Figure]) -> None:
    """Print a table, and how busy the machine is with other things."""
    for figure in figures:
        print(figure.line(), flush=True)
    if hasattr(os, "getloadavg"):
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} (shared with others)")
