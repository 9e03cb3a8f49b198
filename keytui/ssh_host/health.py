"""Is a host still set up as it was? Says nothing where it never was."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace

from keytui.domain.errors import Refused
from keytui.domain.findings import Finding, note, ok, problem
from keytui.ssh_host import installation, present, sshd, texts
from keytui.ssh_host.layout import Layout
from keytui.ssh_host.steps import content

_AGAIN = "run keytui ssh setup --apply"
_CALLED = re.compile(r"(?:AuthorizedKeysCommand|ForceCommand sudo -n -u \S+) (\S+) ssh ")


def findings(layout: Layout) -> Iterator[Finding]:
    """Compare the host with what :mod:`.plan` makes of one.

    Raises:
        Refused: a file cannot be read, or the account is another program's.
    """
    found = {
        path: text
        for path in (layout.drop_in, layout.sudo_drop_in)
        if (text := content(path)) is not None
    }
    if not found:
        return
    before = list(_account(layout))
    for path, text in found.items():
        before += _drop_in(layout, path, text)
    if os.geteuid() == 0:
        before += _as_root(layout, found)
    yield from before
    if not before:
        yield ok(f"People reach keytui by SSH as {layout.account}, and its home is closed.")
    if os.geteuid() != 0:
        yield note("Whether sshd takes its configuration can only root ask: keytui doctor as root.")


def _account(layout: Layout) -> Iterator[Finding]:
    owner = present.account(layout)
    if owner is None:
        yield problem(f"The account {layout.account} is gone: {_AGAIN}.")
        return
    if not present.is_closed(layout):
        yield problem(f"{layout.home} is not closed to other accounts: {_AGAIN}.")
    if os.access(layout.home, os.X_OK) and not present.names_database(layout):
        yield problem(f"{layout.settings} is gone, which names the database: {_AGAIN}.")
    try:
        database = os.stat(layout.database)
    except OSError:  # none yet, or not for us to see
        return
    if database.st_uid != owner.pw_uid:
        yield problem(
            f"{layout.database} does not belong to {layout.account}: "
            f"chown -R {layout.account}: {layout.home}."
        )


def _drop_in(layout: Layout, path: str, text: str) -> Iterator[Finding]:
    called = _CALLED.search(text)
    named = replace(layout, program=called[1]) if called else layout
    wanted = texts.drop_in(named) if path == layout.drop_in else texts.sudo_drop_in(named)
    if text != wanted:
        yield problem(f"{path} was changed: compare it with keytui ssh setup, then {_AGAIN}.")
    found = os.stat(path)
    if found.st_uid != 0 or found.st_mode & 0o022:
        yield problem(f"Other accounts than root may change {path}: chown root and chmod 644 it.")
    if named.program != layout.program:
        yield note(f"sshd calls {named.program}, and this is {layout.program}.")
    elif weakness := installation.weakness(layout):
        yield problem(weakness)


def _as_root(layout: Layout, found: dict[str, str]) -> Iterator[Finding]:
    if layout.sudo_drop_in in found:
        called = _CALLED.search(found[layout.sudo_drop_in])
        wanted = texts.sudoers(replace(layout, program=called[1]) if called else layout)
        if content(layout.sudoers) != wanted:
            yield problem(f"{layout.sudoers} was changed: {_AGAIN} --sudo.")
    try:
        sshd.checked(layout).run()
        if layout.drop_in in found:
            called = _CALLED.search(found[layout.drop_in])
            sshd.effective(replace(layout, program=called[1]) if called else layout).run()
    except Refused as error:
        yield problem(str(error))
