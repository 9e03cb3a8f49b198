"""What sshd is told about an SSH key: the one line that lets its owner into keytui, and no further.

``restrict`` (sshd(8)) takes away forwarding, agent, X11 and the rest, ``pty``
gives the terminal back, and ``command`` is all that runs, whatever the client
asks for. Importing this loads neither Peewee nor Argon2: sshd waits for it.
"""

import shlex
from collections.abc import Sequence

from keytui.domain import ssh_key, user_id
from keytui.storage import ssh_key_lookup
from keytui.storage.ssh_key_lookup import Found


def line_of(location: str, kind: str, body: str, program: Sequence[str]) -> str:
    """Return the line for the key that a client offers; empty for a key that lets nobody in.

    An unknown key, a removed one and one of an inactive person cost the same query.

    Args:
        location: the database, canonical.
        kind: the key's type, sshd's ``%t``.
        body: the key in base64, sshd's ``%k``.
        program: the words that start keytui.

    Raises:
        BadInput: the database's URL cannot be read.
        DatabaseUnusable: it cannot be read.
    """
    found = ssh_key_lookup.find(location, body if ssh_key.is_body(body) else "")
    return "".join(_line(key, program) for key in found if key.type == kind)


def all_lines(location: str, program: Sequence[str]) -> str:
    """Return the lines of all keys that let anybody in: for a host that cannot ask each time.

    Raises:
        BadInput: the database's URL cannot be read.
        DatabaseUnusable: it cannot be read.
    """
    return "".join(_line(key, program) for key in ssh_key_lookup.find(location, None))


def _line(key: Found, program: Sequence[str]) -> str:
    if not (
        key.type in ssh_key.TYPES
        and ssh_key.is_body(key.body)
        and ssh_key.is_fingerprint(key.fingerprint)
        and key.user_id
        and user_id.folded(key.user_id) == key.user_id
    ):
        return ""  # another program wrote it: in this line it could be anything
    command = shlex.join(
        [*program, "ssh", "session", "--user", key.user_id, "--key", key.fingerprint]
    )
    quoted = command.replace('"', '\\"')  # the one escape that sshd knows
    return f'restrict,pty,command="{quoted}" {key.type} {key.body}\n'
