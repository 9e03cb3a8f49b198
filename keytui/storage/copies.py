"""Copies of a whole database: made while others write, judged before they are trusted, put in place.

A copy is one file without a -wal beside it. It is made by SQLite's backup
interface in one step: page by page, a writer would make it start over again and
again, and a plain copy of a live file lacks what is not checkpointed yet.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from keytui.domain.errors import Conflict, DatabaseUnusable
from keytui.storage import file_checks, schema
from keytui.storage.audit_key import sync_folder
from keytui.storage.faults import explained

_BESIDE = ("-wal", "-shm", "-journal")


def copy(source: str, target: str) -> None:
    """Copy a database to a file that is not there yet: 0600 before its first byte, on the disk.

    Raises:
        FileExistsError: there is a file already.
        OSError: the file cannot be written.
        DatabaseUnusable: the copy did not succeed; nothing is left of it.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with explained(), closing(_connect(source, "ro")) as old, closing(_connect(target)) as new:
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode = delete")
            _must_be_ok(new, "quick_check", target)
        handle = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(target)
    except BaseException:
        os.unlink(target)
        raise


def judge(path: str) -> None:
    """Go on only if ``path`` is a whole database of ours, of this keytui or an older one.

    Raises:
        DatabaseUnusable: one sentence on what is wrong with it.
    """
    file_checks.check_file(path, writable=False)
    with explained(), closing(_connect(path, "ro")) as connection:
        _must_be_ok(connection, "integrity_check", path)
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise DatabaseUnusable(f"{path} holds rows that refer to nothing: use another backup.")
        schema.missing(connection, path)


def ended_since(old: str, new: str) -> list[tuple[int, str, str, str]]:
    """Return the keys that are deactivated in ``old`` and not in ``new``.

    Returns:
        Of each its number, its owner's User ID, its last four characters and its label.

    Raises:
        DatabaseUnusable: one of them cannot be read.
    """
    ended = "SELECT digest FROM api_key WHERE deactivated_at IS NOT NULL"
    alive = """
        SELECT k.digest, k.id, u.user_id, k.last_four, k.label
        FROM api_key AS k JOIN "user" AS u ON u.id = k.owner_id
        WHERE k.deactivated_at IS NULL ORDER BY k.id
    """
    # Not read-only: whoever closes a database last must be able to remove its -wal.
    with explained(), closing(_connect(old)) as before, closing(_connect(new, "ro")) as after:
        gone = {digest for (digest,) in before.execute(ended)}
        return [(*key,) for digest, *key in after.execute(alive) if digest in gone]


@contextmanager
def nobody_else(path: str) -> Iterator[None]:
    """Go on only if no other process has the database open.

    In WAL mode every open connection holds a shared lock, so that asking for the
    exclusive one tells. A file that SQLite cannot read has no locks to ask for.

    Raises:
        Conflict: somebody has it open.
    """
    if os.path.exists(path):
        try:
            with closing(_connect(path)) as connection:
                connection.execute("PRAGMA locking_mode = exclusive")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Conflict(
                    "Another process has the database open: stop the app, keytui serve and "
                    "every service that verifies keys, then restore again."
                ) from error
        except sqlite3.DatabaseError:
            pass  # damaged: that is why somebody restores
    yield


def put_in_place(new: str, path: str, kept: str) -> None:
    """Replace the database by ``new`` at one instant; keep the old one, whole, as ``kept``.

    Raises:
        OSError: it could not be done; the old one is where it was.
    """
    if os.path.exists(path):
        try:
            os.link(path, kept)
        except OSError:  # a file system without hard links
            os.rename(path, kept)
    for end in _BESIDE:
        with suppress(FileNotFoundError):
            if os.path.exists(kept) and os.path.getsize(f"{path}{end}") and end != "-shm":
                os.rename(f"{path}{end}", f"{kept}{end}")  # not checkpointed: it is the old one's
            else:
                os.unlink(f"{path}{end}")
    os.replace(new, path)
    sync_folder(path)


def remove(path: str) -> None:
    """Remove a database and all that SQLite and keytui laid beside it."""
    folder, name = os.path.split(path)
    for file in (*(f"{path}{end}" for end in ("", *_BESIDE)), f"{folder}/.{name}.lock"):
        Path(file).unlink(missing_ok=True)


def _must_be_ok(connection: sqlite3.Connection, pragma: str, path: str) -> None:
    (found,) = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
    if found != "ok":
        raise DatabaseUnusable(f"{path} is damaged: use another backup, and see keytui doctor.")


def _connect(path: str, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(
        file_checks.sqlite_uri(path, f"mode={mode}"), uri=True, isolation_level=None, timeout=1
    )
