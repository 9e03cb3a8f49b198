"""Opening the database: a new one is private and whole, an old one is ours or left alone."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.errors import BadInput, DatabaseUnusable, KeytuiError
from keytui.storage import models
from keytui.storage.database import close_database, open_database
from keytui.storage.location import sqlite_path
from tests.storage.old import make_old
from tests.support import NOBODY, rows


def mode(path: Path) -> int:
    """Return the permission bits of ``path``."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_database_is_private_whatever_the_umask(tmp_path: Path) -> None:
    """The file and all that lies beside it is readable by its account alone."""
    umask = os.umask(0)
    try:
        path = open_database(str(tmp_path / "keytui.db"))
        models.UserRow.create(user_id="maria", role="user", created_at=1)
        found = {file.name: mode(file) for file in tmp_path.iterdir()}
    finally:
        close_database()
        os.umask(umask)
    assert found == {
        path.name: 0o600,
        f"{path.name}-wal": 0o600,
        f"{path.name}-shm": 0o600,
        f"{path.name}.audit-key": 0o600,
        f".{path.name}.lock": 0o600,
    }


def test_a_closed_database_is_one_file_and_its_lock(tmp_path: Path) -> None:
    """After a first run no half-built file stays behind."""
    open_database(str(tmp_path / "keytui.db"))
    close_database()
    assert {file.name for file in tmp_path.iterdir()} == {
        "keytui.db",
        "keytui.db.audit-key",
        ".keytui.db.lock",
    }


def test_the_rows_are_there_after_opening_again(tmp_path: Path) -> None:
    """A second start finds what the first one wrote."""
    for count in range(3):
        open_database(str(tmp_path / "keytui.db"))
        assert models.UserRow.select().count() == count
        models.UserRow.create(user_id=f"user{count}", role="user", created_at=1)
        close_database()


@pytest.mark.parametrize(
    "name",
    ["100%.db", "a b.db", "what?.db", "with#hash.db", "naïve 日本.db", ":memory:"],
)
def test_any_file_name_is_a_file_name(tmp_path: Path, name: str) -> None:
    """Characters that mean something in a URL mean themselves in a path."""
    path = open_database(str(tmp_path / name))
    close_database()
    assert path == tmp_path / name
    assert open_database(str(path)) == path
    close_database()
    assert path.stat().st_size > 0


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("secure_delete", 1),
    ],
)
def test_every_thread_gets_a_safe_connection(database: Path, pragma: str, value: object) -> None:
    """WAL, synchronous FULL and foreign keys are on in each thread's own connection."""
    found = [rows(f"PRAGMA {pragma}")]

    def look() -> None:
        found.append(rows(f"PRAGMA {pragma}"))
        close_database()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [[(value,)], [(value,)]]


OPEN_WHEN_TOLD = """
import sys
from keytui.storage.database import open_database, close_database
from keytui.storage.models import UserRow, database
import playhouse.migrations
print("ready", flush=True)
sys.stdin.readline()
open_database(sys.argv[1])
UserRow.create(user_id=sys.argv[2], role="user", created_at=1)
print(database.execute_sql("SELECT count(*) FROM migration").fetchone()[0])
close_database()
"""


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_six_processes_open_a_database_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    """One creates or upgrades it, once; five wait, and all succeed."""
    path = tmp_path / "keytui.db"
    if old:
        make_old(path, monkeypatch)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(path), f"user{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    ends = [(*racer.communicate(timeout=60), racer.returncode) for racer in racers]
    migrations = len(list((Path(models.__file__).parent / "migrations").glob("0*.py")))
    assert ends == [(f"{migrations}\n", "", 0)] * 6
    open_database(str(path))
    assert models.UserRow.select().count() == 6
    close_database()


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("keys.db", "{here}/keys.db"),
        ("/var/lib/keys.db", "/var/lib/keys.db"),
        ("~/keys.db", "{home}/keys.db"),
        ("sqlite:///keys.db", "{here}/keys.db"),
        ("sqlite:////var/lib/keys.db", "/var/lib/keys.db"),
    ],
)
def test_a_location_is_a_path_or_an_sqlite_url(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, location: str, path: str
) -> None:
    """A path, with ~ for the home folder, and sqlite:/// URLs name a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/maria")
    expected = path.format(here=tmp_path, home="/home/maria")
    assert sqlite_path(location) == expected


@pytest.mark.parametrize(
    "location", ["mysql://maria:hunter2@db/keys", "sqlite://keys.db", "https://x/y"]
)
def test_a_url_of_another_kind_is_refused_without_its_password(location: str) -> None:
    """What keytui cannot use is said by its kind alone."""
    with pytest.raises(BadInput, match="give a file path") as refused:
        open_database(location)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "location",
    ["", "sqlite:///", "~nobody-of-this-name/keys.db", "a\0b.db", "x" * 300, "y" * 5_000 + "/z.db"],
    ids=[
        "nothing",
        "nothing in a URL",
        "unknown home folder",
        "NUL",
        "name too long",
        "path too long",
    ],
)
def test_an_impossible_path_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, location: str
) -> None:
    """A path that cannot exist is refused like any other, not with an internal error."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeytuiError) as refused:
        open_database(location)
    assert str(refused.value).endswith(".")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_pages_that_another_account_laid_beside_are_refused(tmp_path: Path, end: str) -> None:
    """SQLite would take them for the newest: whoever may write the folder could replace everything."""
    path = open_database(str(tmp_path / "keytui.db"))
    close_database()
    planted = Path(f"{path}{end}")
    planted.write_bytes(b"")
    os.chown(planted, NOBODY, NOBODY)
    with pytest.raises(DatabaseUnusable, match=f"{end} belongs to another account"):
        open_database(str(path))
    with pytest.raises(DatabaseUnusable, match=f"{end} belongs to another account"):
        Verifier(str(path))
    planted.unlink()
    open_database(str(path))
    close_database()
