"""A catalog for each test, which must be sound when the test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.making import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "library" / "catalog.sqlite")
    yield made
    assert made.catalog.check() == []
    made.close()
