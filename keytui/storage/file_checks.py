"""Is the file usable, and is it ours? Asked before anything is done to it.

Without Peewee and pathlib: verification asks too, and a program that checks one
key on the command line is done before either would be loaded.
"""

import os
import sqlite3
from contextlib import closing
from typing import Final

from keytui.domain.errors import DatabaseUnusable
from keytui.storage.faults import explain

APPLICATION_ID: Final = 0x6B657974
"""``keyt`` in ASCII, in the header of every file of ours (SQLite's ``application_id``)."""

MIN_SQLITE: Final = (3, 37, 0)
"""The first SQLite with STRICT tables."""


def sqlite_uri(path: str, options: str = "mode=rw") -> str:
    """Return the URI by which SQLite opens a file without creating it."""
    for character, escaped in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        path = path.replace(character, escaped)
    return f"file:{path}?{options}"


def identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another that took its place; ``None`` where there is none."""
    try:
        file = os.stat(path)
    except OSError:
        return None
    return file.st_dev, file.st_ino


def check_folder(path: str) -> None:
    """Go on only if the file's folder is there and can be written, as SQLite needs it.

    Raises:
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise DatabaseUnusable(
            f"The folder {folder} does not exist: create it, or name another file with --database."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseUnusable(
            f"The folder {folder} is read-only for this account: make it writable, "
            "or name another file with --database."
        )


def check_file(path: str, *, writable: bool) -> None:
    """Go on only if ``path`` is a file of ours that can be used.

    Args:
        path: the file, absolute.
        writable: whether reading it is not enough.

    Raises:
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        raise DatabaseUnusable(
            f"SQLite {sqlite3.sqlite_version} is too old: keytui needs 3.37 or newer."
        )
    if os.path.isdir(path):
        raise DatabaseUnusable(f"{path} is a folder: name a file with --database.")
    if not os.path.exists(path):
        raise DatabaseUnusable(f"There is no database {path}: name another with --database.")
    if not os.access(path, os.R_OK):
        raise DatabaseUnusable(
            f"This account may not read the database {path}: use the account that owns it."
        )
    if writable and not os.access(path, os.W_OK):
        raise DatabaseUnusable(
            f"The database {path} is read-only for this account: make it writable, "
            "or use the account that owns it."
        )
    if os.path.getsize(path) == 0:
        raise DatabaseUnusable(
            f"The database {path} is empty: restore it from a backup, "
            "or remove the file to start anew."
        )
    _check_companions(path)
    _check_ours(path)


def _check_companions(path: str) -> None:
    """SQLite would take a -wal or -journal for the newest pages, whoever laid it there."""
    owner = os.stat(path).st_uid
    for end in ("-wal", "-shm", "-journal"):
        try:
            found = os.lstat(f"{path}{end}").st_uid
        except OSError:
            continue
        if found != owner:
            raise DatabaseUnusable(
                f"{path}{end} belongs to another account than the database: "
                "find out who put it there, and move it away."
            )


def _check_ours(path: str) -> None:
    # Read through SQLite: closing a descriptor of our own on the file would drop
    # the locks that other connections of this process hold on it. Immutable:
    # otherwise SQLite would roll back what another program left half done, or
    # leave a -wal file beside it.
    uri = sqlite_uri(path, "mode=ro&immutable=1")
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            (found,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error as error:
        raise explain(error) from error
    if found != APPLICATION_ID:
        raise DatabaseUnusable(
            f"The database {path} belongs to another program: name another file with --database."
        )
