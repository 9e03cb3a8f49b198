"""The guards are there after every migration, and a database without them is refused."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import guards, guards_sqlite, models, schema
from keytui.storage.database import close_database, open_database
from keytui.storage.guards import GUARDS
from keytui.storage.guards_sqlite import trigger
from tests.storage.old import make_old


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return another program's connection to a closed database of ours."""
    open_database(str(tmp_path / "keytui.db"))
    close_database()
    with closing(sqlite3.connect(tmp_path / "keytui.db", isolation_level=None)) as connection:
        yield connection


def check_refused(path: Path, words: str) -> None:
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match=words) as refused:
        open_database(str(path))
    assert "restore it from a backup." in str(refused.value)
    assert path.read_bytes() == before


def test_a_new_database_has_every_guard(other: sqlite3.Connection) -> None:
    """What was just made differs in nothing."""
    assert guards_sqlite.problems(other) == []


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_missing_guard_is_found(other: sqlite3.Connection, guard: guards.Guard) -> None:
    """Each guard is looked for, by name."""
    other.execute(f"DROP TRIGGER {guard.name}")
    assert guards_sqlite.problems(other) == [f"the guard {guard.name} is missing"]


def test_a_database_without_a_guard_is_refused(tmp_path: Path, other: sqlite3.Connection) -> None:
    """It is neither used nor mended in silence: somebody took the guard away."""
    other.execute(f"DROP TRIGGER {GUARDS[0].name}")
    check_refused(tmp_path / "keytui.db", f"the guard {GUARDS[0].name} is missing")
    other.execute(f"DROP TRIGGER {GUARDS[1].name}")
    check_refused(tmp_path / "keytui.db", f"the guard {GUARDS[0].name} is missing and 1 more")
    for guard in GUARDS[:2]:
        other.execute(trigger(guard))
    open_database(str(tmp_path / "keytui.db"))
    close_database()


def test_a_blunted_guard_is_refused(tmp_path: Path, other: sqlite3.Connection) -> None:
    """A guard that has its name but never fires is found by its text."""
    guard = GUARDS[0]
    other.execute(f"DROP TRIGGER {guard.name}")
    other.execute(trigger(guard._replace(when="false")))
    check_refused(tmp_path / "keytui.db", f"the guard {guard.name} was changed")


def test_a_table_without_its_constraints_is_refused(
    tmp_path: Path, other: sqlite3.Connection
) -> None:
    """A table that was built anew without the rules, as many tools do it, is found."""
    triggers = other.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'api_key'"
    ).fetchall()
    other.execute("CREATE TABLE plain AS SELECT * FROM api_key")
    other.execute("DROP TABLE api_key")
    other.execute("PRAGMA legacy_alter_table = 1")  # do not look into the other triggers
    other.execute("ALTER TABLE plain RENAME TO api_key")
    for (sql,) in triggers:
        other.execute(sql)
    check_refused(tmp_path / "keytui.db", "the rule kt_creator_is_owner is missing and 8 more")
    assert "the table api_key is not strict" in guards_sqlite.problems(other)


def test_tables_and_triggers_of_others_are_left_alone(
    tmp_path: Path, other: sqlite3.Connection
) -> None:
    """A replication tool's tables beside ours are no reason to refuse."""
    other.execute("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")
    open_database(str(tmp_path / "keytui.db"))
    close_database()


def test_guards_are_put_in_anew_after_a_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: sqlite3.Connection
) -> None:
    """A step that builds a table anew, which loses its triggers, leaves the guards whole."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema._FOLDER, folder, ignore=shutil.ignore_patterns("__*"))
    monkeypatch.setattr(schema, "_FOLDER", str(folder))
    (folder / "9001_anew.py").write_text(
        "def up(migrator, db):\n"
        "    (sql,) = db.execute_sql(\"SELECT sql FROM sqlite_master WHERE name = 'audit_event'\")"
        ".fetchone()\n"
        "    db.execute_sql(sql.replace('\"audit_event\"', 'anew'))\n"
        "    db.execute_sql('DROP TABLE audit_event')\n"
        "    db.execute_sql('ALTER TABLE anew RENAME TO audit_event')\n"
        "    for name in ('previous_hash', 'hash'):\n"
        "        db.execute_sql(f'CREATE UNIQUE INDEX audit_event_{name} ON audit_event ({name})')\n"
    )
    open_database(str(tmp_path / "keytui.db"))
    close_database()
    assert guards_sqlite.problems(other) == []


def test_guards_are_never_put_back_in_silence(tmp_path: Path, other: sqlite3.Connection) -> None:
    """Whatever number stands in the file's header: guards that are gone were taken away."""
    for guard in GUARDS:
        other.execute(f"DROP TRIGGER {guard.name}")
    other.execute("PRAGMA user_version = 0")
    more = len({guard.name for guard in GUARDS}) - 1
    check_refused(tmp_path / "keytui.db", f"the guard {GUARDS[0].name} is missing and {more} more")


