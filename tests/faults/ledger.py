"""People for a story of many writers, and the check that nothing they did is lost or half done."""

import io
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import users
from keytui.services.host import host_actor
from keytui.storage import guards_sqlite
from keytui.storage.database import close_database, open_database
from keytui.storage.models import UserRow

# Of every change there is one event, and of every event a change.
_UNMATCHED = """
    SELECT 'key ' || k.id || ' has {n} events {action}' FROM api_key AS k
    WHERE {changed} AND (SELECT count(*) FROM audit_event AS e WHERE e.action = '{action}'
        AND e.outcome = 'done' AND e.target = 'key ' || k.id) <> 1
    UNION ALL
    SELECT 'event ' || e.id || ' of a change that is not there' FROM audit_event AS e
    WHERE e.action = '{action}' AND e.outcome = 'done' AND NOT EXISTS
        (SELECT 1 FROM api_key AS k WHERE k.id = CAST(substr(e.target, 5) AS INTEGER) AND {changed})
"""
_CREATE = _UNMATCHED.format(n="not 1", action="api_key:create", changed="true")
_DEACTIVATE = _UNMATCHED.format(
    n="not 1", action="api_key:deactivate", changed="k.deactivated_at IS NOT NULL"
)


def new_database(path: Path, writers: int) -> list[Actor]:
    """Create a database with an actor for each writer."""
    open_database(str(path))
    host = host_actor(path, "local")
    for number in range(writers):
        users.add_user(host, f"writer{number}", Role.USER).wipe()
    actors = [
        Actor(row.id, row.user_id, Role.USER, row.epoch, "local")
        for row in UserRow.select().order_by(UserRow.id)
    ]
    close_database()
    return actors


def wrong(
    path: Path,
    created: Collection[int],
    deactivated: Collection[int],
    used: Collection[int] = (),
) -> list[str]:
    """Return what is wrong with the database, by the keys of which an act was acknowledged."""
    with closing(sqlite3.connect(path)) as connection:
        found = [word for (word,) in connection.execute("PRAGMA integrity_check") if word != "ok"]
        found += [f"broken {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        found += guards_sqlite.problems(connection)
        for query in (_CREATE, _DEACTIVATE):
            found += [word for (word,) in connection.execute(query)]
        rows = connection.execute("SELECT id, deactivated_at, last_used_at FROM api_key").fetchall()
    present = {key: deactivated_at for key, deactivated_at, _ in rows}
    written = {key for key, _, last_used_at in rows if last_used_at is not None}
    found += [f"key {key} was created and is gone" for key in created if key not in present]
    found += [f"key {key} is active again" for key in deactivated if present.get(key) is None]
    found += [f"the use of key {key} is lost" for key in set(used) - written]
    return found


class Sink(io.BytesIO):
    """A stream that keeps nothing."""

    def write(self, data: object, /) -> int:
        """Let it go."""
        return 0
