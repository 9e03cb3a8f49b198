"""Replacing a database by another file: with nobody in it, and the old one kept.

While a database is replaced two things are held: the write gate, by the caller,
which stops whoever writes through keytui, and SQLite's exclusive lock, which
stops everybody else. What was waiting finds another file afterwards.
"""

import os
import re
import secrets
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final

from keytui.domain.errors import Conflict
from keytui.storage.audit_key import sync_folder
from keytui.storage.copies import BESIDE, connect

_COMPANION: Final = re.compile(
    r".*-(wal|shm|journal)|\..*\.(lock|new)|\..*\.(restoring|backing-up).*|.*\.audit-key(\..*)?",
    re.DOTALL,
)


def is_companion(path: str) -> bool:
    """Tell whether a file has a name that SQLite or keytui gives to what belongs to a database."""
    names = (os.path.basename(path), os.path.basename(os.path.realpath(path)))
    return any(_COMPANION.fullmatch(name) for name in names)


def beside(path: str, doing: str) -> str:
    """Return a name beside ``path`` that nobody else uses, for a file that is not finished yet.

    Args:
        path: what it is to become.
        doing: ``restoring`` or ``backing-up``.
    """
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.{doing}-{os.getpid()}-{secrets.token_hex(4)}")


@contextmanager
def nobody_else(path: str) -> Iterator[sqlite3.Connection | None]:
    """Keep every other process out of the database during the block.

    In WAL mode every open connection holds a shared lock, so that asking for the
    exclusive one tells. A file that SQLite cannot read has no locks to ask for.

    Returns:
        The connection that holds the lock; ``None`` where there is nothing to hold.

    Raises:
        Conflict: somebody has it open.
    """
    if not os.path.exists(path):
        yield None
        return
    with closing(connect(path)) as connection:
        held = _hold(connection)
        if held:
            yield connection
    if not held:
        yield None


def put_in_place(new: str, path: str, kept: str, held: sqlite3.Connection | None) -> None:
    """Replace the database by ``new``; keep the old one, whole, as ``kept``.

    ``path`` is the old file until the instant at which it is the new one. After a
    crash before that instant the old one is still there, with a second name
    ``kept``. Two exceptions: on a file system without hard links there is an
    instant in which it is there as ``kept`` alone; and of a database that SQLite
    could not open, a -wal may be beside ``kept`` already.

    Args:
        new: a whole database, on the disk.
        path: the database to be replaced; there need not be one.
        kept: a name that is free.
        held: what :func:`nobody_else` returned.

    Raises:
        OSError: it could not be done; the old one is where it was, or is ``kept``.
    """
    if held is not None:
        _fold(held)
    if os.path.exists(path):
        try:
            os.link(path, kept)
        except OSError:  # a file system without hard links
            os.rename(path, kept)
    for end in BESIDE:
        with suppress(FileNotFoundError):
            if os.path.exists(kept) and os.path.getsize(f"{path}{end}") and end != "-shm":
                os.rename(f"{path}{end}", f"{kept}{end}")  # not checkpointed: it is the old one's
            else:
                os.unlink(f"{path}{end}")
    sync_folder(path)
    os.replace(new, path)
    with suppress(OSError):  # it is done, and the disk that fails now will say so to the next one
        sync_folder(path)


def sweep(path: str) -> None:
    """Remove what killed restores of this database left. Hold its write gate."""
    folder, name = os.path.split(path)
    left = re.compile(rf"\.{re.escape(name)}\.restoring(-\d+-[0-9a-f]+)?({'|'.join(BESIDE)})?")
    for file in os.listdir(folder):
        if left.fullmatch(file) or left.fullmatch(file.removeprefix(".").removesuffix(".lock")):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, file))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a Ctrl+C wait until the block is done: it comes then, as ``KeyboardInterrupt``."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread is ever interrupted
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came and callable(before):
        before(signal.SIGINT, None)


def _hold(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA locking_mode = exclusive")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Conflict(
                "Another process has the database open: stop the app, keytui serve and "
                "every service that verifies keys, then restore again."
            ) from error
        return False
    except sqlite3.DatabaseError:
        return False  # damaged: that is why somebody restores
    return True


def _fold(held: sqlite3.Connection) -> None:
    """Bring the -wal into the file and forget it: closing must not remove one that is the new file's.

    Leaving WAL mode does that without letting go of the lock; coming back to it
    leaves the kept file as it was, and makes no -wal before the next use.
    """
    try:
        for mode in ("delete", "wal"):
            if held.execute(f"PRAGMA journal_mode = {mode}").fetchone() != (mode,):
                held.close()
                return
    except sqlite3.DatabaseError:
        held.close()
