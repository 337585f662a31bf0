"""Fixtures that every room shares, and the rule that nothing is skipped in silence."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from photofind.paths import LibraryPaths
from tests.running import Running

# Evaluation data lies beside a developer's checkout; the project's own tests need none of it.
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# What a machine may lack without a fault of ours. Anything else that is skipped fails in CI, so
# that a missing part (a font, a screen, a package) cannot turn a promise green.
ALLOWED_SKIPS = (
    "the shared evaluation data is not beside this checkout",
    "only on Windows",
    "only on macOS",
    "needs a CUDA device",
)


@pytest.fixture
def shared_data() -> Path:
    """The folder of shared photos and labelled sets; a test that needs it is marked `shared`."""
    folder = Path(os.environ.get("PHOTOFIND_SHARED_DATA", SHARED))
    if not folder.is_dir():
        pytest.skip("the shared evaluation data is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a small random model, for tests in which meaning does not matter."""
    from tests.models import write_tiny_model

    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def open_library(tmp_path: Path, tiny_model: str) -> Iterator[Callable[[], Running]]:
    """Opens the test's library; one that is open is closed first."""
    running: list[Running] = []

    def open_it(model: str = tiny_model) -> Running:
        if running:
            running.pop().close()
        running.append(Running(LibraryPaths(tmp_path / "library"), model))
        return running[0]

    yield open_it
    for library in running:
        library.close()


@pytest.fixture
def library(open_library: Callable[[], Running]) -> Running:
    return open_library()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On a CI machine a skip for a missing part is a failure."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"skipped, but it should run here: {reason}"
    return report
