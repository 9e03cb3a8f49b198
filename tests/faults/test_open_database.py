"""A fault under a running keytui is one sentence, and when it is gone the same session goes on."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.storage import database as storage
from keytui.storage.database import close_database, open_database
from tests.support import make_person, python_as_nobody, rows

GONE = "The database file was removed or replaced: nothing was changed"


def work(maria: Actor) -> None:
    """Create a key, deactivate it and look at the list."""
    key, secret = api_keys.create_key(maria, "CI")
    secret.wipe()
    api_keys.deactivate_key(maria, key.key_id, "over")
    api_keys.list_keys(maria)


def refused(maria: Actor, words: str, kind: type[DatabaseUnusable] = DatabaseUnusable) -> None:
    """Check that nothing can be created, that one sentence says so, and that nothing changed."""
    with pytest.raises(kind, match=words) as said:
        work(maria)
    assert str(said.value).endswith(".")
    assert "\n" not in str(said.value)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock it as another program does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def renamed(path: Path) -> Iterator[None]:
    """Rename the file away."""
    away = path.with_name("away.db")
    path.rename(away)
    yield
    away.rename(path)


@contextmanager
def replaced(path: Path) -> Iterator[None]:
    """Put another database in its place."""
    with renamed(path):
        path.write_bytes(path.with_name("away.db").read_bytes())
        yield


@contextmanager
def without_folder(path: Path) -> Iterator[None]:
    """Rename the whole folder away."""
    away = path.parent.with_name("away")
    path.parent.rename(away)
    yield
    away.rename(path.parent)


@contextmanager
def overwritten(path: Path, start: int, filling: bytes) -> Iterator[None]:
    """Write over a part of the file, as a bad disk does; no page of it is in memory."""
    close_database()
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(start)
        file.write(filling or b"\xa5" * (len(whole) - start))
    yield
    with path.open("r+b") as file:
        file.write(whole)


@contextmanager
def truncated(path: Path) -> Iterator[None]:
    """Cut the file after its first page."""
    close_database()
    whole = path.read_bytes()
    os.truncate(path, 4096)
    yield
    with path.open("r+b") as file:
        file.write(whole)


@contextmanager
def emptied(path: Path) -> Iterator[None]:
    """Empty the file."""
    close_database()
    whole = path.read_bytes()
    os.truncate(path, 0)
    yield
    with path.open("r+b") as file:
        file.write(whole)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "locked past the time-out": (locked, "in use by another process: try again in a moment"),
    "renamed": (renamed, GONE),
    "replaced by another database": (replaced, GONE),
    "folder renamed": (without_folder, GONE),
    "corrupt header": (lambda path: overwritten(path, 0, b"\xa5" * 100), "not a database"),
    "corrupt pages": (lambda path: overwritten(path, 4096, b""), "damaged: restore it"),
    "truncated": (truncated, "damaged: restore it"),
    "emptied": (emptied, "A table of the database is missing"),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_the_same_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Path], object], words: str
) -> None:
    """While the fault lasts each act says it; afterwards the next one is done."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0)
    folder = tmp_path / "data"
    folder.mkdir()
    path = open_database(str(folder / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    work(maria)
    before = rows("SELECT count(*) FROM api_key")
    with fault(path):  # type: ignore[attr-defined]
        for _ in range(2):
            refused(maria, words)
    assert rows("SELECT count(*) FROM api_key") == before
    work(maria)
    assert rows("PRAGMA integrity_check") == [("ok",)]
    close_database()


def test_a_removed_file_is_not_written_into_nowhere(tmp_path: Path) -> None:
    """What is acknowledged is in a file that has a name: a removed one is noticed before."""
    path = open_database(str(tmp_path / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    path.unlink()
    for _ in range(2):
        refused(maria, GONE)
    assert not path.exists()
    close_database()


def fill(disk: Path) -> Path:
    """Take the last byte of a small disk; return what takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return filler


def test_a_full_disk(small_disk: Path) -> None:
    """Nothing is changed, the sentence says so, and with some space freed the session goes on."""
    path = open_database(str(small_disk / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    filler = fill(small_disk)
    done: list[int] = []

    def work_until_it_is_full() -> None:
        for number in range(500):  # the files have some room of their own at first
            work(maria)
            done.append(number)

    with pytest.raises(DatabaseUnusable, match="The disk is full: nothing was changed; free some"):
        work_until_it_is_full()
    filler.unlink()
    work(maria)
    keys = rows("SELECT deactivated_at IS NULL, count(*) FROM api_key GROUP BY 1 ORDER BY 1")
    assert keys[0] == (0, len(done) + 1)
    assert keys[1:] in ([], [(1, 1)])  # created before it was full, deactivated never
    assert rows("PRAGMA integrity_check") == [("ok",)]
    close_database()


def test_no_database_is_created_on_a_full_disk(small_disk: Path) -> None:
    """Nothing half made is left, and with some space freed the same process creates it."""
    filler = fill(small_disk)
    with pytest.raises(DatabaseUnusable, match="The disk is full"):
        open_database(str(small_disk / "keytui.db"))
    assert [file.name for file in small_disk.iterdir() if file.suffix == ".db"] == []
    filler.unlink()
    open_database(str(small_disk / "keytui.db"))
    close_database()


def test_a_disk_mounted_read_only(small_disk: Path) -> None:
    """It is said at the start; mounted for writing again, the same process opens it."""
    path = open_database(str(small_disk / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    close_database()
    storage.database.obj.close()
    for mode in ("ro", "rw"):
        subprocess.run(["mount", "-o", f"remount,{mode}", small_disk], check=True)
        if mode == "ro":
            with pytest.raises(DatabaseUnusable, match="is read-only for this account"):
                open_database(str(path))
            refused(maria, "read-only for this account: nothing was changed")
    work(maria)
    close_database()


SETUP = """
import sys
import playhouse.migrations
from pathlib import Path
from keytui.domain.errors import DatabaseUnusable
from keytui.storage.database import close_database, open_database
from tests.faults import ledger
from tests.faults.test_open_database import work
"""
LOSE_RIGHTS = """
path, place, mode = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3], 8)
(writer,) = ledger.new_database(path, 1)
before = place.stat().st_mode & 0o777
place.chmod(mode)
try:
    open_database(str(path))
    work(writer)
except DatabaseUnusable as error:
    print(error)
place.chmod(before)
open_database(str(path))
work(writer)
close_database()
print("goes on")
"""


@pytest.mark.parametrize(
    ("file", "mode", "words"),
    [
        (True, 0o000, "may not read the database"),
        (True, 0o400, "is read-only for this account: make it writable"),
        (False, 0o500, "is read-only for this account: make it writable"),
        (False, 0o000, "is read-only for this account: make it writable"),
    ],
    ids=["permission denied", "read-only file", "read-only folder", "closed folder"],
)
def test_lost_permissions(open_folder: Path, file: bool, mode: int, words: str) -> None:
    """An account that loses a right is told which, and goes on when it is given back."""
    folder = open_folder / "data"
    folder.mkdir()
    folder.chmod(0o777)
    mine = open_folder / "mine"
    mine.mkdir()
    mine.chmod(0o777)
    path = mine / "data" / "keytui.db"
    place = path if file else path.parent
    ended = python_as_nobody(
        SETUP,
        f"Path(sys.argv[1]).parent.mkdir()\n{LOSE_RIGHTS}",
        path,
        place,
        oct(mode),
    )
    assert ended.stderr == ""
    said, goes_on = ended.stdout.splitlines()
    assert words in said
    assert goes_on == "goes on"


@contextmanager
def opened_as(path: Path, *statements: str) -> Iterator[None]:
    """Change the closed file by SQL for the block."""
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()
    yield
    path.write_bytes(whole)


AT_THE_START: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer schema": (
        lambda path: opened_as(path, "INSERT INTO migration (name, applied) VALUES ('9999', 1)"),
        "made by a newer keytui: upgrade keytui",
    ),
    "foreign file": (
        lambda path: opened_as(path, "PRAGMA application_id = 1"),
        "belongs to another program",
    ),
    "empty file": (emptied, "is empty: restore it from a backup"),
    "missing folder": (without_folder, "does not exist: create it"),
    "corrupt header": (lambda path: overwritten(path, 0, b"\xa5" * 100), "not a database"),
    "truncated": (truncated, "damaged: restore it"),
}


@pytest.mark.parametrize(("fault", "words"), AT_THE_START.values(), ids=AT_THE_START.keys())
def test_a_start_that_failed_succeeds_when_the_fault_is_gone(
    tmp_path: Path, fault: Callable[[Path], object], words: str
) -> None:
    """The same process opens what it could not open before."""
    folder = tmp_path / "data"
    folder.mkdir()
    path = open_database(str(folder / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    close_database()
    with fault(path), pytest.raises(DatabaseUnusable, match=words):  # type: ignore[attr-defined]
        open_database(str(path))
    open_database(str(path))
    work(maria)
    close_database()


def test_a_lock_is_said_as_something_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all faults this is the one to simply try again, and its kind says so."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0)
    path = open_database(str(tmp_path / "keytui.db"))
    maria = make_person(path, "maria", Role.USER)
    with locked(path):
        refused(maria, "try again in a moment", DatabaseBusy)
    work(maria)
    close_database()
