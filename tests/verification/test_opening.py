"""Opening a verifier: a database of ours, up to date, or one sentence; nothing is ever created."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.errors import DatabaseUnusable
from tests.support import give_to_nobody, python_as_nobody
from tests.verification.support import Ring, copy_ring


def change(path: Path, statement: str) -> None:
    """Run a statement on a database, past keytui."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def missing(path: Path) -> None:
    """Take the file away."""
    path.unlink()


def folder(path: Path) -> None:
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


def foreign(path: Path) -> None:
    """Put another program's database in its place."""
    path.unlink()
    change(path, "CREATE TABLE api_key (id INTEGER)")


def empty(path: Path) -> None:
    """Leave nothing in the file."""
    path.write_bytes(b"")


def text(path: Path) -> None:
    """Put a text in its place."""
    path.write_text("API keys: none of your business\n" * 100)


def newer(path: Path) -> None:
    """Make it the database of a later keytui."""
    change(path, "INSERT INTO migration (name, applied) VALUES ('9999_later', 1)")


def older(path: Path) -> None:
    """Make it the database of an earlier keytui."""
    change(path, "DELETE FROM migration WHERE name LIKE '0002%'")


def torn(path: Path) -> None:
    """Damage every page but the first."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (missing, "There is no database {}: name another with --database."),
    (folder, "{} is a folder: name a file with --database."),
    (
        foreign,
        "The database {} belongs to another program: name another file with --database.",
    ),
    (
        empty,
        "The database {} is empty: restore it from a backup, or remove the file to start anew.",
    ),
    (text, "The file is not a database: name another with --database."),
    (newer, "The database {} was made by a newer keytui: upgrade keytui to use it."),
    (
        older,
        "The database {} was made by an older keytui: run keytui on it once, which brings it up to date.",
    ),
    (torn, "The database file is damaged: restore it from a backup."),
]


@pytest.mark.parametrize(
    ("fault", "sentence"), FAULTS, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_cannot_be_used_is_one_sentence(
    ring: Ring, fault: Callable[[Path], None], sentence: str
) -> None:
    """The sentence names the file and what to do; neither the file nor its folder changes."""
    fault(ring.database)
    before = {file: file.is_file() and file.read_bytes() for file in ring.database.parent.iterdir()}
    with pytest.raises(DatabaseUnusable) as raised:
        Verifier(ring.database)
    after = {file: file.is_file() and file.read_bytes() for file in ring.database.parent.iterdir()}
    assert str(raised.value) == sentence.format(ring.database)
    assert {file: content for file, content in after.items() if file in before} == before
    assert set(after) - set(before) == set()


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    """No folder is created either."""
    path = tmp_path / "no" / "keytui.db"
    with pytest.raises(DatabaseUnusable, match=f"There is no database {path}"):
        Verifier(path)
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_file_is_one_sentence(ring: Ring, open_folder: Path) -> None:
    """An account that may not read the file is told so."""
    theirs = copy_ring(ring, open_folder)
    give_to_nobody(theirs.database)
    theirs.database.chmod(0)
    ended = python_as_nobody(
        "import sys\nfrom keytui import Verifier\nfrom keytui.domain.errors import DatabaseUnusable",
        "try:\n    Verifier(sys.argv[1])\nexcept DatabaseUnusable as error:\n    print(error)",
        theirs.database,
    )
    assert ended.stdout == (
        f"This account may not read the database {theirs.database}: use the account that owns it.\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_alone_in_a_read_only_folder_it_says_so(ring: Ring, open_folder: Path) -> None:
    """Without -wal and -shm, and without the right to create them, nothing can be read: no yes."""
    theirs = copy_ring(ring, open_folder)
    theirs.database.chmod(0o644)
    ended = python_as_nobody(
        "import signal, sys\nfrom keytui import Verifier\n"
        "from keytui.domain.errors import DatabaseUnusable",
        "try:\n    print(Verifier(sys.argv[1]).verify(sys.argv[2]))\n"
        "except DatabaseUnusable as error:\n    print(error)",
        theirs.database,
        ring.valid.text,
    )
    assert ended.stderr == ""
    assert "belong to this account" in ended.stdout or "read-only" in ended.stdout
    assert "VALID" not in ended.stdout


@pytest.mark.parametrize("name", ["100%.db", "a b.db", "what?.db", "with#hash.db", "naïve 日本.db"])
def test_any_file_name_is_a_file_name(ring: Ring, tmp_path: Path, name: str) -> None:
    """Characters that mean something in a URI mean themselves; last used is written there too."""
    path = tmp_path / name
    shutil.copy(ring.database, path)
    with Verifier(path) as verifier:
        assert verifier.verify(ring.valid.text)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT count(*) FROM api_key WHERE last_used_at > 0")
        assert found.fetchone() == (1,)
    assert ring.never_used()


def test_a_relative_path_stays_the_same_file(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that changes its folder afterwards still verifies and writes there."""
    monkeypatch.chdir(ring.database.parent)
    with Verifier(ring.database.name) as verifier:
        monkeypatch.chdir("/")
        assert verifier.verify(ring.valid.text)
    assert ring.is_written(ring.valid)


def test_a_check_says_whether_keys_can_be_verified(ring: Ring, verifier: Verifier) -> None:
    """``check`` passes on a good database and raises where a verification would."""
    verifier.check()
    torn(ring.database)
    other = ring.database.with_name("other.db")
    shutil.copy(ring.database, other)
    with pytest.raises(DatabaseUnusable):
        Verifier(other).check()
