"""Many rows at once into a new database, past the ORM, which takes five times as long.

The guards are in force meanwhile: every row passes them, and every audit event is
chained to the one before.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from keytui.domain.audit_chain import HASHED, START, link
from keytui.storage import audit_key, copies, file_checks
from keytui.storage.database import close_database, open_database, transaction
from keytui.storage.faults import explained
from keytui.storage.models import AuditEventRow, database

_QUICK: Final = ("journal_mode = off", "synchronous = off", "cache_size = -200000")
"""A half-made file is thrown away: neither journal nor fsync is of use. The cache: 200 MB."""


@contextmanager
def new_database(path: str) -> Iterator[None]:
    """Have a new SQLite database open in the block, one transaction; whole at ``path`` after it.

    If the block fails, nothing is left.

    Args:
        path: the file, absolute; its audit key comes beside it.

    Raises:
        FileExistsError: there is a file already, or an audit key.
        OSError: it cannot be written there.
        DatabaseUnusable: the same, in a sentence.
    """
    key = f"{path}{audit_key.ENDING}"
    for taken in (path, key, *(f"{path}{end}" for end in copies.BESIDE)):
        if os.path.lexists(taken):
            raise FileExistsError(taken)
    file_checks.check_folder(path)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path), prefix=".keytui-new-") as workshop:
        made = os.path.join(workshop, "keytui.db")
        open_database(made)
        try:
            with explained():
                for pragma in _QUICK:
                    database.execute_sql(f"PRAGMA {pragma}")
            with transaction():
                yield
            with explained():
                database.execute_sql("PRAGMA journal_mode = wal")
        finally:
            close_database()
        os.link(f"{made}{audit_key.ENDING}", key)
        try:
            copies.publish(made, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(key)
            raise


def insert(model: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:  # noqa: ANN401 - a Peewee model
    """Add rows to the table of ``model`` in the transaction that is open, as they come.

    Args:
        model: of which table.
        columns: the names of the values, as the database has them.
        rows: the values.

    Raises:
        Refused: a rule of the database says no.
        DatabaseUnusable: the database failed.
    """
    marks = ", ".join([database.param] * len(columns))
    with explained(), database.atomic():
        database.cursor().executemany(
            f'INSERT INTO "{model._meta.table_name}" ({", ".join(columns)}) VALUES ({marks})',  # noqa: S608, SLF001 - of names that stand in this program; Peewee has no other way
            rows,
        )


def insert_events(events: Iterable[Sequence[Any]]) -> None:
    """Add audit events to an empty trail in the transaction that is open, chained as they come.

    Args:
        events: the values of :data:`HASHED`, numbered from 1 on without a gap.

    Raises:
        Refused: they do not follow each other.
        DatabaseUnusable: the audit key is missing, or the database failed.
    """
    insert(AuditEventRow, (*HASHED, "previous_hash", "hash"), _chained(events))


def _chained(events: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    key, before = audit_key.in_use().read(), START
    for event in events:
        hashed = link(key, event, before)
        yield (*event, before, hashed)
        before = hashed
