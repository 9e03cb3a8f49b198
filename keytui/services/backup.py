"""Backup while everybody works.

The audit key is in no backup: whoever finds a copy of the database must not be
able to write its audit trail anew. It is to be kept too, in another place.
"""

import os
from pathlib import Path

from keytui.domain.audit import Action
from keytui.domain.audit_chain import Head
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services.acting import acting, looking
from keytui.services.host import require_host
from keytui.storage import audit_trail, copies, replacing
from keytui.storage.database import open_path
from keytui.storage.faults import explained
from keytui.storage.file_checks import identity


def back_up(actor: Actor, path: Path) -> Head:
    """Copy the open database to a new file (0600), whole as of one instant.

    The file has its name only when it is finished; a backup that is killed
    leaves a hidden one beside it, and nothing under that name.

    Returns:
        The head of the audit chain in the copy.

    Raises:
        Refused: the actor is not the account that owns the database.
        Conflict: there is a file already.
        BadInput: no file can be written there.
        DatabaseUnusable: the copy did not succeed; nothing is left of it.
    """
    with looking(actor, Action.DATABASE_BACK_UP):
        require_host(actor)
    if replacing.is_companion(str(path)):
        raise BadInput(
            f"{harmless(str(path))} is a name for files that belong to a database: choose another."
        )
    for end in ("", *copies.BESIDE):
        if os.path.lexists(f"{path}{end}"):
            raise Conflict(f"{harmless(f'{path}{end}')} exists already: name a file that does not.")
    try:
        return _back_up(actor, str(path))
    except FileExistsError as error:
        raise Conflict(
            f"{harmless(str(path))} exists already: name a file that does not."
        ) from error
    except OSError as error:
        raise BadInput(
            f"The backup cannot be written to {harmless(str(path))} ({error.strerror}): "
            "choose another place."
        ) from error


def _back_up(actor: Actor, path: str) -> Head:
    made = replacing.beside(path, "backing-up")
    born = None
    try:
        copies.copy(open_path(), made)
        born = identity(made)
        with explained(), audit_trail.opened(made) as connection:
            head = audit_trail.head_of(connection)
        # Not around the copying: a large one would keep every writer waiting.
        with acting(actor, Action.DATABASE_BACK_UP) as deed:
            deed.record(f"to {path}, head {head.short}")
            copies.publish(made, path)
        return head
    except BaseException:
        if born is not None and identity(path) == born:
            os.unlink(path)
        raise
    finally:
        copies.remove(made)
