"""Opening the database, and the two ways to use it: to read, or to change.

Whatever the engine, one transaction writes at a time: what services check stays
true until they have acted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keytui.domain.errors import BadInput, DatabaseBusy, DatabaseUnusable
from keytui.storage import audit_key
from keytui.storage.engine import BUSY_SECONDS, Engine, engine_of
from keytui.storage.faults import explained
from keytui.storage.models import database

_open: list[Engine] = []
"""The engine of the open database."""


def open_database(location: str, *, create: bool = True, audit_key_file: str = "") -> Path:
    """Open the database at ``location`` for this process.

    A new file is created 0600; the schema is brought up to date under a lock.
    The calling thread is connected; other threads connect on their first use.

    Args:
        location: a path, or a ``sqlite:///`` or ``postgresql://`` URL.
        create: whether to create the database where there is none.
        audit_key_file: where the audit key is; beside a database file by default.

    Returns:
        The file whose owner is the host's own account: the database's, or the
        audit key's where the database is on a server.

    Raises:
        BadInput: ``location`` is a URL of a kind that is not supported, or no
            audit key is named for a server.
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    engine = engine_of(location, BUSY_SECONDS)
    key = engine.key_path(audit_key_file)
    audit_key.use(key, engine.file)
    engine.prepare(create=create)
    with explained():
        _open[:] = [engine]
        database.initialize(engine.peewee())
        database.connect(reuse_if_open=True)
    return engine.host_file(key)


def audit_key_path(location: str, chosen: str = "") -> str:
    """Return where the audit key of the database at ``location`` is, absolute.

    Raises:
        BadInput: the database is on a server, and none is named.
    """
    return engine_of(location, BUSY_SECONDS).key_path(chosen)


def open_location() -> str:
    """Return the canonical location of the open database."""
    return _open[0].location


def open_path() -> str:
    """Return the path of the open database, for copying its file.

    Raises:
        BadInput: it is on a PostgreSQL server.
    """
    if not _open[0].file:
        raise BadInput(
            "PostgreSQL has its own backups: use pg_dump, and keep the audit key elsewhere."
        )
    return _open[0].file


def is_open_database(path: Path) -> bool:
    """Tell whether ``path`` is the file of the open database."""
    file = _open[0].file
    return bool(file) and path.exists() and path.samefile(file)


def close_database() -> None:
    """Close the calling thread's connection, if it has one."""
    if database.obj is None or database.is_closed():
        return
    _open[0].close(BUSY_SECONDS)


@contextmanager
def transaction() -> Iterator[None]:
    """Make everything in the block happen, or nothing of it.

    No ``await`` may stand inside: another task on the same thread would write
    into this transaction and lose it with its rollback.

    Raises:
        DatabaseUnusable: the database failed; nothing was changed.
        Refused: a rule that stands in the database says no; nothing was changed.
    """
    engine = _open[0]
    engine.look()
    with engine.writing(BUSY_SECONDS):
        engine.look()  # somebody may have replaced it while we waited
        with _connected(), database.atomic():
            engine.begin()
            yield


@contextmanager
def writing_alone() -> Iterator[None]:
    """Keep every other writer out for longer than one transaction; transactions inside go on.

    Raises:
        DatabaseBusy: another writer held it for too long.
    """
    with _open[0].writing(BUSY_SECONDS):
        yield


@contextmanager
def reading() -> Iterator[None]:
    """Read in the block; each query sees one consistent state.

    Raises:
        DatabaseUnusable: the database failed.
    """
    _open[0].look()
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
