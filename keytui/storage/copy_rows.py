"""The rows of a database on their way into another one, whatever the two engines are.

A batch is written when the target lacks it or has it otherwise. So a copy that
was stopped goes on where it stopped, and takes in what was changed since.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from peewee import Database, Model, SqliteDatabase

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import faults_postgresql
from keytui.storage.engine import BUSY_SECONDS, engine_of
from keytui.storage.models import (
    AccessReviewRow,
    ApiKeyRow,
    AuditEventRow,
    AuditKeyRow,
    KeyUseDayRow,
    PolicyRow,
    ReviewItemRow,
    SshKeyRow,
    UserRow,
)

Row: TypeAlias = tuple[Any, ...]

TABLES: Final[tuple[type[Model], ...]] = (
    UserRow,
    ApiKeyRow,
    KeyUseDayRow,
    SshKeyRow,
    PolicyRow,
    AccessReviewRow,
    ReviewItemRow,
    AuditKeyRow,
    AuditEventRow,
)
"""What is copied, in the order in which rows refer to each other."""

STAYS: Final = ("sign_in_attempt", "migration")
"""What stays behind: attempts to sign in are forgotten after a day; a target has migrations itself."""

BATCH: Final = 5_000
"""Rows of a transaction on the target: a few megabytes, a tenth of a second."""


@contextmanager
def snapshot(location: str) -> Iterator[Any]:
    """Read the database at ``location`` in the block as it is at one moment."""
    engine = engine_of(location, BUSY_SECONDS)
    with engine.reader() as connection:
        connection.execute(engine.snapshot)
        yield connection


def count(connection: Any, table: type[Model]) -> int:  # noqa: ANN401 - of sqlite3 or psycopg
    """Return how many rows a table has."""
    (rows,) = connection.execute(f'SELECT count(*) FROM "{name_of(table)}"').fetchone()  # noqa: S608 - a model's name
    return int(rows)


def batches(connection: Any, table: type[Model]) -> Iterator[list[Row]]:  # noqa: ANN401 - likewise
    """Yield all rows of a table in the order of their numbers, :data:`BATCH` at a time."""
    beyond = ""
    while rows := connection.execute(
        f"{_select(table)} {beyond} ORDER BY id LIMIT {BATCH}"
    ).fetchall():
        yield rows
        beyond = f"WHERE id > {rows[-1][0]}"


def write(target: Database, table: type[Model], rows: Sequence[Row]) -> None:
    """Have these rows, with their numbers, in a table of the target, in one transaction.

    Args:
        target: without guards, and connected.
        table: which table.
        rows: of one batch.

    Raises:
        DatabaseUnusable: a row breaks a rule, or holds what the target cannot keep.
    """
    first, last = rows[0][0], rows[-1][0]
    try:
        with target.atomic():
            there = {
                row[0]: row
                for row in target.connection()
                .execute(f"{_select(table)} WHERE id BETWEEN {first} AND {last}")
                .fetchall()
            }
            _change(target, table, [row for row in rows if there.get(row[0], row) != row])
            _add(target, table, [row for row in rows if row[0] not in there])
    except _unfit() as error:
        raise DatabaseUnusable(
            f"The rows {first} to {last} of the table {name_of(table)} cannot be copied: "
            "they break a rule, or hold text that the other database cannot keep; "
            "see what keytui doctor says of the one that is copied."
        ) from error


def name_of(table: type[Model]) -> str:
    """Return a table's name."""
    return str(table._meta.table_name)  # noqa: SLF001 - Peewee's public API


def _columns(table: type[Model]) -> tuple[str, ...]:
    fields = table._meta.sorted_fields  # noqa: SLF001 - likewise
    return tuple(field.column_name for field in fields)


def _select(table: type[Model]) -> str:
    return f'SELECT {_quoted(table)} FROM "{name_of(table)}"'  # noqa: S608 - names of a model


def _quoted(table: type[Model]) -> str:
    return ", ".join(f'"{column}"' for column in _columns(table))


def _add(target: Database, table: type[Model], rows: list[Row]) -> None:
    if not rows:
        return
    into = f'"{name_of(table)}" ({_quoted(table)})'
    cursor = target.connection().cursor()
    if isinstance(target, SqliteDatabase):
        marks = ", ".join("?" * len(rows[0]))
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608 - likewise
        return
    with cursor.copy(f"COPY {into} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def _change(target: Database, table: type[Model], rows: list[Row]) -> None:
    if not rows:
        return
    values = ", ".join(f'"{column}" = {target.param}' for column in _columns(table)[1:])
    target.connection().cursor().executemany(
        f'UPDATE "{name_of(table)}" SET {values} WHERE id = {target.param}',  # noqa: S608 - likewise
        [(*row[1:], row[0]) for row in rows],
    )


def _unfit() -> tuple[type[Exception], ...]:
    """Return what is raised for a row that cannot be there; ``UnicodeError``: text that is no UTF-8."""
    return UnicodeError, sqlite3.IntegrityError, *faults_postgresql.unfit()
