"""When keys were last used, written to a PostgreSQL server in one statement.

Keys may be looked up on a standby, which cannot be written: of the hosts in the
URL the one that takes writes is looked for here, whatever the URL says.
"""

from collections.abc import Sequence
from typing import Final

from keytui.storage import libpq
from keytui.storage.faults import explain

# Locked in the order of their numbers: two hosts that write the same keys at
# once wait for each other, and never both.
_FLUSH: Final = """
    WITH used AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS used (key_id, at, origin)
    ), held AS MATERIALIZED (
        SELECT id FROM api_key WHERE id IN (SELECT key_id FROM used)
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE api_key SET last_used_at = used.at, last_used_from = used.origin
    FROM used JOIN held ON held.id = used.key_id
    WHERE api_key.id = used.key_id
      AND (api_key.last_used_at IS NULL OR api_key.last_used_at < used.at)
"""


def write(url: str, uses: Sequence[tuple[int, int, str | None]], wait_seconds: float) -> None:
    """Write the last uses of some keys; a later use that is there already stays.

    Args:
        url: of the database.
        uses: of each key its number, when, in microseconds UTC, and from where.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseUnusable: nothing was written; the uses are still worth writing.
    """
    from psycopg import Error

    keys, times, origins = (list(column) for column in zip(*uses, strict=True))
    milliseconds = max(1, int(wait_seconds * 1_000))
    try:
        with libpq.connect(url, autocommit=True, target_session_attrs="read-write") as connection:
            connection.execute(f"SET lock_timeout = {milliseconds}")
            # A crash of the server may cost the last uses: nobody waits for its disk for them.
            connection.execute("SET synchronous_commit = off")
            connection.execute(_FLUSH, (keys, times, origins))
    except Error as error:
        raise explain(error) from error
