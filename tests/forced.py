"""People who come over SSH: what sshd would start for them, without an sshd."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from keytui.domain.permissions import Role
from keytui.services import sign_in
from keytui.storage.database import close_database, open_database
from keytui.storage.models import SshKeyRow, UserRow
from tests.home import KEYTUI, Home
from tests.support import make_person
from tests.terminal import SIZE, Terminal

CONNECTION = "10.0.4.17 50412 10.0.4.1 22"
"""What sshd sets as ``SSH_CONNECTION``."""
ORIGIN = "ssh 10.0.4.17"


def fingerprint(user_id: str) -> str:
    """Return the fingerprint of somebody's SSH key."""
    return f"SHA256:{user_id:0<43}"


def give_ssh_key(user_id: str) -> int:
    """Give somebody an SSH key in the open database; return its number."""
    owner = UserRow.get(UserRow.user_id == user_id)
    row = SshKeyRow.create(
        owner=owner,
        type="ssh-ed25519",
        body=f"AAAA{user_id}",
        fingerprint=fingerprint(user_id),
        label="laptop",
        added_at=1,
    )
    return int(row.id)


def come(user_id: str) -> sign_in.SignedIn:
    """Sign somebody in by their SSH key, in the open database."""
    return sign_in.by_ssh_key(user_id, fingerprint(user_id), ORIGIN)


def people(database: Path, *users: str, administrators: Sequence[str] = ("adam",)) -> None:
    """Add people who have a password and an SSH key each, and close the database."""
    open_database(str(database))
    for names, role in ((administrators, Role.ADMINISTRATOR), (users, Role.USER)):
        for name in names:
            make_person(database, name, role)
            give_ssh_key(name)
    close_database()


def forced(database: Path, user_id: str) -> list[str]:
    """Return the arguments of the forced command for somebody's SSH key."""
    key = fingerprint(user_id)
    return ["--database", str(database), "ssh", "session", "--user", user_id, "--key", key]


def send(
    home: Home, user_id: str, command: str, typed: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """Do what ``ssh HOST COMMAND`` would."""
    return home.keytui(
        *forced(home.database, user_id),
        typed=typed,
        SSH_CONNECTION=CONNECTION,
        SSH_ORIGINAL_COMMAND=command,
        **environ,
    )


def connect(
    home: Home,
    user_id: str,
    command: str = "",
    size: tuple[int, int] = SIZE,
    program: Sequence[str | Path] = KEYTUI,
) -> Terminal:
    """Do what ``ssh HOST`` would, or ``ssh -t HOST COMMAND``."""
    environ = {"SSH_CONNECTION": CONNECTION}
    if command:
        environ["SSH_ORIGINAL_COMMAND"] = command
    return home.start([*program, *forced(home.database, user_id)], size, **environ)
