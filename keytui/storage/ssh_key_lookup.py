"""Reading the SSH keys that let somebody in: for sshd, which waits for the answer.

Without Peewee, and only reading: sshd asks before anybody has proved anything.
"""

import sqlite3
from contextlib import closing
from typing import Any, Final, NamedTuple

from keytui.storage import file_checks, libpq
from keytui.storage.faults import explain
from keytui.storage.location import is_postgresql


class Found(NamedTuple):
    """An SSH key of an active person that nobody has removed."""

    user_id: str
    type: str
    body: str
    fingerprint: str


_ALL: Final = """
    SELECT u.user_id, k.type, k.body, k.fingerprint
    FROM ssh_key AS k JOIN "user" AS u ON u.id = k.owner_id
    WHERE k.removed_at IS NULL AND u.status = 'active'
"""
_ONE: Final = f"{_ALL} AND k.body = {{}}"
_SETTINGS: Final = "SET default_transaction_read_only = on; SET statement_timeout = 5000"
"""In milliseconds; sshd itself gives up after ``LoginGraceTime``, 120 s by default."""


def find(location: str, body: str | None) -> list[Found]:
    """Return the key of this body, if it lets anybody in; or all keys that do.

    Args:
        location: the database, canonical.
        body: the key in base64; ``None`` for all.

    Raises:
        BadInput: the database's URL cannot be read.
        DatabaseUnusable: it cannot be read.
    """
    if is_postgresql(location):
        return _on_server(location, body)
    file_checks.check_file(location, writable=False)
    try:
        with closing(sqlite3.connect(file_checks.sqlite_uri(location), uri=True)) as connection:
            connection.execute("PRAGMA query_only = 1")
            return _rows(connection, "?", body)
    except sqlite3.Error as error:
        raise explain(error) from error


def _on_server(url: str, body: str | None) -> list[Found]:
    libpq.parameters(url)  # says what is missing, before psycopg is
    from psycopg import Error

    try:
        with closing(libpq.connect(url, autocommit=True)) as connection:
            connection.execute(_SETTINGS)
            return _rows(connection, "%s", body)
    except Error as error:
        raise explain(error) from error


def _rows(connection: Any, mark: str, body: str | None) -> list[Found]:  # noqa: ANN401 - of sqlite3 or psycopg
    rows = (
        connection.execute(f"{_ALL} ORDER BY k.id")
        if body is None
        else connection.execute(_ONE.format(mark), (body,))
    )
    return [Found(*row) for row in rows.fetchall()]
