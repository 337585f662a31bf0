"""Sets a model is judged on: tar files or folders of photos with captions or labels.

Two layouts, each as a folder or as a tar of it: ``images/`` with ``captions.json`` {file:
[captions]} or ``labels.json`` {file: label} beside it; or, for labels, a folder a label.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photofind.errors import UsageError
from photofind.images import is_photo_name

CAPTIONS_NAME = "captions.json"
LABELS_NAME = "labels.json"


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Photos in order of their names; exactly one of captions and labels is filled."""

    path: Path
    names: tuple[str, ...]  # within the folder or tar
    captions: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]

    def contents(self) -> Iterator[bytes]:
        """The photos' bytes, in order."""
        if self.path.is_dir():
            for name in self.names:
                yield (self.path / name).read_bytes()
            return
        with tarfile.open(self.path) as tar:
            for name in self.names:
                opened = tar.extractfile(name)
                assert opened is not None
                yield opened.read()


def read_set(path: Path, *, half: int | None = None) -> JudgedSet:
    """Open a set; ``half`` (0 or 1) takes every second photo, to select on one half only.

    Raises UsageError when it holds neither captions nor labels, or says them in another way.
    """
    names, described = _list(path)
    listed = next((name for name in (CAPTIONS_NAME, LABELS_NAME) if name in described), None)
    if listed is None:
        kept = [name for name in names if "/" in name]
        if len({name.split("/")[-2] for name in kept}) < 2:
            raise UsageError(
                f"{path} has neither captions.json nor labels.json nor a folder for each label."
            )
        kept = _half(kept, half)
        return JudgedSet(path, tuple(kept), (), tuple(name.split("/")[-2] for name in kept))
    said = described[listed]
    if not isinstance(said, dict):
        raise UsageError(f"{path}: {listed} is no object with a photo's file name for each entry.")
    kept = sorted((name for name in names if said.get(_file(name))), key=_file)
    if not kept:
        raise UsageError(f"{path} has no photo that {listed} tells anything of.")
    kept = _half(kept, half)
    try:
        if listed == CAPTIONS_NAME:
            captions = tuple(_captions(said[_file(name)]) for name in kept)
            return JudgedSet(path, tuple(kept), captions, ())
        return JudgedSet(path, tuple(kept), (), tuple(_label(said[_file(name)]) for name in kept))
    except ValueError as error:
        raise UsageError(f"{path}: {listed} has {error}.") from None


def _half(names: list[str], half: int | None) -> list[str]:
    return names if half is None else names[half::2]


def _captions(said: object) -> tuple[str, ...]:
    """One sentence, or a list of them."""
    captions = (said,) if isinstance(said, str) else said
    if not isinstance(captions, list | tuple) or not all(isinstance(c, str) for c in captions):
        raise ValueError(f"{json.dumps(said)} where the sentences of a photo should stand")
    return tuple(captions)


def _label(said: object) -> str:
    if not isinstance(said, str | int):
        raise ValueError(f"{json.dumps(said)} where the one label of a photo should stand")
    return str(said)


def _list(path: Path) -> tuple[list[str], dict[str, object]]:
    """Photo names in order, and what the JSON files at the top say."""
    described: dict[str, object] = {}
    try:
        if path.is_dir():
            names = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
            for known in (CAPTIONS_NAME, LABELS_NAME):
                if known in names:
                    described[known] = json.loads((path / known).read_text(encoding="utf-8"))
        else:
            with tarfile.open(path) as tar:
                names = [member.name for member in tar if member.isfile()]
                for known in (CAPTIONS_NAME, LABELS_NAME):
                    opened = tar.extractfile(known) if known in names else None
                    if opened is not None:
                        described[known] = json.load(opened)
    except (OSError, tarfile.TarError) as error:
        raise UsageError(f"{path} is neither a folder nor a tar file: {error}") from error
    except ValueError as error:
        raise UsageError(f"{path}: {known} is no JSON: {error}") from error
    return sorted(name for name in names if is_photo_name(os.fsencode(name))), described


def _file(name: str) -> str:
    return name.rpartition("/")[2]
