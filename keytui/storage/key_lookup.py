"""Looking a key up by its digest: the one query on the way of every verification.

Peewee is not on this way (``Model.get`` costs 20 times the query itself), and
nothing is cached: every look is a read of its own, so a deactivation that any
process has committed is seen by the very next one. Each thread has its own
connection; none of them survives a fork.
"""

import sqlite3
import threading
from contextlib import closing
from typing import Final

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import file_checks, schema
from keytui.storage.faults import explain

Found = tuple[int, int | None, int | None, str, str, str]
"""key_id, deactivated_at, expires_at, owner's status, owner's User ID, label."""

_QUERY: Final = """
    SELECT k.id, k.deactivated_at, k.expires_at, u.status, u.user_id, k.label
    FROM api_key AS k JOIN "user" AS u ON u.id = k.owner_id
    WHERE k.digest = ?
"""
_CACHE_KIB: Final = 16_384
"""Page cache of a connection; the upper levels of the index of a million keys fit."""


class KeyLookup:
    """Finds keys in one SQLite file. Safe to use from any thread."""

    def __init__(self, path: str) -> None:
        """Check that the file is ours and up to date.

        Raises:
            DatabaseUnusable: it is not.
        """
        file_checks.check_file(path, writable=False)
        self._path = path
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._here = threading.local()
        self._closed = False
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
        here = self._here
        try:
            found: Found | None = here.execute(_QUERY, (digest,)).fetchone()
        except AttributeError:  # the first time on this thread
            here.execute = self._open().execute
            return self.find(digest)
        except sqlite3.Error as error:
            raise explain(error) from error
        return found

    def close(self) -> None:
        """Close the connections of all threads; looking anything up then fails."""
        with self._lock:
            connections, self._connections = self._connections, []
            self._closed = True
        self._here = threading.local()
        for connection in connections:
            connection.close()

    def forget_connections(self) -> None:
        """In a forked child: leave the parent's connections alone and open new ones.

        Closing an inherited connection would make SQLite tidy up files that the
        parent is using; so they are kept from ever being closed here.
        """
        import ctypes

        for connection in self._connections:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
        self._lock = threading.Lock()
        self._connections = []
        self._here = threading.local()

    def _open(self) -> sqlite3.Cursor:
        if self._closed:
            raise DatabaseUnusable("This verifier is closed: make another.")
        try:
            connection = self._connect()
        except sqlite3.Error as error:
            raise explain(error) from error
        with self._lock:
            self._connections.append(connection)
        return connection.cursor()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            file_checks.sqlite_uri(self._path),
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # close() closes all of them
        )
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA query_only = 1")
        return connection
