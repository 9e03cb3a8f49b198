"""The same rules on PostgreSQL: the migrations and guards run there, and refuse the same table."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import IntegrityError, PostgresqlDatabase

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import guards, models
from keytui.storage.database import close_database, open_database
from tests.postgresql import server as postgresql_server
from tests.storage.refusals import REFUSALS, ROWS, Refusal

TRUNCATED = {
    name: Refusal(f'TRUNCATE "{name}" CASCADE', "kt_(key|user|event)_(kept|final)")
    for name in ("user", "api_key", "audit_event")
}
EVERY = REFUSALS | TRUNCATED


def postgresql(statement: str) -> str:
    """Return the statement with its digests written as PostgreSQL does."""
    return re.sub(
        r"\[(..)(?::(\d+))?\]",
        lambda found: f"'\\x{found[1] * int(found[2] or 32)}'::bytea",
        statement,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlDatabase]:
    """Return a database of ours, with rows, that lives for this file."""
    url = postgresql_server().fresh(tmp_path_factory.mktemp("key") / "audit-key")
    database = PostgresqlDatabase(url, prefer_psycopg3=True)
    database.connect()
    for statement in ROWS:
        database.execute_sql(postgresql(statement))
    for name in TRUNCATED:  # numbers from here on are free
        database.execute_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), 100)", (name,))
    yield database
    database.close()


def everything(database: PostgresqlDatabase) -> list[list[tuple[Any, ...]]]:
    """Return every row of every table."""
    return [
        database.execute_sql(f'SELECT * FROM "{name}" ORDER BY id').fetchall()
        for name in ("user", "api_key", "audit_event")
    ]


@pytest.mark.parametrize("refusal", EVERY.values(), ids=EVERY.keys())
def test_raw_sql_cannot_break_a_rule(server: PostgresqlDatabase, refusal: Refusal) -> None:
    """PostgreSQL refuses it by the name of the rule, as SQLite does, and no row changes."""
    before = everything(server)
    with pytest.raises(IntegrityError, match=refusal.words):
        server.execute_sql(postgresql(refusal.statement))
    assert everything(server) == before


def test_a_key_follows_its_owner_s_role(server: PostgresqlDatabase) -> None:
    """A promotion reaches the person's deactivated keys by itself."""
    with server.atomic() as undone:
        server.execute_sql(
            "UPDATE api_key SET deactivated_at = 5, deactivated_by = 'adam', "
            "deactivation_reason = 'promoted' WHERE deactivated_at IS NULL"
        )
        server.execute_sql("UPDATE \"user\" SET role = 'administrator' WHERE id = 1")
        found = server.execute_sql("SELECT DISTINCT owner_role FROM api_key").fetchall()
        undone.rollback()
    assert found == [("administrator",)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the URL and audit key of an open database."""
    key = tmp_path / "audit-key"
    url = postgresql_server().fresh(key)
    open_database(url, audit_key_file=str(key))
    yield url, key
    close_database()


def test_putting_the_guards_in_again_changes_nothing(opened: tuple[str, Path]) -> None:
    """Guards are put in anew, each once."""
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    before = models.database.execute_sql(query).fetchall()
    guards.install(models.database.obj)
    assert models.database.execute_sql(query).fetchall() == before
    assert len(before) > len(guards.GUARDS)


CHANGES = {
    "a guard dropped": ("DROP TRIGGER kt_key_kept_on_api_key_delete ON api_key", "is missing"),
    "a guard turned off": (
        "ALTER TABLE api_key DISABLE TRIGGER kt_key_kept_on_api_key_delete",
        "was changed",
    ),
    "a guard emptied": (
        (
            "CREATE OR REPLACE FUNCTION kt_key_final_on_api_key_update() RETURNS trigger "
            "LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
        ),
        "kt_key_final_on_api_key_update was changed",
    ),
    "emptying a table allowed": (
        "DROP TRIGGER kt_event_final_on_audit_event_truncate ON audit_event",
        "kt_event_final_on_audit_event_truncate is missing",
    ),
    "a trigger planted": (
        (
            "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RETURN NULL; END$$; CREATE TRIGGER swallow BEFORE INSERT ON audit_event "
            "FOR EACH ROW EXECUTE FUNCTION swallow()"
        ),
        "the trigger swallow was added",
    ),
    "a constraint dropped": (
        "ALTER TABLE api_key DROP CONSTRAINT kt_last_four",
        "the rule kt_last_four is missing",
    ),
    "an SSH key of two people allowed": (
        "DROP INDEX ssh_key_body; CREATE INDEX ssh_key_body ON ssh_key (body)",
        "the index ssh_key_body of ssh_key is missing",
    ),
    "a foreign key turned off": (
        "ALTER TABLE api_key DISABLE TRIGGER ALL",
        "the rule kt_owner_role is missing|was changed",
    ),
}


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES.keys())
def test_a_database_without_its_rules_is_refused(
    opened: tuple[str, Path], change: str, words: str
) -> None:
    """Whichever rule was taken away or weakened, it is named, and nothing is opened."""
    url, key = opened
    models.database.execute_sql(change)
    close_database()
    with pytest.raises(DatabaseUnusable, match=rf"The rules of .* were changed \(.*({words})"):
        open_database(url, audit_key_file=str(key))
