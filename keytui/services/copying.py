"""Copying a whole database into another, from a file to a server or back, while people work.

What is copied is one moment of it: what happens afterwards stays behind. A copy
that was stopped goes on where it stopped; until it is finished no keytui works
with it. Everything but attempts to sign in goes along: people, API keys with
their digests, SSH keys, audit events with their hashes. The audit key goes
along in a file, never into a database.
"""

import os
from dataclasses import dataclass
from typing import Any

from keytui.domain.audit import Action
from keytui.domain.audit_chain import Checked, Head
from keytui.domain.errors import BadInput, Conflict, DatabaseUnusable
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.services.acting import acting, looking
from keytui.services.host import require_host
from keytui.storage import audit_key, audit_trail, copy_rows, copy_target
from keytui.storage.copy_target import CopyTarget
from keytui.storage.database import audit_key_path, open_location
from keytui.storage.location import canonical, is_postgresql
from keytui.storage.models import AuditEventRow


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy has become.

    Attributes:
        name: what to call the new database in a sentence.
        rows: how many rows it has, by table.
        chain: what a walk along its audit chain found; a break is the source's own.
        audit_key: the file with the audit key that it needs.
        on_server: whether that file has to be named, because none lies beside a server.
    """

    name: str
    rows: dict[str, int]
    chain: Checked
    audit_key: str
    on_server: bool


def copy_database(
    actor: Actor,
    location: str,
    key_file: str = "",
    progress: Progress = untold,
    checking: Progress = untold,
) -> Copied:
    """Copy the open database into another, which is empty or the unfinished copy of this one.

    Args:
        actor: who copies.
        location: the other database, a path or URL.
        key_file: where its audit key is put; beside a file by default, and
            for a server the present file will do.
        progress: told of rows.
        checking: told of audit events that are checked in the end.

    Raises:
        Refused: the actor is not the account that owns the database.
        BadInput: ``location`` or ``key_file`` cannot be used.
        Conflict: the other database is in use, or the copy of another; or the
            file is another audit key.
        DatabaseUnusable: it did not succeed; a copy that was begun can go on.
    """
    with looking(actor, Action.DATABASE_COPY):
        require_host(actor)
    place = canonical(location)
    with copy_target.opened(place) as target:
        target.look()
        key = _place_of_key(place, key_file)
        with acting(actor, Action.DATABASE_COPY) as deed:
            deed.record(f"to {target.name}")
            source = _identity()
            target.must_be_of(source)
        target.begin(source)
        with copy_rows.snapshot(open_location()) as connection:
            rows = _copy_rows(connection, target, progress)
            head = audit_trail.head_of(connection)
        _compare(target, rows, head)
        chain = _check(target, checking)
        _put_key(key, target)
        target.finish()
    return Copied(target.name, rows, chain, key, is_postgresql(place))


def _identity() -> str:
    """Return what tells the open database from every other: the hash of its first event."""
    first = AuditEventRow.select(AuditEventRow.hash).order_by(AuditEventRow.id).limit(1)
    return bytes(first.scalar()).hex()


def _copy_rows(connection: Any, target: CopyTarget, progress: Progress) -> dict[str, int]:  # noqa: ANN401 - of sqlite3 or psycopg
    rows = {table: copy_rows.count(connection, table) for table in copy_rows.TABLES}
    done, total = 0, sum(rows.values())
    for table in rows:
        for batch in copy_rows.batches(connection, table):
            copy_rows.write(target.database, table, batch)
            done += len(batch)
            progress(done, total)
    return {copy_rows.name_of(table): number for table, number in rows.items()}


def _compare(target: CopyTarget, rows: dict[str, int], head: Head) -> None:
    connection = target.database.connection()
    for table in copy_rows.TABLES:
        name = copy_rows.name_of(table)
        there = copy_rows.count(connection, table)
        if there != rows[name]:
            raise DatabaseUnusable(
                f"The table {name} of {target.name} has {there:,} rows and not {rows[name]:,}: "
                "somebody else wrote into the copy; remove it, and copy anew."
            )
    if audit_trail.head_of(connection) != head:
        raise DatabaseUnusable(
            f"The audit trail in {target.name} does not end as the one that was copied: "
            "somebody else wrote into the copy; remove it, and copy anew."
        )


def _check(target: CopyTarget, checking: Progress) -> Checked:
    """Walk along the copied chain. A break that the source has too was copied, not made."""
    key = audit_key.in_use()
    found = audit_trail.check(target.location, key, progress=checking)
    if found.broken is not None:
        own = audit_trail.check(open_location(), key, progress=checking)
        if own.broken != found.broken:
            raise DatabaseUnusable(
                f"The audit chain in {target.name} is broken, and the one that was copied is not: "
                f"{found.broken.what} Remove the copy, and copy anew."
            )
    return found


def _place_of_key(place: str, chosen: str) -> str:
    """Return where the other database's audit key is to be: nothing, or the very same key."""
    own = audit_key.in_use()
    own.read()
    path = audit_key_path(place, chosen or (own.path if is_postgresql(place) else ""))
    if os.path.lexists(path):
        there = audit_key.KeyFile(path, "")
        if not (there.is_usable() and there.read() == own.read()):
            raise Conflict(
                f"{path} exists already and is not the audit key of this database: "
                "name another file with --to-audit-key."
            )
    elif not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
        raise BadInput(_unwritable(path, "there is no such folder, or it is read-only"))
    return path


def _put_key(path: str, target: CopyTarget) -> None:
    if os.path.lexists(path):
        return
    try:
        audit_key.write_new(
            path,
            "" if is_postgresql(target.location) else target.location,
            audit_key.in_use().read(),
        )
    except OSError as error:
        raise BadInput(_unwritable(path, error.strerror or "")) from error


def _unwritable(path: str, why: str) -> str:
    return (
        f"The audit key cannot be written to {path} ({why}): name another file with --to-audit-key."
    )
