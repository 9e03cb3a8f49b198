"""The audit trail on the disk: adding to the end of its chain, and reading it from its start.

Reading has a connection of its own, which changes nothing, so that a copy can be
read as well as the open database, and text that is no UTF-8 too.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from keytui.domain.audit_chain import HASHED, START, Break, Checked, Head, Walk, fingerprint, link
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.progress import Progress, untold
from keytui.storage import audit_key
from keytui.storage.engine import BUSY_SECONDS, engine_of
from keytui.storage.faults import explained
from keytui.storage.models import database

BATCH: Final = 5_000
"""Events read at once: a few megabytes, a tenth of a second."""

_SMALLEST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1
"""The numbers between which SQLite's integers lie (sqlite.org/datatype3.html)."""
_END: Final = """
    SELECT (SELECT coalesce(max(id), 0) FROM audit_event),
           (SELECT hash FROM audit_event WHERE hash IS NOT NULL ORDER BY id DESC LIMIT 1),
           (SELECT fingerprint FROM audit_key ORDER BY id DESC LIMIT 1)
"""
_INSERT: Final = f"INSERT INTO audit_event ({', '.join(HASHED)}, previous_hash, hash) VALUES ({{}})"  # noqa: S608 - of names that stand in this program
_READ: Final = f"""
    SELECT {", ".join(HASHED)}, previous_hash, hash FROM audit_event
    WHERE id >= {{}} ORDER BY id LIMIT {BATCH}
"""  # noqa: S608 - of names that stand in this program


def append(event: Mapping[str, Any]) -> None:
    """Add an event to the end of the chain, in the transaction that is open.

    The transaction holds the only right to write, so nobody else can read the
    same end and make a fork.

    Args:
        event: its values by column, without number and hashes.

    Raises:
        DatabaseUnusable: the audit key is missing, or not the database's.
    """
    file = audit_key.in_use()
    key = file.read()
    last, previous, expected = database.execute_sql(_END).fetchone()
    file.must_be(expected)
    if last == _LARGEST:
        raise DatabaseUnusable(
            "The audit trail was changed: its last event has the highest number there can be. "
            "Run keytui audit check, and restore the database from a backup."
        )
    values = {"id": last + 1, **event}
    before = previous or START
    ordered = [values[name] for name in HASHED]
    # As SQL: building this statement by the model costs more than running it.
    written = database.execute_sql(
        _INSERT.format(", ".join([database.param] * (len(HASHED) + 2))),
        (*ordered, before, link(key, ordered, before)),
    )
    if written.rowcount != 1:  # something in the database swallowed it: no event, no change
        raise DatabaseUnusable("The audit event could not be written: nothing was changed.")


@contextmanager
def opened(location: str) -> Iterator[Any]:
    """Open a database, by path or URL, for reading. The caller explains what goes wrong."""
    with engine_of(location, BUSY_SECONDS).reader() as connection:
        yield connection


def batches(connection: Any) -> Iterator[list[tuple[Any, ...]]]:  # noqa: ANN401 - of sqlite3 or psycopg
    """Yield all events in the order of their numbers, as :class:`.Walk` takes them."""
    number = _SMALLEST
    while batch := connection.execute(_READ.format(number)).fetchall():
        yield batch
        if batch[-1][0] == _LARGEST:
            return
        number = batch[-1][0] + 1


def head_of(connection: Any) -> Head:  # noqa: ANN401 - of sqlite3 or psycopg
    """Return the number and hash of the newest event."""
    last, newest, _ = connection.execute(_END).fetchone()
    return Head(last, (newest or START).hex())


def key_of(connection: Any) -> tuple[bytes | None, int]:  # noqa: ANN401 - of sqlite3 or psycopg
    """Return the fingerprint of the key in use, and the first event that was made with it."""
    found = connection.execute(
        "SELECT (SELECT fingerprint FROM audit_key ORDER BY id DESC LIMIT 1), "
        "(SELECT max(id) FROM audit_event WHERE action = 'audit:new_key' AND outcome = 'done')"
    ).fetchone()
    return found[0], found[1] or 1


def check(
    location: str,
    file: audit_key.KeyFile,
    kept: Head | None = None,
    progress: Progress = untold,
) -> Checked:
    """Walk along the whole chain of a database.

    It takes some 20 s for a million events, and a few megabytes whatever their
    number. Events that are added meanwhile are not looked at.

    Args:
        location: the database, or a copy of it.
        file: the audit key.
        kept: a head from earlier.
        progress: told now and then how many of how many events are done.

    Raises:
        DatabaseUnusable: it cannot be read, or the key is missing or another's.
    """
    engine = engine_of(location, BUSY_SECONDS)
    with explained(), opened(location) as connection:
        # One moment of the trail, and the key of that moment: a new key may come any time.
        connection.execute(engine.snapshot)
        expected, since = key_of(connection)
        key = file.read()
        if file.fingerprint != expected:
            connection.execute("ROLLBACK")
            connection.execute(engine.snapshot)
            expected, since = key_of(connection)
        own = fingerprint(key) == expected
        walk = Walk(key, since, kept)
        broken = _walked(connection, walk, progress)
        if not own:
            if broken is not None and walk.number < since:
                file.must_be(expected)  # another key: it fits to nothing
            if broken is None:
                broken = Break(walk.number, "What tells the audit key was changed in the database.")
        return Checked(Head(walk.number, walk.hash.hex()), since - 1, broken or walk.end())


def _walked(
    connection: Any,  # noqa: ANN401 - of sqlite3 or psycopg
    walk: Walk,
    progress: Progress,
) -> Break | None:
    total = head_of(connection).number
    for batch in batches(connection):
        broken = walk.first_broken(batch)
        if broken is not None:
            return broken
        progress(walk.number, total)
    return None
