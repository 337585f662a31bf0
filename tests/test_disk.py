"""The world's faults are told by the file that they lie in."""

import os
from pathlib import Path

import pytest

from photofind.catalog import Catalog
from photofind.disk import connect_read_only, may
from photofind.errors import LibraryReadOnly
from tests.privileges import as_anyone, without_privileges


@as_anyone
def test_what_a_reader_left_beside_a_read_only_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "library" / "catalog.sqlite"
    path.parent.mkdir()
    Catalog.open(path).close()
    with without_privileges(tmp_path):
        path.chmod(0o444)
        connect_read_only(path).close()
        path.chmod(0o644)
        left = [part for part in path.parent.iterdir() if not may(part, os.W_OK)]
        assert left
        with pytest.raises(LibraryReadOnly) as caught:
            write(path)
        assert any(str(caught.value).startswith(f"{part} may not be written") for part in left)
        for part in left:
            part.chmod(0o644)
        write(path)


def write(path: Path) -> None:
    catalog = Catalog.open(path)
    try:
        catalog.set_setting("model", "another")
    finally:
        catalog.close()
