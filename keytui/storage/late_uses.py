"""Uses of rotated keys after their end: added up in their rows, off the way of the verifications.

Only keys that were replaced are counted. Which of them were is asked first, without the
right to write: a key that has merely expired can be tried all day, and costs no writing.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from keytui.domain.text import harmless
from keytui.storage.faults import explain
from keytui.storage.file_checks import sqlite_uri
from keytui.storage.last_used import LONGEST_ORIGIN
from keytui.storage.location import is_postgresql
from keytui.storage.write_gate import write_gate

LateUse = tuple[int, int, str | None]
"""How often, when the last time, in microseconds UTC, and from where, if that is known."""

_SET: Final = """
    SET late_uses = api_key.late_uses + used.uses,
        late_used_from = CASE WHEN api_key.late_used_at > used.at
            THEN api_key.late_used_from ELSE used.origin END,
        late_used_at = CASE WHEN api_key.late_used_at > used.at
            THEN api_key.late_used_at ELSE used.at END
"""
_REPLACED: Final = """
    SELECT replaces_id FROM api_key WHERE replaces_id IN (SELECT value FROM json_each(?))
"""
_ADD: Final = f"""
    UPDATE api_key {_SET}
    FROM (
        SELECT json_extract(value, '$[0]') AS key_id,
               json_extract(value, '$[1]') AS uses,
               json_extract(value, '$[2]') AS at,
               json_extract(value, '$[3]') AS origin
        FROM json_each(?)
    ) AS used
    WHERE api_key.id = used.key_id
"""  # noqa: S608 - of fixed texts
_REPLACED_ON_SERVER: Final = "SELECT replaces_id FROM api_key WHERE replaces_id = ANY (%s)"
# Locked in the order of their numbers: see last_used_postgresql.
_ADD_ON_SERVER: Final = f"""
    WITH used AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
            AS used (key_id, uses, at, origin)
    ), held AS MATERIALIZED (
        SELECT id FROM api_key WHERE id IN (SELECT key_id FROM used)
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE api_key {_SET}
    FROM used JOIN held ON held.id = used.key_id
    WHERE api_key.id = used.key_id
"""  # noqa: S608 - of fixed texts

Row = tuple[int, int, int, str | None]


def write(location: str, late: Mapping[int, LateUse], *, wait_seconds: float) -> None:
    """Add refused uses to what is counted of the keys among them that were replaced.

    Args:
        location: the database, canonical.
        late: by key_id.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseUnusable: nothing was added; the uses are still worth adding.
    """
    rows = [
        (key_id, uses, at, None if origin is None else harmless(str(origin))[:LONGEST_ORIGIN])
        for key_id, (uses, at, origin) in sorted(late.items())
    ]
    if is_postgresql(location):
        _write_to_server(location, rows, wait_seconds)
    else:
        _write(location, rows, wait_seconds)


def _of(found: Sequence[Sequence[Any]], rows: list[Row]) -> list[Row]:
    replaced = {key_id for (key_id,) in found}
    return [row for row in rows if row[0] in replaced]


def _write(path: str, rows: list[Row], wait_seconds: float) -> None:
    import json  # late: few programs ever meet a late use

    numbers = json.dumps([row[0] for row in rows])
    try:
        with closing(
            sqlite3.connect(sqlite_uri(path), uri=True, isolation_level=None, timeout=wait_seconds)
        ) as connection:
            counted = _of(connection.execute(_REPLACED, (numbers,)).fetchall(), rows)
            if not counted:
                return
            with write_gate(path, wait_seconds):
                # A power cut may cost a count, never the file: no fsync for it.
                connection.execute("PRAGMA synchronous = normal")
                connection.execute("PRAGMA recursive_triggers = 1")
                connection.execute("PRAGMA trusted_schema = 0")
                connection.execute(_ADD, (json.dumps(counted),))
    except sqlite3.Error as error:
        raise explain(error) from error


def _write_to_server(url: str, rows: list[Row], wait_seconds: float) -> None:
    from psycopg import Error

    from keytui.storage import libpq

    milliseconds = max(1, int(wait_seconds * 1_000))
    try:
        with libpq.connect(url, autocommit=True, target_session_attrs="read-write") as connection:
            numbers = [row[0] for row in rows]
            counted = _of(connection.execute(_REPLACED_ON_SERVER, (numbers,)).fetchall(), rows)
            if counted:
                connection.execute(f"SET lock_timeout = {milliseconds}")
                connection.execute(
                    _ADD_ON_SERVER, tuple(list(column) for column in zip(*counted, strict=True))
                )
    except Error as error:
        raise explain(error) from error
