"""The command line: standard output is the answer, standard error the talk."""

import csv
import io
import json
import re
import stat
from pathlib import Path

import pytest

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, users
from keytui.storage.models import ApiKeyRow
from tests.support import (
    PASSWORD,
    Answer,
    keytui,
    rows,
    said,
    text_of,
    trail,
)

CODE = r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}\n"


def test_adding_a_person_answers_with_their_code_alone(database: Path) -> None:
    """Standard output is the code, ready for a pipe; what it is stands on standard error."""
    answer = keytui("--database", database, "user", "add", "Maria")
    assert (answer.code, bool(re.fullmatch(CODE, answer.out))) == (0, True)
    assert answer.err == (
        "One-time sign-in code for maria, good for 72 hours. It is shown only now:\n"
    )
    keytui("--database", database, "user", "add", "adam", "--administrator")
    assert rows('SELECT user_id, role FROM "user"') == [
        ("maria", "user"),
        ("adam", "administrator"),
    ]


def test_the_code_of_a_new_person_works(database: Path) -> None:
    """What was printed signs in; until a password is chosen the command line says so."""
    code = keytui("--database", database, "user", "add", "maria").out
    answer = keytui("--database", database, "key", "list", "--user", "maria", typed=code)
    assert (answer.code, said(answer)) == (
        1,
        "Choose a password first: open keytui and sign in with the code.",
    )


def test_resetting_a_sign_in_answers_with_a_new_code(database: Path, maria: Actor) -> None:
    """The old password is over and the new code is the answer."""
    answer = keytui("--database", database, "user", "reset-sign-in", "MARIA")
    assert (answer.code, bool(re.fullmatch(CODE, answer.out))) == (0, True)
    assert rows('SELECT password_hash FROM "user"') == [(None,)]


def test_people_are_listed_in_columns(database: Path, maria: Actor, adam: Actor) -> None:
    """A line a person: User ID, role, status, active keys and last sign-in, between tabs."""
    api_keys.create_key(maria, "CI")
    users.add_user(adam, "zoe", Role.USER)
    answer = keytui("--database", database, "user", "list")
    lines = [line.split("\t") for line in answer.out.splitlines()]
    assert [line[:4] for line in lines] == [
        ["adam", "administrator", "active", "0"],
        ["maria", "user", "active", "1"],
        ["zoe", "user", "active", "0"],
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[1][4])
    assert lines[2][4] == "never"
    assert (answer.code, answer.err) == (0, "")


def test_keys_are_listed_in_columns(database: Path, maria: Actor) -> None:
    """A line a key: number, mask, state, age, last use and label, between tabs."""
    key, secret = api_keys.create_key(maria, "CI runner")
    api_keys.confirm_key(maria, key.key_id)
    answer = keytui("--database", database, "key", "list", "--user", "maria", typed=PASSWORD)
    mask = "••••" + text_of(secret)[-4:]
    assert answer.out.split("\t") == [
        str(key.key_id),
        mask,
        "active",
        "0 d",
        "never",
        "CI runner\n",
    ]
    assert (answer.code, answer.err) == (0, "")


def test_a_label_that_acts_is_listed_harmlessly(database: Path, maria: Actor) -> None:
    """A label that came by another way reaches no terminal with its escape sequence."""
    api_keys.create_key(maria, "CI")
    ApiKeyRow.update(label="a\x1b]52;c;eA==\x07\nb").execute()
    answer = keytui("--database", database, "key", "list", "maria")
    assert answer.out.endswith("a]52;c;eA==b\n")
    assert answer.out.count("\n") == 1


def test_a_key_is_deactivated(database: Path, maria: Actor) -> None:
    """The talk is on standard error, the reason on record."""
    key, _ = api_keys.create_key(maria, "CI")
    command = ["key", "deactivate", str(key.key_id), "--reason", "lost"]
    answer = keytui("--database", database, *command)
    assert answer == Answer(0, "", f"Key {key.key_id} is inactive.\n")
    assert api_keys.list_keys(maria)[0].deactivation_reason == "lost"
    again = keytui("--database", database, *command)
    assert again.code == 1
    assert said(again) == f"Key {key.key_id} is inactive already: nothing was changed."


class TestDeactivateMany:
    """``keytui key deactivate-many``."""

    @pytest.fixture
    def command(self, database: Path, maria: Actor) -> list[str | Path]:
        """Give maria three keys; return the command that ends those never used."""
        for label in ("one", "two", "three"):
            api_keys.create_key(maria, label)
        ApiKeyRow.update(last_used_at=1).where(ApiKeyRow.label == "two").execute()
        many = ["key", "deactivate-many", "--filter", "never-used", "--reason", "stale"]
        return ["--database", database, *many]

    def test_the_expected_number_ends_them(self, command: list[str | Path]) -> None:
        """With --expect nothing is asked; another number ends nothing."""
        answer = keytui(*command, "--expect", "3")
        assert (answer.code, said(answer)) == (
            1,
            "2 keys would end now, not 3: nothing was changed. Look again, and confirm the right number.",
        )
        answer = keytui(*command, "--expect", "2")
        assert (answer.code, answer.out) == (0, "")
        assert re.fullmatch(
            r"2 keys deactivated, each on record as bulk [0-9a-f]{12}\.\n", answer.err
        )
        assert rows("SELECT label FROM api_key WHERE deactivated_at IS NULL") == [("two",)]

    def test_their_number_is_asked(self, command: list[str | Path], maria: Actor) -> None:
        """Without --expect it says who loses what, and wants the number typed."""
        answer = keytui(*command, typed="yes\n")
        assert answer.code == 1
        assert "  maria  key 1  ••••" in answer.err
        assert "2 keys, of owners: 1, used in the last day (!): 0." in answer.err
        assert "That is not their number: nothing was changed." in answer.err
        assert len(rows("SELECT * FROM api_key WHERE deactivated_at IS NULL")) == 3
        assert keytui(*command, typed="2\n").code == 0
        again = keytui(*command, "--yes")
        assert (again.code, said(again)) == (
            1,
            "None of these keys is left to deactivate: nothing was changed.",
        )

    def test_yes_asks_nothing(self, command: list[str | Path]) -> None:
        """For scripts: whatever the filter finds."""
        assert keytui(*command, "--yes", "--owner", "maria").code == 0
        assert len(rows("SELECT * FROM api_key WHERE deactivated_at IS NULL")) == 1

    def test_a_wrong_command_line_says_which_filters_there_are(self, database: Path) -> None:
        """A filter that is none is refused by click, with the list of them."""
        answer = keytui("--database", database, "key", "deactivate-many", "--filter", "lost")
        assert answer.code == 2
        assert "never-used" in said(answer)


