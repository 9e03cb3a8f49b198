"""A key is handed over: two good keys for a while, then one, and a word about who missed it."""

from tests.home import (
    BOTH_ENGINES,
    Home,
    close_reveal,
    create_key,
    press_button,
    quit_with,
    signed_in,
)
from tests.terminal import KEY_TEXT

pytestmark = BOTH_ENGINES


def verdicts(home: Home, *texts: str) -> list[str]:
    """Return what ``keytui verify`` says of each key text."""
    return [home.keytui("verify", typed=text).stdout.split()[0] for text in texts]


def test_a_key_is_rotated_and_its_overlap_ended(home: Home) -> None:
    """By the letters of Profile; the command line verifies, and the next sign-in tells."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    old = create_key(terminal, "CI")
    close_reveal(terminal)
    terminal.wait_for("from now on")
    terminal.press("o")
    terminal.wait_for("A new key takes the place of key 1", "(•) 7d")
    press_button(terminal, "Rotate")
    terminal.wait_for("It replaces key 1.")
    new = terminal.find(KEY_TEXT)
    assert new != old
    close_reveal(terminal)
    terminal.wait_for("Key 2 is", "overlapping")
    assert verdicts(home, old, new) == ["valid:", "valid:"]
    terminal.press("r")
    terminal.settle()
    terminal.press("G")
    terminal.wait_for("Still used just now", "Key 2 replaces key 1")
    terminal.press("E")
    terminal.wait_for("End it now?")
    press_button(terminal, "End it")
    terminal.wait_for("Key 1 is deactivated: its overlap is over.")
    assert verdicts(home, old, new) == ["deactivated:", "valid:"]
    assert quit_with(terminal) == 0
    terminal = signed_in(home, "maria")
    terminal.wait_for("Key 1 was tried once after its rotation")
    assert quit_with(terminal) == 0
    told = "SELECT target FROM audit_event WHERE action = 'api_key:use_after_rotation'"
    assert home.rows(told) == [("key 1",)]
