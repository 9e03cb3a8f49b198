"""Who is at the other end of a forced command: proved by sshd or sudo, never by words.

A forced command runs as the account that owns the database, on behalf of
somebody else. sshd has checked their SSH key and chosen the command, so what
the command says is true; or sudo says by number which account called it. Both
are worth nothing where others can write the database, or could have started
the process themselves.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import Refused
from keytui.domain.records import Actor
from keytui.services import recording, sign_in
from keytui.services.sign_in import SignedIn
from keytui.storage.database import transaction

_OTHERS_WRITE: Final = 0o022


@dataclass(frozen=True, slots=True)
class Proved:
    """Whom the system proved to be there.

    Attributes:
        user_id: the name under which they may be a user.
        fingerprint: of their SSH key; empty for an account that sudo named.
        origin: from where they come.
    """

    user_id: str
    fingerprint: str
    origin: str


def by_sshd(
    file: Path, user_id: str, fingerprint: str, origin: str, sudo_uid: str | None
) -> Proved:
    """Believe the name and the fingerprint in the command that sshd was told to run.

    Args:
        file: as :func:`.open_database` returns it.
        user_id: the name in the forced command.
        fingerprint: the SSH key's, beside it.
        origin: as :func:`.where_from` returns it.
        sudo_uid: the variable ``SUDO_UID``, if there is one.

    Raises:
        Refused: somebody else than sshd may have started this process.
    """
    if not origin.startswith("ssh ") or sudo_uid is not None or not fingerprint:
        raise Refused(
            "--user and --key are for the command that sshd runs: open keytui and sign in instead."
        )
    _require_file_boundary(file)
    return Proved(user_id, fingerprint, origin)


def by_sudo(file: Path, sudo_uid: str, origin: str) -> Proved:
    """Believe the number of the account that called sudo; its name is looked up.

    ``SUDO_USER`` and ``LOGNAME`` are never asked. Under sshd itself the variable
    is refused: there only a client can have sent it. So sudo must not be told to
    keep ``SSH_CONNECTION``, and the origin is what sudo knows, the number.

    Args:
        file: as :func:`.open_database` returns it.
        sudo_uid: the variable ``SUDO_UID``.
        origin: as :func:`.where_from` returns it.

    Raises:
        Refused: sudo did not start this process for another account, or there
            is no account with this number.
    """
    import pwd

    own = str(os.getuid())
    if origin != "local" or sudo_uid == own or not (sudo_uid.isascii() and sudo_uid.isdecimal()):
        raise Refused("SUDO_UID is not from sudo here: open keytui and sign in instead.")
    _require_file_boundary(file)
    try:
        name = pwd.getpwuid(int(sudo_uid)).pw_name
    except (KeyError, OverflowError) as error:
        raise Refused(
            "The account that called sudo has no name here: ask an administrator."
        ) from error
    return Proved(name, "", f"sudo uid {sudo_uid}")


def enter(proved: Proved) -> SignedIn:
    """Sign in whom the system proved.

    Raises:
        SignInFailed: they are no active user, or the SSH key is theirs no more; recorded.
    """
    if proved.fingerprint:
        return sign_in.by_ssh_key(proved.user_id, proved.fingerprint, proved.origin)
    return sign_in.by_unix_account(proved.user_id, proved.origin)


def refuse_session(proved: Proved | None, origin: str, why: str) -> None:
    """Put on record that somebody was not let in."""
    with transaction():
        recording.append(
            None,
            Action.USER_SIGN_IN,
            Outcome.REFUSED,
            target=proved.user_id if proved else "",
            detail=why,
            origin=origin,
        )


def refuse_command(actor: Actor, why: str) -> None:
    """Put on record that a command over SSH was refused; never its words, which may hold a key."""
    with transaction():
        recording.append(
            actor,
            Action.SESSION_COMMAND,
            Outcome.REFUSED,
            about=actor.row_id,
            detail=why,
        )


def _require_file_boundary(file: Path) -> None:
    """Go on only where this account, and no other, can write the database."""
    found = file.stat()
    if not found.st_uid == os.geteuid() == os.getuid():
        raise Refused(
            f"Only the account that owns {file} may let people in like this: "
            "open keytui and sign in instead."
        )
    for path, mode in ((file, found.st_mode), (file.parent, file.parent.stat().st_mode)):
        if mode & _OTHERS_WRITE:
            raise Refused(
                f"Other accounts can write {path}, so nobody can be let in like this: "
                "chmod go-w it."
            )
