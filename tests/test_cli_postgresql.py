"""The command line on a PostgreSQL server."""

import os
from pathlib import Path

import pytest

from keytui.domain.permissions import Role
from keytui.storage import models
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import NOBODY, PASSWORD, Answer, keytui, make_person, said


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the audit key is, which the environment names."""
    path = tmp_path / "audit-key"
    monkeypatch.setenv("KEYTUI_AUDIT_KEY", str(path))
    return path


@pytest.fixture
def url(key: Path) -> str:
    """Return the URL of a database with an administrator, adam."""
    made = server().fresh(key)
    make_person(open_database(made, audit_key_file=str(key)), "adam", Role.ADMINISTRATOR)
    close_database()
    return made


def test_the_host_is_whoever_owns_the_audit_key(url: str, key: Path) -> None:
    """Its acts are on record as the host's; another account must sign in."""
    assert keytui("--database", url, "user", "list").out.startswith("adam\tadministrator")
    assert keytui("--database", url, "user", "add", "maria").code == 0
    assert " host:" in keytui("--database", url, "audit", "list").out
    os.chown(key, NOBODY, -1)
    answer = keytui("--database", url, "user", "list")
    assert f"Only the account that owns {key} may do this" in said(answer)


def test_the_first_person_makes_the_tables(key: Path) -> None:
    """On an empty database only adding somebody, or the app, makes them."""
    url = server().empty()
    assert "is empty" in said(keytui("--database", url, "user", "list"))
    assert keytui("--database", url, "user", "add", "adam", "--administrator").code == 0
    assert keytui("--database", url, "user", "list").out.startswith("adam\t")


def test_a_person_signs_in_by_their_password(url: str) -> None:
    """``--user`` works as with a file."""
    answer = keytui("--database", url, "user", "list", "--user", "adam", typed=PASSWORD)
    assert (answer.code, answer.out.split("\t")[0]) == (0, "adam")


def test_export_and_audit_check_work(url: str) -> None:
    """The head of the one fits the other."""
    answer = keytui("--database", url, "export")
    head = answer.err.split("Audit head ")[1].strip()
    assert answer.out.startswith('"user_id"')
    assert keytui("--database", url, "audit", "check", "--head", head).code == 0


def test_a_new_audit_key_goes_on_with_the_chain(url: str, key: Path) -> None:
    """A lost key stops what would be recorded, until a new one is made by its account."""
    key.unlink()
    assert "is missing" in keytui("--database", url, "audit", "check").err
    assert keytui("--database", url, "audit", "new-key", "--reason", "lost").code == 0
    assert keytui("--database", url, "audit", "check").code == 0


def test_the_audit_key_s_folder_must_be_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in its path is said, and nothing is created."""
    monkeypatch.setenv("KEYTUI_AUDIT_KEY", "/nowhere/audit-key")
    assert "The folder /nowhere of the audit key" in said(keytui("--database", url, "user", "list"))


def test_backup_and_restore_name_postgresql_s_own(url: str, tmp_path: Path) -> None:
    """One sentence each, and no file."""
    answer = keytui("--database", url, "backup", tmp_path / "copy.db")
    assert "use pg_dump" in said(answer)
    assert not (tmp_path / "copy.db").exists()
    answer = keytui("--database", url, "restore", tmp_path / "copy.db", "--yes")
    assert "use pg_restore" in said(answer)


def doctor(url: str) -> Answer:
    """Run the doctor, told of problems only."""
    return keytui("--database", url, "doctor", "--quiet")


def test_the_doctor_finds_nothing_wrong(url: str) -> None:
    """It says what it looked at."""
    assert doctor(url).out == ""
    shown = keytui("--database", url, "doctor").out
    for words in ("PostgreSQL 1", "Its rules are in place", "The audit chain is whole"):
        assert words in shown
    assert "may take the rules of the database away" in shown


def test_the_doctor_finds_what_is_wrong(url: str, key: Path) -> None:
    """A key open to others, a rule gone, an event changed, a server that does not answer."""
    key.chmod(0o644)
    assert f"Other accounts may open {key}" in doctor(url).out
    key.chmod(0o600)
    open_database(url, audit_key_file=str(key))
    for statement in (
        "DROP TRIGGER kt_event_final_on_audit_event_update ON audit_event",
        "UPDATE audit_event SET detail = 'x' WHERE id = 2",
    ):
        models.database.execute_sql(statement)
    close_database()
    answer = doctor(url)
    assert answer.code == 1
    assert "kt_event_final_on_audit_event_update is missing" in answer.out
    assert "Event 2 was changed." in answer.out
    assert "cannot be reached" in doctor("postgresql://127.0.0.1:1/x").out
