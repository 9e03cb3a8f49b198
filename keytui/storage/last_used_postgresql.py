"""When keys were last used, and how often a day, written to a PostgreSQL server.

Keys may be looked up on a standby, which cannot be written: of the hosts in the
URL the one that takes writes is looked for here, whatever the URL says.
"""

from collections.abc import Sequence
from typing import Final

from keytui.storage import libpq
from keytui.storage.faults import explain
from keytui.storage.last_used import ADDED

# Locked in the order of their numbers: two hosts that write the same keys at
# once wait for each other, and never both.
_FLUSH: Final = """
    WITH used AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS used (key_id, at, origin)
    ), held AS MATERIALIZED (
        SELECT id FROM api_key WHERE id IN (SELECT key_id FROM used)
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE api_key SET last_used_at = used.at, last_used_from = used.origin,
        first_used_at = CASE WHEN api_key.last_used_at IS NULL THEN used.at
            ELSE api_key.first_used_at END
    FROM used JOIN held ON held.id = used.key_id
    WHERE api_key.id = used.key_id
      AND (api_key.last_used_at IS NULL OR api_key.last_used_at < used.at)
"""
_ADD_UP: Final = f"""
    INSERT INTO key_use_day (id, key_id, day, uses)
    SELECT counted.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS counted (id, key_id, day, uses)
    JOIN api_key ON api_key.id = counted.key_id
    ORDER BY counted.id
    {ADDED}
"""  # noqa: S608 - of fixed texts


def write(
    url: str,
    uses: Sequence[tuple[int, int, str | None]],
    days: Sequence[tuple[int, int, int, int]],
    wait_seconds: float,
) -> None:
    """Write the last uses of some keys, and add to how often they were used; all of it, or nothing.

    A later use that is there already stays.

    Args:
        url: of the database.
        uses: of each key its number, when, in microseconds UTC, and from where.
        days: of each key and day its place, the key's number, the day and how often.
        wait_seconds: how long another writer is waited for.

    Raises:
        DatabaseUnusable: nothing was written; the uses are still worth writing.
    """
    from psycopg import Error

    milliseconds = max(1, int(wait_seconds * 1_000))
    try:
        with libpq.connect(url, autocommit=True, target_session_attrs="read-write") as connection:
            connection.execute(f"SET lock_timeout = {milliseconds}")
            # A crash of the server may cost the last uses: nobody waits for its disk for them.
            connection.execute("SET synchronous_commit = off")
            with connection.transaction():
                if uses:
                    connection.execute(_FLUSH, _columns(uses))
                if days:
                    connection.execute(_ADD_UP, _columns(days))
    except Error as error:
        raise explain(error) from error


def _columns(rows: Sequence[tuple[object, ...]]) -> tuple[list[object], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
