"""Restore: put a backup in the place of the database, which takes back what happened since."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict, DatabaseUnusable
from keytui.services.acting import acting
from keytui.services.restore_plan import Plan
from keytui.services.restore_plan import again as active_again
from keytui.storage import audit_key, backup_file, copies, replacing
from keytui.storage.database import close_database, open_database
from keytui.storage.file_checks import identity
from keytui.storage.models import AuditKeyRow
from keytui.storage.write_gate import write_gate

_WAIT_SECONDS: Final = 30
"""How long writers are waited for: much longer than any write takes, and a person still waits."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        kept: where the old database is; ``None`` where there was none.
        again: the keys, a line each, that are active again; ``None`` when the old
            database could not be read.
    """

    kept: Path | None
    again: tuple[str, ...] | None


def restore(plan: Plan) -> Restored:
    """Put the backup in the place of the database, on record; keep the old file beside it.

    Once the backup is in its place, a Ctrl+C comes too late and is not heeded.

    Raises:
        Conflict: another process has the database open, or the backup was changed.
        BadInput: the folder cannot be written.
        DatabaseBusy: another process wrote for more than 30 s.
        DatabaseUnusable: the backup could not be copied; nothing was changed.
        KeyboardInterrupt: it was stopped; nothing was changed.
    """
    path = str(plan.path)
    unborn = replacing.beside(path, "restoring")
    kept, again, born = None, None, None
    try:
        with (
            _said_of(path),
            write_gate(path, _WAIT_SECONDS),
            replacing.nobody_else(path) as held,
        ):
            replacing.sweep(path)
            again = active_again(held, plan.copy)
            name = _free_name(path)
            kept = Path(name) if plan.path.exists() else None
            try:
                copies.copy(str(plan.copy), unborn, in_use=True)
                _must_be_the_judged(plan)
                with replacing.uninterrupted(), _on_record(plan, unborn, again):
                    born = identity(unborn)
                    with _said_of(path):
                        replacing.put_in_place(unborn, path, name, held)
            finally:
                replacing.sweep(path)
    except KeyboardInterrupt:
        if born is None or identity(path) != born:
            raise
    return Restored(kept, again)


def _must_be_the_judged(plan: Plan) -> None:
    # A person was asked since: whoever may write the backup had time to change it.
    if backup_file.state(str(plan.copy)) != plan.copy_state:
        raise Conflict(f"The backup {plan.copy} was changed since it was judged: restore it again.")


@contextmanager
def _said_of(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"The database {path} cannot be replaced ({error.strerror}): "
            "check its folder's permissions and free space."
        ) from error


@contextmanager
def _on_record(plan: Plan, unborn: str, again: tuple[str, ...] | None) -> Iterator[None]:
    """Bring the copy up to date and write the events into it; the block puts it in its place.

    If the block fails, the audit key is the one from before, or none.
    """
    if os.geteuid() == 0:
        owner = (plan.path if plan.path.exists() else plan.path.parent).stat()
        os.chown(unborn, owner.st_uid, owner.st_gid)
    with ExitStack() as stack:
        if not os.path.lexists(plan.audit_key):
            stack.enter_context(_no_key_unless_done(plan.audit_key))
        try:
            open_database(unborn, create=False, audit_key_file=plan.audit_key)
            if plan.begins_new_chain:
                _begin_new_chain(plan, stack)
            with acting(plan.actor, Action.DATABASE_RESTORE) as deed:
                number = "unknown" if again is None else str(len(again))
                deed.record(f"from {plan.copy}; keys active again: {number}")
        except DatabaseUnusable as error:
            if unborn not in str(error):
                raise
            raise DatabaseUnusable(
                f"The backup {plan.copy} cannot be brought up to date: use another backup."
            ) from error
        finally:
            close_database()
        yield


@contextmanager
def _no_key_unless_done(path: str) -> Iterator[None]:
    """Take an audit key away again that was made for a backup from before there was one."""
    try:
        yield
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def _begin_new_chain(plan: Plan, stack: ExitStack) -> None:
    file = audit_key.in_use()
    known = backup_file.fingerprints(str(plan.copy))
    place = None
    if not file.is_usable() or file.fingerprint in known:
        place = stack.enter_context(audit_key.renewing(clock.stamp(clock.now())))
    with acting(plan.actor, Action.AUDIT_NEW_KEY) as deed:
        if place is not None:
            place()
        AuditKeyRow.insert(fingerprint=file.fingerprint).execute()
        deed.record(
            "restored without the backup's audit key: its events were not checked"
            if plan.chain is None
            else "restored from a backup of an earlier audit key: its events were checked with it"
        )


def _free_name(path: str) -> str:
    """Return a name for the old database: two restores in one second get two."""
    stem = f"{path}.before-restore-{clock.stamp(clock.now())}"
    name, number = stem, 1
    while os.path.lexists(name):
        number += 1
        name = f"{stem}-{number}"
    return name
