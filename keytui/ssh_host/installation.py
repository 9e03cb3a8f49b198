"""Is the installed program one that everybody may run and root alone may change?

sshd calls its command only where file and folders are root's (sshd_config(5),
AuthorizedKeysCommand); of an interpreted program that has to hold for all of it.
"""

import os
import re
import stat
from collections.abc import Iterator
from typing import Final

from keytui.ssh_host.layout import Layout

_PLAIN: Final = re.compile(r"/[A-Za-z0-9/._-]+").fullmatch
"""Means the same to sshd, sudo, a shell and an ``authorized_keys`` line."""
_ADVICE: Final = (
    "install keytui as root, for example into /opt/keytui (see the README, On a server)"
)


def weakness(layout: Layout) -> str:
    """Return what is wrong with the program, as a sentence; ``""`` if nothing is."""
    if not _PLAIN(layout.program):
        return (
            f"The program {layout.program} has a name that sshd, sudo and shells read differently: "
            f"{_ADVICE}."
        )
    if not os.path.exists(layout.program):
        return f"There is no program {layout.program}: {_ADVICE}."
    return next(_weaknesses((layout.program, *layout.code)), "")


def _weaknesses(paths: tuple[str, ...]) -> Iterator[str]:
    seen = set[str]()
    for path in paths:
        for way in dict.fromkeys((os.path.abspath(path), os.path.realpath(path))):
            yield from _above(way, seen)
            if os.path.isdir(way):
                yield from _below(way, seen)


def _above(path: str, seen: set[str]) -> Iterator[str]:
    while path not in seen:
        seen.add(path)
        yield from _wrong(path)
        path = os.path.dirname(path)


def _below(folder: str, seen: set[str]) -> Iterator[str]:
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(top, name)
            if path not in seen:
                seen.add(path)
                yield from _wrong(path)
                if os.path.islink(path):
                    yield from _above(os.path.realpath(path), seen)


def _wrong(path: str) -> Iterator[str]:
    found = os.lstat(path)
    if found.st_uid != 0:
        yield f"{path} belongs to another account than root, which could change keytui: {_ADVICE}."
    elif stat.S_ISLNK(found.st_mode):
        return  # a link's own bits say nothing
    elif found.st_mode & 0o022:
        yield f"Other accounts than root may change {path}, and with it keytui: {_ADVICE}."
    elif not found.st_mode & 0o004 or (stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o001):
        yield f"Not every account may read {path}, so keytui cannot run: {_ADVICE}."
