"""A backup, looked at before it is trusted.

What is wrong with it is said of the backup: the sentences about the database
would advise to restore it from one.
"""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final, TypeAlias

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import file_checks, guards_sqlite, schema
from keytui.storage.copies import connect, is_damaged
from keytui.storage.faults import explain

State: TypeAlias = tuple[tuple[int, int, int], ...]

_READ_WITH_IT: Final = ("", "-wal", "-journal")
_ANOTHER: Final = "use another backup"


def judge(path: str) -> None:
    """Go on only if the backup ``path`` is a whole database of ours, of this keytui or an older one.

    Raises:
        DatabaseUnusable: one sentence on what is wrong with it.
    """
    _check_file(path)
    with _of_backup(path):
        # Immutable: no file is laid beside it until it is known to be ours.
        with closing(connect(path, "ro&immutable=1")) as connection:
            (found,) = connection.execute("PRAGMA application_id").fetchone()
        if found != file_checks.APPLICATION_ID:
            raise DatabaseUnusable(f"The backup {path} belongs to another program: {_ANOTHER}.")
        with closing(connect(path, "ro")) as connection:
            if is_damaged(connection, "integrity_check"):
                raise DatabaseUnusable(f"The backup {path} is damaged: {_ANOTHER}.")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise DatabaseUnusable(
                    f"The backup {path} holds rows that refer to nothing: {_ANOTHER}."
                )
            if not schema.missing(connection, path) and guards_sqlite.problems(connection):
                raise DatabaseUnusable(f"The rules of the backup {path} were changed: {_ANOTHER}.")


def state(path: str) -> State:
    """Return what changes whenever a backup does, without reading it (``ctime``; nobody sets that)."""
    found = [os.stat(f"{path}{end}") for end in _READ_WITH_IT if os.path.exists(f"{path}{end}")]
    return tuple((file.st_dev, file.st_ino, file.st_ctime_ns) for file in found if file.st_size)


def fingerprints(path: str) -> list[bytes]:
    """Return the fingerprints of a backup's audit keys, the one in use last.

    Raises:
        DatabaseUnusable: it cannot be read.
    """
    with _of_backup(path), closing(connect(path, "ro")) as connection:
        found = connection.execute("SELECT fingerprint FROM audit_key ORDER BY id").fetchall()
        return [fingerprint for (fingerprint,) in found]


def _check_file(path: str) -> None:
    try:
        found = os.stat(path)
    except FileNotFoundError as error:
        raise DatabaseUnusable(
            f"There is no backup {path}: name a file that keytui backup made."
        ) from error
    except OSError as error:
        raise DatabaseUnusable(
            f"The backup {path} cannot be read ({error.strerror}): "
            "copy it to a place that this account may read."
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise DatabaseUnusable(f"{path} is a folder: name a file that keytui backup made.")
    if not stat.S_ISREG(found.st_mode):
        raise DatabaseUnusable(
            f"{path} is not an ordinary file: name a file that keytui backup made."
        )
    if not os.access(path, os.R_OK):
        raise DatabaseUnusable(
            f"The backup {path} cannot be read: copy it to a place that this account may read."
        )
    if found.st_size == 0:
        raise DatabaseUnusable(f"The backup {path} is empty: {_ANOTHER}.")


@contextmanager
def _of_backup(path: str) -> Iterator[None]:
    """Word what SQLite says of a backup: advice about the database would mislead."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            sentence = f"The backup {path} is no database: {_ANOTHER}."
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            sentence = f"The backup {path} is damaged: {_ANOTHER}."
        elif code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            sentence = (
                f"The backup {path} cannot be opened where it is: "
                "copy it to a folder that this account may write."
            )
        else:
            raise explain(error) from error
        raise DatabaseUnusable(sentence) from error
