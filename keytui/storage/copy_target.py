"""The database that is copied into: empty at first, half-copied for a while, whole in the end.

Until the last step it has no guards, which stand in the way of rows as they are
after some years, and a mark among its migrations by which every keytui refuses
it. The mark names the database that is copied, so that no two are ever mixed.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from peewee import Database, PostgresqlDatabase, SqliteDatabase

from keytui.domain.errors import BadInput, Conflict, DatabaseUnusable
from keytui.domain.text import harmless
from keytui.storage import copies, copy_rows, file_checks, guards, replacing, schema
from keytui.storage.engine import BUSY_SECONDS, Engine, engine_of
from keytui.storage.faults import explained
from keytui.storage.postgresql import PostgresqlServer, make_ours
from keytui.storage.rules import CONSTRAINTS
from keytui.storage.sqlite_engine import SqliteFile
from keytui.storage.sqlite_file import create_file
from keytui.storage.write_gate import write_gate

_OWNER_ROLE: Final = "kt_owner_role"
"""The foreign key by which a changed role changes keys: rows come in another order than changes."""

_WHILE_COPYING: Final = ("foreign_keys = off", "synchronous = normal", "cache_size = -65536")
"""On SQLite. A power cut may cost the last batches, never the file (sqlite.org/pragma.html): going on
copies them again. Digests lie everywhere in their index: with SQLite's usual 2 MB of cache and a
sync a batch, a million keys took about twice as long."""


class CopyTarget:
    """A database that is being copied into, by nobody else meanwhile.

    Attributes:
        location: its canonical location.
        name: what to call it in a sentence.
        database: it, once :meth:`begin` has made its tables.
    """

    database: Database

    def __init__(self, engine: Engine) -> None:
        """Begin with the engine of the target."""
        self._engine = engine
        self.location = engine.location
        self.name = engine.name
        self._mark = ""

    def look(self) -> None:
        """Go on only if it can be copied into: it is empty, or its copy was not finished.

        Raises:
            Conflict: it is a database to work with.
            DatabaseUnusable: it is another program's, or cannot be reached.
        """
        done = self._recorded()
        marks = [one for one in done if one.startswith(schema.UNFINISHED)]
        if done and not marks:
            raise Conflict(
                f"The database {self.name} is in use as a keytui database already: "
                "name an empty one to copy to."
            )
        if done and done - set(marks) != schema.known():
            raise DatabaseUnusable(
                f"The copy in {self.name} was begun by another version of keytui: "
                "remove it, and copy anew."
            )
        self._mark = "".join(marks)

    def must_be_of(self, source: str) -> None:
        """Go on only if it is empty, or the unfinished copy of this very database.

        Raises:
            Conflict: it is a copy of another.
        """
        if self._mark not in ("", schema.UNFINISHED + source):
            raise Conflict(
                f"The database {self.name} is an unfinished copy of another database: "
                "name an empty one to copy to."
            )

    def begin(self, source: str) -> None:
        """Make the tables, unless a copy that was not finished has them."""
        raise NotImplementedError

    def finish(self) -> None:
        """Make a database to work with of the whole copy: rules as everywhere, and no mark."""
        if isinstance(self.database, SqliteDatabase):
            self.database.execute_sql("PRAGMA synchronous = full")
        with self.database.atomic():
            self._restore_rules()
            guards.install(self.database)
            history = schema.HISTORY_TABLE
            param = self.database.param
            self.database.execute_sql(
                f"DELETE FROM {history} WHERE substr(name, 1, {len(schema.UNFINISHED)}) = {param}",  # noqa: S608 - constants
                (schema.UNFINISHED,),
            )
        self.database.execute_sql("ANALYZE")  # the planner knows nothing of the new rows yet
        self._engine.prepare(create=False)  # as whoever opens it next

    def _recorded(self) -> set[str]:
        """Return its migrations and marks; nothing for one that is empty."""
        raise NotImplementedError

    def _restore_rules(self) -> None:
        """Put back, or check, what rules were not kept meanwhile."""
        raise NotImplementedError

    def _make_tables(self, database: Database, source: str) -> None:
        with database.atomic():
            schema.run_missing(database)
            database.execute_sql("DELETE FROM audit_key")  # the source's come with its rows
            database.execute_sql(
                f"INSERT INTO {schema.HISTORY_TABLE} (name, applied) "  # noqa: S608 - a constant
                f"VALUES ({database.param}, CURRENT_TIMESTAMP)",
                (schema.UNFINISHED + source,),
            )
            if isinstance(database, PostgresqlDatabase):
                database.execute_sql(f"ALTER TABLE api_key DROP CONSTRAINT {_OWNER_ROLE}")
                make_ours(database)


class _File(CopyTarget):
    """One SQLite file, 0600."""

    def begin(self, source: str) -> None:
        path = Path(self.location)
        if not self._mark:
            create_file(
                path,
                lambda file: SqliteDatabase(str(file)),
                lambda new: self._make_tables(new, source),
            )
        self.database = self._engine.peewee()
        self.database.connect()
        for pragma in _WHILE_COPYING:
            self.database.execute_sql(f"PRAGMA {pragma}")

    def _recorded(self) -> set[str]:
        if not os.path.lexists(self.location):
            return set()
        file_checks.check_file(self.location, writable=True)
        with closing(copies.connect(self.location, "ro")) as connection:
            return schema.recorded(connection)

    def _restore_rules(self) -> None:
        if self.database.execute_sql("PRAGMA foreign_key_check").fetchone() is not None:
            raise DatabaseUnusable(
                f"The copy in {self.name} has rows that refer to nothing: "
                "see what keytui doctor says of the database that is copied."
            )


class _Server(CopyTarget):
    """A database on a PostgreSQL server, whose owner copies."""

    def begin(self, source: str) -> None:
        if not self._mark:
            self._make_tables(self.database, source)

    def _recorded(self) -> set[str]:
        assert isinstance(self._engine, PostgresqlServer)  # noqa: S101 - for mypy
        connection = self.database.connection()
        there = self._engine.is_ours(connection, create=True)
        return schema.recorded(connection) if there else set()

    def _restore_rules(self) -> None:
        rule = CONSTRAINTS["api_key"][_OWNER_ROLE]
        self.database.execute_sql(f"ALTER TABLE api_key ADD CONSTRAINT {_OWNER_ROLE} {rule}")
        for table in copy_rows.TABLES:
            name = copy_rows.name_of(table)
            self.database.execute_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), max(id)) "  # noqa: S608 - a model's name
                f'FROM "{name}" HAVING count(*) > 0'
            )


@contextmanager
def opened(location: str) -> Iterator[CopyTarget]:
    """Open a database to copy into it; nothing is changed yet.

    Args:
        location: a path or URL; a file need not be there.

    Raises:
        BadInput: it is no path and no URL that is supported, or a name kept for other files.
        DatabaseBusy: somebody else copies into it.
        DatabaseUnusable: it cannot be reached.
    """
    engine = engine_of(location, BUSY_SECONDS)
    with (
        explained(),
        _file(engine) if isinstance(engine, SqliteFile) else _server(engine) as target,
    ):
        yield target


@contextmanager
def _file(engine: SqliteFile) -> Iterator[CopyTarget]:
    path = engine.location
    if replacing.is_companion(path):
        raise BadInput(
            f"{harmless(path)} is a name for files that belong to a database: choose another."
        )
    file_checks.check_folder(path)
    for end in copies.BESIDE:
        if os.path.lexists(f"{path}{end}") and not os.path.lexists(path):
            raise Conflict(f"{harmless(f'{path}{end}')} exists already: name another file.")
    target = _File(engine)
    with write_gate(path, BUSY_SECONDS):
        try:
            yield target
        finally:
            if hasattr(target, "database"):
                target.database.close()


@contextmanager
def _server(engine: Engine) -> Iterator[CopyTarget]:
    target = _Server(engine)
    with closing(engine.peewee()) as own:
        own.connect()
        own.execute_sql("SET statement_timeout = 0")
        # A copy that was killed a moment ago may hold it still: waited for as for other writers.
        own.execute_sql("SELECT pg_advisory_lock(%s, 1)", (file_checks.APPLICATION_ID,))
        target.database = own
        yield target
