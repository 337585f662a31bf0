"""The first catalog: photos and files apart, embeddings by encoder, places in the grid."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "encoder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_encoder"),
        sa.UniqueConstraint("key", name="uq_encoder_key"),
    )
    op.create_table(
        "folder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_folder"),
        sa.UniqueConstraint("path", name="uq_folder_path"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Integer(), nullable=False),
        sa.Column("added_month", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("camera", sa.Text(), nullable=True),
        sa.Column("lens", sa.Text(), nullable=True),
        sa.Column("exposure_seconds", sa.Float(), nullable=True),
        sa.Column("f_number", sa.Float(), nullable=True),
        sa.Column("iso", sa.Integer(), nullable=True),
        sa.Column("focal_length_mm", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.UniqueConstraint("content_hash", name="uq_photo_content_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_photo_hidden", "photo", ["shown"], sqlite_where=sa.text("shown = 0"))
    op.create_index("ix_photo_size", "photo", ["size"])

    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "tally",
        sa.Column("view", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("stretch", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("view", "month", "stretch", name="pk_tally"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "embedding",
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("encoder_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["encoder_id"], ["encoder.id"], name="fk_embedding_encoder_id"),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photo.id"], name="fk_embedding_photo_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "encoder_id", name="pk_embedding"),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "presence IN ('here', 'missing', 'offline')", name=op.f("ck_file_presence")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'read', 'failed', 'online-only')", name=op.f("ck_file_state")
        ),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name="fk_file_folder_id"),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name="fk_file_photo_id"),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("path", name="uq_file_path"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_file_folder_id_presence_state_photo_id",
        "file",
        ["folder_id", "presence", "state", "photo_id"],
    )
    op.create_index("ix_file_photo_id", "file", ["photo_id"])

    op.create_table(
        "listing",
        sa.Column("view", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("moment", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name="fk_listing_photo_id"),
        sa.PrimaryKeyConstraint("view", "month", "moment", "photo_id", name="pk_listing"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listing_photo_id", "listing", ["photo_id"])
