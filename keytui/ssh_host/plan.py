"""The steps of setting a host up, and of taking that away again."""

import os
import pwd
import stat
from collections.abc import Iterator
from functools import partial

from keytui.domain.errors import Refused
from keytui.ssh_host import sshd, texts
from keytui.ssh_host.layout import Layout
from keytui.ssh_host.steps import Command, Step, content, write


def setting_up(layout: Layout, *, sudo: bool) -> tuple[Step, ...]:
    """Return all steps, done or not, in their order.

    Args:
        layout: names and places.
        sudo: for people with Unix accounts, who come through sudo, instead of SSH keys.
    """
    return (*_house(layout), *(_by_sudo(layout) if sudo else _by_key(layout)))


def taking_away(layout: Layout) -> tuple[Step, ...]:
    """Return the steps that take away both forms; account and home only without a database."""
    return tuple(_taking_away(layout))


def keeps_database(layout: Layout) -> bool:
    """Tell whether there is a database in the account's home, which a removal leaves."""
    return os.path.lexists(layout.database)


def account(layout: Layout) -> pwd.struct_passwd | None:
    """Return the account, if it is there."""
    try:
        return pwd.getpwnam(layout.account)
    except KeyError:
        return None


def _house(layout: Layout) -> Iterator[Step]:
    name, home = layout.account, layout.home
    yield Step(
        f"The account {name}: a shell for sshd's commands, no password that fits",
        (
            Command(
                (
                    *("useradd", "--system", "--user-group", "--no-create-home"),
                    *("--home-dir", home, "--shell", "/bin/sh", "--password", "*", name),
                )
            ),
        ),
        partial(_is_our_account, layout),
    )
    yield Step(
        f"Its home, closed to every other account: the database will be {layout.database}",
        (Command(("install", "-d", "-m", "0700", "-o", name, "-g", name, home)),),
        partial(is_closed, layout),
    )
    # As the account: root would follow a link that the account had laid there.
    script = 'umask 077 && mkdir -p "${1%/*}" && cat > "$1"'
    yield Step(
        "Its settings: where its database is",
        (
            Command(
                ("runuser", "-u", name, "--", "sh", "-c", script, "sh", layout.settings),
                texts.settings(layout),
            ),
        ),
        lambda: content(layout.settings) == texts.settings(layout),
    )


def _by_key(layout: Layout) -> Iterator[Step]:
    text = texts.drop_in(layout)
    yield Step(
        f"sshd: whoever comes as {layout.account} is told apart by their SSH key",
        (
            sshd.checked(layout),
            write(layout.drop_in, text, "0644"),
            sshd.checked(layout),
            sshd.effective(layout),
            Command(layout.reload),
        ),
        lambda: content(layout.drop_in) == text,
        layout.drop_in,
    )


def _by_sudo(layout: Layout) -> Iterator[Step]:
    text, rule = texts.sudo_drop_in(layout), texts.sudoers(layout)
    yield Step(
        f"The group {layout.group}: whom sshd leads to keytui",
        (Command(("groupadd", "--system", layout.group)),),
        lambda: _is_group(layout.group),
    )
    yield Step(
        f"sudo: they may start this one command as {layout.account}",
        (
            Command((layout.visudo, "-c", "-f", "-"), rule),
            write(layout.sudoers, rule, "0440"),
            Command((layout.visudo, "-c")),
        ),
        lambda: content(layout.sudoers) == rule,
        layout.sudoers,
    )
    yield Step(
        f"sshd: the accounts of {layout.group} come to keytui and nowhere else",
        (
            sshd.checked(layout),
            write(layout.sudo_drop_in, text, "0644"),
            sshd.checked(layout),
            Command(layout.reload),
        ),
        lambda: content(layout.sudo_drop_in) == text,
        layout.sudo_drop_in,
    )


def _taking_away(layout: Layout) -> Iterator[Step]:
    for path in (layout.drop_in, layout.sudo_drop_in):
        yield Step(
            f"sshd: without {path}",
            (Command(("rm", path)), sshd.checked(layout), Command(layout.reload)),
            partial(_is_away, path),
            path,
        )
    yield Step(
        f"sudo: without {layout.sudoers}",
        (Command(("rm", layout.sudoers)),),
        partial(_is_away, layout.sudoers),
    )
    yield Step(
        f"The group {layout.group}",
        (Command(("groupdel", layout.group)),),
        lambda: not _is_group(layout.group),
    )
    if not keeps_database(layout):
        folders = (os.path.dirname(layout.settings), f"{layout.home}/.config", layout.home)
        yield Step(
            f"{layout.home}: there is no database in it",
            (Command(("rm", "-f", layout.settings)), Command(("rmdir", *folders))),
            partial(_is_away, layout.home),
        )
        yield Step(
            f"The account {layout.account}",
            (Command(("userdel", layout.account)),),
            lambda: _ours(layout) is None,
        )


def _is_away(path: str) -> bool:
    return not os.path.lexists(path)


def _is_group(name: str) -> bool:
    import grp

    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _ours(layout: Layout) -> pwd.struct_passwd | None:
    found = account(layout)
    if found is not None and (found.pw_dir != layout.home or found.pw_uid == 0):
        raise Refused(
            f"There is an account {layout.account} already, with the home {found.pw_dir}: "
            "it is not keytui's, so rename or remove it first."
        )
    return found


def _is_our_account(layout: Layout) -> bool:
    found = _ours(layout)
    if found is not None and found.pw_shell != "/bin/sh":
        raise Refused(
            f"The account {layout.account} has the shell {found.pw_shell}, and sshd needs one to "
            f"run its commands: usermod --shell /bin/sh {layout.account}."
        )
    return found is not None


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
