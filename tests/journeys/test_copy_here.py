"""Copy to clipboard on the machine one sits at: read back, and cleared afterwards."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.clipboards import Xclip, osc52
from tests.home import Home, close_reveal, copy, create_key, quit_with, signed_in
from tests.support import PASSWORD


def test_a_copied_key_is_in_the_clipboard_until_keytui_quits(home: Home) -> None:
    """COPIED is said after the clipboard was read back; quitting empties it."""
    xclip = Xclip.honest(home)
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    terminal.wait_until(
        lambda: re.search("The clipboard is cleared in [34][0-9] s[.]", terminal.screen.words),
        "when it is cleared",
    )
    assert xclip.clipboard.read_text() == key
    close_reveal(terminal)
    terminal.wait_for("from now on")
    assert quit_with(terminal) == 0
    assert xclip.clipboard.read_text() == ""
    assert b"]52;" not in terminal.raw


def test_what_was_copied_since_is_left_alone(home: Home) -> None:
    """Quitting does not touch a clipboard that holds something of one's own by now."""
    xclip = Xclip.honest(home)
    home.people("maria")
    terminal = signed_in(home, "maria")
    create_key(terminal)
    copy(terminal, "COPIED and checked.")
    close_reveal(terminal)
    xclip.clipboard.write_text("a shopping list")
    assert quit_with(terminal) == 0
    assert xclip.clipboard.read_text() == "a shopping list"


def test_of_two_copied_keys_the_second_is_cleared(home: Home) -> None:
    """The clipboard is recognised by what was copied last."""
    xclip = Xclip.honest(home)
    home.people("maria")
    terminal = signed_in(home, "maria")
    for label in ("first", "second"):
        key = create_key(terminal, label)
        copy(terminal, "COPIED and checked.")
        assert xclip.clipboard.read_text() == key
        close_reveal(terminal)
        terminal.wait_for("from now on")
    assert quit_with(terminal) == 0
    assert xclip.clipboard.read_text() == ""


def test_no_process_shows_the_key_while_it_is_copied(home: Home) -> None:
    """Neither a command line nor an environment of any process holds key or password."""
    xclip = Xclip.honest(home)
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    spied = xclip.spied.read_bytes()
    assert b"child.py" in spied  # it did see keytui's own child
    assert b"xclip" in spied
    assert key.encode() not in spied
    assert PASSWORD.encode() not in spied


def test_a_dead_display_is_noticed_and_paints_nothing(home: Home) -> None:
    """An xclip without a display copies nothing: the terminal's clipboard is asked instead."""
    Xclip.dead(home)
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")
    assert osc52(key) in terminal.raw
    assert b"open display" not in terminal.raw


def test_a_dead_display_is_said_where_there_is_no_other_way(home: Home) -> None:
    """With ``native`` chosen it is NOT COPIED, and the key stays on show."""
    Xclip.dead(home)
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native")
    key = create_key(terminal)
    copy(terminal, "NOT COPIED: ")
    assert terminal.says(key)
    assert b"]52;" not in terminal.raw


def test_a_display_that_hangs_does_not_hang_keytui(home: Home) -> None:
    """A clipboard that never answers is given up, and the key stays on show."""
    Xclip.hanging(home)
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native")
    key = create_key(terminal)
    copy(terminal, "Copying...")
    terminal.press("esc")
    terminal.wait_for("NOT COPIED: the clipboard did not answer.")
    assert terminal.says(key)


@pytest.fixture
def display() -> Iterator[str]:
    """Start an X server without a screen and return its display."""
    if not (shutil.which("Xvfb") and shutil.which("xclip")):
        pytest.skip("Xvfb and xclip are not installed here")
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
        server.terminate()


def test_a_real_x_clipboard_holds_the_key_until_keytui_quits(home: Home, display: str) -> None:
    """With xclip on an X server: COPIED, pasted by another program, cleared at the end."""
    home.people("maria")

    def pasted() -> str:
        paste = ("xclip", "-selection", "clipboard", "-o")
        return home.run(*paste, DISPLAY=display).stdout

    terminal = signed_in(home, "maria", DISPLAY=display, KEYTUI_CLIPBOARD="auto")
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    assert pasted() == key
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    assert pasted() == ""
