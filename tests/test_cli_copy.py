"""``keytui copy``: to a server and back, at the command line's door."""

from pathlib import Path
from unittest.mock import patch

import pytest

from keytui.domain.permissions import Role
from keytui.storage import copy_rows
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import keytui, make_person, said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a database file with an administrator, adam."""
    path = open_database(str(tmp_path / "keytui.db"))
    make_person(path, "adam", Role.ADMINISTRATOR)
    close_database()
    return path


def test_to_a_server_and_back(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each says it needs is what it needs; the heads that are printed fit."""
    url = server().empty()
    answer = keytui("--database", file, "copy", "--to", url)
    assert answer.code == 0, answer.err
    assert "is a whole copy: 1 user, 0 API keys, 0 SSH keys, " in answer.err
    key = f"{file}.audit-key"
    assert f"It needs the audit key {key}: where people work, put a copy" in answer.err
    monkeypatch.setenv("KEYTUI_AUDIT_KEY", key)
    head = answer.out.strip()
    assert keytui("--database", url, "audit", "check", "--head", head).code == 0
    assert keytui("--database", url, "user", "add", "maria").code == 0

    back = tmp_path / "back.db"
    answer = keytui("copy", "--from", url, "--to", back)
    assert answer.code == 0, answer.err
    assert f"{back} is a whole copy: 2 users, " in answer.err
    assert f"Its audit key is {back}.audit-key" in answer.err
    monkeypatch.delenv("KEYTUI_AUDIT_KEY")
    assert keytui("--database", back, "audit", "check", "--head", answer.out.strip()).code == 0
    assert keytui("--database", back, "doctor", "--quiet").out.count("problem") == 0
    assert back.stat().st_mode & 0o777 == 0o600


def test_stopped_it_says_how_to_go_on(file: Path, tmp_path: Path) -> None:
    """Ctrl+C ends it with one sentence; meanwhile nobody can work with the half; then it goes on."""
    target = tmp_path / "copy.db"
    with patch.object(copy_rows, "write", side_effect=KeyboardInterrupt):
        answer = keytui("--database", file, "copy", "--to", target)
    assert (answer.code, said(answer)) == (
        2,
        "Stopped: run the same command again, and it goes on.",
    )
    for command in (["user", "list"], ["verify"], ["doctor"], ["restore", target, "--yes"]):
        database = file if command[0] == "restore" else target
        answer = keytui("--database", database, *command)
        assert answer.code != 0
        assert "a copy that was not finished" in answer.out + answer.err
    assert keytui("--database", file, "copy", "--to", target).code == 0
    assert keytui("--database", target, "user", "list").out.startswith("adam\t")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--to", "mysql://x"], "keytui cannot use a mysql database"),
        (["--to", "postgresql://127.0.0.1:1/x"], "cannot be reached"),
        (["--to", "/nowhere/copy.db"], "The folder /nowhere does not exist"),
        (["--to", "copy.db-wal"], "is a name for files that belong to a database"),
        (["--to", "copy.db", "--from", "none.db"], "There is no database"),
        (["--to", "copy.db", "--to-audit-key", "/nowhere/key"], "--to-audit-key"),
        ([], "Missing option '--to'"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], sentence: str
) -> None:
    """And nothing is left where the copy would have been."""
    monkeypatch.chdir(file.parent)
    before = {path.name for path in file.parent.iterdir()}
    assert sentence in said(keytui("--database", file, "copy", *options))
    left = {path.name for path in file.parent.iterdir()} - before
    assert left <= {".copy.db.lock"}
