"""What of a set-up is there already, and whether it is ours."""

import grp
import os
import pwd
import stat
import tomllib

from keytui.domain.errors import Refused
from keytui.ssh_host import texts
from keytui.ssh_host.layout import Layout
from keytui.ssh_host.steps import content


def keeps_database(layout: Layout) -> bool:
    """Tell whether there is a database in the account's home, which a removal leaves."""
    return os.path.lexists(layout.database)


def account(layout: Layout) -> pwd.struct_passwd | None:
    """Return the account, if it is there."""
    try:
        return pwd.getpwnam(layout.account)
    except KeyError:
        return None


def is_away(path: str) -> bool:
    """Tell whether there is nothing of this name."""
    return not os.path.lexists(path)


def is_group(name: str) -> bool:
    """Tell whether there is such a group."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def ours(layout: Layout) -> pwd.struct_passwd | None:
    """Return the account, if it is there.

    Raises:
        Refused: it is another program's.
    """
    found = account(layout)
    if found is not None and (found.pw_dir != layout.home or found.pw_uid == 0):
        raise Refused(
            f"There is an account {layout.account} already, with the home {found.pw_dir}: "
            "it is not keytui's, so rename or remove it first."
        )
    return found


def is_our_account(layout: Layout) -> bool:
    """Tell whether the account is there as it has to be.

    Raises:
        Refused: it is another program's, or its shell keeps sshd's commands from running.
    """
    found = ours(layout)
    if found is not None and found.pw_shell != "/bin/sh":
        raise Refused(
            f"The account {layout.account} has the shell {found.pw_shell}, and sshd needs one to "
            f"run its commands: usermod --shell /bin/sh {layout.account}."
        )
    return found is not None


def names_database(layout: Layout) -> bool:
    """Tell whether the account's settings name a database, ours or another.

    Raises:
        Refused: there are settings, but not of a database: people's own lines stay.
    """
    text = content(layout.settings)
    if text is None:
        return False
    try:
        named = tomllib.loads(text).get("database")
    except ValueError:
        named = None
    if not named:
        raise Refused(
            f"{layout.settings} names no database: add the line {texts.settings(layout).strip()}."
        )
    return True


def is_closed(layout: Layout) -> bool:
    """Tell whether the home is the account's, and no other account may look into it.

    Raises:
        Refused: something else is in its place.
    """
    owner = account(layout)
    try:
        found = os.lstat(layout.home)
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        raise Refused(f"{layout.home} is no folder: move it away first.")
    mine = owner is not None and found.st_uid == owner.pw_uid
    return mine and not found.st_mode & 0o077
