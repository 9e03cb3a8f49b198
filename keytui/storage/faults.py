"""What a database fault means to a person: one function, one sentence each."""

import errno
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable, Refused
from keytui.storage import faults_postgresql

BUSY: Final = faults_postgresql.BUSY
_SENTENCES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: "The disk is full: nothing was changed; free some space, then try again.",
    sqlite3.SQLITE_READONLY: (
        "The database is read-only for this account: nothing was changed; "
        "make the file and its folder writable, then try again."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The database file cannot be opened: check that it and its folder exist "
        "and belong to this account."
    ),
    sqlite3.SQLITE_IOERR: "The disk reports an error: nothing was changed; check the disk.",
    sqlite3.SQLITE_NOTADB: "The file is not a database: name another with --database.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged: restore it from a backup.",
    sqlite3.SQLITE_PERM: "This account may not use the database file: check its permissions.",
}
_OTHER_TABLES: Final = (
    "A table of the database is missing or was changed: restore it from a backup."
)
_OF_THE_SYSTEM = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.ENOENT: sqlite3.SQLITE_CANTOPEN,
    errno.ENOTDIR: sqlite3.SQLITE_CANTOPEN,
    errno.EIO: sqlite3.SQLITE_IOERR,
}
"""What the operating system says, and SQLite's word for the same."""
_FALLBACK = "The database reported an error; nothing was changed."


def explain(error: BaseException) -> DatabaseUnusable:
    """Turn a database exception into the error that says what happened and what to do."""
    # A full disk hides behind "cannot rollback": the innermost cause is the true one.
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for link in reversed(chain):
        told = faults_postgresql.explain(link)
        if told is not None:
            return told
        code = getattr(link, "sqlite_errorcode", None)
        if isinstance(link, OSError):
            code = _OF_THE_SYSTEM.get(link.errno or 0)
        if code is not None:
            sentence = _SENTENCES.get(code & 0xFF, _FALLBACK)
            if re.match("no such (table|column)|table .* has no column", str(link)):
                sentence = _OTHER_TABLES  # SQLite has no code for it
            busy = code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            return DatabaseBusy(sentence) if busy else DatabaseUnusable(sentence)
    return DatabaseUnusable(_FALLBACK)


@contextmanager
def explained() -> Iterator[None]:
    """Let database faults out of the block only as :class:`DatabaseUnusable`.

    A broken rule of ours comes out as :class:`Refused`, with the rule's sentence.
    Any other broken constraint is a bug in a service: it passes unchanged.
    """
    try:
        yield
    except _broken_constraints() as error:
        from keytui.storage import rules

        sentence = rules.broken(str(error))
        if sentence is None:
            raise
        raise Refused(sentence) from error
    except _errors() as error:
        raise explain(error) from error


def _broken_constraints() -> tuple[type[Exception], ...]:
    # Whatever has no Peewee, as verification and the first look, cannot meet its errors.
    if "peewee" not in sys.modules:
        return ()
    from peewee import IntegrityError

    return (IntegrityError,)


def _errors() -> tuple[type[Exception], ...]:
    others: tuple[type[Exception], ...] = (sqlite3.DatabaseError, *faults_postgresql.errors())
    if "peewee" not in sys.modules:
        return others
    from peewee import DatabaseError, InterfaceError

    return DatabaseError, InterfaceError, *others
