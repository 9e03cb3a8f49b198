"""Copies of a whole database, made while others write.

A copy is one file without a -wal beside it. It is made by SQLite's backup
interface in one step: page by page, a writer would make it start over again and
again, and a plain copy of a live file lacks what is not checkpointed yet.
"""

import errno
import os
import sqlite3
from contextlib import closing, suppress
from typing import Final, TypeAlias

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import file_checks
from keytui.storage.audit_key import sync_folder
from keytui.storage.faults import explained

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite puts behind a database's name for the files that belong to it."""

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


Connection: TypeAlias = sqlite3.Connection

Ended: TypeAlias = list[tuple[int, str, str, str]]
"""Of each key its number, its owner's User ID, what it is known by, and its label."""


def ended_since(old: sqlite3.Connection | None, new: str) -> Ended | None:
    """Return the keys that are deactivated or replaced in a database and not in its backup.

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
            gone = {digest for (digest,) in old.execute(ended)} | _replaced(old) - _replaced(after)
            return [(*key,) for digest, *key in after.execute(alive) if digest in gone]
    except sqlite3.DatabaseError:
        return None


def _replaced(connection: sqlite3.Connection) -> set[bytes]:
    columns = connection.execute("SELECT name FROM pragma_table_info('api_key')").fetchall()
    if ("replaces_id",) not in columns:
        return set()  # of an older keytui
    found = connection.execute(
        "SELECT k.digest FROM api_key AS k JOIN api_key AS n ON n.replaces_id = k.id"
    )
    return {digest for (digest,) in found}


def let_in_again(old: sqlite3.Connection | None, new: str) -> Ended | None:
    """Return the SSH keys that let somebody in by a backup, and not by the database any more.

    Args:
        old: to the database; ``None`` where there is none.
        new: the backup.

    Returns:
        Of each its number, its owner's User ID, its fingerprint and its label;
        ``None`` when it cannot be known.
    """
    if old is None:
        return None
    try:
        with closing(connect(new, "ro")) as after:
            now = {(owner, body) for body, (_, owner, *_) in _ssh_keys(old)}
            return [key for body, key in _ssh_keys(after) if (key[1], body) not in now]
    except sqlite3.DatabaseError:
        return None


def _ssh_keys(connection: sqlite3.Connection) -> list[tuple[str, tuple[int, str, str, str]]]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ssh_key'").fetchone():
        return []  # of an older keytui
    found = connection.execute(
        """
        SELECT k.body, k.id, u.user_id, k.fingerprint, k.label
        FROM ssh_key AS k JOIN "user" AS u ON u.id = k.owner_id
        WHERE k.removed_at IS NULL AND u.status = 'active' ORDER BY k.id
        """
    )
    return [(body, (number, *rest)) for body, number, *rest in found]


def is_damaged(connection: sqlite3.Connection, pragma: str) -> bool:
    """Ask SQLite, by one of its two checks: ``quick_check`` or ``integrity_check``."""
    (found,) = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
    return bool(found != "ok")


def connect(path: str, mode: str = "rw") -> sqlite3.Connection:
    """Connect to a database file, which is not created; waits at most 1 s for a lock."""
    return sqlite3.connect(
        file_checks.sqlite_uri(path, f"mode={mode}"), uri=True, isolation_level=None, timeout=1
    )


def _must_be_whole(made: sqlite3.Connection, source: str) -> None:
    if is_damaged(made, "quick_check"):
        raise DatabaseUnusable(
            f"{source} is damaged, so its copy is too: nothing was changed; see keytui doctor."
        )
