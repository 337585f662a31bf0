"""The doctor tells what is wrong with a library from what is wrong with the installation."""

from pathlib import Path

import pytest

from photofind.errors import LibraryReadOnly
from photofind.examine import _disk, _index, _thumbnails
from photofind.paths import LibraryPaths
from tests.privileges import as_anyone, without_privileges


def test_the_doctor_sees_that_a_link_to_nowhere_is_in_the_librarys_place(tmp_path: Path) -> None:
    (tmp_path / "library").symlink_to(tmp_path / "nowhere")
    finding = _disk(LibraryPaths(tmp_path / "library"))
    assert not finding.ok
    assert "no library can be there" in finding.finding


@as_anyone
def test_the_doctor_calls_a_closed_folder_by_its_name_and_not_a_broken_installation(
    tmp_path: Path,
) -> None:
    paths = LibraryPaths(tmp_path / "library")
    paths.root.mkdir()
    with without_privileges(tmp_path):
        paths.root.chmod(0)
        for look in (_thumbnails, _index):
            with pytest.raises(LibraryReadOnly, match="may not be written"):
                look(paths)
        paths.root.chmod(0o755)
