"""What is in a drop: files and folders, as paths."""

import os
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

from photofind.paths import absolute


def local_paths(mime: QMimeData) -> list[bytes]:
    """The files and folders of a drop or of the clipboard. Does not touch the disk."""
    if not mime.hasUrls():
        return []
    return [path for url in mime.urls() if (path := _local_path(url)) is not None]


def picture_files(mime: QMimeData) -> list[bytes]:
    """Those files whose names are those of pictures. Does not touch the disk."""
    from photofind.images import is_photo_name

    return [path for path in local_paths(mime) if is_photo_name(os.path.basename(path))]


def _local_path(url: QUrl) -> bytes | None:
    if not url.isLocalFile():
        return None
    if os.name == "nt":
        return absolute(url.toLocalFile())
    # The encoded form: names need not be valid UTF-8, and toLocalFile() would lose such bytes.
    return absolute(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded)))