def test_an_upgrade_that_fails_leaves_the_guards_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: sqlite3.Connection
) -> None:
    """Taking them off, the steps and putting them in again are one transaction."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema._FOLDER, folder, ignore=shutil.ignore_patterns("__*"))
    with monkeypatch.context() as newer:
        newer.setattr(schema, "_FOLDER", str(folder))
        (folder / "9001_fails.py").write_text(
            "def up(migrator, db):\n    db.execute_sql('INSERT INTO nowhere VALUES (1)')\n"
        )
        with pytest.raises(DatabaseUnusable):
            open_database(str(tmp_path / "keytui.db"))
    assert guards_sqlite.problems(other) == []
    open_database(str(tmp_path / "keytui.db"))
    close_database()


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (
            "CREATE TRIGGER zz BEFORE INSERT ON audit_event BEGIN SELECT RAISE(IGNORE); END",
            "the trigger zz was added",
        ),
        ("DROP INDEX api_key_digest", "the index api_key_digest of api_key is missing"),
        ("DROP INDEX audit_event_hash", "the index audit_event_hash of audit_event is missing"),
        (
            (
                "DROP INDEX ssh_key_body; "
                "CREATE UNIQUE INDEX ssh_key_body ON ssh_key (body) WHERE added_at IS NULL"
            ),
            "the index ssh_key_body of ssh_key is missing",
        ),
    ],
    ids=["a trigger", "a key twice", "a fork", "an SSH key of two"],
)
def test_what_undoes_a_rule_is_refused(
    tmp_path: Path, other: sqlite3.Connection, planted: str, found: str
) -> None:
    """Another program's trigger on our tables and a lost unique index are no small matter."""
    other.executescript(planted)
    check_refused(tmp_path / "keytui.db", found)


def test_a_blunted_constraint_is_refused(tmp_path: Path, other: sqlite3.Connection) -> None:
    """A constraint that has its name and allows everything is found by its text."""
    other.execute("PRAGMA writable_schema = 1")
    other.execute(
        "UPDATE sqlite_master SET sql = "
        "replace(sql, 'CHECK (created_by_id = owner_id)', 'CHECK (1)') WHERE name = 'api_key'"
    )
    check_refused(tmp_path / "keytui.db", "the rule kt_creator_is_owner is missing")


def test_keys_that_an_administrator_held_are_deactivated_by_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of before the rule is brought under it, each ended key on record with why."""
    path = tmp_path / "keytui.db"
    make_old(path, monkeypatch)
    with closing(sqlite3.connect(path)) as old, old:
        for row, (name, role) in enumerate([("adam", "administrator"), ("maria", "user")], 1):
            old.execute(
                "INSERT INTO user (user_id, role, status, epoch, created_at) "
                "VALUES (?, ?, 'active', 0, 1)",
                (name, role),
            )
            old.execute(
                "INSERT INTO api_key (owner_id, created_by_id, label, scheme, digest, last_four, "
                "created_at) VALUES (?, ?, 'CI', 1, ?, 'x7Qz', 1)",
                (row, row, bytes([row]) * 32),
            )
    open_database(str(path))
    keys = models.ApiKeyRow.select().order_by(models.ApiKeyRow.id).dicts()
    assert [
        (key["owner_role"], key["deactivated_at"] is None, key["deactivation_reason"])
        for key in keys
    ] == [
        ("administrator", False, "Its owner is an administrator: administrators hold no keys."),
        ("user", True, None),
    ]
    (event,) = models.AuditEventRow.select()
    assert (event.action, event.target, event.about_id) == ("api_key:deactivate", "key 1", 1)
    close_database()
