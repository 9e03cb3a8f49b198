"""The SQLite file before it is used: is it ours, is it usable, is it up to date?

A new database is built beside its place and renamed into it, so that a file
that exists is always a whole one. An existing but empty file is refused: taken
for new, it would offer whoever comes first to be the administrator.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from peewee import SqliteDatabase

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import schema
from keytui.storage.faults import explain, explained

APPLICATION_ID: Final = 0x6B657974
"""``keyt`` in ASCII, in the header of every file of ours (SQLite's ``application_id``)."""

MIN_SQLITE: Final = (3, 37, 0)
"""The first SQLite with STRICT tables."""

Engine: TypeAlias = Callable[[Path], SqliteDatabase]


def prepare(path: Path, engine: Engine) -> None:
    """Leave a usable, current database at ``path``, or say why that cannot be.

    Args:
        path: the file; created 0600 where there is none.
        engine: makes the Peewee database for a path.

    Raises:
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        raise DatabaseUnusable(
            f"SQLite {sqlite3.sqlite_version} is too old: keytui needs 3.37 or newer."
        )
    try:
        _check_folder(path)
        if not path.exists():
            with _alone(path):
                if not path.exists():
                    _create(path, engine)
        # No lock and no file of ours beside it until it is known to be ours.
        _check_file(path)
        _check_ours(path)
        with explained(), closing(engine(path)) as database:
            if not schema.is_current(database, str(path)):
                with _alone(path):
                    schema.bring_up_to_date(database, str(path))
    except OSError as error:
        raise DatabaseUnusable(
            f"The database {path} cannot be used ({error.strerror}): "
            "check the path and its permissions."
        ) from error


def _check_folder(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseUnusable(
            f"The folder {folder} does not exist: create it, or name another file with --database."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseUnusable(
            f"The folder {folder} is read-only for this account: make it writable, "
            "or name another file with --database."
        )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise DatabaseUnusable(f"{path} is a folder: name a file with --database.")
    if not os.access(path, os.R_OK):
        raise DatabaseUnusable(
            f"This account may not read the database {path}: use the account that owns it."
        )
    if not os.access(path, os.W_OK):
        raise DatabaseUnusable(
            f"The database {path} is read-only for this account: make it writable, "
            "or use the account that owns it."
        )
    if path.stat().st_size == 0:
        raise DatabaseUnusable(
            f"The database {path} is empty: restore it from a backup, "
            "or remove the file to start anew."
        )


def _check_ours(path: Path) -> None:
    # Read through SQLite: closing a descriptor of our own on the file would
    # drop the locks that other connections of this process hold on it.
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            (found,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError as error:
        raise explain(error) from error
    if found != APPLICATION_ID:
        raise DatabaseUnusable(
            f"The database {path} belongs to another program: name another file with --database."
        )


def _create(path: Path, engine: Engine) -> None:
    unborn = path.with_name(f".{path.name}.new")
    unborn.unlink(missing_ok=True)
    os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with explained():
            database = engine(unborn)
            database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            schema.bring_up_to_date(database, str(path))
            database.execute_sql("PRAGMA journal_mode = wal")
            database.close()
        unborn.rename(path)
    finally:
        unborn.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the host-wide lock under which a database is created or migrated."""
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
