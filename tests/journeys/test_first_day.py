"""From an empty folder to a key created, masked and deactivated."""

import stat

import pytest

from tests.home import (
    BOTH_ENGINES,
    Home,
    choose_password,
    close_reveal,
    copy,
    create_key,
    in_profile,
    press_button,
    quit_with,
    select,
    sign_in,
)
from tests.support import PASSWORD
from tests.terminal import KEY_TEXT, SIGN_IN_CODE, SIZES, Terminal


def _first_administrator(terminal: Terminal) -> None:
    terminal.wait_for("Create the first administrator", "cannot create API keys")
    terminal.fill(User_ID="Adam", Password=PASSWORD, **{"Password, again": PASSWORD})
    terminal.wait_for("The first administrator is created: sign in.")
    sign_in(terminal, "adam")
    in_profile(terminal, "adam")
    terminal.wait_for("this is your first sign-in", "Administrators hold no API keys")


def _add_user(terminal: Terminal, name: str) -> str:
    terminal.press("2")
    terminal.wait_for("[2 Manage Users]", "Users: 1-1 of 1")
    terminal.press("a")
    terminal.wait_for("New user...", "Letter or Enter picks")
    terminal.press("n")
    terminal.fill(User_ID=name)
    code = terminal.find(SIGN_IN_CODE)
    close_reveal(terminal)
    terminal.wait_for(f"{name} is added and signs in with the code.", "Users: 1-2 of 2")
    return code


@BOTH_ENGINES
@pytest.mark.parametrize("size", SIZES)
def test_a_team_gets_from_nothing_to_a_deactivated_key(home: Home, size: tuple[int, int]) -> None:
    """One sitting: first administrator, new user, their password, their key, its end."""
    terminal = home.open(size=size, KEYTUI_CLIPBOARD="osc52")
    _first_administrator(terminal)
    code = _add_user(terminal, "maria")
    assert code not in terminal.screen_text
    terminal.press("L")
    terminal.wait_for("adam is signed out.")

    sign_in(terminal, "maria", code)
    choose_password(terminal)
    in_profile(terminal, "maria")
    assert not terminal.says("2 Manage Users")

    terminal.press("a")
    terminal.wait_for("New Key...", "Letter or Enter picks")
    key = create_key(terminal, "laptop")
    assert terminal.screen_text.count(key) == 1
    copy(terminal, "SENT to your terminal's clipboard.")
    terminal.press("esc")
    terminal.wait_for("Only OK closes this", key)
    closing = len(terminal.raw)
    close_reveal(terminal)
    terminal.wait_for(f"Key 1 is ••••{key[-4:]} from now on: nobody can see it again.")
    assert not KEY_TEXT.search(terminal.screen_text)
    assert key.encode() not in terminal.raw[closing:]

    terminal.press("x")
    terminal.fill(Reason="laptop was stolen")
    press_button(terminal, "Deactivate")
    terminal.wait_for("Key 1 is deactivated.", "0 active")
    terminal.press("r")
    terminal.wait_for("deactivated")
    assert not terminal.says("1 active")
    assert quit_with(terminal) == 0
    assert home.rows("SELECT deactivated_by, deactivation_reason FROM api_key") == [
        ("maria", "laptop was stolen")
    ]


def test_the_data_folder_is_private_without_any_setting(home: Home) -> None:
    """With nothing set, the database is made 0600 in a 0700 folder in one's own home."""
    terminal = home.open(KEYTUI_DATABASE="")
    _first_administrator(terminal)
    assert quit_with(terminal) == 0
    file = home.folder / "data" / "keytui" / "keytui.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@BOTH_ENGINES
def test_a_confirmation_starts_on_cancel(home: Home) -> None:
    """Enter out of habit changes nothing: a dangerous question starts on Cancel."""
    home.people("maria")
    terminal = home.open()
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    create_key(terminal)
    close_reveal(terminal)
    select(terminal, "laptop")
    terminal.press("x")
    terminal.fill(Reason="by mistake")
    terminal.wait_for("[ Cancel ]", "[ Deactivate ]")
    terminal.wait_until(lambda: terminal.screen.is_reversed("[ Cancel ]"), "the focus on Cancel")
    terminal.press("enter")
    terminal.wait_gone("[ Cancel ]")
    assert quit_with(terminal) == 0
    assert home.rows("SELECT deactivated_at FROM api_key") == [(None,)]
