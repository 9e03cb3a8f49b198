"""The steps of setting a host up, and of taking that away again."""

import os
from collections.abc import Iterator
from functools import partial

from keytui.ssh_host import present, sshd, texts
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
        partial(present.is_our_account, layout),
    )
    yield Step(
        f"Its home, closed to every other account: the database will be {layout.database}",
        (Command(("install", "-d", "-m", "0700", "-o", name, "-g", name, home)),),
        partial(present.is_closed, layout),
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
        partial(present.names_database, layout),
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
        lambda: present.is_group(layout.group),
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
            partial(present.is_away, path),
            path,
        )
    yield Step(
        f"sudo: without {layout.sudoers}",
        (Command(("rm", layout.sudoers)),),
        partial(present.is_away, layout.sudoers),
    )
    yield Step(
        f"The group {layout.group}",
        (Command(("groupdel", layout.group)),),
        lambda: not present.is_group(layout.group),
    )
    if not present.keeps_database(layout):
        inside = os.path.dirname(layout.settings)
        script = 'rm -f "$1/config.toml" && rmdir "$1" "${1%/*}"'
        yield Step(
            f"{layout.home}: there is no database in it",
            (
                Command(("runuser", "-u", layout.account, "--", "sh", "-c", script, "sh", inside)),
                Command(("rmdir", layout.home)),
            ),
            partial(present.is_away, layout.home),
        )
        yield Step(
            f"The account {layout.account}",
            (Command(("userdel", layout.account)),),
            lambda: present.ours(layout) is None,
        )
