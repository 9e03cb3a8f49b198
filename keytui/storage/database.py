"""Opening the database, and the two ways to use it: to read, or to change.

SQLite is used in WAL mode, ``synchronous=FULL`` (an acknowledged deactivation
must survive a power cut; NORMAL lost 1,073 of 1,693 in a test with cut power),
writes ``BEGIN IMMEDIATE`` (a deferred read-then-write fails at once when
another process writes), and waits up to 5 s for another writer, at the gate.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from peewee import SqliteDatabase

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable
from keytui.domain.paths import absolute
from keytui.storage import audit_key, file_checks, sqlite_file
from keytui.storage.faults import explained
from keytui.storage.location import sqlite_path
from keytui.storage.models import database
from keytui.storage.write_gate import write_gate

BUSY_SECONDS: Final = 5

_opened: list[tuple[int, int] | None] = []
"""The identity of the file that is open."""

_CONNECTION_PRAGMAS = (
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("recursive_triggers", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("secure_delete", 1),
    ("journal_size_limit", 8 << 20),
)


def open_database(location: str, *, create: bool = True, audit_key_file: str = "") -> Path:
    """Open the database at ``location`` for this process.

    A new file is created 0600; the schema is brought up to date under a lock.
    The calling thread is connected; other threads connect on their first use.

    Args:
        location: a path or a ``sqlite:///`` URL.
        create: whether to create the database where there is none.
        audit_key_file: where the audit key is; beside the database by default.

    Returns:
        The file's path.

    Raises:
        BadInput: ``location`` is a URL of a kind that is not supported.
        DatabaseUnusable: the file is foreign, empty, damaged, read-only, newer
            than this program or in a folder that does not exist.
    """
    path = Path(sqlite_path(location))
    audit_key.use(audit_key_path(path, audit_key_file), str(path))
    sqlite_file.prepare(path, _sqlite, create=create)
    with explained():
        engine = _sqlite(path)
        _opened[:] = [file_checks.identity(str(path))]
        database.initialize(engine)
        database.connect(reuse_if_open=True)
    return path


def audit_key_path(path: Path | str, chosen: str = "") -> str:
    """Return where the audit key of the database ``path`` is, absolute."""
    return absolute(chosen) if chosen else f"{path}{audit_key.ENDING}"


def open_path() -> str:
    """Return the path of the open database."""
    return str(database.database)


def is_open_database(path: Path) -> bool:
    """Tell whether ``path`` is the file of the open database."""
    return path.exists() and path.samefile(database.database)


def close_database() -> None:
    """Close the calling thread's connection, if it has one."""
    if database.obj is None or database.is_closed():
        return
    with ExitStack() as stack:
        if database.connection().total_changes:  # the last one that closes writes a checkpoint
            with suppress(DatabaseUnusable):
                stack.enter_context(write_gate(database.database, BUSY_SECONDS))
        database.close()


@contextmanager
def transaction() -> Iterator[None]:
    """Make everything in the block happen, or nothing of it.

    No ``await`` may stand inside: another task on the same thread would write
    into this transaction and lose it with its rollback.

    Raises:
        DatabaseUnusable: the database failed; nothing was changed.
        Refused: a rule that stands in the database says no; nothing was changed.
    """
    _check_still_there()
    with write_gate(database.database, BUSY_SECONDS):
        _check_still_there()  # somebody may have replaced it while we waited
        with _connected(), database.atomic():
            yield


@contextmanager
def writing_alone() -> Iterator[None]:
    """Keep every other writer out for longer than one transaction; transactions inside go on.

    Raises:
        DatabaseBusy: another writer held it for too long.
    """
    with write_gate(database.database, BUSY_SECONDS):
        yield


@contextmanager
def reading() -> Iterator[None]:
    """Read in the block; each query sees one consistent state.

    Raises:
        DatabaseUnusable: the database failed.
    """
    _check_still_there()
    with _connected():
        yield


@contextmanager
def _connected() -> Iterator[None]:
    try:
        with explained():
            database.connect(reuse_if_open=True)
            yield
    except DatabaseBusy:
        raise
    except DatabaseUnusable:
        # What failed once may stay broken: the next use begins with a new connection.
        if not database.is_closed() and not database.in_transaction():
            database.close()
        raise


def _check_still_there() -> None:
    """Go on only if the file is the one that was opened: SQLite would not notice."""
    if [file_checks.identity(database.database)] != _opened:
        raise DatabaseUnusable(
            "The database file was removed or replaced: nothing was changed; "
            "quit, and start keytui again."
        )


def _sqlite(path: Path) -> SqliteDatabase:
    return SqliteDatabase(
        str(path),
        pragmas=_CONNECTION_PRAGMAS,
        timeout=BUSY_SECONDS,
        lock_type="IMMEDIATE",
        returning_clause=True,
    )
