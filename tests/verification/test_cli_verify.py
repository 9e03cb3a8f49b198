"""``keytui verify``: a key on standard input, one line, an exit code."""

import json
from pathlib import Path

import pytest

from keytui.domain import clock
from tests.support import keytui, said
from tests.verification.support import LABEL, Ring

TOLD = "verify takes its key from standard input, and only --json and --database."
KINDS = {
    "valid": (0, f"valid: key 1 of maria, {LABEL}\n"),
    "deactivated": (1, "deactivated: key 3 of maria, old\n"),
    "expired": (1, "expired: key 4 of maria, trial\n"),
    "owner_inactive": (1, "owner inactive: key 5 of tom, tom's\n"),
    "unknown": (1, "unknown\n"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_gets_one_line_and_an_exit_code(ring: Ring, kind: str) -> None:
    """0 for a good key, 1 for any other; the line says why, for the operator who asked."""
    key = getattr(ring, kind)
    answer = keytui("verify", "--database", ring.database, typed=f"{key.text}\n")
    assert (answer.code, answer.out) == KINDS[kind]
    assert answer.err == ""


@pytest.mark.parametrize("kind", KINDS)
def test_json_is_one_object(ring: Ring, kind: str) -> None:
    """With ``--json`` the verdict comes as one object on one line, the key text not in it."""
    key = getattr(ring, kind)
    answer = keytui("verify", "--json", "--database", ring.database, typed=key.text)
    found = json.loads(answer.out)
    assert answer.out.count("\n") == 1
    assert answer.code == KINDS[kind][0]
    assert list(found) == ["valid", "code", "key_id", "user_id", "label"]
    assert found["valid"] is (kind == "valid")
    assert found["code"] == kind.replace("_", " ")
    assert found["key_id"] == key.key_id
    assert key.text not in answer.out + answer.err


def test_a_good_verification_is_a_use(ring: Ring) -> None:
    """The last use is written before the command ends, from ``local``."""
    before = clock.now()
    keytui("verify", "--database", ring.database, typed=ring.valid.text)
    at, origin = ring.last_use(ring.valid)
    assert at is not None
    assert before <= at <= clock.now()
    assert origin == "local"


def test_a_use_over_ssh_says_from_where(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sshd says where the client is; the report shows it."""
    monkeypatch.setenv("SSH_CONNECTION", "10.0.4.17 50000 10.0.0.1 22")
    keytui("verify", "--database", ring.database, typed=ring.valid.text)
    assert ring.last_use(ring.valid)[1] == "ssh 10.0.4.17"


@pytest.mark.parametrize("typed", ["{}", "{}\n", "{}\r\n", "  {}\t\n", "{}\nsecond line\n"])
def test_a_line_end_or_a_space_around_the_key_does_not_matter(ring: Ring, typed: str) -> None:
    """``echo``, a file with Windows line ends and a here-document all work."""
    answer = keytui("verify", "--database", ring.database, typed=typed.format(ring.valid.text))
    assert answer.code == 0


@pytest.mark.parametrize(
    "typed",
    [b"", b"\n", b"\n\n", b"\xff\xfe\x00garbage\x80", b"\0" * 100, bytes(range(256)), b"\x1b[2J"],
    ids=["nothing", "a line", "two lines", "no UTF-8", "NULs", "every byte", "an escape"],
)
def test_garbage_is_malformed(ring: Ring, typed: bytes) -> None:
    """Whatever comes, it is a verdict: one word, no traceback, nothing of it repeated."""
    answer = keytui("verify", "--database", ring.database, typed=typed)
    assert (answer.code, answer.out, answer.err) == (1, "malformed\n", "")


def test_a_line_of_a_megabyte_is_malformed(ring: Ring) -> None:
    """Only as much is read as a key can be long; a good key at its start is not found in it."""
    typed = ring.valid.text + "a" * 1_000_000
    answer = keytui("verify", "--database", ring.database, typed=typed)
    assert (answer.code, answer.out) == (1, "malformed\n")


@pytest.mark.parametrize(
    "words",
    [["verify", "{}"], ["verify", "--json", "{}"], ["verify", "--key={}"], ["verify", "--", "{}"]],
    ids=" ".join,
)
def test_a_key_as_an_argument_is_refused_and_not_repeated(ring: Ring, words: list[str]) -> None:
    """Others can read arguments: it is not accepted, and not printed once more."""
    given = [word.format(ring.valid.text) for word in words]
    answer = keytui("--database", ring.database, *given, typed=ring.valid.text)
    assert (answer.code, said(answer)) == (2, TOLD)
    assert ring.valid.text not in answer.err
    assert ring.never_used()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("form", [["--database", "{}"], ["--database={}"]], ids=" ".join)
def test_the_database_may_be_named_before_and_after_the_word(
    ring: Ring, before: bool, form: list[str]
) -> None:
    """``keytui --database X verify`` and ``keytui verify --database X`` are the same, ``=`` or not."""
    named = [word.format(ring.database) for word in form]
    words = [*named, "verify"] if before else ["verify", *named]
    answer = keytui(*words, typed=ring.valid.text)
    assert (answer.code, answer.err) == (0, "")


def test_other_flags_before_the_word_do_not_lose_the_database(ring: Ring) -> None:
    """A flag of the app does not make ``verify`` look at another database than the one named."""
    answer = keytui("--look", "dark", "--database", ring.database, "verify", typed=ring.valid.text)
    assert (answer.code, answer.err) == (0, "")


def test_a_url_names_a_database_too(ring: Ring) -> None:
    """``sqlite:///PATH`` works here as in every command."""
    answer = keytui("verify", "--database", f"sqlite:///{ring.database}", typed=ring.valid.text)
    assert answer.code == 0


def test_the_environment_names_the_database(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """``KEYTUI_DATABASE`` counts where no flag is given, and the flag goes before it."""
    monkeypatch.setenv("KEYTUI_DATABASE", str(ring.database))
    assert keytui("verify", typed=ring.valid.text).code == 0
    assert keytui("verify", "--database", "/no/such.db", typed=ring.valid.text).code == 2


def test_the_configuration_file_names_the_database(ring: Ring, tmp_path: Path) -> None:
    """A service account is configured once; the variable goes before the file."""
    file = tmp_path / "xdg-config" / "keytui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'database = "{ring.database}"\n')
    assert keytui("verify", typed=ring.valid.text).code == 0


def test_the_default_database_is_where_the_app_keeps_it(ring: Ring, tmp_path: Path) -> None:
    """Where nothing is named, the data folder's ``keytui.db`` counts."""
    folder = tmp_path / "xdg-data" / "keytui"
    folder.mkdir(parents=True)
    (folder / "keytui.db").write_bytes(ring.database.read_bytes())
    assert keytui("verify", typed=ring.valid.text).code == 0


def test_a_missing_database_is_exit_code_2(tmp_path: Path) -> None:
    """Not checked is not refused: a script can tell the two apart, and nothing is created."""
    path = tmp_path / "no.db"
    answer = keytui("verify", "--database", path, typed="kt_x")
    assert answer.code == 2
    assert said(answer) == f"There is no database {path}: name another with --database."
    assert not path.exists()


@pytest.mark.parametrize("database", ["postgresql://host/keytui", "~nobody-of-that-name/x", "a\0b"])
def test_a_database_that_cannot_be_is_exit_code_2(database: str) -> None:
    """A location that names no file is not a refused key either."""
    assert keytui("verify", "--database", database, typed="kt_x").code == 2


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_tells_the_exit_codes(word: str) -> None:
    """The help is printed without a database, and a key typed after it is not read."""
    answer = keytui("verify", word)
    assert answer.code == 0
    assert "Exit code: 0 good, 1 not good, 2" in answer.out


def test_the_commands_list_names_verify() -> None:
    """``keytui --help`` shows it with the others."""
    assert "verify" in keytui("--help").out


def test_a_label_cannot_act_on_the_terminal(ring: Ring) -> None:
    """Controls that came into a label past keytui are not printed."""
    evil = "a\x1b]52;c;a3Q=\x07b\nc\u202ed"
    ring.rows("UPDATE api_key SET label = ? WHERE id = ?", evil, ring.valid.key_id)
    line = keytui("verify", "--database", ring.database, typed=ring.valid.text).out
    assert line == "valid: key 1 of maria, a]52;c;a3Q=bcd\n"
    found = keytui("verify", "--json", "--database", ring.database, typed=ring.valid.text).out
    assert found.isprintable() or found.removesuffix("\n").isprintable()
    assert json.loads(found)["label"] == evil
