"""Copies of a whole database: made while others write, judged before they are trusted.

A copy is one file without a -wal beside it. It is made by SQLite's backup
interface in one step: page by page, a writer would make it start over again and
again, and a plain copy of a live file lacks what is not checkpointed yet.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final, TypeAlias

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import file_checks, guards, schema
from keytui.storage.audit_key import sync_folder
from keytui.storage.faults import explain, explained

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite puts behind a database's name for the files that belong to it."""

State: TypeAlias = tuple[tuple[int, int, int], ...]

_READ_WITH_IT: Final = ("", "-wal", "-journal")
_ANOTHER: Final = "use another backup"
_NO_LINKS: Final = (errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def copy(source: str, target: str, *, in_use: bool = False) -> None:
    """Copy a database to a file that is not there yet: 0600 before its first byte, on the disk.

    Args:
        source: the database, or a backup.
        target: the new file.
        in_use: whether the copy is to be worked with (WAL mode), not to be kept.

    Raises:
        FileExistsError: there is a file already.
        OSError: the file cannot be written.
        DatabaseUnusable: the copy did not succeed; nothing is left of it.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with explained(), closing(connect(source, "ro")) as old, closing(connect(target)) as new:
            old.backup(new, pages=-1)
            new.execute(f"PRAGMA journal_mode = {'wal' if in_use else 'delete'}")
            _must_be_whole(new, source)
        handle = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(target)
    except BaseException:
        remove(target)
        raise


def publish(made: str, path: str) -> None:
    """Give a finished copy its name, at one instant, replacing nothing.

    Raises:
        FileExistsError: there is a file already.
        OSError: it cannot be named so; ``made`` is where it was.
    """
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links: an empty file of ours holds the name.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        os.replace(made, path)
    sync_folder(path)


def remove(path: str) -> None:
    """Remove a database and what SQLite laid beside it."""
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{end}")


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
            if _damaged(connection, "integrity_check"):
                raise DatabaseUnusable(f"The backup {path} is damaged: {_ANOTHER}.")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise DatabaseUnusable(
                    f"The backup {path} holds rows that refer to nothing: {_ANOTHER}."
                )
            if not schema.is_behind(connection, path) and guards.problems(connection):
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


Ended: TypeAlias = list[tuple[int, str, str, str]]
"""Of each key its number, its owner's User ID, its last four characters and its label."""


def ended_since(old: sqlite3.Connection | None, new: str) -> Ended | None:
    """Return the keys that are deactivated in a database and not in its backup.

    Args:
        old: to the database; ``None`` where there is none.
        new: the backup.

    Returns:
        ``None`` when it cannot be known.
    """
    ended = "SELECT digest FROM api_key WHERE deactivated_at IS NOT NULL"
    alive = """
        SELECT k.digest, k.id, u.user_id, k.last_four, k.label
        FROM api_key AS k JOIN "user" AS u ON u.id = k.owner_id
        WHERE k.deactivated_at IS NULL ORDER BY k.id
    """
    if old is None:
        return None
    try:
        with closing(connect(new, "ro")) as after:
            gone = {digest for (digest,) in old.execute(ended)}
            return [(*key,) for digest, *key in after.execute(alive) if digest in gone]
    except sqlite3.DatabaseError:
        return None


def connect(path: str, mode: str = "rw") -> sqlite3.Connection:
    """Connect to a database file, which is not created; waits at most 1 s for a lock."""
    return sqlite3.connect(
        file_checks.sqlite_uri(path, f"mode={mode}"), uri=True, isolation_level=None, timeout=1
    )


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


def _must_be_whole(made: sqlite3.Connection, source: str) -> None:
    if _damaged(made, "quick_check"):
        raise DatabaseUnusable(
            f"{source} is damaged, so its copy is too: nothing was changed; see keytui doctor."
        )


def _damaged(connection: sqlite3.Connection, pragma: str) -> bool:
    (found,) = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
    return bool(found != "ok")
