"""The SQLite file before it is used: is it ours, is it usable, is it up to date?

A new database is built beside its place and renamed into it, so that a file
that exists is always a whole one. An existing but empty file is refused: taken
for new, it would offer whoever comes first to be the administrator.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import audit_key, file_checks, schema
from keytui.storage.faults import explain, explained
from keytui.storage.write_gate import write_gate

if TYPE_CHECKING:
    from peewee import SqliteDatabase

Engine: TypeAlias = "Callable[[Path], SqliteDatabase]"

PRAGMAS: Final = (
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("secure_delete", 1),
    ("journal_size_limit", 8 << 20),
)
"""Of every connection."""

_PATIENCE_SECONDS: Final = 300
"""How long another process that creates or upgrades the database is waited for."""
CHAINED: Final = "0005_audit_chain"
"""The migration before which there is no audit key."""


def prepare(path: Path, engine: Engine, wait_seconds: float, *, create: bool) -> None:
    """Leave a usable, current database at ``path``, or say why that cannot be.

    Peewee is loaded only where there is something to create or to upgrade.

    Args:
        path: the file, 0600 where it is created.
        engine: makes the Peewee database for a path.
        wait_seconds: how long another writer is waited for.
        create: whether to create the file where there is none.

    Raises:
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    try:
        file_checks.check_folder(str(path))
        if create and not path.exists():
            with write_gate(str(path), _PATIENCE_SECONDS):
                if not path.exists():
                    with _key_unless_failed(new_key=audit_key.in_use().create()):
                        create_file(path, engine, partial(schema.bring_up_to_date, name=str(path)))
        # No lock and no file of ours beside it until it is known to be ours.
        file_checks.check_file(str(path), writable=True)
        with explained(), closing(_connected(path, wait_seconds)) as connection:
            if schema.missing(connection, str(path)):
                with write_gate(str(path), _PATIENCE_SECONDS):
                    missing = schema.missing(connection, str(path))
                    if missing:
                        with closing(engine(path)) as database:
                            _upgrade(database, path, missing)
            schema.check_guards(connection, str(path))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise explain(error) from error
        raise DatabaseUnusable(
            f"The database {path} cannot be used ({error.strerror}): "
            "check the path and its permissions."
        ) from error


def _connected(path: Path, wait_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
    for name, value in PRAGMAS:
        connection.execute(f"PRAGMA {name} = {value}")
    return connection


def is_chained(path: str) -> bool:
    """Tell whether a database of ours has its audit events chained.

    Raises:
        DatabaseUnusable: it cannot be read, or is newer than this program.
    """
    uri = file_checks.sqlite_uri(path, "mode=ro")
    with explained(), closing(sqlite3.connect(uri, uri=True)) as connection:
        return CHAINED not in schema.missing(connection, path)


def _upgrade(database: "SqliteDatabase", path: Path, missing: set[str]) -> None:
    """Bring an older database up to date; it gets an audit key where it has no chain yet."""
    new_key = CHAINED in missing
    key = audit_key.in_use()
    if new_key and not key.create():
        # Whoever can write the file could take the chain away, and have it made
        # anew over whatever they wrote.
        raise DatabaseUnusable(
            f"The database {path} has no audit chain, but there is its audit key {key.path}: "
            "compare it with a backup, and move the key away if an old database shall get a new chain."
        )
    with _key_unless_failed(new_key=new_key):
        schema.bring_up_to_date(database, str(path))


def create_file(path: Path, engine: Engine, fill: "Callable[[SqliteDatabase], None]") -> None:
    """Create a file of ours, 0600: it has its name when ``fill`` has made its tables.

    Nobody else may create it meanwhile.

    Raises:
        OSError: it cannot be created.
        DatabaseUnusable: likewise, as SQLite says it.
    """
    unborn = path.with_name(f".{path.name}.new")
    unborn.unlink(missing_ok=True)
    os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with explained():
            database = engine(unborn)
            database.execute_sql(f"PRAGMA application_id = {file_checks.APPLICATION_ID}")
            fill(database)
            database.execute_sql("PRAGMA journal_mode = wal")
            database.close()
        unborn.rename(path)
    finally:
        unborn.unlink(missing_ok=True)


@contextmanager
def _key_unless_failed(*, new_key: bool) -> Iterator[None]:
    """Take a new audit key away again if the block fails."""
    try:
        yield
    except BaseException:
        if new_key:
            os.unlink(audit_key.in_use().path)
        raise
