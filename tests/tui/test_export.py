"""Export Account API Key: which format, which file, and never over a file unasked."""

import json
import os
import re
import stat
import threading
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import api_keys, report
from keytui.tui.screens import long_form
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.export import Export
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.widgets.field import Field
from tests.support import trail
from tests.tui.support import Tui, new_key, running
from tests.tui.test_manage_users import manage

FIRST_COLUMNS = '"user_id","masked_key","status","key_age_days","last_used"'


async def export_to(tui: Tui, path: str) -> Export:
    """Open the export dialog and put a path in place of the proposed one."""
    await manage(tui)
    await tui.press("e")
    screen = await tui.on(Export)
    screen.query_one("#path", Field).value = ""
    await tui.paste(path)
    return screen


async def test_from_the_action_menu(adam: Actor, maria: Actor, tmp_path: Path) -> None:
    """Menu, Export Account API Key, Enter: one row per key in a file of its own account only."""
    new_key(maria, "one")
    new_key(maria, "two")
    target = tmp_path / "report.csv"
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("enter")
        await tui.on(ActionMenu)
        await tui.press("home")
        assert "Export Account API Key" in tui.cursor_line
        await tui.press("enter")
        screen = await tui.on(Export)
        screen.query_one("#path", Field).value = str(target)
        await tui.press("enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: tui.message.endswith(f"2 keys written to {target}."))
        assert re.match(r"Audit head [0-9]+:[0-9a-f]{16}; 2 keys", tui.message)
    lines = target.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(FIRST_COLUMNS)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


async def test_proposes_a_name_in_the_working_folder(
    adam: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter at once writes a file whose name holds the time, where keytui was started."""
    monkeypatch.chdir(tmp_path)
    async with running("adam") as tui:
        await manage(tui)
        await tui.press("e")
        await tui.on(Export)
        await tui.press("enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: "0 keys written to" in tui.message)
        (written,) = Path(tmp_path).glob("account-api-keys-*.csv")  # noqa: ASYNC240 - a test may wait
        assert str(written) in tui.message


async def test_the_ending_follows_the_format(adam: Actor, tmp_path: Path) -> None:
    """Choosing JSON lines changes our ending to .jsonl, and that is what is written."""
    async with running("adam") as tui:
        screen = await export_to(tui, str(tmp_path / "report.csv"))
        await tui.press("shift+tab", "shift+tab", "right")
        jsonl = {"format": "jsonl", "keys": "all", "path": str(tmp_path / "report.jsonl")}
        assert screen.values == jsonl
        await tui.press("left")
        assert screen.values["path"] == str(tmp_path / "report.csv")
        await tui.press("space", "tab", "tab", "enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: "written" in tui.message)
    assert [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()] == []


async def test_another_ending_is_left_alone(adam: Actor, tmp_path: Path) -> None:
    """A name that somebody gave another ending keeps it."""
    async with running("adam") as tui:
        screen = await export_to(tui, str(tmp_path / "report.txt"))
        await tui.press("shift+tab", "right")
        assert screen.values["path"] == str(tmp_path / "report.txt")


async def test_an_existing_file_is_asked_about_once(adam: Actor, tmp_path: Path) -> None:
    """The first Enter says that the file exists; the same Enter once more replaces it."""
    target = tmp_path / "report.csv"
    target.write_text("mine")
    async with running("adam") as tui:
        screen = await export_to(tui, str(target))
        await tui.press("enter")
        await tui.until(lambda: "Export once more to replace it." in tui.message)
        assert tui.message.startswith(f"{target} exists already: nothing was written.")
        assert target.read_text() == "mine"
        assert tui.app.screen is screen
        await tui.press("enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: "written" in tui.message)
    assert target.read_text(encoding="utf-8").startswith(FIRST_COLUMNS)


async def test_another_existing_file_is_asked_about_anew(adam: Actor, tmp_path: Path) -> None:
    """A yes to replacing one file is no yes to another."""
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("mine")
    second.write_text("mine")
    async with running("adam") as tui:
        screen = await export_to(tui, str(first))
        await tui.press("enter")
        await tui.until(lambda: str(first) in tui.message)
        screen.query_one("#path", Field).value = str(second)
        await tui.press("enter")
        await tui.until(lambda: str(second) in tui.message)
    assert first.read_text() == second.read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nowhere/at all/report.csv", "(No such file or directory): choose another place."),
        ("", "Enter the name of a file."),
        ("   ", "Enter the name of a file."),
        ("~nobody-by-this-name/report.csv", "write the whole path."),
    ],
)
async def test_a_bad_place_is_said(adam: Actor, path: str, sentence: str) -> None:
    """A place where nothing can be written is said in the dialog, which stays open."""
    async with running("adam") as tui:
        screen = await export_to(tui, path)
        await tui.press("enter")
        await tui.until(lambda: sentence in tui.message)
        assert tui.app.screen is screen


async def test_a_folder_is_no_file_to_replace(adam: Actor, tmp_path: Path) -> None:
    """Naming a folder does not offer to replace it."""
    async with running("adam") as tui:
        folder = tmp_path / "folder.csv"
        folder.mkdir()
        await export_to(tui, str(folder))
        await tui.press("enter")
        await tui.until(lambda: "it is a folder" in tui.message)
        assert "to replace it" not in tui.message
    assert os.listdir(folder) == []


async def test_escape_writes_nothing(adam: Actor, tmp_path: Path) -> None:
    """Esc leaves the dialog and the disk alone."""
    async with running("adam") as tui:
        await export_to(tui, str(tmp_path / "report.csv"))
        await tui.press("escape")
        await tui.on(ManageUsers)
    assert not (tmp_path / "report.csv").exists()


async def test_esc_stops_an_export_that_is_under_way(
    adam: Actor, maria: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how far it is; Esc stops it, leaves no file, and the same dialog can go on."""
    for number in range(30):
        new_key(maria, f"key {number}")
    going, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(report, "_TELL_EVERY", 10)
    monkeypatch.setattr(long_form, "_TELL_SECONDS", 0)
    monkeypatch.setattr(long_form, "sleep", lambda _: (going.set(), go_on.wait(30)))
    folder = tmp_path / "reports"
    folder.mkdir()
    async with running("adam") as tui:
        screen = await export_to(tui, str(folder / "report.csv"))
        await tui.press("enter")
        await tui.until(going.is_set)
        await tui.until(lambda: "10 of 30 keys" in tui.message)
        await tui.press("escape")
        assert tui.app.screen is screen
        go_on.set()
        await tui.until(lambda: tui.message == "Stopped: nothing was exported.")
        assert os.listdir(folder) == []
        await tui.press("enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: "30 keys written to" in tui.message)


async def test_only_active_keys_can_be_chosen(adam: Actor, maria: Actor, tmp_path: Path) -> None:
    """The choice is on record with the number of rows."""
    api_keys.deactivate_key(maria, new_key(maria, "dead").key_id, "lost")
    new_key(maria, "alive")
    async with running("adam") as tui:
        await export_to(tui, str(tmp_path / "report.csv"))
        await tui.press("shift+tab", "right", "tab", "enter")
        await tui.on(ManageUsers)
        await tui.until(lambda: "1 key written to" in tui.message)
    assert "1 rows (only active) as csv" in trail()[-1].detail
