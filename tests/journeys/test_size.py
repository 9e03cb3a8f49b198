"""Terminals that change their size: a pane zoomed away for a moment, a small window."""

from tests.home import Home, close_reveal, create_key, focus, quit_with, signed_in
from tests.terminal import SIZE, Terminal


def _too_small_for_a_moment(terminal: Terminal) -> None:
    terminal.resize(59, 15)
    terminal.wait_for("keytui needs 60x16: make the terminal larger.")
    terminal.resize(*SIZE)
    terminal.wait_for("? Help", "q Quit")
    terminal.settle()


def test_a_list_goes_on_where_it_was(home: Home) -> None:
    """After the terminal was too small, the next j moves the cursor as ever."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    for label in ("first", "second"):
        create_key(terminal, label)
        close_reveal(terminal)
    terminal.wait_for("> second")
    _too_small_for_a_moment(terminal)
    terminal.press("j")
    terminal.wait_for("> first")


def test_a_form_goes_on_where_it_was(home: Home) -> None:
    """After the terminal was too small, what is typed lands in the same field."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    terminal.press("n")
    terminal.wait_until(lambda: terminal.screen.has_cursor("Label"), "the cursor in Label")
    terminal.send("lap")
    terminal.wait_for("lap")
    _too_small_for_a_moment(terminal)
    terminal.wait_for("What will use this key?", "lap")
    terminal.send("top")
    terminal.wait_for("laptop")


def test_a_reveal_goes_on_where_it_was(home: Home) -> None:
    """After the terminal was too small, OK still has the focus, and closes."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    focus(terminal, "[ OK ]")
    _too_small_for_a_moment(terminal)
    terminal.wait_for("[ OK ]")
    terminal.settle()
    assert terminal.screen.is_reversed("[ OK ]")


def test_the_smallest_size_shows_everything_of_a_story(home: Home) -> None:
    """At 60x16 one signs in, creates a key, sees it whole, and deactivates it."""
    home.people("maria")
    terminal = signed_in(home, "maria", (60, 16))
    key = create_key(terminal)
    terminal.wait_for(key, "[ Copy to clipboard ]", "[ OK ]")
    close_reveal(terminal)
    terminal.press("x")
    terminal.fill(Reason="too small for it")
    terminal.wait_for("[ Cancel ]", "[ Deactivate ]")
    focus(terminal, "[ Deactivate ]")
    terminal.press("enter")
    terminal.wait_for("Key 1 is deactivated.", "0 active")
    assert quit_with(terminal) == 0
