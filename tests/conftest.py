"""Fixtures that every room shares."""

import os
from pathlib import Path

import pytest

# Evaluation data lies beside a developer's checkout; the project's own tests need none of it.
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """The folder of shared photos and labelled sets; a test that needs it is marked `shared`."""
    folder = Path(os.environ.get("PHOTOFIND_SHARED_DATA", SHARED))
    if not folder.is_dir():
        pytest.skip("the shared evaluation data is not beside this checkout")
    return folder
