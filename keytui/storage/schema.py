"""Numbered migrations: ``migrations/0001_….py`` and on, each with its record.

The steps are run by Peewee's own runner (``playhouse.migrations``). The caller
holds the lock; here is only the question what is missing, and the refusal of a
database that a newer keytui has already changed. All that are missing, and the
guards after them, are one transaction: a database never lacks its guards.
"""

import os
from typing import TYPE_CHECKING, Any, Final

from keytui.domain.errors import DatabaseUnusable

if TYPE_CHECKING:
    from peewee import Database

HISTORY_TABLE: Final = "migration"
UNFINISHED: Final = "unfinished copy of "
"""Begins a name among the migrations that is none: for any keytui that is a database not to be used,
for older ones because they do not know it."""
_FOLDER: Final = os.path.join(os.path.dirname(__file__), "migrations")


def missing(connection: Any, name: str) -> set[str]:  # noqa: ANN401 - of sqlite3 or psycopg
    """Return the migrations that a database of ours lacks.

    Args:
        connection: a DB-API connection to it.
        name: what to call it in a sentence.

    Raises:
        DatabaseUnusable: it is newer than this program, or a copy that was not finished.
    """
    done = recorded(connection)
    if any(one.startswith(UNFINISHED) for one in done):
        raise DatabaseUnusable(
            f"The database {name} is a copy that was not finished: finish it with keytui copy, "
            "or name another."
        )
    if done - known():
        raise DatabaseUnusable(
            f"The database {name} was made by a newer keytui: upgrade keytui to use it."
        )
    return known() - done


def check_current(connection: Any, name: str) -> None:  # noqa: ANN401 - of sqlite3 or psycopg
    """Go on only if a database of ours has exactly the migrations of this program.

    Raises:
        DatabaseUnusable: it is newer or older than this program.
    """
    if missing(connection, name):
        raise DatabaseUnusable(
            f"The database {name} was made by an older keytui: "
            "run keytui on it once, which brings it up to date."
        )


def check_guards(connection: Any, name: str) -> None:  # noqa: ANN401 - of sqlite3
    """Go on only if the rules of an SQLite database are those of this program.

    They are not put back by themselves: somebody took them away, and people
    should know.

    Raises:
        DatabaseUnusable: a rule is missing or was changed.
    """
    from keytui.storage import guards_sqlite  # late: verification has no use for it

    must_be_unchanged(guards_sqlite.problems(connection), name)


def must_be_unchanged(found: list[str], name: str) -> None:
    """Go on only if nothing was found that differs from the rules of this program.

    Raises:
        DatabaseUnusable: something was; the first of it is named.
    """
    if found:
        more = f" and {len(found) - 1} more" if found[1:] else ""
        raise DatabaseUnusable(
            f"The rules of the database {name} were changed ({found[0]}{more}): "
            "find out by whom, and restore it from a backup."
        )


def bring_up_to_date(database: "Database", name: str) -> None:
    """Run the migrations that ``database`` lacks and put the guards in anew: all of it, or nothing.

    Nobody else may migrate it meanwhile.

    Raises:
        DatabaseUnusable: it is newer than this program.
    """
    from keytui.storage import guards

    if database.table_exists(HISTORY_TABLE):
        missing(database.connection(), name)
    with database.atomic():
        guards.remove(database)  # a step that builds a table anew would trip over them
        run_missing(database)
        guards.install(database)


def run_missing(database: "Database") -> None:
    """Run the migrations that ``database`` lacks, in the transaction of the caller."""
    # Imported late: it costs more than everything else here together.
    from playhouse.migrations import Runner

    Runner(database, directory=_FOLDER, table_name=HISTORY_TABLE).up()


def recorded(connection: Any) -> set[str]:  # noqa: ANN401 - of sqlite3 or psycopg
    """Return what is on record as done to a database of ours."""
    rows = connection.execute(f"SELECT name FROM {HISTORY_TABLE}").fetchall()  # noqa: S608 - a constant
    return {name for (name,) in rows}


def known() -> set[str]:
    """Return the migrations of this program."""
    return {file[:-3] for file in os.listdir(_FOLDER) if file[0].isdigit()}
