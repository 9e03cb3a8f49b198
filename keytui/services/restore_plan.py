"""What a restore will do, found out before anything is done."""

import os
from dataclasses import dataclass
from pathlib import Path

from keytui.domain import key_text
from keytui.domain.audit_chain import Checked
from keytui.domain.errors import BadInput, DatabaseUnusable
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services.host import host_actor
from keytui.storage import audit_trail, backup_file, copies, replacing, sqlite_file
from keytui.storage.audit_key import KeyFile
from keytui.storage.faults import explained
from keytui.storage.location import is_postgresql


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore will do, to be said before it is done.

    Attributes:
        actor: who restores.
        copy: the backup.
        copy_state: what the backup was when it was judged.
        path: the database that it will take the place of, no symbolic link.
        audit_key: the file of the audit key, which need not be there.
        chained: whether the backup has an audit chain; an older keytui made none.
        chain: what was found of that chain; ``None`` where it could not be checked.
        checked_with: the file of the key it was checked with; empty where there is none.
        again: the keys, a line each, that were deactivated or rotated since and
            will be active again; ``None`` when the present database cannot be read.
    """

    actor: Actor
    copy: Path
    copy_state: backup_file.State
    path: Path
    audit_key: str
    chained: bool
    chain: Checked | None
    checked_with: str
    again: tuple[str, ...] | None

    @property
    def begins_new_chain(self) -> bool:
        """Whether the backup's chain can only go on with another key than its own."""
        return self.chained and self.checked_with != self.audit_key


def plan_restore(
    copy: Path, location: str, audit_key_file: str, origin: str, *, key_lost: bool = False
) -> Plan:
    """Judge a backup, and find what would be undone. Nothing is changed.

    Args:
        copy: the backup.
        location: the database to be replaced, canonical, whatever state it is in.
        audit_key_file: where the audit key is.
        origin: from where it is done.
        key_lost: whether a backup whose audit key is not here is good enough.

    Raises:
        Refused: this is not the account that owns the database.
        BadInput: the backup is the database itself, or a file that belongs to one,
            or the database is on a server.
        DatabaseUnusable: the backup is damaged, foreign, of a newer keytui, its
            audit chain is broken or taken away, or its audit key is not here.
    """
    if is_postgresql(location):
        raise BadInput(
            "PostgreSQL restores its own backups: use pg_restore, "
            "then keytui audit check --head with the head you kept."
        )
    path = Path(os.path.realpath(location))
    owned = path if path.exists() else path.parent
    if not owned.exists():
        raise BadInput(f"The folder {owned} does not exist: create it, then restore again.")
    actor = host_actor(owned, origin)
    if replacing.is_companion(str(copy)):
        raise BadInput(f"{copy} belongs to a database and is no backup: name another file.")
    if path.exists() and copy.exists() and copy.samefile(path):
        raise BadInput("The backup is the database itself: name another file.")
    copy_state = backup_file.state(str(copy))
    backup_file.judge(str(copy))
    chained = sqlite_file.is_chained(str(copy))
    key = _key_of(copy, audit_key_file, str(owned), key_lost=key_lost) if chained else None
    if not chained and os.path.lexists(audit_key_file):
        # Whoever can write a backup could take its chain away, and have it made anew.
        raise DatabaseUnusable(
            f"The backup {copy} has no audit chain, but there is an audit key {audit_key_file}: "
            "use another backup, or move the key away if an old one shall get a new chain."
        )
    chain = audit_trail.check(str(copy), key) if key else None
    if chain is not None and chain.broken is not None:
        raise DatabaseUnusable(f"The backup's audit chain is broken: {chain.broken.what}")
    checked_with = key.path if key else ""
    ended = _again(path, copy)
    return Plan(actor, copy, copy_state, path, audit_key_file, chained, chain, checked_with, ended)


def again(database: copies.Connection | None, copy: Path) -> tuple[str, ...] | None:
    """Return a line for each key and each SSH key that will be active again; ``None`` if unknown.

    Args:
        database: to the present database; ``None`` where it cannot be read.
        copy: the backup.
    """
    keys = copies.ended_since(database, str(copy))
    ssh_keys = copies.let_in_again(database, str(copy))
    if keys is None or ssh_keys is None:
        return None
    lines = [
        f"key {key_id}  {key_text.mask(last_four)}  {owner}  {label}"
        for key_id, owner, last_four, label in keys
    ] + [
        f"SSH key {ssh_key_id}  {fingerprint}  {owner}  {label}"
        for ssh_key_id, owner, fingerprint, label in ssh_keys
    ]
    return tuple(map(harmless, lines))


def _key_of(copy: Path, path: str, database: str, *, key_lost: bool) -> KeyFile | None:
    wanted = backup_file.fingerprints(str(copy))[-1:]
    found = KeyFile(path, database).find(wanted[0]) if wanted else None
    if found is None and not key_lost:
        raise DatabaseUnusable(
            f"The audit key of the backup is not here: put it back as {path}, or restore "
            "with --key-lost; then nobody can tell whether the backup's audit trail was changed."
        )
    return found


def _again(database: Path, copy: Path) -> tuple[str, ...] | None:
    if not database.exists():
        return None
    try:
        with explained(), audit_trail.opened(str(database)) as connection:
            return again(connection, copy)
    except DatabaseUnusable:
        return None
