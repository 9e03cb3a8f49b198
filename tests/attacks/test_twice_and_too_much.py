"""The wrong order, the same thing twice, too much at once."""

import pytest

from tests.home import (
    Home,
    close_reveal,
    create_key,
    in_profile,
    press_button,
    quit_with,
    sign_in,
    signed_in,
)
from tests.support import PASSWORD
from tests.terminal import KEY_TEXT, SIGN_IN_CODE, Terminal

MEGABYTE = 1_000_000


def _cursor_in(terminal: Terminal, label: str) -> None:
    terminal.wait_until(
        lambda: terminal.screen.has_cursor(label), f"the cursor in the field {label!r}"
    )


@pytest.mark.parametrize("enters", [2, 5])
def test_enter_twice_creates_one_key(home: Home, enters: int) -> None:
    """A double Enter in the label dialog does not create a second key unseen."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("n")
    _cursor_in(terminal, "Label")
    terminal.send("laptop" + "\r" * enters)
    terminal.find(KEY_TEXT)
    terminal.settle()
    assert terminal.says("Enter or c copies.")
    close_reveal(terminal)
    terminal.wait_for("API Keys: 1-1 of 1")
    assert home.rows("SELECT count(*) FROM api_key") == [(1,)]


@pytest.mark.parametrize("keys", ["nn", "xx", "an"])
def test_two_keys_at_once_open_no_two_dialogs(home: Home, keys: str) -> None:
    """Keys that arrive together (a slow line) leave no second dialog under the first."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    close_reveal(terminal)
    terminal.wait_for("from now on")
    terminal.send(keys)
    terminal.wait_for("╭─")
    terminal.settle()
    terminal.press("esc")
    terminal.settle()
    assert not terminal.says("╭─"), terminal.screen.picture


def test_what_is_typed_ahead_lands_in_the_next_field(home: Home) -> None:
    """User ID, Enter, password, Enter in one go (a slow line): it signs in, and shows nothing."""
    home.people("maria")
    terminal = home.open()
    _cursor_in(terminal, "User ID")
    terminal.send(f"maria\r{PASSWORD}\r")
    terminal.settle()
    assert PASSWORD.encode() not in terminal.raw, terminal.screen.picture
    in_profile(terminal, "maria")


def test_a_taken_user_id_is_said_and_kept(home: Home) -> None:
    """New user twice with one name, whatever its case: taken, and what was typed stays."""
    home.people("maria")
    terminal = signed_in(home, "adam")
    terminal.press("2")
    terminal.wait_for("Users: 1-2 of 2")
    terminal.press("n")
    terminal.fill(User_ID="MARIA")
    terminal.wait_for("The User ID maria is taken, and is never used again: choose another.")
    assert terminal.says("User ID MARIA")
    terminal.press("2", "enter")
    terminal.wait_for("One-time sign-in code for maria2")
    terminal.find(SIGN_IN_CODE)
    close_reveal(terminal)
    terminal.wait_for("Users: 1-3 of 3")


def test_a_key_deactivated_twice_is_said(home: Home) -> None:
    """The second time x says that the key is inactive already, for good."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    close_reveal(terminal)
    terminal.press("x")
    terminal.fill(Reason="rotated")
    press_button(terminal, "Deactivate")
    terminal.wait_for("Key 1 is deactivated.", "0 active")
    terminal.press("x")
    terminal.wait_for("This key is inactive already, for good.")
    assert quit_with(terminal) == 0


@pytest.mark.parametrize("field", ["User ID", "Password or code"])
def test_a_megabyte_pasted_into_sign_in_is_said(home: Home, field: str) -> None:
    """It is not taken, that is said, and one signs in as ever."""
    home.people("maria")
    terminal = home.open()
    _cursor_in(terminal, "User ID")
    if field != "User ID":
        terminal.press("tab")
        _cursor_in(terminal, field)
    terminal.paste("x" * MEGABYTE)
    terminal.wait_for("The pasted text has 1,000,000 characters: nothing was pasted.")
    if field != "User ID":
        terminal.press("shift+tab")
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    assert quit_with(terminal) == 0


def test_much_typed_without_pasting_does_not_end_it(home: Home) -> None:
    """A terminal without bracketed paste types it all: the app lives, Esc clears the field."""
    home.people("maria")
    terminal = home.open()
    _cursor_in(terminal, "User ID")
    terminal.send("x" * 2_000 + "y")
    terminal.wait_for("xy")
    terminal.press("esc")
    terminal.wait_gone("xy")
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    assert quit_with(terminal) == 0


@pytest.mark.parametrize("pasted", ["two\nlines", "\x07bell", "\u202edesrever", "y" * 65])
def test_a_label_that_does_not_fit_is_said(home: Home, pasted: str) -> None:
    """Several lines, controls, bidi and too much: said, nothing created, the dialog stays."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("n")
    _cursor_in(terminal, "Label")
    terminal.paste(pasted)
    terminal.press("enter")
    terminal.wait_until(
        lambda: any(
            terminal.says(said)
            for said in ("several lines", "A label cannot hold", "A label has at most", "Enter a")
        ),
        "what is wrong",
    )
    assert terminal.says("[ Create ]")
    assert home.rows("SELECT count(*) FROM api_key") == [(0,)]


def test_guessing_is_slowed_down_and_said(home: Home) -> None:
    """After some wrong passwords one waits, is told how long, and is not locked out."""
    home.people("maria")
    terminal = home.open()
    sign_in(terminal, "maria", "wrong 1")
    for number in (2, 3, 4):
        terminal.wait_for("Wrong User ID, password or sign-in code.")
        terminal.step("x")
        terminal.fill(Password_or_code=f"wrong {number}")
        if number < 4:
            terminal.settle()
    terminal.wait_for("Too many failed attempts: wait")


def test_keys_that_come_in_one_burst_are_done_in_their_order(home: Home) -> None:
    """Over a slow link keys arrive together: a place, its filter, what is typed into it."""
    home.people("maria", "rosa", "noor")
    terminal = signed_in(home, "adam")
    terminal.send("2/rosa")
    terminal.wait_for("> rosa")
    terminal.wait_gone("maria")
    terminal.press("esc")
    terminal.wait_for("Users: 1-4 of 4")
    terminal.send("3/rosa\r12q")
    assert terminal.wait_end() == 0
