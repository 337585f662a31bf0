"""The catalog: the truth about folders, files, photos and embeddings. Hides SQLite, SQLAlchemy
and Alembic.

`Catalog` writes and belongs to the worker; `CatalogReader` reads, in any process. Both are loaded
when first named: who only needs a record pays for no database library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from photofind.catalog.records import (
    Adopted,
    FileFailed,
    FileFound,
    FileRead,
    FolderRow,
    Ledger,
    MonthCount,
    PendingFile,
    PhotoDetails,
    PhotoRow,
    Removed,
    SetAside,
    Stored,
    View,
)

if TYPE_CHECKING:
    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.writer import Catalog

__all__ = [
    "Adopted",
    "Catalog",
    "CatalogReader",
    "FileFailed",
    "FileFound",
    "FileRead",
    "FolderRow",
    "Ledger",
    "MonthCount",
    "PendingFile",
    "PhotoDetails",
    "PhotoRow",
    "Removed",
    "SetAside",
    "Stored",
    "View",
]

_LOADED_LATE = {
    "Catalog": "photofind.catalog.writer",
    "CatalogReader": "photofind.catalog.reader",
}


def __getattr__(name: str) -> object:
    if name in _LOADED_LATE:
        return getattr(import_module(_LOADED_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
