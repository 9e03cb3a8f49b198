"""Numbered migrations: ``migrations/0001_….py`` and on, each with its record in one transaction.

The steps are run by Peewee's own runner (``playhouse.migrations``). The caller
holds the lock; here is only the question what is missing, and the refusal of a
database that a newer keytui has already changed.
"""

from pathlib import Path
from typing import Final

from peewee import Database, Table

from keytui.domain.errors import DatabaseUnusable

HISTORY_TABLE: Final = "migration"
_FOLDER: Final = Path(__file__).parent / "migrations"


def is_current(database: Database, name: str) -> bool:
    """Tell whether ``database`` has every migration that this program knows.

    Args:
        database: connected or connectable.
        name: what to call it in a sentence.

    Raises:
        DatabaseUnusable: it is newer than this program.
    """
    done = _done(database)
    if done - _known():
        raise DatabaseUnusable(
            f"The database {name} was made by a newer keytui: upgrade keytui to use it."
        )
    return done == _known()


def bring_up_to_date(database: Database, name: str) -> None:
    """Run the migrations that ``database`` lacks. Nobody else may migrate it meanwhile.

    Raises:
        DatabaseUnusable: it is newer than this program.
    """
    if not is_current(database, name):
        # Imported late: it costs more than everything else here together.
        from playhouse.migrations import Runner

        Runner(database, directory=str(_FOLDER), table_name=HISTORY_TABLE).up()


def _known() -> set[str]:
    return {step.stem for step in _FOLDER.glob("[0-9]*.py")}


def _done(database: Database) -> set[str]:
    if not database.table_exists(HISTORY_TABLE):
        return set()
    history = Table(HISTORY_TABLE).bind(database)
    return {name for (name,) in history.select(history.c.name).tuples()}
