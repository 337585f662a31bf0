"""Folders in the sidebar can be told from one another by their names."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from photofind.catalog.records import FolderRow
from photofind.gui.sidebar import SidebarModel


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ((b"/home/a/Pictures", b"/mnt/Archive"), ["Pictures", "Archive"]),
        ((b"/home/a/Pictures", b"/mnt/Pictures"), ["Pictures – a", "Pictures – mnt"]),
        (
            (b"/media/one/DCIM/100CANON", b"/media/two/DCIM/100CANON", b"/100CANON"),
            ["100CANON – one/DCIM", "100CANON – two/DCIM", "100CANON"],
        ),
        ((b"C:\\a\\Pictures", b"D:\\b\\Pictures"), ["Pictures – a", "Pictures – b"]),
        ((b"/", b"C:\\"), ["/", "C:"]),
    ],
)
def test_folders_called_the_same_are_told_apart_by_what_they_lie_in(
    qapp: QApplication, paths: tuple[bytes, ...], names: list[str]
) -> None:
    folders = [
        FolderRow(number, path, online=True, added_at=0, last_seen_at=None, files=0, photos=0)
        for number, path in enumerate(paths)
    ]
    model = SidebarModel()
    model.show_library(folders, photos=0)
    shown = [model.index(row).data() for row in range(3, model.rowCount())]
    assert sorted(shown) == sorted(names)


def test_a_folder_that_is_called_like_html_is_shown_as_it_is_called(qapp: QApplication) -> None:
    path = b"/photos/<i>2024</i>"
    folder = FolderRow(1, path, online=True, added_at=0, last_seen_at=None, files=0, photos=0)
    model = SidebarModel()
    model.show_library([folder], photos=0)
    tip = model.index(3).data(Qt.ItemDataRole.ToolTipRole)
    shown = QTextDocument()
    shown.setHtml(tip)
    assert tip.startswith("<p")  # else the tool tip would guess
    assert shown.toPlainText().startswith(path.decode())
