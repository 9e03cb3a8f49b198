"""When keys were last used: collected in memory, written once a second in one statement.

One ``UPDATE … FROM json_each(?)`` lets go of Python's lock once for the whole
flush. The same flush by ``executemany`` held SQLite's write lock across the
hand-offs of Python's and stalled other writers for up to 2.3 s.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from keytui.domain.text import harmless
from keytui.storage.faults import explain
from keytui.storage.file_checks import sqlite_uri
from keytui.storage.location import is_postgresql
from keytui.storage.write_gate import write_gate

Use = tuple[int, str | None]
"""When, in microseconds UTC, and from where, if that is known."""

LONGEST_ORIGIN: Final = 64
"""Characters of where a key was used from that are kept."""
_FLUSH: Final = """
    UPDATE api_key SET last_used_at = used.at, last_used_from = used.origin
    FROM (
        SELECT json_extract(value, '$[0]') AS key_id,
               json_extract(value, '$[1]') AS at,
               json_extract(value, '$[2]') AS origin
        FROM json_each(?)
    ) AS used
    WHERE api_key.id = used.key_id
      AND (api_key.last_used_at IS NULL OR api_key.last_used_at < used.at)
"""


def write(location: str, uses: Mapping[int, Use], *, wait_seconds: float) -> None:
    """Write the last uses of some keys; a later use that is there already stays.

    Args:
        location: the database, canonical.
        uses: by key_id.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseUnusable: nothing was written; the uses are still worth writing.
    """
    rows = [
        (key_id, at, None if origin is None else harmless(str(origin))[:LONGEST_ORIGIN])
        for key_id, (at, origin) in sorted(uses.items())
    ]
    if is_postgresql(location):
        from keytui.storage import last_used_postgresql

        last_used_postgresql.write(location, rows, wait_seconds)
    else:
        _write(location, rows, wait_seconds)


def _write(path: str, rows: list[tuple[int, int, str | None]], wait_seconds: float) -> None:
    import json  # late: it is needed once a second at most

    given = json.dumps(rows)
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
            connection.execute(_FLUSH, (given,))
    except sqlite3.Error as error:
        raise explain(error) from error
