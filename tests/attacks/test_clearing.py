"""Whatever ends keytui, the clipboard does not keep the key; and nothing else is ever cleared."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from tests.clipboards import Xclip
from tests.home import Home, copy, create_key, quit_with, signed_in
from tests.reveals import children, press_ok
from tests.terminal import LIMIT_SECONDS, Terminal

SHOPPING_LIST = "a shopping list"


def _wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait for another process: what outlives keytui has no terminal to read from."""
    end = monotonic() + LIMIT_SECONDS
    while not holds():
        assert monotonic() < end, f"{what} never came"


def _is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _copied(home: Home) -> tuple[Terminal, str, int]:
    """Return a keytui with a key on show that is copied, the key, and the helper that clears."""
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native")
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    (helper,) = children(terminal.child.pid)
    return terminal, key, helper


def _quit(terminal: Terminal) -> None:
    press_ok(terminal)
    terminal.settle()
    quit_with(terminal)


def _hang_up(terminal: Terminal) -> None:
    terminal.child.ptyproc.fileobj.close()
    terminal.child.ptyproc.wait()


def _ending_by(number: signal.Signals) -> Callable[[Terminal], None]:
    def end(terminal: Terminal) -> None:
        terminal.kill(number)
        terminal.wait_end()

    return end


ENDS = {
    "q": _quit,
    "a lost terminal": _hang_up,
    "SIGHUP": _ending_by(signal.SIGHUP),
    "SIGTERM": _ending_by(signal.SIGTERM),
    "SIGQUIT": _ending_by(signal.SIGQUIT),
    "SIGKILL": _ending_by(signal.SIGKILL),
}


@pytest.mark.parametrize("end", ENDS)
def test_however_it_ends_a_copied_key_is_cleared(home: Home, end: str) -> None:
    """Also killed it leaves no key in the clipboard: the helper notices that it is alone."""
    xclip = Xclip.honest(home)
    terminal, key, helper = _copied(home)
    assert xclip.clipboard.read_text() == key
    ENDS[end](terminal)
    _wait_until(lambda: xclip.clipboard.read_text() == "", "an empty clipboard")
    _wait_until(lambda: _is_gone(helper), "the helper's end")


@pytest.mark.parametrize("end", ENDS)
def test_however_it_ends_something_else_stays(home: Home, end: str) -> None:
    """What was copied since by anybody is left alone."""
    xclip = Xclip.honest(home)
    terminal, _, helper = _copied(home)
    xclip.clipboard.write_text(SHOPPING_LIST)
    ENDS[end](terminal)
    _wait_until(lambda: _is_gone(helper), "the helper's end")
    assert xclip.clipboard.read_text() == SHOPPING_LIST


def test_a_second_copy_is_not_cleared_by_the_clock_of_the_first(home: Home) -> None:
    """Copying anew ends the first helper, which clears nothing; the second waits its own time."""
    xclip = Xclip.honest(home)
    terminal, key, first = _copied(home)
    terminal.press_heard("c", lambda: terminal.says("Copying..."), "another copy")
    terminal.wait_for("COPIED and checked.")
    _wait_until(lambda: _is_gone(first), "the first helper's end")
    assert xclip.clipboard.read_text() == key
    terminal.wait_until(lambda: len(_living(terminal)) == 1, "one helper")
    assert _living(terminal) != [first]
    terminal.kill(signal.SIGKILL)
    _wait_until(lambda: xclip.clipboard.read_text() == "", "an empty clipboard")


def test_after_its_time_it_is_cleared_while_keytui_runs(home: Home) -> None:
    """The remark counts down, the clipboard is emptied, and that is said."""
    xclip = Xclip.honest(home)
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native", KEYTUI_CLEAR_SECONDS="5")
    create_key(terminal)
    copy(terminal, "COPIED and checked.")
    terminal.wait_for("The clipboard is cleared in ")
    press_ok(terminal)
    terminal.wait_for("The clipboard is cleared: it still held what you copied.")
    assert xclip.clipboard.read_text() == ""
    assert _living(terminal) == []


def _children_with(terminal: Terminal, word: bytes) -> list[int]:
    return [
        child
        for child in _living(terminal)
        if word in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    ]


def test_killed_while_it_copies_no_process_keeps_the_key(home: Home) -> None:
    """The child that copies ends by itself where a clipboard never answers."""
    Xclip.hanging(home)
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native")
    create_key(terminal)
    terminal.press_heard("c", lambda: terminal.says("Copying..."), "that it copies")
    _wait_until(lambda: _children_with(terminal, b"copy"), "the child that copies")
    (child,) = _children_with(terminal, b"copy")
    terminal.kill(signal.SIGKILL)
    terminal.wait_end()
    try:
        _wait_until(lambda: _is_gone(child), "the end of the child")
    finally:
        if not _is_gone(child):
            os.killpg(child, signal.SIGKILL)


def test_killed_before_a_copy_is_checked_it_is_cleared(home: Home) -> None:
    """The key is in the clipboard, the reading back still to come: that copy is cleared too."""
    xclip = Xclip(home, _SLOW.format(go=str(home.folder.parent / "go")))
    home.people("maria")
    terminal = signed_in(home, "maria", KEYTUI_CLIPBOARD="native")
    key = create_key(terminal)
    terminal.press_heard("c", lambda: terminal.says("Copying..."), "that it copies")
    _wait_until(lambda: _held(xclip) == key, "the key in the clipboard")
    terminal.kill(signal.SIGKILL)
    terminal.wait_end()
    (home.folder.parent / "go").touch()
    _wait_until(lambda: _held(xclip) == "", "an empty clipboard")


def _held(xclip: Xclip) -> str:
    return xclip.clipboard.read_text() if xclip.clipboard.exists() else ""


_SLOW: Final = """
if "-o" in sys.argv:
    while not os.path.exists({go!r}):
        pass
    sys.stdout.buffer.write(clipboard.read_bytes() if clipboard.exists() else b"")
else:
    clipboard.write_bytes(sys.stdin.buffer.read())
"""


def _living(terminal: Terminal) -> list[int]:
    return [child for child in children(terminal.child.pid) if not _is_gone(child)]
