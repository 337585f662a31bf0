"""The migrations and the tables say the same."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from photofind.catalog import Catalog, opening, schema
from photofind.catalog.opening import MIGRATIONS
from photofind.errors import DiskFull
from tests.catalog.making import Library, read


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def migrated_from_nothing(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        with_connection = config()
        with_connection.attributes["connection"] = connection
        command.upgrade(with_connection, "head")
    engine.dispose()


def layout(path: Path) -> dict[str, object]:
    """Every table with its columns, indexes and foreign keys, and whatever else its words say."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            name: {
                "columns": connection.execute(f"PRAGMA table_xinfo({name})").fetchall(),
                "keys": sorted(
                    key[2:] for key in connection.execute(f"PRAGMA foreign_key_list({name})")
                ),
                "indexes": sorted(
                    (
                        index[1],
                        index[2:],
                        connection.execute(f"PRAGMA index_xinfo({index[1]})").fetchall(),
                    )
                    for index in connection.execute(f"PRAGMA index_list({name})")
                ),
                "words": sorted(  # the order of constraints means nothing
                    sorted(re.findall(r"[^\s,()\"]+", words))
                    for (words,) in connection.execute(
                        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql NOT NULL", [name]
                    )
                ),
            }
            for name in names
        }


def compared(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, schema.metadata))


def test_the_migrations_lead_to_the_same_tables_as_the_schema(tmp_path: Path) -> None:
    Catalog.open(tmp_path / "made.sqlite").close()
    migrated_from_nothing(tmp_path / "migrated.sqlite")
    made, migrated = layout(tmp_path / "made.sqlite"), layout(tmp_path / "migrated.sqlite")
    assert set(made) == set(migrated) == {*schema.metadata.tables, "alembic_version"}
    for name in schema.metadata.tables:
        assert made[name] == migrated[name], name


def test_autogenerate_finds_no_difference(tmp_path: Path) -> None:
    migrated_from_nothing(tmp_path / "migrated.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    with engine.connect() as connection:
        assert compared(connection) == []
    engine.dispose()


def test_the_revisions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert scripts.get_heads() == [schema.HEAD]
    assert [each.revision for each in scripts.walk_revisions()][::-1] == list(schema.REVISIONS)


# ------------------------------------------------------------- a step that is yet to be made


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migration after the newest, in folders with a % in their name, as the next release has."""
    versions = tmp_path / "100% new" / "versions"
    versions.mkdir(parents=True)
    for script in MIGRATIONS.glob("versions/r*.py"):
        (versions / script.name).write_bytes(script.read_bytes())
    (versions.parent / "env.py").write_bytes((MIGRATIONS / "env.py").read_bytes())
    step = versions / "r9999_next.py"
    step.write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9999'\ndown_revision = {schema.HEAD!r}\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('photo') as batch:\n"
        "        batch.add_column(sa.Column('rating', sa.Integer()))\n"
        "        batch.alter_column('camera', new_column_name='body')\n"
    )
    monkeypatch.setattr(opening, "HEAD", "9999")
    monkeypatch.setattr(opening, "REVISIONS", (*schema.REVISIONS, "9999"))
    monkeypatch.setattr(opening, "MIGRATIONS", versions.parent)
    return step


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A catalog of today's revision."""
    library = Library(tmp_path / "library" / "catalog.sqlite")
    (file_id,) = library.add("a.jpg")
    library.keep(read(file_id, "a"))
    library.close()
    return library.path


def test_an_older_catalog_is_copied_aside_and_brought_up_to_date(
    older: Path, next_revision: Path
) -> None:
    before = older.read_bytes()
    opening.open_for_writing(older).dispose()
    copy = Path(f"{older}.before-9999")
    with closing(sqlite3.connect(older)) as now, closing(sqlite3.connect(copy)) as then:
        assert now.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
        assert now.execute("SELECT body, rating FROM photo").fetchall() == [("Nikon D70", None)]
        assert now.execute("SELECT count(*) FROM embedding").fetchone() == (1,)
        assert now.execute("PRAGMA foreign_key_check").fetchall() == []
        assert then.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        assert then.execute("SELECT camera FROM photo").fetchone() == ("Nikon D70",)
    assert before != older.read_bytes()
    assert sorted(each.name for each in older.parent.iterdir()) == [older.name, copy.name]
    opening.open_for_writing(older).dispose()


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(
    older: Path, next_revision: Path
) -> None:
    broken = next_revision.read_text() + "    raise RuntimeError('half way')\n"
    next_revision.write_text(broken)
    with pytest.raises(RuntimeError, match="half way"):
        opening.open_for_writing(older)
    with closing(sqlite3.connect(older)) as now:
        assert now.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        assert now.execute("SELECT camera FROM photo").fetchone() == ("Nikon D70",)


def test_without_room_for_the_copy_nothing_is_migrated(
    older: Path, next_revision: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull("There is no space left.")

    monkeypatch.setattr(opening, "_back_up", full)
    before = older.read_bytes()
    with pytest.raises(DiskFull):
        opening.open_for_writing(older)
    assert older.read_bytes() == before


def test_a_reader_waits_for_the_migration_instead_of_making_it(
    older: Path, next_revision: Path
) -> None:
    before = older.read_bytes()
    with pytest.raises(opening.LibraryUnusable, match="older PhotoFind"):
        opening.open_for_reading(older)
    assert older.read_bytes() == before
