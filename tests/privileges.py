"""Permissions that hold in a test, whoever runs it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

as_anyone = pytest.mark.skipif(os.name == "nt", reason="permissions of Windows are another matter")


@contextmanager
def without_privileges(folder: Path) -> Iterator[None]:
    """Permissions hold below this folder, also for root, who becomes nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    for place in (folder, *folder.rglob("*")):
        os.chown(place, NOBODY, NOBODY)
    parents = [(parent, parent.stat().st_mode & 0o7777) for parent in folder.parents]
    for parent, mode in parents:
        if mode | 0o055 != mode:
            parent.chmod(mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for parent, mode in parents:
            if mode | 0o055 != mode:
                parent.chmod(mode)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder and all in it that nobody may write."""
    places = [folder, *folder.rglob("*")]
    with without_privileges(folder):
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        try:
            yield
        finally:
            for place in places:
                place.chmod(0o755)
