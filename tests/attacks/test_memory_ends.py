"""However a reveal ends, also with a terminal that stopped reading, nothing is left in memory."""

import signal

import pytest

from tests.home import Home, create_key
from tests.reveals import freeze, left_of, maria, report, wait_clean, wait_gone
from tests.terminal import KEY_TEXT, Terminal

_SOON = {"KEYTUI_REVEAL_SECONDS": "1"}

_LOCKS = """
from keytui.tui.reveal.screen import Reveal
Reveal.action_stay = lambda self: self.app.action_lock("No key was pressed for 15 min.")
"""
_FAILS = """
from keytui.tui.reveal.screen import Reveal

def fail(self):
    raise ValueError("a bug")

Reveal.action_stay = fail
"""

_STOPS_AT_THE_KEY = """
import os, threading
from keytui.tui.reveal import late_binding

class Os:
    def write(file, text):
        with open({spied!r}, "wb", buffering=0) as spied:
            spied.write(text)
        threading.Event().wait()

late_binding.os = Os
"""


def _ended(terminal: Terminal, key: str) -> None:
    """Wait until keytui has ended in its process, which still runs, and search it."""
    terminal.wait_for("It has ended.")
    hits = left_of(terminal, key)
    assert not hits, report(hits)


def test_masked_by_its_time_limit_it_is_gone(home: Home) -> None:
    """Nobody pressed a key: as soon as the mask is seen, the key is nowhere."""
    terminal = maria(home, environ=_SOON)
    key = create_key(terminal)
    terminal.wait_for("MASKED: no key was pressed for")
    hits = left_of(terminal, key)
    assert not hits, report(hits)


def test_behind_a_locked_screen_it_is_gone(home: Home) -> None:
    """The screen locks itself over a key on show: that wipes it."""
    terminal = maria(home, patch=_LOCKS)
    key = create_key(terminal)
    terminal.press("esc")
    terminal.wait_for("No key was pressed for 15 min.")
    hits = left_of(terminal, key)
    assert not hits, report(hits)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT])
def test_ended_by_a_signal_it_is_gone(home: Home, number: signal.Signals) -> None:
    """After a polite end nothing is left in the process, though it still runs."""
    terminal = maria(home, stays=True)
    key = create_key(terminal)
    terminal.kill(number)
    _ended(terminal, key)


def test_ended_by_a_bug_it_is_gone(home: Home) -> None:
    """An error with the key on show ends keytui without it, the report's traceback included."""
    terminal = maria(home, patch=_FAILS, stays=True)
    key = create_key(terminal)
    terminal.press("esc")
    _ended(terminal, key)


def test_a_terminal_that_stopped_reading_does_not_keep_it(home: Home) -> None:
    """The time limit wipes the key although nothing can be drawn any more."""
    terminal = maria(home, environ=_SOON)
    key = create_key(terminal)
    freeze(terminal)
    wait_clean(terminal, key)
    terminal.settle()
    terminal.wait_for("MASKED: no key was pressed for")


def test_a_terminal_that_stopped_reading_within_the_key_does_not_keep_it(home: Home) -> None:
    """The time limit also wipes what is on its way, though the writer never comes back."""
    spied = home.folder.parent / "spied"
    terminal = maria(home, patch=_STOPS_AT_THE_KEY.format(spied=str(spied)), environ=_SOON)
    terminal.press("n")
    terminal.fill(Label="laptop")
    terminal.wait_until(lambda: spied.exists() and spied.read_bytes(), "the key on its way")
    key = spied.read_text()
    assert KEY_TEXT.fullmatch(key)
    wait_clean(terminal, key)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_told_to_end_while_the_terminal_does_not_read_it_is_gone(
    home: Home, number: signal.Signals
) -> None:
    """With everything standing still, the signal wipes the key at once."""
    terminal = maria(home)
    key = create_key(terminal)
    freeze(terminal)
    shown = left_of(terminal, key)
    assert shown, "it was still on show"
    terminal.kill(number)
    wait_clean(terminal, key)


def test_a_frozen_terminal_that_goes_away_ends_the_program(home: Home) -> None:
    """A connection that froze and is given up: nothing runs on unseen, or holds a key."""
    terminal = maria(home)
    create_key(terminal)
    freeze(terminal)
    terminal.child.ptyproc.fileobj.close()  # the kernel hangs up
    wait_gone(terminal)
