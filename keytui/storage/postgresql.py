"""PostgreSQL as keytui uses it: one server, any number of hosts.

The URL goes to libpq whole. One transaction writes at a time here too: each
begins by locking one row. Services check and then act, and READ COMMITTED alone
would let two administrators demote each other, or a hundred guesses at a
password count as one. That row also keeps the audit chain from forking.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from peewee import PostgresqlDatabase

from keytui.domain.errors import BadInput, DatabaseUnusable
from keytui.domain.paths import absolute
from keytui.storage import audit_key, drivers, guards_postgresql, schema
from keytui.storage.faults import explained
from keytui.storage.file_checks import APPLICATION_ID
from keytui.storage.libpq import connect, is_lost, name_of, parameters
from keytui.storage.models import database

_IDLE_SECONDS: Final = 60
"""After which the server ends a transaction whose client does nothing (a frozen laptop)."""

_LIMITS: Final = """
    SELECT set_config(name, value || 's', false)
    FROM (VALUES ('lock_timeout', %s::text),
                 ('idle_in_transaction_session_timeout', %s::text)) AS limits (name, value)
    WHERE current_setting(name) = '0'
"""
"""Only where neither the URL nor the server says otherwise."""

_LOCK: Final = "SELECT id FROM audit_key ORDER BY id LIMIT 1 FOR UPDATE"
"""The row is there from the migration on that began the chain, and never deleted."""

_MARK: Final = "keytui"
"""What the comment on the migration table says: what SQLite has ``application_id`` for."""

# By the tables themselves: to_regclass() looks in a cache that may be older than
# the end of a wait for the lock.
_COMMENT: Final = """
    SELECT d.description FROM pg_class AS c JOIN pg_description AS d ON d.objoid = c.oid
    WHERE c.relname = 'migration' AND c.relnamespace = current_schema()::regnamespace
      AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
"""


class _Database(PostgresqlDatabase):
    """Peewee's, with limits to waiting on every connection."""

    wait_seconds: float = 0

    def _initialize_connection(self, conn: Any) -> None:  # noqa: ANN401 - Peewee's hook
        conn.execute(_LIMITS, (str(self.wait_seconds), str(_IDLE_SECONDS)))


class PostgresqlServer:
    """A database on a PostgreSQL server."""

    param = "%s"
    snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ"

    def __init__(self, url: str, wait_seconds: float) -> None:
        """Read the URL, and how long another writer is waited for.

        Raises:
            BadInput: libpq cannot read the URL.
            DatabaseUnusable: psycopg is not installed.
        """
        self.location = url
        self.file = ""
        self._defaults = parameters(url)
        drivers.give_psycopg()
        self.name = name_of(url)
        self._wait_seconds = wait_seconds

    def key_path(self, chosen: str) -> str:
        """Return where the audit key is: nothing lies beside a server.

        Raises:
            BadInput: it is not named, or cannot be there.
        """
        if not chosen:
            raise BadInput(
                "A PostgreSQL database keeps its audit key in a file apart: "
                "name one with KEYTUI_AUDIT_KEY, or audit_key in the configuration file."
            )
        path = absolute(chosen)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise BadInput(
                f"The folder {folder} of the audit key does not exist: create it, "
                "or name another file with KEYTUI_AUDIT_KEY."
            )
        return path

    def host_file(self, key: str) -> Path:
        """Return the audit key's file: whoever has URL and key can do everything anyway.

        Where the key is lost, its folder says whose it was.
        """
        return Path(key if os.path.exists(key) else os.path.dirname(key))

    def prepare(self, *, create: bool) -> None:
        """Leave a current database of ours; of several processes one does the work.

        Raises:
            DatabaseUnusable: it cannot be reached, is another program's, is newer
                than this program, or has other rules; or it is empty and
                ``create`` is false.
        """
        with explained(), closing(self.peewee()) as own:
            own.connect()
            connection = own.connection()
            if not self._is_current(connection):
                own.execute_sql("SET lock_timeout = 0")
                with own.atomic():
                    own.execute_sql("SELECT pg_advisory_xact_lock(%s)", (APPLICATION_ID,))
                    if not self._is_current(connection):
                        there = self.is_ours(connection, create=create)
                        with nullcontext() if there else _new_key():
                            schema.bring_up_to_date(own, self.name)
                            make_ours(own)
            schema.must_be_unchanged(guards_postgresql.problems(connection), self.name)

    def peewee(self) -> PostgresqlDatabase:
        """Make the Peewee database."""
        made = _Database(
            self.location,
            prefer_psycopg3=True,
            isolation_level="READ COMMITTED",
            **self._defaults,
        )
        made.wait_seconds = self._wait_seconds
        return made

    def look(self) -> None:
        """Let go of a connection that the server has closed: the next is opened at once."""
        if not database.is_closed() and not database.in_transaction():
            with explained():
                lost = is_lost(database.connection())
            if lost:
                database.close()

    def writing(self, wait_seconds: float) -> AbstractContextManager[None]:  # noqa: ARG002 - the interface's
        """Do nothing: the server orders its writers itself."""
        return nullcontext()

    def begin(self) -> None:
        """Lock the one row, or wait for whoever has it."""
        database.execute_sql(_LOCK)

    def close(self, wait_seconds: float) -> None:  # noqa: ARG002 - the interface's
        """Close the connection."""
        database.close()

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """Connect for reading."""
        with closing(connect(self.location, autocommit=True)) as connection:
            connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            yield connection

    def _is_current(self, connection: Any) -> bool:  # noqa: ANN401 - of psycopg
        """Tell whether it is ours, with all migrations: the guards came in with the last."""
        return _comment(connection) == _MARK and not schema.missing(connection, self.name)

    def is_ours(self, connection: Any, *, create: bool) -> bool:  # noqa: ANN401 - of psycopg
        """Tell a database of ours from an empty one, where nobody can change it meanwhile.

        Raises:
            DatabaseUnusable: it is another program's, or empty and ``create`` is false.
        """
        if _comment(connection) == _MARK:
            return True
        (tables,) = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') "
            "AND relnamespace = current_schema()::regnamespace"
        ).fetchone()
        if tables:
            raise DatabaseUnusable(
                f"The database {self.name} belongs to another program: name an empty one."
            )
        if not create:
            raise DatabaseUnusable(
                f"The database {self.name} is empty: name another with --database, "
                "or start the app on it."
            )
        return False


def make_ours(own: PostgresqlDatabase) -> None:
    """Write into a database that it is ours."""
    own.execute_sql(f"COMMENT ON TABLE {schema.HISTORY_TABLE} IS '{_MARK}'")


def _comment(connection: Any) -> str:  # noqa: ANN401 - of psycopg
    """Return what the comment on the migration table says; empty where there is none."""
    found = connection.execute(_COMMENT).fetchone()
    return found[0] if found else ""


@contextmanager
def _new_key() -> Iterator[None]:
    """Make the audit key unless it is there; take it away again if the block fails."""
    file = audit_key.in_use()
    try:
        made = file.create()
    except OSError as error:
        raise DatabaseUnusable(
            f"The audit key {file.path} cannot be written ({error.strerror}): "
            "name another file with KEYTUI_AUDIT_KEY."
        ) from error
    try:
        yield
    except BaseException:
        if made:
            os.unlink(file.path)
        raise
