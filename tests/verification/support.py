"""Keys of every kind, in a database of one's own."""

import select
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from keytui.domain import clock
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, users
from keytui.services.host import host_actor
from keytui.storage import audit_key
from keytui.storage.database import close_database, open_database
from tests.support import make_person, new_key_text, text_of, without_guards

LIMIT_SECONDS: Final = 20.0
"""How long anything may take that takes far below two seconds on an idle machine."""
LABEL: Final = "Büro 7 % CI"


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Ask again until something holds; ``what`` names it if it never does."""
    end = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} never came"
        select.select([], [], [], 0.005)


@dataclass(frozen=True)
class Key:
    """A key text and its number; none where it is no key of ours."""

    text: str
    key_id: int | None = None


@dataclass(frozen=True)
class Ring:
    """A database, and a key of every kind: maria's, but for the one of tom, who has left."""

    database: Path
    valid: Key
    spare: Key
    deactivated: Key
    expired: Key
    owner_inactive: Key
    unknown: Key

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run SQL on the database, past keytui, and return the rows."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(query, values).fetchall()

    def force(self, query: str, *values: object) -> None:
        """Run SQL that the database's guards would refuse."""
        with (
            closing(sqlite3.connect(self.database)) as connection,
            connection,
            without_guards(connection),
        ):
            connection.execute(query, values)

    def last_use(self, key: Key) -> tuple[int | None, str | None]:
        """Return when and from where a key was last used, as it is written."""
        query = "SELECT last_used_at, last_used_from FROM api_key WHERE id = ?"
        ((at, origin),) = self.rows(query, key.key_id)
        return at, origin

    def is_written(self, key: Key) -> bool:
        """Tell whether a last use of the key is written."""
        return self.last_use(key)[0] is not None

    def never_used(self) -> bool:
        """Tell whether no key has a last use."""
        query = "SELECT count(*) FROM api_key WHERE last_used_at IS NOT NULL"
        return self.rows(query) == [(0,)]

    def is_whole(self) -> bool:
        """Tell whether SQLite finds nothing wrong with the file."""
        return self.rows("PRAGMA integrity_check") == [("ok",)]


def make_ring(path: Path) -> Ring:
    """Make a database through the services, as a real one comes to be."""
    open_database(str(path))
    adam = make_person(path, "adam", Role.ADMINISTRATOR)
    maria = make_person(path, "maria", Role.USER)
    tom = make_person(path, "tom", Role.USER)
    ring = Ring(
        path,
        valid=_create(maria, LABEL),
        spare=_create(maria, "laptop"),
        deactivated=_create(maria, "old"),
        expired=_create(maria, "trial", ended=True),
        owner_inactive=_create(tom, "tom's"),
        unknown=Key(text_of(new_key_text())),
    )
    assert ring.deactivated.key_id is not None
    api_keys.deactivate_key(maria, ring.deactivated.key_id, "lost")
    users.deactivate_user(adam, "tom", "left")
    close_database()
    return ring


def copy_ring(ring: Ring, folder: Path) -> Ring:
    """Return the same keys in a database of one's own."""
    path = folder / "keytui.db"
    for end in ("", audit_key.ENDING):
        shutil.copy(f"{ring.database}{end}", f"{path}{end}")
    return Ring(**{**vars(ring), "database": path})


def _create(owner: Actor, label: str, *, ended: bool = False) -> Key:
    if not ended:
        made, secret = api_keys.create_key(owner, label)
        return Key(text_of(secret), made.key_id)
    past = clock.now() - clock.DAY
    with patch.object(clock, "source", lambda: past):
        made, secret = api_keys.create_key(owner, label, expires_at=past + clock.HOUR)
    return Key(text_of(secret), made.key_id)


def deactivate(ring: Ring, key: Key) -> None:
    """Deactivate a key through the services, as the host's account does."""
    assert key.key_id is not None
    open_database(str(ring.database))
    api_keys.deactivate_key(host_actor(ring.database, "local"), key.key_id, "lost")
    close_database()
