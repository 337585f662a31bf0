"""What ships is what git knows, and it is found wherever PhotoFind is installed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from photofind.resources import resource

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_exactly_the_resources_that_git_knows(wheel: Path) -> None:
    """hatchling's force-include takes ignored and forgotten files along: none may lie there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "resources"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    known = {name.removeprefix("resources/") for name in listed.split("\0") if name}
    with zipfile.ZipFile(wheel) as packed:
        shipped = {
            name.removeprefix("photofind/_resources/")
            for name in packed.namelist()
            if name.startswith("photofind/_resources/")
        }
    assert shipped == known


def test_an_unpacked_wheel_finds_its_own_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    program = "from photofind.resources import resource; print(resource('models', 'builtin'))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == tmp_path / "photofind" / "_resources" / "models" / "builtin"
    assert (tmp_path / "photofind" / "catalog" / "migrations" / "env.py").is_file()


def test_a_checkout_finds_its_own_resources() -> None:
    assert resource("models.toml") == ROOT / "resources" / "models.toml"
    assert resource("models.toml").is_file()
