"""Sets a model is judged on: tar files or folders of photos with captions or labels.

Two layouts, each as a folder or as a tar of it: ``images/`` with ``captions.json`` {file:
[captions]} or ``labels.json`` {file: label} beside it; or, for labels, a folder a label.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    Raises UsageError when it holds neither captions nor labels.
    """
    names, described = _list(path)
    if CAPTIONS_NAME in described:
        texts = described[CAPTIONS_NAME]
        kept = _beside(names, texts)[half::2] if half is not None else _beside(names, texts)
        captions = tuple(tuple(texts[_file(name)]) for name in kept)
        return JudgedSet(path, tuple(kept), captions, ())
    if LABELS_NAME in described:
        labels = described[LABELS_NAME]
        kept = _beside(names, labels)
    else:
        kept = [name for name in names if "/" in name]
        if len({name.split("/")[-2] for name in kept}) < 2:
            raise UsageError(
                f"{path} has neither captions.json nor labels.json nor a folder for each label."
            )
        kept = kept[half::2] if half is not None else kept
        return JudgedSet(path, tuple(kept), (), tuple(name.split("/")[-2] for name in kept))
    kept = kept[half::2] if half is not None else kept
    return JudgedSet(path, tuple(kept), (), tuple(str(labels[_file(name)]) for name in kept))


def _list(path: Path) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Photo names in order, and what the JSON files at the top say."""
    described = {}
    if path.is_dir():
        names = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
        for known in (CAPTIONS_NAME, LABELS_NAME):
            if known in names:
                described[known] = json.loads((path / known).read_text(encoding="utf-8"))
    else:
        try:
            with tarfile.open(path) as tar:
                names = [member.name for member in tar if member.isfile()]
                for known in (CAPTIONS_NAME, LABELS_NAME):
                    opened = tar.extractfile(known) if known in names else None
                    if opened is not None:
                        described[known] = json.load(opened)
        except (OSError, tarfile.TarError) as error:
            raise UsageError(f"{path} is neither a folder nor a tar file: {error}") from error
    return sorted(name for name in names if is_photo_name(name.encode())), described


def _beside(names: list[str], texts: dict[str, list[str]]) -> list[str]:
    return sorted((name for name in names if _file(name) in texts), key=_file)


def _file(name: str) -> str:
    return name.rpartition("/")[2]
