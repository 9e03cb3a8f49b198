"""The host's own account: whoever owns the database file holds it anyway.

Of a database on a server it is the account that owns the file of the audit key:
with that and the URL everything could be written that keytui writes.

Scripts and cron jobs run as this account and nobody is there to type a
password. It acts with an administrator's rights, under a name no person can
have (a User ID holds no colon), and every act of it is on record.
"""

import os
from pathlib import Path

from keytui.domain.errors import Refused
from keytui.domain.permissions import Role
from keytui.domain.records import Actor


def host_actor(file: Path, origin: str) -> Actor:
    """Return the host's account as an actor.

    Args:
        file: as :func:`.open_database` returns it.
        origin: from where it acts.

    Identity is the process's effective user number, never an environment
    variable: ``LOGNAME`` says whatever it was told.

    Raises:
        Refused: the process does not run as the account that owns the file.
    """
    uid = os.geteuid()
    if file.stat().st_uid != uid:
        raise Refused(
            f"Only the account that owns {file} may do this without signing in: "
            "use --user with your User ID."
        )
    return Actor(None, f"host:{_account_name(uid)}", Role.ADMINISTRATOR, 0, origin)


def require_host(actor: Actor) -> None:
    """Go on only if the actor is the account that owns the database.

    Raises:
        Refused: it is a person.
    """
    if actor.row_id is not None:
        raise Refused(
            "Only the account that owns the database may do this: run it there, without --user."
        )


def _account_name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
