"""Copy to clipboard over SSH, in tmux, in GNU screen, and switched off."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clipboards import osc52
from tests.home import (
    KEYTUI,
    Home,
    close_reveal,
    copy,
    create_key,
    in_profile,
    quit_with,
    sign_in,
    signed_in,
)
from tests.terminal import Terminal


@pytest.fixture
def sockets() -> Iterator[Path]:
    """Return a folder with a short name: a socket's path has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_over_ssh_the_key_is_sent_to_the_terminal(home: Home) -> None:
    """Over SSH it says SENT, not COPIED, and a display of the server is not asked."""
    home.people("maria")
    terminal = signed_in(
        home,
        "maria",
        SSH_CONNECTION="192.0.2.7 50000 192.0.2.1 22",
        DISPLAY=":0",
        KEYTUI_CLIPBOARD="auto",
    )
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard. keytui cannot see whether it arrived")
    assert terminal.raw.count(osc52(key)) == 1
    close_reveal(terminal)
    assert quit_with(terminal) == 0


def test_without_a_display_the_key_is_sent_to_the_terminal(home: Home) -> None:
    """On a console without a clipboard program, SENT is the best there is."""
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="auto")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")
    assert osc52(key) in terminal.raw


def test_switched_off_nothing_is_copied(home: Home) -> None:
    """``KEYTUI_CLIPBOARD=off`` sends nothing, says NOT COPIED, and OK asks once."""
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="off", DISPLAY=":0")
    key = create_key(terminal)
    copy(terminal, "NOT COPIED: the clipboard is switched off.")
    terminal.press("tab")
    terminal.wait_until(lambda: terminal.screen.is_reversed("[ OK ]"), "the focus on OK")
    terminal.press_heard("enter", lambda: terminal.says("NOT COPIED yet."), "the question")
    assert terminal.says(key)
    close_reveal(terminal)
    assert b"]52;" not in terminal.raw


def test_gnu_screen_gets_pieces_it_does_not_drop(home: Home) -> None:
    """With ``STY`` set the sequence travels in control strings of at most 76 characters."""
    home.people("maria")
    terminal = signed_in(home, "maria", STY="1234.pts-0.host", KEYTUI_CLIPBOARD="auto")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")
    pieces = re.findall(rb"\x1bP(.*?)\x1b\\", terminal.raw, re.DOTALL)
    assert b"".join(pieces) == osc52(key)
    assert max(map(len, pieces)) <= 76


@pytest.mark.skipif(not shutil.which("screen"), reason="GNU screen is not installed here")
def test_a_real_gnu_screen_passes_the_key_on(home: Home, sockets: Path) -> None:
    """Inside a GNU screen the terminal outside receives the key."""
    home.people("maria")
    sockets.chmod(0o700)
    terminal = home.start(
        [str(shutil.which("screen")), "-c", "/dev/null", "-U", *KEYTUI],
        SCREENDIR=str(sockets),
        KEYTUI_CLIPBOARD="auto",
    )
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard.")
    terminal.wait_until(lambda: osc52(key) in terminal.raw, "the key outside")
    close_reveal(terminal)
    assert quit_with(terminal) == 0


class Tmux:
    """A tmux server of one's own in which keytui runs."""

    def __init__(self, home: Home, folder: Path, set_clipboard: str) -> None:
        """Start it, and an outer terminal that is attached to it."""
        configuration = folder / "tmux.conf"
        configuration.write_text(f"set -s set-clipboard {set_clipboard}\nset -g status off\n")
        self.home = home
        self.environ = {
            "TMUX_TMPDIR": str(folder),
            "SHELL": "/bin/sh",
            "KEYTUI_CLIPBOARD": "auto",
        }
        self.command = (str(shutil.which("tmux")), "-f", str(configuration), "-L", "keytui")
        inside = f"{sys.executable} -m keytui; echo; echo The end.; exec cat"
        self.outside: Terminal = home.start(
            [*self.command, "new-session", "-s", "story", inside], **self.environ
        )

    def ask(self, *words: str) -> str:
        """Run a tmux command and return what it prints."""
        return self.home.run(*self.command, *words, **self.environ).stdout


@pytest.fixture(params=["on", "external", "off"])
def tmux(request: pytest.FixtureRequest, home: Home, sockets: Path) -> Iterator[Tmux]:
    """Run keytui inside tmux, with every setting of ``set-clipboard``."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed here")
    home.people("maria")
    its = Tmux(home, sockets, request.param)
    yield its
    its.ask("kill-server")


def test_tmux_passes_the_key_on_and_keeps_no_buffer(tmux: Tmux) -> None:
    """The terminal outside tmux gets the key; neither buffers nor scrollback keep it."""
    terminal = tmux.outside
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    key = create_key(terminal)
    copy(terminal, "SENT to your terminal's clipboard through tmux.")
    terminal.wait_until(
        lambda: osc52(key) in terminal.raw or osc52(key, b"") in terminal.raw,
        "the key outside",
    )
    assert tmux.ask("list-buffers") == ""
    close_reveal(terminal)
    terminal.press("q")
    terminal.wait_for("The end.")
    scrollback = tmux.ask("capture-pane", "-p", "-J", "-S", "-", "-t", "story")
    assert scrollback.split("\n")[0].strip() in ("", "The end.")
    assert "kt_" not in scrollback
    assert tmux.ask("list-buffers") == ""
