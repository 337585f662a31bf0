"""Files for other programs: what is dragged out of the window or copied.

A name that is not valid UTF-8 travels as the percent-encoded bytes that it is: a file URL is bytes,
and text would lose them.
"""

import os
from collections.abc import Sequence
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QMimeData, QUrl


def file_url(path: bytes) -> QUrl:
    """The URL of a file."""
    if os.name == "nt":
        return QUrl.fromLocalFile(os.fsdecode(path))
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(path).encode())


def file_mime(paths: Sequence[bytes]) -> QMimeData:
    """Some files as what a drag or the clipboard carries."""
    mime = QMimeData()
    mime.setUrls([file_url(path) for path in paths])
    return mime
