"""The corpus on the command line: every command's every option and argument.

Whatever is written there, it is over with an exit code and one sentence: no
traceback, no internal error, nothing that acts on a terminal, nothing lost.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
import uvicorn
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from uvicorn.supervisors import Multiprocess

from keytui.cli import serve
from keytui.domain import passwords
from keytui.domain.permissions import Role
from keytui.services import api_keys, reviews
from keytui.services.host import host_actor
from keytui.storage import audit_key
from keytui.storage.database import close_database, open_database
from tests.attacks.commands import Input, inputs
from tests.corpus import EVERYTHING
from tests.support import Answer, keytui, make_person

_ACTING = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)"
)


@pytest.fixture(scope="session")
def first_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with an administrator, a user and two keys once; the tests get copies."""
    path = tmp_path_factory.mktemp("first") / "keytui.db"
    with patch.object(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST)):
        open_database(str(path))
        make_person(path, "adam", Role.ADMINISTRATOR)
        maria = make_person(path, "maria", Role.USER)
        for label in ("CI", "laptop"):
            api_keys.create_key(maria, label)
        reviews.open_review(host_actor(path, "local"))
        close_database()
    return path


@pytest.fixture
def house(first_house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    """Return a copy of it, in a folder of its own that is the working folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield House(first_house, tmp_path / "keytui.db")
    close_database()


class House:
    """A database that is whole again for every command."""

    def __init__(self, first: Path, path: Path) -> None:
        """Lay it out at ``path`` as it is at ``first``."""
        self.first = first
        self.path = path
        self.log = path.with_name(f"{path.name}-wal")
        self.build()

    def build(self) -> None:
        """Put everything back as it was."""
        for old in self.path.parent.glob("*keytui.db*"):
            old.unlink()
        for end in ("", audit_key.ENDING):
            shutil.copy(f"{self.first}{end}", f"{self.path}{end}")
        self.seen = b""
        self.before = self.people_and_keys()

    def people_and_keys(self) -> list[tuple[object, ...]]:
        """Return the rows of people and keys; read only where a byte of the file is another."""
        written = self.path.read_bytes()
        if written == self.seen and not self.log.exists():
            return self.rows
        self.seen = written
        with closing(sqlite3.connect(self.path)) as connection:
            self.rows: list[tuple[object, ...]] = [
                row
                for query in (
                    "SELECT user_id, role, status, epoch, password_hash, code_digest FROM user",
                    "SELECT * FROM api_key",
                    "SELECT * FROM ssh_key",
                    "SELECT * FROM access_review",
                    "SELECT * FROM review_item",
                )
                for row in connection.execute(query)
            ]
        return self.rows


def is_well_ended(answer: Answer) -> bool:
    """Tell whether a command ended as every command must."""
    said = answer.err.splitlines(keepends=True)
    sentences = [line for line in said if line.startswith("keytui: ")]
    return (
        answer.code in (0, 1, 2, 3)
        and "Traceback" not in answer.err
        and "internal error" not in answer.err
        and len(sentences) == (1 if answer.code and said else 0)
        and (not answer.code or len(said) <= 1)
        and bool(answer.code == 0 or said or answer.out)
        and all(line.endswith("\n") and len(line) < 5_000 for line in said)
        and _ACTING.search(answer.out + answer.err) is None
    )


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``keytui serve`` come as far as serving, and end there."""

    def run(server: uvicorn.Server, sockets: object) -> None:
        server.started = True

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setattr(Multiprocess, "run", lambda supervisor: None)
    monkeypatch.setattr(serve.signal, "signal", lambda number, handler: None)
    for name in ("DATABASE", "ORIGIN_HEADER", "METRICS", "ACCESS_LOG"):
        monkeypatch.setenv(f"KEYTUI_GATEWAY_{name}", "")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")


@pytest.mark.parametrize("place", list(inputs()), ids=str)
def test_every_input_meets_the_corpus(house: House, place: Input) -> None:
    """Exit code 0 to 2 and one harmless sentence; what failed has changed nothing."""
    wrong = []
    for name, value in EVERYTHING.items():
        answer = keytui(*place.line(value, str(house.path)))
        if not is_well_ended(answer):
            wrong.append((name, answer.code, answer.out[:200], answer.err[:300]))
        after = house.people_and_keys()
        if answer.code:
            assert after == house.before, name
        elif after != house.before:
            house.build()
    assert wrong == []
