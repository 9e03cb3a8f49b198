"""A fault in the middle of the app: the screen stays, says so, and works when it is gone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.permissions import Role
from keytui.storage import database as storage
from keytui.storage.database import close_database, open_database
from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.form import Form
from keytui.tui.screens.profile import Profile
from tests.support import make_person, rows
from tests.tui.support import running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writers wait not at all."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0)


@pytest.mark.usefixtures("impatient")
async def test_a_locked_database_keeps_the_form(tmp_path: Path) -> None:
    """New Key says that somebody else writes, keeps what was typed, and then creates the key."""
    path = open_database(str(tmp_path / "keytui.db"))
    make_person(path, "maria", Role.USER)
    async with running("maria") as tui:
        await tui.press("n")
        form = await tui.on(Form)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await tui.fill("laptop")
            await tui.shows("The database is in use by another process: try again in a moment.")
            assert tui.app.screen is form
        assert rows("SELECT count(*) FROM api_key") == [(0,)]
        await tui.press("enter")
        await tui.on(Reveal)
    assert rows("SELECT label FROM api_key") == [("laptop",)]
    close_database()


@pytest.mark.usefixtures("impatient")
async def test_a_file_renamed_away_and_back(tmp_path: Path) -> None:
    """The list says that the file is gone; with the file back it is read again."""
    path = open_database(str(tmp_path / "keytui.db"))
    make_person(path, "maria", Role.USER)
    async with running("maria") as tui:
        path.rename(tmp_path / "away.db")
        await tui.press("r")
        await tui.shows("The database file was removed or replaced")
        assert isinstance(tui.app.screen, Profile)
        (tmp_path / "away.db").rename(path)
        await tui.press("n")
        await tui.on(Form)
        await tui.fill("laptop")
        await tui.on(Reveal)
    close_database()
