"""The README cannot rot: its commands are understood, and its first one is run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from photofind.cli.words import COMMANDS, parse

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
MEANT = {
    "QUERY": "dog",
    "FILE": "photo.jpg",
    "IMAGE": "photo.jpg",
    "PATH...": "/photos",
    "[PATH...]": "/photos",
    "[--window]": "--window",
}


def commands() -> list[str]:
    """Every command line that the README shows, without the words that explain it."""
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", README, re.S)
    lines = [re.split(r"\s{2,}", line)[0] for block in blocks for line in block.splitlines()]
    return [line.replace(".venv/bin/", "") for line in lines if re.match(r"(\S*/)?photofind", line)]


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_is_understood(line: str) -> None:
    words = [MEANT.get(word, word) for word in shlex.split(line)[1:]]
    chosen = parse(words)
    assert chosen.command == (words[0] if words and words[0] in COMMANDS else "window")


def test_every_command_and_option_that_all_take_is_in_the_readme() -> None:
    missing = [command for command in COMMANDS if f"photofind {command}" not in README]
    missing += [o for o in ("--library", "--model", "--device", "--json") if o not in README]
    assert not missing


def test_the_demonstration_finds_what_it_asks_for(tmp_path: Path) -> None:
    """The first command of the README, with the model that ships, in an empty home."""
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "photofind", "demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if asked := re.match(r'photofind search "([^"]+)"', line):
            hits = answers.setdefault(asked[1], [])
        elif "\t" in line:
            hits.append(line.split("\t")[1])
    assert answers["a cat"][0].endswith("chelsea.png")
    assert answers["a rocket"][0].endswith("rocket.jpg")
    assert "motorcycle" in answers["a motorcycle"][0]
    assert answers["a temple by a lake"][0].endswith("china.jpg")
