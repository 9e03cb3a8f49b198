"""What can be wrong with a database and its files: one small function a question.

Each takes where things are and answers with findings, or fails by itself: a
database that cannot be opened must not keep the other questions from being asked.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeAlias

from keytui.domain import clock
from keytui.domain.findings import Finding, note, ok, problem
from keytui.domain.text import counted
from keytui.storage import audit_key, audit_trail, file_checks, guards_sqlite, schema, sqlite_file
from keytui.storage.faults import explained

_RESET_FIXED: Final = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""The first SQLite without the WAL-reset bug, and the older lines it was mended in
(sqlite.org/wal.html#walresetbug)."""

_NO_SHARED_MEMORY: Final = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "fuse",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
)
"""File systems on which several machines, or a program in between, see one file
(sqlite.org/wal.html: all processes using a WAL database must be on one host)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are: the database and its audit key, absolute."""

    database: str
    key: str


def permissions(place: Place) -> Iterator[Finding]:
    """Are folder, database, -wal and audit key of one account, and closed to others?"""
    if os.path.exists(place.database):
        file_checks.check_file(place.database, writable=False)  # no advice about other files
    folder = os.path.dirname(place.database)
    mode = os.stat(folder).st_mode
    if mode & 0o022:
        # Also with the sticky bit: a -wal that is not there yet can be laid there.
        yield problem(
            f"Other accounts may put files into {folder}: keep the database in a folder of its own."
        )
    owner = os.stat(place.database).st_uid
    if owner != os.geteuid():
        yield note(f"{place.database} belongs to another account than this one.")
    wrong = False
    for path in (
        place.database,
        *(f"{place.database}{end}" for end in ("-wal", "-shm")),
        place.key,
    ):
        try:
            found = os.stat(path, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if found.st_mode & 0o077:
            wrong = True
            yield problem(f"Other accounts may open {path}: chmod 600 it.")
        if found.st_uid != owner:
            wrong = True
            yield problem(f"{path} belongs to another account than the database: chown it.")
    if not wrong:
        yield ok(f"{place.database} and what belongs to it are open to its account alone.")


def sqlite_version(_place: Place) -> Iterator[Finding]:
    """Is this SQLite free of the bug by which two connections can lose a commit?"""
    version = sqlite3.sqlite_version_info
    if any(
        version >= fixed and (fixed == _RESET_FIXED[0] or version[:2] == fixed[:2])
        for fixed in _RESET_FIXED
    ):
        yield ok(f"SQLite {sqlite3.sqlite_version}.")
    else:
        yield note(
            f"SQLite {sqlite3.sqlite_version} has the WAL-reset bug: when two processes commit and "
            "checkpoint at one instant a commit can be lost, rarely; 3.51.3, 3.50.7 or 3.44.6 mends it."
        )


def file_system(place: Place) -> Iterator[Finding]:
    """Is the file system one on which SQLite's WAL works?"""
    kind = kind_of(os.path.dirname(place.database), _mounts())
    if kind.startswith(_NO_SHARED_MEMORY):
        yield problem(
            f"The database is on {kind}, where SQLite's WAL loses data, because it needs memory "
            "shared on one host: move it to a local disk."
        )
    elif kind:
        yield ok(f"The database is on {kind}.")
    else:
        yield note("Of which kind the file system is cannot be told here.")


def kind_of(folder: str, mounts: str) -> str:
    """Return the kind of file system that ``folder`` is on, or ``""``.

    Args:
        folder: absolute.
        mounts: lines as in ``/proc/mounts``.
    """
    best = kind = ""
    real = os.path.realpath(folder)
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:  # noqa: PLR2004 - device, point, kind: not a line of a mount
            continue
        found = parts[2]
        # proc(5): space, tab and the like stand there as octal.
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), parts[1])
        if len(point) >= len(best) and os.path.commonpath((point, real)) == point:
            best, kind = point, found
    return kind


def usable(place: Place) -> Iterator[Finding]:
    """Can it be opened, and is it ours?"""
    file_checks.check_folder(place.database)
    file_checks.check_file(place.database, writable=True)
    yield ok("The database can be opened, and is keytui's.")


def current(place: Place) -> Iterator[Finding]:
    """Has it the tables of this keytui?"""
    with explained(), _reading(place) as connection:
        schema.check_current(connection, place.database)
    yield ok("Its tables are those of this keytui.")


def rules(place: Place) -> Iterator[Finding]:
    """Do the rules still stand in it?"""
    with explained(), _reading(place) as connection:
        found = guards_sqlite.problems(connection)
    yield from rules_found(found)


def rules_found(found: list[str]) -> Iterator[Finding]:
    """Word what differs from the rules of this program."""
    for what in found:
        yield problem(
            f"Somebody changed the rules that stand in the database: {what}. "
            "Find out who, and restore it from a backup."
        )
    if not found:
        yield ok("Its rules are in place.")


def whole(place: Place) -> Iterator[Finding]:
    """Are its pages in order?"""
    with explained(), _reading(place) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found == "ok":
        yield ok("Its pages are in order (quick_check).")
    else:
        yield problem("It is damaged: restore it from a backup with keytui restore FILE.")


def chain(place: Place) -> Iterator[Finding]:
    """Is the audit chain unbroken?"""
    if not sqlite_file.is_chained(place.database):
        yield note("Its audit events are not chained yet: run keytui on it once.")
        return
    yield from chain_checked(place, place.database)


def chain_checked(place: Place, owner: str) -> Iterator[Finding]:
    """Walk along the chain; ``owner`` is the file whose account the key may belong to, or ``""``."""
    found = audit_trail.check(place.database, audit_key.KeyFile(place.key, owner))
    if found.broken is not None:
        yield problem(
            f"The audit trail was changed: {found.broken.what} Keep the database as evidence, and "
            "compare it with your backups."
        )
    else:
        yield ok(f"The audit chain is whole: {counted(found.head.number, 'event')}.")
    if found.unproved:
        yield note(f"The first {found.unproved:,} events were made with a key that is gone.")


def clock_is_right(place: Place) -> Iterator[Finding]:
    """Was the clock ever ahead of what it says now?"""
    with explained(), _reading(place) as connection:
        (newest,) = connection.execute("SELECT max(at) FROM audit_event").fetchone()
    yield from newest_event(newest)


def newest_event(newest: int | None) -> Iterator[Finding]:
    """Tell whether the newest event is of a time to come."""
    if newest is not None and newest > clock.now() + clock.MINUTE:
        yield problem(
            f"An audit event is of {clock.exact(newest)}, in the future: set this machine's clock right."
        )
    else:
        yield ok("No audit event lies in the future.")


Check: TypeAlias = Callable[[Place], Iterator[Finding]]

CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("permissions", permissions),
    ("SQLite", sqlite_version),
    ("file system", file_system),
    ("database", usable),
    ("schema", current),
    ("rules", rules),
    ("pages", whole),
    ("audit chain", chain),
    ("clock", clock_is_right),
)
"""All questions, by the name they are shown under, in their order."""


def _reading(place: Place) -> closing[sqlite3.Connection]:
    uri = file_checks.sqlite_uri(place.database)  # not read-only: see storage.copies
    return closing(sqlite3.connect(uri, uri=True, timeout=5))


def _mounts() -> str:
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # no Linux
        return ""
