"""What the grid says of a photo under the pointer: name, date, folder, and why it is faded."""

import html
import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from photofind.catalog.records import HERE, OFFLINE
from photofind.gui.dates import day_title, moment_title
from photofind.gui.words import counted
from photofind.paths import shown_path

if TYPE_CHECKING:
    from photofind.catalog import FolderRow, PhotoRow

translate = QCoreApplication.translate


def photo_name(row: "PhotoRow") -> str:
    """A photo's file name as text."""
    return shown_path(os.path.basename(row.path))


def spoken(row: "PhotoRow") -> str:
    """A photo in a screen reader's words: name, date, and whether it is offline."""
    words = f"{photo_name(row)}, {moment_title(row.taken_at)}"
    return words if row.presence == HERE else f"{words}, {translate('tooltip', 'offline')}"


def tooltip(row: "PhotoRow", folder: "FolderRow | None" = None) -> str:
    """Rich text about a photo; `folder` is its own when it is offline."""
    lines = [
        f"<b>{html.escape(photo_name(row))}</b>",
        html.escape(moment_title(row.taken_at)),
        html.escape(shown_path(os.path.dirname(row.path))),
    ]
    if row.files > 1:
        lines.append(html.escape(counted.copies(row.files)))
    if row.presence == OFFLINE and folder is not None:
        lines.append(html.escape(_offline(folder)))
    return "<p style='white-space:pre'>" + "<br>".join(lines) + "</p>"


def _offline(folder: "FolderRow") -> str:
    name = shown_path(os.path.basename(folder.path) or folder.path)
    if folder.last_seen_at is None:
        return translate("tooltip", "{folder} is offline").format(folder=name)
    seen = day_title(folder.last_seen_at)
    return translate("tooltip", "{folder} is offline, last seen {day}").format(
        folder=name, day=seen
    )
