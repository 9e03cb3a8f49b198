"""The command line when it says no: one sentence, an exit code, never a traceback."""

import os
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.storage.database import close_database
from tests.support import (
    PASSWORD,
    WRONG_PASSWORD,
    MakePerson,
    give_to_nobody,
    keytui,
    people_and_keys,
    rows,
    said,
)


def test_a_look_alike_is_refused_and_never_folded(database: Path, person: MakePerson) -> None:
    """A Kelvin sign is no k: kim is not deactivated by a name that only looks like theirs."""
    person("kim")
    answer = keytui("--database", database, "user", "deactivate", "\u212aim", "--reason", "x")
    assert answer.code == 1
    assert rows('SELECT status FROM "user"') == [("active",)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("maria", WRONG_PASSWORD + "\n"),
        ("maria", ""),
        ("maria", "\n" + PASSWORD),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("maria", b"\xff\xfe\n"),
        ("\udcff", PASSWORD),
        ("x" * 10_000, PASSWORD),
    ],
    ids=[
        "wrong",
        "nothing",
        "second line",
        "unknown",
        "no name",
        "not UTF-8",
        "name not UTF-8",
        "10,000 characters",
    ],
)
def test_whoever_does_not_prove_who_they_are_is_refused(
    database: Path, maria: Actor, name: str, typed: str | bytes
) -> None:
    """Exit code 1 and the same words for every wrong proof."""
    answer = keytui("--database", database, "key", "list", "--user", name, typed=typed)
    assert (answer.code, said(answer)) == (
        1,
        "Wrong User ID, password or sign-in code.",
    )


def test_another_account_must_sign_in(database: Path, maria: Actor) -> None:
    """Whoever does not own the file, root as well, is told to use --user."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    give_to_nobody(database)
    answer = keytui("--database", database, "user", "list")
    assert answer.code == 1
    assert "use --user with your User ID" in said(answer)


IMPOSSIBLE = {
    "User ID that does not fit": (["user", "add", "a b"], 1),
    "unknown person": (["user", "reset-sign-in", "nobody"], 1),
    "unknown key": (["key", "deactivate", "99", "--reason", "x"], 1),
    "unknown owner": (["key", "list", "nobody"], 1),
    "owner with an escape sequence": (["key", "list", "a\x1b[31mb"], 1),
    "owner that is not UTF-8": (["key", "list", "\udcff"], 1),
    "person that is not UTF-8": (["user", "reset-sign-in", "\udcff"], 1),
    "empty reason": (["key", "deactivate", "1", "--reason", ""], 1),
    "report in no folder": (["export", "--output", "/no/such/folder/x"], 1),
    "report in no home": (["export", "--output", "~nobody-of-this-name/x"], 1),
}


@pytest.mark.parametrize(("command", "code"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_done_is_one_sentence(
    database: Path, maria: Actor, command: list[str], code: int
) -> None:
    """Exit code 1, nothing on standard output, one harmless line on standard error."""
    before = people_and_keys()
    answer = keytui("--database", database, *command)
    assert answer.code == code
    assert "\x1b" not in said(answer)
    assert people_and_keys() == before


@pytest.mark.parametrize("command", [[], ["demo"], ["demo", "--as", "maria"]])
def test_the_app_wants_a_terminal(tmp_path: Path, command: list[str]) -> None:
    """Without one it says so, exits 2 and creates nothing."""
    answer = keytui("--database", tmp_path / "keytui.db", *command)
    assert answer.code == 2
    assert said(answer).startswith("The app needs a terminal")
    assert list(tmp_path.glob("**/*.db")) == []


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("/no/such/folder/keytui.db", 2),
        ("/", 2),
        ("/dev/null", 2),
        ("mysql://maria:hunter2@db/keys", 1),
        ("~nobody-of-this-name/keytui.db", 1),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(location: str, code: int) -> None:
    """It could not be tried: exit code 2, unless the location itself does not fit."""
    answer = keytui("--database", location, "user", "list")
    assert answer.code == code
    assert "hunter2" not in said(answer)


@pytest.mark.parametrize(
    "command",
    [
        ["no-such-command"],
        ["user", "list", "--no-such-option"],
        ["key", "deactivate", "x", "--reason", "y"],
        ["key", "deactivate", "0", "--reason", "y"],
        ["key", "deactivate", "1"],
        ["user", "role", "maria", "root"],
        ["export", "--format", "xlsx"],
        ["--look", "pink", "user", "list"],
    ],
)
def test_a_wrong_command_line_exits_2(database: Path, command: list[str]) -> None:
    """What cannot be understood is one sentence, and it says where to read on."""
    answer = keytui("--database", database, *command)
    assert answer.code == 2
    assert said(answer).endswith(" --help.")


def test_a_question_without_an_answer_changes_nothing(database: Path, maria: Actor) -> None:
    """Where nobody answers, a restore says that it stopped, and stops."""
    close_database()
    assert keytui("--database", database, "backup", database.with_name("kept.db")).code == 0
    before = database.read_bytes()
    answer = keytui("--database", database, "restore", database.with_name("kept.db"))
    assert answer.code == 2
    assert answer.err.splitlines()[-1] == "keytui: Stopped: nothing was changed."
    assert database.read_bytes() == before
