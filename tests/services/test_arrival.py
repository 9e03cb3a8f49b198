"""The first look at a database, before the sign-in is painted."""

from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseUnusable
from keytui.services import arrival, users
from keytui.storage.database import close_database, open_database, open_location
from tests.support import HERE, PASSWORD, python


def test_it_sees_whether_there_is_an_administrator(database: Path, engine: str) -> None:
    """On both engines: before the first of them is created, and after."""
    key = str(database) if engine == "postgresql" else ""
    where = open_location()
    assert not arrival.look(where, key).has_administrator
    users.create_first_administrator("adam", PASSWORD, HERE)
    assert arrival.look(where, key).has_administrator


def test_it_creates_a_database_where_there_is_none(tmp_path: Path) -> None:
    """As opening does: a whole one, of which nothing stays open."""
    path = tmp_path / "keytui.db"
    assert not arrival.look(str(path)).has_administrator
    assert {file.name for file in tmp_path.iterdir()} == {
        "keytui.db",
        "keytui.db.audit-key",
        ".keytui.db.lock",
    }


def test_it_refuses_what_opening_refuses(tmp_path: Path) -> None:
    """An empty file is not taken for new, in the same words."""
    path = tmp_path / "keytui.db"
    path.touch(0o600)
    sentences = []
    for way in (arrival.look, open_database):
        with pytest.raises(DatabaseUnusable) as refused:
            way(str(path))
        sentences.append(str(refused.value))
    assert sentences[0] == sentences[1]


def test_changed_rules_are_seen_without_peewee(tmp_path: Path) -> None:
    """A guard that is gone is named, and Peewee is loaded for neither answer."""
    path = tmp_path / "keytui.db"
    open_database(str(path))
    close_database()
    ended = python(
        "import sqlite3, sys\n"
        "from keytui.domain.errors import DatabaseUnusable\n"
        "from keytui.services import arrival\n"
        "arrival.look(sys.argv[1])\n"
        "with sqlite3.connect(sys.argv[1]) as other:\n"
        "    other.execute('DROP TRIGGER kt_user_kept_on_user_delete')\n"
        "try:\n    arrival.look(sys.argv[1])\n"
        "except DatabaseUnusable as error:\n    print(error)\n"
        "print('peewee' in sys.modules)",
        path,
    )
    sentence, peewee = ended.stdout.splitlines()
    assert "the guard kt_user_kept_on_user_delete is missing" in sentence
    assert peewee == "False"
