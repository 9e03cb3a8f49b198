"""Looking a key up by its digest: the one query on the way of every verification.

Peewee is not on this way: ``Model.get`` costs 20 times the query itself. What
was found is remembered only as long as nobody has changed the database: before
each answer SQLite is asked for its ``data_version``, which changes with every
commit of every other connection of every process. So a deactivation is seen by
the very next verification, and a key used again costs no walk down the index.

SQLite keeps its locks by process: a child that went on with a connection of its
parent's would read a file that nobody else sees any more.
"""

import sqlite3
from contextlib import closing
from time import monotonic
from typing import Final, Protocol

from keytui.storage import file_checks, schema
from keytui.storage.faults import explain
from keytui.storage.location import is_postgresql
from keytui.storage.per_thread import Held, PerThread

Found = tuple[int, int | None, int | None, str, str, str]
"""key_id, deactivated_at, expires_at, owner's status, owner's User ID, label."""

QUERY: Final = """
    SELECT k.id, k.deactivated_at, k.expires_at, u.status, u.user_id, k.label
    FROM api_key AS k JOIN "user" AS u ON u.id = k.owner_id
    WHERE k.digest = {}
"""
_QUERY: Final = QUERY.format("?")
_VERSION: Final = "PRAGMA data_version"
_CACHE_KIB: Final = 16_384
"""Page cache of a connection; the upper levels of the index of a million keys fit."""
_SAME_FILE_SECONDS: Final = 0.05
"""How long a file that was removed or replaced may go unnoticed."""
_REMEMBERED: Final = 32_768
"""Keys remembered by one thread at most, some 10 MB."""


class Lookup(Protocol):
    """Finds keys, from any thread, and gets through a fork."""

    def find(self, digest: bytes) -> Found | None:
        """Return what is known of the key with this digest."""

    def close(self) -> None:
        """Close the connections of all threads."""

    def before_fork(self) -> None:
        """Close every connection, and hold on until the fork is done."""

    def after_fork(self) -> None:
        """In the parent: go on."""

    def after_fork_in_child(self) -> None:
        """In the child: start afresh."""


def lookup_in(location: str) -> Lookup:
    """Return what finds keys in the database at ``location``, canonical.

    Raises:
        BadInput: its URL cannot be read.
        DatabaseUnusable: it cannot be used.
    """
    if is_postgresql(location):
        from keytui.storage.key_lookup_postgresql import ServerKeyLookup

        return ServerKeyLookup(location)
    return KeyLookup(location)


class _Thread(Held[sqlite3.Connection]):
    """What one thread has: its connection, and what it found since the last change."""

    __slots__ = ("execute", "file", "found", "look_again", "version")

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        super().__init__(connection)
        self.file = file_checks.identity(path)
        self.look_again = monotonic() + _SAME_FILE_SECONDS
        self.execute = connection.cursor().execute
        self.found: dict[bytes, Found] = {}
        self.version: tuple[int] | None = None


class KeyLookup(PerThread[_Thread]):
    """Finds keys in one SQLite file. Safe to use from any thread."""

    def __init__(self, path: str) -> None:
        """Check that the file is ours and up to date.

        Raises:
            DatabaseUnusable: it is not.
        """
        file_checks.check_file(path, writable=False)
        super().__init__()
        self._path = path
        try:
            with closing(self._connect()) as connection:
                schema.check_current(connection, path)
        except sqlite3.Error as error:
            raise explain(error) from error

    def find(self, digest: bytes) -> Found | None:
        """Return what is known of the key with this digest.

        Raises:
            DatabaseUnusable: it could not be looked up.
        """
        try:
            mine: _Thread = self._here.thread
        except AttributeError:
            mine = self._open()
        try:
            with mine.lock:
                if monotonic() > mine.look_again:
                    if mine.file != file_checks.identity(self._path):
                        # Removed or replaced: SQLite would go on with the old file.
                        mine.connection.close()
                    mine.look_again = monotonic() + _SAME_FILE_SECONDS
                # Asked before anything is looked up: what is remembered may be
                # newer than its version says, never older.
                version = mine.execute(_VERSION).fetchone()
                if version != mine.version:
                    mine.found.clear()
                    mine.version = version
                found = mine.found.get(digest)
                if found is None:
                    found = mine.execute(_QUERY, (digest,)).fetchone()
                    if found is not None:
                        if len(mine.found) >= _REMEMBERED:
                            mine.found.clear()
                        mine.found[digest] = found
                return found
        except sqlite3.ProgrammingError:  # closed for a fork, or for good
            self._open()
            return self.find(digest)
        except sqlite3.Error as error:
            raise explain(error) from error

    def _open(self) -> _Thread:
        try:
            return super()._open()
        except sqlite3.Error as error:
            raise explain(error) from error

    def _new(self) -> _Thread:
        return _Thread(self._connect(), self._path)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            file_checks.sqlite_uri(self._path),
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # close() and a fork close all of them
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA query_only = 1")
        except sqlite3.Error:  # a damaged schema shows here already
            connection.close()
            raise
        return connection
