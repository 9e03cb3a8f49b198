"""A transaction happens whole or not at all, and a fault has one sentence."""

import sqlite3
from contextlib import closing
from pathlib import Path

import peewee
import pytest

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable
from keytui.storage import faults, models
from keytui.storage.database import close_database, reading, transaction
from keytui.storage.models import UserRow


def add(user_id: str) -> None:
    """Add a person by the shortest way."""
    UserRow.create(user_id=user_id, role="user", created_at=1)


def add_many(count: int) -> None:
    """Add people until there are many, or no room for more."""
    for number in range(count):
        add(f"user{number}")


def committed(database: Path) -> list[str]:
    """Return the User IDs that another connection sees."""
    with closing(sqlite3.connect(database)) as other:
        return [name for (name,) in other.execute('SELECT user_id FROM "user"')]


def test_a_finished_transaction_is_seen_by_others(database: Path) -> None:
    """After the block another connection sees the change, not before."""
    with transaction():
        add("maria")
        assert committed(database) == []
    assert committed(database) == ["maria"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_rolls_everything_back(database: Path, error: type[BaseException]) -> None:
    """Of a block that is left by an exception nothing stays, and the exception passes."""
    with pytest.raises(error), transaction():  # noqa: PT012 - the whole block is what is tested
        add("maria")
        add("noor")
        raise error
    assert committed(database) == []


def test_a_transaction_begins_by_writing(database: Path) -> None:
    """Nobody else can begin to write between our reading and our writing."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as other:
        with transaction():
            UserRow.select().count()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


def test_a_closed_connection_is_opened_on_first_use(database: Path) -> None:
    """A thread that comes new, or back, is connected by what it does."""
    close_database()
    close_database()
    with transaction():
        add("maria")
    close_database()
    with reading():
        assert UserRow.select().count() == 1


def test_a_broken_constraint_is_a_bug_and_passes_unchanged(database: Path) -> None:
    """A broken constraint that is no rule of the product is no fault of the machine either."""
    with pytest.raises(peewee.IntegrityError), transaction():  # noqa: PT012 - the whole block is what is tested
        add("maria")
        UserRow.update(epoch=None).execute()
    assert committed(database) == []


def test_a_full_disk_is_said_and_nothing_is_changed(database: Path) -> None:
    """When the file cannot grow, the sentence says so and the block is undone."""
    pages = models.database.execute_sql("PRAGMA page_count").fetchone()[0]
    models.database.execute_sql(f"PRAGMA max_page_count = {pages}")
    with (
        pytest.raises(DatabaseUnusable, match="The disk is full: nothing was changed"),
        transaction(),
    ):
        add_many(10_000)
    assert committed(database) == []


def test_a_read_only_database_is_said(database: Path) -> None:
    """When nothing may be written, the sentence says so."""
    models.database.execute_sql("PRAGMA query_only = 1")
    with pytest.raises(DatabaseUnusable, match="read-only for this account"), transaction():
        add("maria")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_BUSY, DatabaseBusy, "in use by another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusy, "in use by another process"),
        (sqlite3.SQLITE_LOCKED, DatabaseBusy, "in use by another process"),
        (sqlite3.SQLITE_FULL, DatabaseUnusable, "disk is full"),
        (sqlite3.SQLITE_READONLY, DatabaseUnusable, "read-only"),
        (sqlite3.SQLITE_CANTOPEN, DatabaseUnusable, "cannot be opened"),
        (sqlite3.SQLITE_IOERR_WRITE, DatabaseUnusable, "disk reports an error"),
        (sqlite3.SQLITE_NOTADB, DatabaseUnusable, "not a database"),
        (sqlite3.SQLITE_CORRUPT, DatabaseUnusable, "damaged"),
        (sqlite3.SQLITE_PERM, DatabaseUnusable, "may not use"),
        (sqlite3.SQLITE_NOMEM, DatabaseUnusable, "reported an error"),
    ],
)
def test_every_fault_has_a_sentence(code: int, kind: type[DatabaseUnusable], words: str) -> None:
    """A fault, extended code or not, hidden behind others or not, is explained by its cause."""
    fault = sqlite3.OperationalError("whatever")
    fault.sqlite_errorcode = code
    hidden = peewee.OperationalError("cannot rollback - no transaction is active")
    hidden.__context__ = fault
    for error in (fault, hidden):
        explained = faults.explain(error)
        assert type(explained) is kind
        assert words in str(explained)


def test_a_fault_without_a_code_has_a_sentence_too() -> None:
    """What SQLite does not number is still explained, without its own words."""
    looped = peewee.OperationalError("secret detail")
    looped.__cause__ = looped
    assert str(faults.explain(looped)) == ("The database reported an error; nothing was changed.")
