"""What every test gets: cheap password hashes, no settings of the developer's own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from keytui.domain import passwords
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services.host import host_actor
from keytui.storage import models
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import Clock, MakePerson, make_person

NOBODYS_HASH = PasswordHasher.from_parameters(CHEAPEST).hash("a text that nobody types")


@pytest.fixture(autouse=True)
def _cheap_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in under a millisecond instead of in 150."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
    monkeypatch.setattr(passwords, "_dummy_hash", NOBODYS_HASH)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's settings, database and connection out of the tests."""
    for name in list(os.environ):
        if name.startswith(("KEYTUI_", "SSH_", "TEXTUAL")):
            monkeypatch.delenv(name)
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / f"xdg-{kind.lower()}"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop time; ``clock.advance(hours=2)`` lets some pass."""
    stopped = Clock()
    monkeypatch.setattr("keytui.domain.clock.source", lambda: stopped.now)
    return stopped


@pytest.fixture
def engine() -> str:
    """Name the engine of ``database``: sqlite, unless a folder or file of tests says otherwise."""
    return "sqlite"


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a new database file once: copying it takes a sixth of the time."""
    path = open_database(str(tmp_path_factory.mktemp("new") / "keytui.db"))
    close_database()
    models.database.obj.close()
    models.database.initialize(None)
    return path


@pytest.fixture
def database(engine: str, new_file: Path, tmp_path: Path) -> Iterator[Path]:
    """Open a new database; return its file, or that of its audit key where it is on a server."""
    key, url = tmp_path / "keytui.audit-key", ""
    if engine == "postgresql":
        url = server().fresh(key)
        path = open_database(url, audit_key_file=str(key))
    else:
        for file in new_file.parent.iterdir():
            shutil.copy(file, tmp_path)
        path = open_database(str(tmp_path / "keytui.db"))
    opened = models.database.obj
    yield path
    close_database()
    opened.close()
    if url:
        server().drop(url)


@pytest.fixture
def person(database: Path) -> MakePerson:
    """Make people: ``person("maria")`` returns a user, signed in."""

    def make(user_id: str, role: Role = Role.USER) -> Actor:
        return make_person(database, user_id, role)

    return make


@pytest.fixture
def maria(person: MakePerson) -> Actor:
    """Return a user."""
    return person("maria")


@pytest.fixture
def adam(person: MakePerson) -> Actor:
    """Return an administrator."""
    return person("adam", Role.ADMINISTRATOR)


@pytest.fixture
def host(database: Path) -> Actor:
    """Return the account that owns the database."""
    return host_actor(database, "local")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that other accounts can reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="keytui-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
