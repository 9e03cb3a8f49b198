"""Offboarding from Manage Users: a preview, the User ID typed, a receipt."""

import stat
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import users
from keytui.tui.screens.ending import Ending
from keytui.tui.screens.form import Form
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.receipt import ReceiptShown
from keytui.tui.widgets.field import Field
from tests.support import MakePerson, people_and_keys, rows
from tests.tui.support import SMALL, new_key, running
from tests.tui.test_manage_users import manage


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start keytui in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check_receipt(folder: Path, line: str) -> None:
    """Find the one receipt in the folder, readable by its owner alone, with a line."""
    (file,) = folder.glob("offboarding-maria-*.txt")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert line in file.read_text(encoding="utf-8")


async def test_a_person_is_offboarded_with_a_receipt(
    adam: Actor, maria: Actor, folder: Path
) -> None:
    """What will end is said; the User ID confirms; the receipt says what ended, and is saved 0600."""
    key = new_key(maria)
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("down", "O")
        await tui.on(Ending)
        await tui.shows("maria loses at once, for good: 1 API key, 0 SSH keys, password, code")
        assert key.masked in tui.text
        assert tui.boxes_fit()
        before = people_and_keys()
        await tui.fill("left the team", "adam")
        await tui.shows("Type maria to confirm: nothing was changed yet.")
        assert people_and_keys() == before
        tui.app.screen.query_one("#word", Field).value = "maria"
        await tui.press("enter")
        await tui.on(ReceiptShown)
        await tui.shows("Offboarded: maria (user)")
        await tui.shows("Reason: left the team")
        assert tui.boxes_fit()
        await tui.press("f")
        await tui.on(Form)
        await tui.press("enter")
        await tui.on(ReceiptShown)
        await tui.shows("The receipt is in")
        await tui.press("enter")
        await tui.on(ManageUsers)
        await tui.shows("maria is offboarded: offboarding ")
        assert "inactive" in tui.cursor_line
        await tui.press("O")  # said before a reason is asked
        await tui.shows("maria is inactive and has no keys left: nothing was changed.")
    check_receipt(folder, f"key {key.key_id}  {key.masked}")
    assert rows("SELECT deactivated_by, deactivation_reason FROM api_key") == [
        ("adam", "left the team")
    ]


async def test_what_a_deactivated_person_left_can_be_ended(adam: Actor, maria: Actor) -> None:
    """Offboarding goes on where a deactivation left keys behind; the dialogs fit at 60x16."""
    new_key(maria)
    users.deactivate_user(adam, "maria", "left")
    async with running("adam", size=SMALL) as tui:
        await manage(tui)
        await tui.press("down", "O")
        await tui.on(Ending)
        await tui.shows("maria loses at once, for good: 1 API key, 0 SSH keys.")
        assert tui.boxes_fit()
        await tui.fill("tidied up", "maria")
        await tui.on(ReceiptShown)
        assert tui.boxes_fit()


async def test_nobody_offboards_themselves(adam: Actor) -> None:
    """It is said before any dialog."""
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("O")
        await tui.shows("You cannot offboard yourself: ask another administrator.")
        assert isinstance(tui.app.screen, ManageUsers)


async def test_a_long_name_is_not_asked_for_by_halves(adam: Actor, person: MakePerson) -> None:
    """What has no room beside its field is named above it alone."""
    name = "x" * 64
    person(name)
    async with running("adam", size=SMALL) as tui:
        await manage(tui)
        await tui.press("down", "O")
        await tui.on(Ending)
        await tui.shows("Type it in full")
        assert name in tui.flow.replace(" ", "")
