"""Signals while a key is on show: what ends keytui, what it ignores, what it survives."""

import signal
from pathlib import Path

import pytest

from tests.home import Home, create_key, quit_with, signed_in
from tests.reveals import press_ok
from tests.terminal import Terminal


def _state(terminal: Terminal) -> str:
    """Return the letter of proc(5) for what the process does: T is stopped."""
    return Path(f"/proc/{terminal.child.pid}/stat").read_text().rpartition(")")[2].split()[0]


def _threads(terminal: Terminal) -> int:
    return len(list(Path(f"/proc/{terminal.child.pid}/task").iterdir()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_polite_end_gives_the_terminal_back(home: Home, number: signal.Signals) -> None:
    """The screen with the key on it is left, and the exit code names the signal."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    terminal.kill(number)
    assert terminal.wait_end() == 128 + number
    _, left, after = terminal.raw.rpartition(b"\x1b[?1049l")
    assert left
    assert key.encode() not in after
    assert b"Traceback" not in terminal.raw


def test_it_is_never_suspended_with_a_key_on_show(home: Home) -> None:
    """SIGTSTP (and Ctrl+Z) would leave the key on the shell's screen: both do nothing."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    threads = _threads(terminal)
    terminal.kill(signal.SIGTSTP)
    terminal.press("ctrl+z", "esc")
    terminal.wait_for("Only OK closes this", key)
    assert _state(terminal) != "T"
    assert b"\x1b[?1049l" not in terminal.raw
    assert _threads(terminal) == threads


def test_stopped_and_continued_it_goes_on_as_before(home: Home) -> None:
    """SIGSTOP and SIGCONT, three times: no thread more, OK closes, q quits."""
    home.people("maria")
    terminal = signed_in(home, "maria")
    key = create_key(terminal)
    threads = _threads(terminal)
    for _ in range(3):
        terminal.kill(signal.SIGSTOP)
        while _state(terminal) != "T":
            terminal.read(0)
        terminal.kill(signal.SIGCONT)
        while _state(terminal) == "T":
            terminal.read(0)
        terminal.settle()
    terminal.press("esc")
    terminal.wait_for("Only OK closes this", key)
    assert _threads(terminal) == threads
    press_ok(terminal)
    terminal.settle()
    assert quit_with(terminal) == 0
