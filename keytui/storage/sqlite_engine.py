"""SQLite as keytui uses it: one file, many processes on one host.

WAL mode, ``synchronous=FULL`` (an acknowledged deactivation must survive a power
cut; NORMAL lost 1,073 of 1,693 in a test with cut power), writes ``BEGIN
IMMEDIATE`` (a deferred read-then-write fails at once when another process
writes), and other writers are waited for at the gate.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keytui.domain.errors import DatabaseUnusable
from keytui.domain.paths import absolute
from keytui.storage import audit_key, drivers, file_checks, sqlite_file
from keytui.storage.write_gate import write_gate

if TYPE_CHECKING:
    from peewee import SqliteDatabase


class SqliteFile:
    """A database in a file."""

    param = "?"
    snapshot = "BEGIN"

    def __init__(self, path: str, wait_seconds: float) -> None:
        """Name the file, absolute, and how long another writer is waited for."""
        self.location = self.name = self.file = path
        self._wait_seconds = wait_seconds
        self._identity: tuple[int, int] | None = None

    def key_path(self, chosen: str) -> str:
        """Return where the audit key is: beside the file by default."""
        return absolute(chosen) if chosen else f"{self.location}{audit_key.ENDING}"

    def host_file(self, key: str) -> Path:  # noqa: ARG002 - the interface's
        """Return the file: whoever owns it holds the database anyway."""
        return Path(self.location)

    def prepare(self, *, create: bool) -> None:
        """Leave a usable, current file, 0600 where it is created.

        Raises:
            DatabaseUnusable: the file is foreign, empty, damaged, read-only, newer
                than this program or in a folder that does not exist.
        """
        sqlite_file.prepare(Path(self.location), self._peewee, self._wait_seconds, create=create)

    def peewee(self) -> "SqliteDatabase":
        """Make the Peewee database, and remember which file it is."""
        self._identity = file_checks.identity(self.location)
        return self._peewee(Path(self.location))

    def look(self) -> None:
        """Go on only if the file is the one that was opened: SQLite would not notice."""
        if self._identity is None or file_checks.identity(self.location) != self._identity:
            raise DatabaseUnusable(
                "The database file was removed or replaced: nothing was changed; "
                "quit, and start keytui again."
            )

    def writing(self, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold the write gate."""
        return write_gate(self.location, wait_seconds)

    def begin(self) -> None:
        """Do nothing: the transaction began IMMEDIATE."""

    def close(self, wait_seconds: float) -> None:
        """Close the connection, at the gate if it wrote."""
        from keytui.storage.models import database  # late: with Peewee

        with ExitStack() as stack:
            if database.connection().total_changes:  # the last one that closes writes a checkpoint
                with suppress(DatabaseUnusable):
                    stack.enter_context(write_gate(self.location, wait_seconds))
            database.close()

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading, text that is no UTF-8 too."""
        # Not read-only where it can be helped: who closes last must be able to remove the -wal.
        mode = "mode=rw" if os.access(self.location, os.W_OK) else "mode=ro"
        uri = file_checks.sqlite_uri(self.location, mode)
        with closing(sqlite3.connect(uri, uri=True, timeout=self._wait_seconds)) as connection:
            connection.execute("PRAGMA query_only = 1")
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            yield connection

    def _peewee(self, path: Path) -> "SqliteDatabase":
        drivers.import_peewee_alone()  # late: the first look does without it
        from peewee import SqliteDatabase

        return SqliteDatabase(
            str(path),
            pragmas=sqlite_file.PRAGMAS,
            timeout=self._wait_seconds,
            lock_type="IMMEDIATE",
            returning_clause=True,
        )
