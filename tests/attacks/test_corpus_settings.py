"""The corpus in what is read before anything begins: variables, the configuration file, locations."""

from dataclasses import fields
from functools import partial
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.domain.permissions import Role
from keytui.domain.text import harmless
from keytui.origin import where_from
from keytui.services import users
from keytui.services.host import host_actor
from keytui.settings import Settings, config_file, load
from keytui.storage.database import close_database, open_database
from tests.attacks.test_corpus_commands import is_well_ended
from tests.corpus import CONFIG_FILES, EVERYTHING
from tests.support import keytui, refusal_of, rows

NAMES = [field.name for field in fields(Settings)]


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_meets_the_corpus(tmp_path: Path, name: str) -> None:
    """A value fits, or one sentence that begins with the variable says what would."""
    variable = f"KEYTUI_{name.upper()}"
    free = name in ("database", "audit_key")
    for case, value in EVERYTHING.items():
        refused = refusal_of(partial(load, {}, {variable: value}, tmp_path / "none.toml"))
        if free or not value or (name, value) == ("mouse", "0"):
            assert refused == "", case
        else:
            assert refused.startswith(f"{variable} must be "), case


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_the_file_meets_the_corpus(tmp_path: Path, name: str) -> None:
    """What TOML can hold is judged as a variable is; what it cannot hold is said with the file."""
    file = tmp_path / "config.toml"
    for case, value in EVERYTHING.items():
        for line in (f'{name} = """{value}"""', f"{name} = {value}", f"{value} = 1"):
            file.write_bytes(
                line.encode("utf-8", "surrogateescape" if "\ud800" not in line else "replace")
            )
            refused = refusal_of(partial(load, {}, {}, file))
            assert not refused or str(file) in refused, case


@pytest.mark.parametrize("content", CONFIG_FILES.values(), ids=CONFIG_FILES)
def test_a_broken_file_is_one_sentence_at_every_command(database: Path, content: bytes) -> None:
    """The command line names the file and goes no further; nothing of it acts on a terminal."""
    close_database()
    config_file().parent.mkdir(parents=True)
    config_file().write_bytes(content)
    for command in (["user", "list"], ["doctor"], ["verify"]):
        answer = keytui("--database", database, *command)
        assert is_well_ended(answer), answer
        if command == ["user", "list"] and content.strip(b"\r\n") and b"database" not in content:
            assert answer.code == 1
            assert str(config_file()) in answer.err


def test_every_location_meets_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database is opened, or one sentence says why not; the verifier says the same kind."""
    monkeypatch.chdir(tmp_path)
    for case, location in EVERYTHING.items():
        for opened in (lambda where: open_database(where, create=False), Verifier):
            assert refusal_of(partial(opened, location)), case
    assert list(tmp_path.iterdir()) == []


def test_every_audit_key_file_meets_the_corpus(database: Path) -> None:
    """Where the audit key is not, nothing happens that would have to be recorded."""
    close_database()

    def add_noor(place: str) -> None:
        open_database(str(database), audit_key_file=place)
        users.add_user(host_actor(database, "local"), "noor", Role.USER)

    for case, place in EVERYTHING.items():
        if place:
            assert refusal_of(partial(add_noor, place)), case
            close_database()
    open_database(str(database))
    assert rows('SELECT count(*) FROM "user"') == [(0,)]


def test_every_origin_meets_the_corpus() -> None:
    """What sshd says is believed only where it begins with an address."""
    for case, value in EVERYTHING.items():
        for told in (value, f"{value} 1 2 3", f"10.0.0.1 {value}", f"fe80::1%{value}"):
            where = where_from({"SSH_CONNECTION": told})
            assert where == "local" or where.startswith("ssh "), case
            assert harmless(where) == where, case
            assert len(where) < 64, case
