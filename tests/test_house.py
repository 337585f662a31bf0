"""The house rules: format, lint, types, walls between rooms, and a README that cannot rot."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str) -> str:
    """Run a tool of this environment in the checkout; fails the test with its words."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_code_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


def test_the_code_is_clean() -> None:
    run("ruff", "check", ".")


@pytest.mark.timeout(600)
def test_the_types_hold() -> None:
    run("mypy")


def test_the_walls_between_rooms_stand() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_version_is_said_once() -> None:
    from photofind import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__


def test_no_file_is_longer_than_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "photofind").rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 480
    }
    assert not long


def test_every_picture_in_the_readme_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme):
        assert (ROOT / target).is_file(), target
