"""The one moment a key is shown: nothing but OK ends it, and nothing spoils it."""

import random

import pytest

from tests.home import Home, close_reveal, create_key, in_profile, quit_with, signed_in
from tests.terminal import SIZE, Terminal

CLICK_OUTSIDE = "\x1b[<0;1;1M\x1b[<0;1;1m"
NOT_OK = (
    *("esc", "tab", "shift+tab", "up", "down", "left", "right", "page up", "page down"),
    *("ctrl+c", "ctrl+l", "ctrl+p", "ctrl+q", "ctrl+u", "ctrl+x", "ctrl+z", "f1"),
    *"acdegjklnopqrstvxLGX123/?\x02\x08\x0e\x7f",
    CLICK_OUTSIDE,
    "\x1b[200~pasted\x1b[201~",
    "\x1b[I\x1b[O",
)


def _still_there(terminal: Terminal, key: str) -> None:
    terminal.wait_for(key, "[ Copy to clipboard ]", "[ OK ]")
    assert terminal.screen_text.count(key) == 1


def test_a_storm_of_resizing_loses_no_key(home: Home) -> None:
    """From 1x1 to 500x200 and back, the key is on show again, whole."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    for _ in range(3):
        for size in ((1, 1), (500, 200), (59, 15), (80, 24), (61, 16), (2, 200), (500, 2)):
            terminal.resize(*size)
            terminal.read(0.02)
    terminal.resize(60, 16)
    _still_there(terminal, key)
    terminal.resize(59, 15)
    terminal.wait_for("keytui needs 60x16: make the terminal larger.")
    assert key not in terminal.screen_text
    terminal.resize(*SIZE)
    _still_there(terminal, key)
    close_reveal(terminal)
    terminal.wait_for("from now on")
    assert quit_with(terminal) == 0


@pytest.mark.parametrize("seed", range(3))
def test_no_key_but_ok_closes_it(home: Home, seed: int) -> None:
    """Two hundred keys at random, Enter and Space not among them: the key is still there."""
    chance = random.Random(seed)
    home.people("maria")
    terminal = home.open("--mouse")
    terminal.fill(User_ID="maria", Password_or_code="olive boats drift")
    in_profile(terminal, "maria")
    key = create_key(terminal)
    for _ in range(200):
        terminal.press(chance.choice(NOT_OK))
        terminal.read(0.01)
    terminal.settle()
    _still_there(terminal, key)
    close_reveal(terminal)
    terminal.wait_for("[1 Profile]", "from now on", "API Keys: 1-1 of 1")


def test_keys_typed_ahead_do_not_answer_it(home: Home) -> None:
    """Enter held down in the label dialog creates one key, and does not wave it through."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("n")
    terminal.wait_until(lambda: terminal.screen.has_cursor("Label"), "the cursor in Label")
    terminal.send("held down")
    for _ in range(40):
        terminal.press("enter")
        terminal.read(0.03)
    terminal.settle()
    terminal.wait_for("[ Copy to clipboard ]", "[ OK ]")
    assert terminal.says("Enter or c copies.")
    assert home.rows("SELECT label FROM api_key") == [("held down",)]


def test_the_palette_cannot_photograph_it(home: Home) -> None:
    """There is no Screenshot command, and no palette over a secret."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("ctrl+p")
    terminal.wait_for("Search for commands")
    terminal.send("screenshot")
    terminal.wait_for("No matches found")
    terminal.press("esc")
    terminal.wait_gone("No matches found")
    key = create_key(terminal)
    terminal.press("ctrl+p")
    terminal.settle()
    _still_there(terminal, key)
    assert not terminal.says("Search for commands")
    assert list(home.folder.rglob("*.svg")) == []
