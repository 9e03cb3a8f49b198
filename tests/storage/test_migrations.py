"""Migrations: each with its record in one transaction, and the tables that the models mean."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import audit_key, audit_trail, models, schema
from keytui.storage.database import close_database, open_database
from tests.storage.old import make_old

FAILS_HALF_WAY = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE half (x)")
    db.execute_sql("INSERT INTO nowhere VALUES (1)")
"""
WORKS = """
def up(migrator, db):
    db.execute_sql("CREATE TABLE whole (x)")
"""


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the folder of migrations, to which a test can add one."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema._FOLDER, folder, ignore=shutil.ignore_patterns("__*"))
    monkeypatch.setattr(schema, "_FOLDER", str(folder))
    return folder


def names(path: Path) -> tuple[set[str], set[str]]:
    """Return the tables and the recorded migrations of a database file."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        done = connection.execute("SELECT name FROM migration")
        return {name for (name,) in tables}, {name for (name,) in done}


def test_a_failing_migration_leaves_nothing_of_itself(tmp_path: Path, steps: Path) -> None:
    """Neither its tables nor its record stay, and what was there before is untouched."""
    path = open_database(str(tmp_path / "keytui.db"))
    models.UserRow.create(user_id="maria", role="user", created_at=1)
    close_database()
    before = names(path)
    (steps / "9001_fails.py").write_text(FAILS_HALF_WAY)
    with pytest.raises(DatabaseUnusable):
        open_database(str(path))
    assert names(path) == before
    (steps / "9001_fails.py").write_text(WORKS)
    open_database(str(path))
    assert [row.user_id for row in models.UserRow.select()] == ["maria"]
    close_database()
    assert names(path) == (before[0] | {"whole"}, before[1] | {"9001_fails"})


def test_an_upgrade_happens_as_a_whole_or_not_at_all(tmp_path: Path, steps: Path) -> None:
    """The steps before one that fails are taken back with it."""
    path = open_database(str(tmp_path / "keytui.db"))
    close_database()
    before = names(path)
    (steps / "9001_works.py").write_text(WORKS)
    (steps / "9002_fails.py").write_text(FAILS_HALF_WAY)
    with pytest.raises(DatabaseUnusable):
        open_database(str(path))
    assert names(path) == before


def test_a_chain_is_not_made_anew_over_what_somebody_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older database beside an audit key is refused: somebody may have taken its chain away."""
    path = tmp_path / "keytui.db"
    make_old(path, monkeypatch)
    key = Path(f"{path}.audit-key")
    key.write_bytes(b"k" * 32)
    before = path.read_bytes(), key.read_bytes()
    with pytest.raises(DatabaseUnusable, match="has no audit chain, but there is its audit key"):
        open_database(str(path))
    assert (path.read_bytes(), key.read_bytes()) == before
    key.rename(tmp_path / "elsewhere")
    open_database(str(path))
    close_database()


def test_a_failed_upgrade_leaves_no_audit_key(
    tmp_path: Path, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the next try is not taken for somebody's work."""
    path = tmp_path / "keytui.db"
    make_old(path, monkeypatch)
    key = Path(f"{path}.audit-key")
    (steps / "9001_fails.py").write_text(FAILS_HALF_WAY)
    with pytest.raises(DatabaseUnusable):
        open_database(str(path))
    assert not key.exists()
    (steps / "9001_fails.py").unlink()
    open_database(str(path))
    close_database()
    assert key.exists()


def test_a_new_database_that_cannot_be_finished_is_not_there(tmp_path: Path, steps: Path) -> None:
    """A file that exists is always a whole one."""
    (steps / "9001_fails.py").write_text(FAILS_HALF_WAY)
    folder = tmp_path / "data"
    folder.mkdir()
    with pytest.raises(DatabaseUnusable):
        open_database(str(folder / "keytui.db"))
    assert [file.name for file in folder.iterdir()] == [".keytui.db.lock"]


def test_a_new_database_has_every_migration_on_record(tmp_path: Path) -> None:
    """The history holds exactly the names of the files."""
    path = open_database(str(tmp_path / "keytui.db"))
    close_database()
    assert names(path)[1] == {step.stem for step in Path(schema._FOLDER).glob("0*.py")}


def test_migrations_are_numbered_without_a_gap() -> None:
    """0001, 0002 … each number once."""
    numbers = sorted(int(step.name[:4]) for step in Path(schema._FOLDER).glob("0*.py"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("model", models._Row.__subclasses__())
def test_a_model_and_its_table_have_the_same_columns(
    database: Path, model: type[models._Row]
) -> None:
    """What the migrations build is what the models say: names, types, what may be empty."""
    table = sorted(
        (column.name, column.data_type, column.null, column.primary_key)
        for column in models.database.get_columns(model._meta.table_name)
    )
    kinds = {"TEXT": "TEXT", "BLOB": "BLOB", "BIGINT": "INTEGER"}
    assert table == sorted(
        (
            field.column_name,
            kinds.get(field.field_type, "INTEGER"),
            field.null,
            field.primary_key,
        )
        for field in model._meta.sorted_fields
    )


@pytest.mark.parametrize("model", models._Row.__subclasses__())
def test_every_table_is_strict(database: Path, model: type[models._Row]) -> None:
    """SQLite refuses text in a column of numbers."""
    (strict,) = models.database.execute_sql(
        "SELECT strict FROM pragma_table_list(?)", (model._meta.table_name,)
    ).fetchone()
    assert strict == 1


def test_events_from_before_the_chain_are_chained_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, though guards forbid to change them, which are there after."""
    path = tmp_path / "keytui.db"
    make_old(path, monkeypatch)
    with closing(sqlite3.connect(path)) as old, old:
        old.executemany(
            "INSERT INTO audit_event (id, at, actor, action, outcome, target, detail, origin) "
            "VALUES (?, ?, '-', 'user:sign_in', 'failed', 'maria', '', 'local')",
            [(number, number * 7) for number in range(1, 12)],
        )
    open_database(str(path))
    close_database()
    found = audit_trail.check(str(path), audit_key.in_use())
    assert (found.broken, found.head.number) == (None, 11)
    with closing(sqlite3.connect(path)) as new, pytest.raises(sqlite3.IntegrityError, match="kt_"):
        new.execute("UPDATE audit_event SET at = 1")
