"""One writer at a time on the whole host, by a lock file beside the database.

Until 3.51.3 SQLite can lose a commit when two connections commit and write a
checkpoint at the same instant (https://sqlite.org/wal.html#walresetbug). So
whoever writes through keytui, or closes a connection that wrote, holds this
gate. It is fairer too: SQLite's own waiting lets some writers starve.

The lock is the operating system's (flock): a process that dies lets go of it.
Readers never take it. Other programs do not know of it.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Final

from keytui.domain.errors import DatabaseBusy
from keytui.storage.faults import BUSY, explain

_LOOK_AGAIN_SECONDS: Final = 0.000_5
"""Eight busy processes on two cores: creating took 385 ms at worst, with 2 ms 770 ms, without
the gate 4.8 s (``python -m tests.faults.eight``)."""
_NOT_HELD: Final = -1


class _Gate:
    """The gate of one database in this process."""

    def __init__(self) -> None:
        # Re-entrant: SIGTERM may arrive in the middle of a write and write once more.
        self.threads = threading.RLock()
        self.file = _NOT_HELD


_gates: dict[str, _Gate] = {}


@contextmanager
def write_gate(path: str, wait_seconds: float) -> Iterator[None]:
    """Keep every other writer out during the block; inside another such block it is held already.

    Args:
        path: the database.
        wait_seconds: how long other writers are waited for; may be infinite.

    Raises:
        DatabaseBusy: another writer held it for too long.
        DatabaseUnusable: there can be no lock file beside the database.
    """
    end = monotonic() + wait_seconds
    place = _lock_file(path)
    gate = _gates.setdefault(place, _Gate())
    if not gate.threads.acquire(timeout=min(wait_seconds, threading.TIMEOUT_MAX)):
        raise DatabaseBusy(BUSY)
    try:
        outermost = gate.file == _NOT_HELD
        if outermost:
            gate.file = _locked(place, path, end)
        try:
            yield
        finally:
            if outermost:
                _let_go(gate)
    finally:
        gate.threads.release()


def _lock_file(path: str) -> str:
    # Two names of one file are one database.
    folder, name = os.path.split(os.path.realpath(path) if os.path.exists(path) else path)
    return os.path.join(folder, f".{name}.lock")


def _locked(place: str, path: str, end: float) -> int:
    try:
        while True:
            file = _opened(place, path)
            try:
                _lock(file, end)
                if _is_still(place, file):
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)  # somebody removed it while we waited: there is another, or none
    except OSError as error:
        raise explain(error) from error


def _opened(place: str, path: str) -> int:
    with suppress(FileNotFoundError):
        return os.open(place, os.O_RDWR | os.O_NOFOLLOW)
    file = os.open(place, os.O_RDWR | os.O_NOFOLLOW | os.O_CREAT, 0o600)
    # For whoever may write the database, and nobody else: whoever can open it can hold it.
    with suppress(FileNotFoundError, PermissionError):
        database = os.stat(path)
        writers = database.st_mode & 0o222
        os.fchmod(file, writers | writers << 1)
        if os.geteuid() == 0:
            os.fchown(file, database.st_uid, database.st_gid)
    return file


def _lock(file: int, end: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= end:
                raise DatabaseBusy(BUSY) from None
            sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


def _is_still(place: str, file: int) -> bool:
    try:
        return os.path.samestat(os.stat(place), os.fstat(file))
    except FileNotFoundError:
        return False


def _let_go(gate: _Gate) -> None:
    file, gate.file = gate.file, _NOT_HELD
    if file != _NOT_HELD:  # given up by a fork in the block
        # Said, not only closed: a child between fork and exec holds the file too.
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def _forget_in_child() -> None:
    """What the parent holds stays the parent's; the child comes to the gate anew."""
    for gate in _gates.values():
        file, gate.file = gate.file, _NOT_HELD
        if file != _NOT_HELD:
            os.close(file)
    _gates.clear()


os.register_at_fork(after_in_child=_forget_in_child)