def test_offboarding_answers_with_the_receipt(database: Path, maria: Actor) -> None:
    """Standard output is the receipt; a second time there is nothing left to end."""
    api_keys.create_key(maria, "CI")
    command = ["--database", database, "user", "offboard", "MARIA", "--reason", "left"]
    answer = keytui(*command)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Offboarded: maria (user)\nWhen: ")
    assert "\n- 1 API key\n  key 1  ••••" in answer.out
    again = keytui(*command)
    assert (again.code, said(again)) == (
        1,
        "maria is inactive and has no keys left: nothing was changed.",
    )


def test_a_person_is_promoted_and_deactivated(database: Path, maria: Actor, adam: Actor) -> None:
    """A promotion that ends keys wants their number; then a deactivation wants a reason."""
    api_keys.create_key(maria, "CI")
    promote = ["--database", database, "user", "role", "maria", "administrator"]
    answer = keytui(*promote)
    assert (answer.code, said(answer)) == (
        1,
        "maria now holds 1 active keys, not 0: look again, and say the right number if they shall end.",
    )
    assert keytui(*promote, "--active-keys", "1").code == 0
    ended = keytui("--database", database, "user", "deactivate", "maria", "--reason", "left")
    assert ended == Answer(0, "", "maria is inactive. Their keys stopped working.\n")


def test_an_export_to_standard_output_is_the_report(database: Path, maria: Actor) -> None:
    """Nothing but the report stands on standard output, in both forms."""
    api_keys.create_key(maria, "CI")
    answer = keytui("--database", database, "export")
    table = list(csv.reader(io.StringIO(answer.out, newline="")))
    assert (answer.code, len(table)) == (0, 2)
    assert re.fullmatch(r"Audit head [0-9]+:[0-9a-f]{64}\n", answer.err)
    answer = keytui("--database", database, "export", "--format", "jsonl")
    assert json.loads(answer.out)["user_id"] == "maria"


def test_an_export_to_a_file_replaces_only_when_told(
    database: Path, maria: Actor, tmp_path: Path
) -> None:
    """The second export wants --replace; the talk says how many keys went where."""
    path = tmp_path / "report.csv"
    command = ["--database", database, "export", "--output", path]
    answer = keytui(*command)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.startswith(f"0 keys written to {path}.\nAudit head ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = keytui(*command)
    assert (again.code, said(again)) == (
        1,
        f"{path} exists already: nothing was written. Use --replace to replace it.",
    )
    assert keytui(*command, "--replace").code == 0


def test_the_audit_trail_is_listed(database: Path, maria: Actor) -> None:
    """Newest first, as lines or as JSON objects, narrowed by text and number."""
    api_keys.create_key(maria, "CI")
    command = ["--database", database, "audit", "list"]
    (first,) = keytui(*command, "--limit", "1").out.splitlines()
    assert "  maria  api_key:create  done  key 1  CI  ssh 10.0.4.17" in first
    lines = keytui(*command, "--filter", "API_KEY", "--json").out.splitlines()
    (event,) = [json.loads(line) for line in lines]
    assert (event["actor"], event["action"]) == ("maria", "api_key:create")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["at"])


@pytest.mark.parametrize("end", ["", "\n", "\nnot read\n"])
def test_the_password_is_the_first_line_of_standard_input(
    database: Path, maria: Actor, end: str
) -> None:
    """A script gives the password with or without a newline, and more may follow."""
    command = ["--database", database, "audit", "list", "--user", "Maria"]
    assert keytui(*command, typed=PASSWORD + end).code == 0
    assert trail()[-1].actor == "maria"


def test_without_a_name_the_database_is_in_a_private_default_folder(
    tmp_path: Path,
) -> None:
    """Adding the first person creates folder 0700 and file 0600; no other command does."""
    assert keytui("user", "list").code == 2
    assert keytui("export").code == 2
    assert not (tmp_path / "xdg-data").exists()
    assert keytui("user", "add", "adam", "--administrator").code == 0
    path = tmp_path / "xdg-data" / "keytui" / "keytui.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_environment_names_a_database(
    database: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``KEYTUI_DATABASE`` stands for ``--database``."""
    monkeypatch.setenv("KEYTUI_DATABASE", str(database))
    assert keytui("user", "list").out.startswith("maria\t")


def test_the_origin_of_a_command_is_on_record(
    database: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under SSH the address is in the event."""
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 1 192.0.2.1 22")
    keytui("--database", database, "user", "reset-sign-in", "maria")
    assert trail()[-1].origin == "ssh 192.0.2.7"
