"""The SQLite file before it is used: is it ours, is it usable, is it up to date?

A new database is built beside its place and renamed into it, so that a file
that exists is always a whole one. An existing but empty file is refused: taken
for new, it would offer whoever comes first to be the administrator.
"""

import errno
import math
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

from peewee import SqliteDatabase

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import audit_key, file_checks, schema
from keytui.storage.faults import explain, explained
from keytui.storage.write_gate import write_gate

Engine: TypeAlias = Callable[[Path], SqliteDatabase]

CHAINED: Final = "0005_audit_chain"
"""The migration before which there is no audit key."""


def prepare(path: Path, engine: Engine, *, create: bool) -> None:
    """Leave a usable, current database at ``path``, or say why that cannot be.

    Args:
        path: the file, 0600 where it is created.
        engine: makes the Peewee database for a path.
        create: whether to create the file where there is none.

    Raises:
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    try:
        file_checks.check_folder(str(path))
        if create and not path.exists():
            with write_gate(str(path), math.inf):
                if not path.exists():
                    _create(path, engine)
        # No lock and no file of ours beside it until it is known to be ours.
        file_checks.check_file(str(path), writable=True)
        with explained(), closing(engine(path)) as database:
            connection = database.connection()
            if schema.is_behind(connection, str(path)):
                with write_gate(str(path), math.inf):
                    if schema.is_behind(connection, str(path)):
                        if CHAINED in schema.missing(connection, str(path)):
                            audit_key.in_use().create()
                        _bring_up_to_date(database, path)
            schema.check_guards(connection, str(path))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise explain(error) from error
        raise DatabaseUnusable(
            f"The database {path} cannot be used ({error.strerror}): "
            "check the path and its permissions."
        ) from error


def is_chained(path: str) -> bool:
    """Tell whether a database of ours has its audit events chained.

    Raises:
        DatabaseUnusable: it cannot be read, or is newer than this program.
    """
    uri = file_checks.sqlite_uri(path, "mode=ro")
    with explained(), closing(sqlite3.connect(uri, uri=True)) as connection:
        return CHAINED not in schema.missing(connection, path)


def _create(path: Path, engine: Engine) -> None:
    unborn = path.with_name(f".{path.name}.new")
    unborn.unlink(missing_ok=True)
    os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    new_key = audit_key.in_use().create()
    try:
        with explained():
            database = engine(unborn)
            database.execute_sql(f"PRAGMA application_id = {file_checks.APPLICATION_ID}")
            _bring_up_to_date(database, path)
            database.execute_sql("PRAGMA journal_mode = wal")
            database.close()
        unborn.rename(path)
    except BaseException:
        if new_key:
            os.unlink(audit_key.in_use().path)
        raise
    finally:
        unborn.unlink(missing_ok=True)


def _bring_up_to_date(database: SqliteDatabase, path: Path) -> None:
    schema.bring_up_to_date(database, str(path))
    schema.mark_guarded(database)
