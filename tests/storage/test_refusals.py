"""What is not a usable database of ours is refused with one sentence and left as it was."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable
from keytui.storage import database as storage
from keytui.storage.database import close_database, open_database
from tests.support import give_to_nobody, python_as_nobody


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return what lies in ``folder``: names and bytes.

    Not ``-shm``: any reader of a WAL database makes it, and it holds no data.
    """
    return {
        str(file.relative_to(folder)): None if file.is_dir() else file.read_bytes()
        for file in folder.rglob("*")
        if not file.name.endswith("-shm")
    }


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Path]:
    """Return a closed database of ours."""
    path = open_database(str(tmp_path / "keytui.db"))
    close_database()
    yield path
    close_database()


def _foreign(path: Path, journal: str = "delete") -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE recipe (title TEXT)")
        connection.execute("INSERT INTO recipe VALUES ('soup')")
        connection.commit()


def _foreign_after_a_crash(path: Path) -> None:
    """Leave a foreign database whose last change stands in its ``-wal`` file only."""
    alive = path.with_name("alive.db")
    with closing(sqlite3.connect(alive)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE recipe (title TEXT)")
        connection.commit()
        for end in ("", "-wal"):
            shutil.copy(f"{alive}{end}", f"{path}{end}")
    alive.unlink()


FOREIGN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "is a folder"),
    "a foreign SQLite database": (_foreign, "belongs to another program"),
    "a foreign SQLite database in WAL mode": (
        lambda path: _foreign(path, "wal"),
        "belongs to another program",
    ),
    "a foreign SQLite database after a crash": (
        _foreign_after_a_crash,
        "belongs to another program",
    ),
    "a text file": (lambda path: path.write_text("To do: soup\n"), "not a database"),
    "a long text file": (
        lambda path: path.write_text("To do: soup\n" * 10_000),
        "not a database",
    ),
    "one byte": (lambda path: path.write_bytes(b"\0"), "belongs to another program"),
    "an empty file": (Path.touch, "is empty: restore it from a backup"),
    "a link to an empty file": (
        lambda path: path.symlink_to("/dev/null"),
        "is empty: restore it from a backup",
    ),
}


@pytest.mark.parametrize(("make", "words"), FOREIGN.values(), ids=FOREIGN.keys())
def test_what_is_not_ours_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    """One sentence; not a byte is changed and not a file of ours is left beside it."""
    path = tmp_path / "keytui.db"
    make(path)
    before = contents(tmp_path)
    with pytest.raises(DatabaseUnusable, match=words) as refused:
        open_database(str(path))
    assert str(refused.value).count(". ") == 0
    assert contents(tmp_path) == before


def test_a_missing_folder_is_not_created(tmp_path: Path) -> None:
    """A folder that somebody named must be there: a typo creates nothing."""
    with pytest.raises(DatabaseUnusable, match="does not exist: create it"):
        open_database(str(tmp_path / "typo" / "keytui.db"))
    assert contents(tmp_path) == {}


def test_a_file_as_folder_is_refused(tmp_path: Path) -> None:
    """A path through a file is refused like a missing folder."""
    (tmp_path / "notes").write_text("soup")
    with pytest.raises(DatabaseUnusable, match="does not exist"):
        open_database(str(tmp_path / "notes" / "keytui.db"))
    assert contents(tmp_path) == {"notes": b"soup"}


def test_a_database_of_a_newer_program_is_refused(ours: Path) -> None:
    """A migration that this program does not know means: upgrade, and nothing is touched."""
    with closing(sqlite3.connect(ours)) as connection:
        connection.execute(
            "INSERT INTO migration (name, applied) VALUES ('9999_later', '2030-01-01')"
        )
        connection.commit()
    before = ours.read_bytes()
    with pytest.raises(DatabaseUnusable, match="made by a newer keytui: upgrade"):
        open_database(str(ours))
    assert ours.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: whole[:4096], id="cut after a page"),
        pytest.param(lambda whole: whole[:4096] + b"\xa5" * (len(whole) - 4096), id="overwritten"),
    ],
)
def test_a_damaged_database_is_refused(ours: Path, damage: Callable[[bytes], bytes]) -> None:
    """Damage is said as damage, and what is left is left for the repair."""
    ours.write_bytes(damage(ours.read_bytes()))
    before = ours.read_bytes()
    with pytest.raises(DatabaseUnusable, match="damaged: restore it from a backup"):
        open_database(str(ours))
    assert ours.read_bytes() == before


OPEN = """
import sys
from keytui.domain.errors import DatabaseUnusable
from keytui.storage.database import open_database, close_database
"""
TRY = """
try:
    open_database(sys.argv[1])
except DatabaseUnusable as error:
    print(error)
"""
RIGHTS = {
    "unreadable file": (0o700, 0o000, "may not read the database"),
    "read-only file": (0o700, 0o400, "is read-only for this account"),
    "read-only folder": (0o500, 0o600, "folder .* is read-only for this account"),
}


@pytest.mark.parametrize(("folder_mode", "file_mode", "words"), RIGHTS.values(), ids=RIGHTS.keys())
def test_missing_rights_are_named(
    open_folder: Path, folder_mode: int, file_mode: int, words: str
) -> None:
    """An account that lacks a right is told which one, and nothing is changed."""
    folder = open_folder / "data"
    folder.mkdir()
    path = open_database(str(folder / "keytui.db"))
    close_database()
    before = contents(folder)
    for place, bits in ((path, file_mode), (folder, folder_mode)):
        give_to_nobody(place)
        place.chmod(bits)
    ended = python_as_nobody(OPEN, TRY, path)
    folder.chmod(0o700)
    path.chmod(0o600)
    assert ended.stderr == ""
    assert ended.stdout.count("\n") == 1
    assert re.search(words, ended.stdout)
    assert contents(folder) == before


def test_no_database_is_created_in_a_folder_of_somebody_else(open_folder: Path) -> None:
    """Where an account may not write it is told so, before anything is tried."""
    open_folder.chmod(0o555)
    ended = python_as_nobody(OPEN, TRY, open_folder / "keytui.db")
    open_folder.chmod(0o755)
    assert ended.stderr == ""
    assert f"The folder {open_folder} is read-only for this account" in ended.stdout
    assert contents(open_folder) == {}


def test_a_locked_database_opens_and_says_busy_on_writing(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer delays nobody's reading; a write that waited too long says try again."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(ours, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        open_database(str(ours))
        with (
            pytest.raises(DatabaseBusy, match="try again in a moment"),
            storage.transaction(),
        ):
            pytest.fail("the block runs only when the database is ours")
        other.execute("ROLLBACK")
        with storage.transaction():
            pass
