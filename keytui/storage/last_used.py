"""When keys were last used, and how often a day: collected in memory, written once a second.

One ``UPDATE … FROM json_each(?)`` lets go of Python's lock once for the whole
flush. The same flush by ``executemany`` held SQLite's write lock across the
hand-offs of Python's and stalled other writers for up to 2.3 s.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from keytui.domain.daily_uses import place_of
from keytui.domain.text import harmless
from keytui.storage.faults import explain
from keytui.storage.file_checks import sqlite_uri
from keytui.storage.location import is_postgresql
from keytui.storage.write_gate import write_gate

Use = tuple[int, str | None]
"""When, in microseconds UTC, and from where, if that is known."""

Daily = Mapping[tuple[int, int], int]
"""How often, by key_id and day since 1970-01-01."""

LONGEST_ORIGIN: Final = 64
"""Characters of where a key was used from that are kept."""
_FLUSH: Final = """
    UPDATE api_key SET last_used_at = used.at, last_used_from = used.origin,
        first_used_at = CASE WHEN api_key.last_used_at IS NULL THEN used.at
            ELSE api_key.first_used_at END
    FROM (
        SELECT json_extract(value, '$[0]') AS key_id,
               json_extract(value, '$[1]') AS at,
               json_extract(value, '$[2]') AS origin
        FROM json_each(?)
    ) AS used
    WHERE api_key.id = used.key_id
      AND (api_key.last_used_at IS NULL OR api_key.last_used_at < used.at)
"""
# Of keys that are there: the file may be another one by now.
_ADD_UP: Final = """
    INSERT INTO key_use_day (id, key_id, day, uses)
    SELECT json_extract(value, '$[0]'), api_key.id,
           json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(?) JOIN api_key ON api_key.id = json_extract(value, '$[1]')
    WHERE true
"""
ADDED: Final = """
    ON CONFLICT (id) DO UPDATE SET day = excluded.day, uses = excluded.uses +
        CASE WHEN key_use_day.day = excluded.day THEN key_use_day.uses ELSE 0 END
    WHERE key_use_day.day <= excluded.day
"""
"""Adds to what is counted of the day, or takes the place of a day 91 days before."""


def write(location: str, uses: Mapping[int, Use], daily: Daily, *, wait_seconds: float) -> None:
    """Write the last uses of some keys, and add to how often they were used; all of it, or nothing.

    A later use that is there already stays.

    Args:
        location: the database, canonical.
        uses: by key_id.
        daily: what to add.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseUnusable: nothing was written; the uses are still worth writing.
    """
    rows = [
        (key_id, at, None if origin is None else harmless(str(origin))[:LONGEST_ORIGIN])
        for key_id, (at, origin) in sorted(uses.items())
    ]
    days = [(place_of(key_id, day), key_id, day, count) for (key_id, day), count in daily.items()]
    days.sort()
    if is_postgresql(location):
        from keytui.storage import last_used_postgresql

        last_used_postgresql.write(location, rows, days, wait_seconds)
    else:
        _write(location, rows, days, wait_seconds)


def _write(
    path: str,
    rows: list[tuple[int, int, str | None]],
    days: list[tuple[int, int, int, int]],
    wait_seconds: float,
) -> None:
    import json  # late: it is needed once a second at most

    used, counted = json.dumps(rows), json.dumps(days)
    try:
        with (
            write_gate(path, wait_seconds),
            closing(
                sqlite3.connect(
                    sqlite_uri(path), uri=True, isolation_level=None, timeout=wait_seconds
                )
            ) as connection,
        ):
            # A power cut may cost the last uses, never the file: no fsync for them.
            connection.execute("PRAGMA synchronous = normal")
            connection.execute("PRAGMA recursive_triggers = 1")
            connection.execute("PRAGMA trusted_schema = 0")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_FLUSH, (used,))
            connection.execute(_ADD_UP + ADDED, (counted,))
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise explain(error) from error
