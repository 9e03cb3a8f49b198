"""Backup while everybody works, and restore, which takes back what happened since.

The audit key is in no backup: whoever finds a copy of the database must not be
able to write its audit trail anew. It is to be kept too, in another place.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from keytui.domain import clock, key_text
from keytui.domain.audit import Action
from keytui.domain.audit_chain import Checked, Head
from keytui.domain.errors import BadInput, Conflict, DatabaseUnusable
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services.acting import acting, looking
from keytui.services.host import host_actor, require_host
from keytui.storage import audit_key, audit_trail, copies, sqlite_file
from keytui.storage.database import close_database, open_database, open_path
from keytui.storage.faults import explained
from keytui.storage.location import is_postgresql
from keytui.storage.write_gate import write_gate


def back_up(actor: Actor, path: Path) -> Head:
    """Copy the open database to a new file (0600), whole as of one instant.

    Returns:
        The head of the audit chain in the copy.

    Raises:
        Refused: the actor is not the account that owns the database.
        Conflict: there is a file already.
        BadInput: no file can be written there.
        DatabaseUnusable: the copy did not succeed; nothing is left of it.
    """
    made = False
    try:
        with looking(actor, Action.DATABASE_BACK_UP):
            require_host(actor)
        copies.copy(open_path(), str(path))
        made = True
        with explained(), audit_trail.opened(str(path)) as connection:
            head = audit_trail.head_of(connection)
        # Not around the copying: a large one would keep every writer waiting.
        with acting(actor, Action.DATABASE_BACK_UP) as deed:
            deed.record(f"to {path}, head {head.short}")
        return head
    except FileExistsError as error:
        raise Conflict(
            f"{harmless(str(path))} exists already: name a file that does not."
        ) from error
    except OSError as error:
        raise BadInput(
            f"The backup cannot be written to {harmless(str(path))} ({error.strerror}): "
            "choose another place."
        ) from error
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore will do, to be said before it is done.

    Attributes:
        actor: who restores.
        copy: the backup.
        path: the database that it will take the place of.
        chain: what was found of the backup's audit chain; ``None`` where it is
            older than the chain.
        again: the keys, a line each, that were deactivated since and will be
            active again; ``None`` when the present database cannot be read.
    """

    actor: Actor
    copy: Path
    path: Path
    chain: Checked | None
    again: tuple[str, ...] | None


def plan_restore(copy: Path, location: str, audit_key_file: str, origin: str) -> Plan:
    """Judge a backup, and find what would be undone. Nothing is changed.

    Args:
        copy: the backup.
        location: the database to be replaced, canonical, whatever state it is in.
        audit_key_file: where the audit key is.
        origin: from where it is done.

    Raises:
        Refused: this is not the account that owns the database.
        BadInput: the backup is the database itself, or the database is on a server.
        DatabaseUnusable: the backup is damaged, foreign, of a newer keytui, or
            its audit chain is broken.
    """
    if is_postgresql(location):
        raise BadInput(
            "PostgreSQL restores its own backups: use pg_restore, "
            "then keytui audit check --head with the head you kept."
        )
    database = Path(location)
    owned = database if database.exists() else database.parent
    if not owned.exists():
        raise BadInput(f"The folder {owned} does not exist: create it, then restore again.")
    actor = host_actor(owned, origin)
    if database.exists() and copy.exists() and copy.samefile(database):
        raise BadInput("The backup is the database itself: name another file.")
    copies.judge(str(copy))
    file = audit_key.use(audit_key_file, str(owned))
    chain = None
    if sqlite_file.is_chained(str(copy)):
        chain = audit_trail.check(str(copy), file)
        if chain.broken is not None:
            raise DatabaseUnusable(f"The backup's audit chain is broken: {chain.broken.what}")
    return Plan(actor, copy, database, chain, _again(database, copy))


def restore(plan: Plan, audit_key_file: str) -> Path | None:
    """Put the backup in the place of the database, on record; keep the old file beside it.

    Returns:
        Where the old database is kept; ``None`` where there was none.

    Raises:
        Conflict: another process has the database open.
        BadInput: the folder cannot be written.
        DatabaseUnusable: the backup could not be copied; nothing was changed.
    """
    path = plan.path
    unborn = path.with_name(f".{path.name}.restoring")
    kept = path.with_name(f"{path.name}.before-restore-{clock.stamp(clock.now())}")
    there = path.exists()
    try:
        with write_gate(str(path), math.inf), copies.nobody_else(str(path)):
            copies.remove(str(unborn))
            if kept.exists():
                raise Conflict(f"{kept} exists already: wait a second, then restore again.")
            copies.copy(str(plan.copy), str(unborn))
            _record(plan, unborn, audit_key_file)
            copies.put_in_place(str(unborn), str(path), str(kept))
    except OSError as error:
        raise BadInput(
            f"The database {path} cannot be replaced ({error.strerror}): "
            "check its folder's permissions and free space."
        ) from error
    finally:
        copies.remove(str(unborn))
    return kept if there else None


def _record(plan: Plan, unborn: Path, audit_key_file: str) -> None:
    """Bring the copy up to date and write the event into it, before it takes its place."""
    if os.geteuid() == 0:
        owner = plan.path if plan.path.exists() else plan.path.parent
        os.chown(unborn, owner.stat().st_uid, owner.stat().st_gid)
    open_database(str(unborn), create=False, audit_key_file=audit_key_file)
    try:
        with acting(plan.actor, Action.DATABASE_RESTORE) as deed:
            again = "unknown" if plan.again is None else str(len(plan.again))
            deed.record(f"from {plan.copy}; keys active again: {again}")
    finally:
        close_database()


def _again(database: Path, copy: Path) -> tuple[str, ...] | None:
    if not database.exists():
        return None
    try:
        found = copies.ended_since(str(database), str(copy))
    except DatabaseUnusable:
        return None
    return tuple(
        harmless(f"key {key_id}  {key_text.mask(last_four)}  {owner}  {label}")
        for key_id, owner, last_four, label in found
    )
