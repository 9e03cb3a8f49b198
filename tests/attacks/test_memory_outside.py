"""Around the process: its children, its files and its tmux know nothing of a key."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clipboards import Xclip
from tests.home import Home, copy, create_key, in_profile, quit_with, sign_in
from tests.memory_scan import PIECE, copies
from tests.reveals import children, maria, press_ok, report

_FAILS = """
from keytui.tui.reveal.screen import Reveal

def fail(self):
    raise ValueError("a bug")

Reveal.action_stay = fail
"""


def _pieces(key: str) -> list[str]:
    """Return every piece of a key that would be a find."""
    return [key[start : start + PIECE] for start in range(len(key) - PIECE + 1)]


def test_the_process_that_clears_the_clipboard_does_not_know_the_key(home: Home) -> None:
    """After a native copy one child is left: not in its memory, arguments or environment."""
    xclip = Xclip.honest(home)
    terminal = maria(home)
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    assert xclip.clipboard.read_text() == key
    (child,) = children(terminal.child.pid)
    told = Path(f"/proc/{child}/cmdline").read_bytes() + Path(f"/proc/{child}/environ").read_bytes()
    assert b"child.py\0" in told
    assert b"\0clear\0" in told
    assert not any(piece.encode() in told for piece in _pieces(key))
    hits = copies(child, key)
    assert not hits, report(hits)


def test_a_forked_child_finds_no_key(home: Home) -> None:
    """Whatever keytui starts while the key is on show, it gets an empty page."""
    forks = """
import os, signal
from keytui.tui.reveal.screen import Reveal

def fork(self):
    if not os.fork():
        signal.pause()
    self.say("There is a child.")

Reveal.action_stay = fork
"""
    terminal = maria(home, patch=forks)
    key = create_key(terminal)
    terminal.press("esc")
    terminal.wait_for("There is a child.", key)
    (child,) = children(terminal.child.pid)
    try:
        hits = copies(child, key)
        assert not hits, report(hits)
        assert len(copies(terminal.child.pid, key)) == 1
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("ends", ["by q", "by a bug", "by SIGKILL"])
def test_no_file_holds_a_piece_of_a_key(home: Home, ends: str) -> None:
    """Database, WAL, configuration, log folder, report of an error: not a piece of it."""
    Xclip.honest(home)
    terminal = maria(home, patch=_FAILS if ends == "by a bug" else "")
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    assert home.database.with_name("keytui.db-wal").exists()
    assert home.files_with(*_pieces(key)) == []
    if ends == "by q":
        press_ok(terminal)
        terminal.settle()
        assert home.files_with(*_pieces(key)) == []
        quit_with(terminal)
    elif ends == "by a bug":
        terminal.press("esc")
        terminal.wait_end()
        assert list(home.folder.rglob("error-*.log"))
    else:
        terminal.kill(signal.SIGKILL)
        terminal.wait_end()
    assert home.files_with(*_pieces(key)) == []
    assert home.files_with("maria") != []  # the search does find what is there


@pytest.fixture
def tmux_folder() -> Iterator[Path]:
    """Return a folder with a short name: a socket's path has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed here")
@pytest.mark.parametrize("set_clipboard", ["on", "external", "off"])
def test_tmux_has_no_piece_of_a_key_after_quitting(
    home: Home, tmux_folder: Path, set_clipboard: str
) -> None:
    """Neither its buffers nor its scrollback, after copying through tmux, OK and q."""
    home.people("maria")
    configuration = tmux_folder / "tmux.conf"
    configuration.write_text(f"set -s set-clipboard {set_clipboard}\nset -g status off\n")
    home.environ |= {
        "TMUX_TMPDIR": str(tmux_folder),
        "SHELL": "/bin/sh",
        "KEYTUI_CLIPBOARD": "auto",
    }
    tmux = (str(shutil.which("tmux")), "-f", str(configuration), "-L", "keytui")
    inside = f"echo Before.; {sys.executable} -m keytui; echo After.; exec cat"
    terminal = home.start([*tmux, "new-session", "-s", "story", inside])
    try:
        sign_in(terminal, "maria")
        in_profile(terminal, "maria")
        key = create_key(terminal)
        copy(terminal, "SENT to your terminal's clipboard through tmux.")
        shown = home.run(*tmux, "capture-pane", "-p", "-J", "-S", "-", "-t", "story").stdout
        assert key in shown  # the search does find what is there
        press_ok(terminal)
        terminal.press_until("q", lambda: terminal.says("After."), "the end of keytui")
        captured = home.run(*tmux, "capture-pane", "-p", "-J", "-S", "-", "-t", "story").stdout
        buffer = home.run(*tmux, "show-buffer")
        assert "Before." in captured
        assert not any(piece in captured + buffer.stdout for piece in _pieces(key))
        assert buffer.returncode != 0, "there is no buffer at all"
    finally:
        home.run(*tmux, "kill-server")
