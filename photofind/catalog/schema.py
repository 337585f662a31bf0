"""The tables of the catalog, as they are at the newest revision.

A photo is a picture, known by its content; a file is a path where it lies. Every file has a photo
from the start: until it is read, one of its own, without content.

`listing` and `tally` are made from the others, and kept by `listing.py` alone: which photos each
view of the grid has and in which order, and how many there are in each stretch of it, so that a
month, a page or a position is found without a pass over the photos.
"""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.engine import Dialect

from photofind.catalog.records import PRESENCES, STATES

# Every revision that ever was, oldest first. A new one is appended with its migration.
REVISIONS: Final = ("0001",)
HEAD: Final = REVISIONS[-1]

PAGE_BYTES: Final = 8192  # five vectors of 384 floats fill one page; 4096 would waste a quarter
VECTOR_DTYPE: Final = "<f4"

ALL_PHOTOS: Final = 0  # views of `listing` and `tally`; a folder's view is its id
RECENT_PHOTOS: Final = -1

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Whole(TypeDecorator[int]):
    """A whole number of any size: file systems give times and devices beyond SQLite's 64 bits."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> Any:
        if value is None or -(2**63) <= value < 2**63:
            return value
        return str(value).encode()

    def process_result_value(self, value: Any, _dialect: Dialect) -> int | None:
        return int(value) if isinstance(value, bytes) else value


class Words(TypeDecorator[str]):
    """Text from outside: names and messages may hold what is no Unicode (lone surrogates)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return value and value.encode("utf-8", "backslashreplace").decode()


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


folder = Table(
    "folder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("online", Boolean, nullable=False),
    Column("added_at", Integer, nullable=False),
    Column("last_seen_at", Integer),
    sqlite_autoincrement=True,  # an id is never given twice: windows may still hold the old one
)

photo = Table(
    "photo",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content_hash", LargeBinary, unique=True),  # SHA-256 of the file; NULL until read
    Column("size", Integer),  # bytes of the content
    Column("taken_at", Integer, nullable=False),  # seconds, local wall time as if UTC
    Column("dated", Boolean, nullable=False),  # whether the picture itself tells `taken_at`
    Column("month", Integer, nullable=False),  # yyyymm of `taken_at`
    Column("added_at", Integer, nullable=False),  # seconds since the epoch
    Column("added_month", Integer, nullable=False),  # yyyymm of `added_at`, local
    Column("shown", Boolean, nullable=False),  # see records.SHOWN_STATES
    Column("width", Integer),
    Column("height", Integer),
    Column("format", Words),
    Column("camera", Words),
    Column("lens", Words),
    Column("exposure_seconds", Float),
    Column("f_number", Float),
    Column("iso", Integer),
    Column("focal_length_mm", Float),
    Column("latitude", Float),
    Column("longitude", Float),
    sqlite_autoincrement=True,  # an index file made before a photo went must never find another
)
Index(None, photo.c.size)
Index("ix_photo_hidden", photo.c.shown, sqlite_where=text("shown = 0"))

file = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("folder_id", ForeignKey("folder.id"), nullable=False),
    Column("photo_id", ForeignKey("photo.id"), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Whole, nullable=False),
    Column("device", Whole, nullable=False),
    Column("state", Text, nullable=False),
    Column("presence", Text, nullable=False),
    Column("reason", Text),  # a value of errors.Reason, when the state is "failed"
    Column("detail", Words),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _one_of("state", STATES),
    _one_of("presence", PRESENCES),
    sqlite_autoincrement=True,
)
# Counts of the ledger and of the folders come from this index alone.
Index(None, file.c.folder_id, file.c.presence, file.c.state, file.c.photo_id)

encoder = Table(
    "encoder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("dimension", Integer, nullable=False),
)

embedding = Table(
    "embedding",
    metadata,
    Column("photo_id", ForeignKey("photo.id", ondelete="CASCADE"), nullable=False),
    Column("encoder_id", ForeignKey("encoder.id"), nullable=False),
    Column("vector", LargeBinary, nullable=False),  # VECTOR_DTYPE, unit length
    PrimaryKeyConstraint("photo_id", "encoder_id"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Words, nullable=False),
)

listing = Table(
    "listing",
    metadata,
    Column("view", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("moment", Integer, nullable=False),  # `taken_at`; among recent photos, the photo's id
    Column("photo_id", ForeignKey("photo.id"), nullable=False, index=True),
    PrimaryKeyConstraint("view", "month", "moment", "photo_id"),
    sqlite_with_rowid=False,
)

tally = Table(
    "tally",
    metadata,
    Column("view", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("stretch", Integer, nullable=False),  # `moment` without its lowest bits
    Column("photos", Integer, nullable=False),
    PrimaryKeyConstraint("view", "month", "stretch"),
    sqlite_with_rowid=False,
)
