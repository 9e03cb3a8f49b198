"""Other programs of the same account cannot look into keytui while it runs."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.clipboards import Xclip
from tests.home import KEYTUI, Home, copy, create_key, in_profile, quit_with, sign_in
from tests.support import NOBODY, python_as_nobody
from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has prctl and /proc")

_IS_ROOT: Final = os.geteuid() == 0
_BECOME_NOBODY: Final = f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
_LAUNCHER: Final = """
import ctypes, os
from keytui.tui import hardening

harden = hardening.harden

def harden_later(**how):
    {become}
    # An account that was changed is closed by that alone: open, as one that signed in.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    {harden}(**how)

hardening.harden = harden_later
from keytui.cli import main
main()
"""
_ATTACK: Final = """
process = int(sys.argv[1])
libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long] * 4
try:
    open(f"/proc/{process}/mem", "rb").close()
    print("memory")
except PermissionError:
    pass
try:
    open(f"/proc/{process}/environ", "rb").close()
    print("environment")
except PermissionError:
    pass
if libc.ptrace(0x4206, process, 0, 0) == 0:  # PTRACE_SEIZE: it is not stopped
    print("ptrace")
"""


@pytest.fixture
def nobodys(open_folder: Path) -> Iterator[Home]:
    """Return the home of an account without rights, with maria in it."""
    folder = open_folder / "home"
    folder.mkdir()
    home = Home(folder)
    home.people("maria")
    yield home
    home.close()


def _give_away(home: Home) -> None:
    if _IS_ROOT:
        for path in (home.folder.parent, *home.folder.parent.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def _start(home: Home, *, hardened: bool) -> Terminal:
    """Start keytui, unchanged if possible; root's rights are given up before it closes itself."""
    if hardened and not _IS_ROOT:
        return home.start(KEYTUI)
    _give_away(home)
    launcher = _LAUNCHER.format(
        become=_BECOME_NOBODY if _IS_ROOT else "pass", harden="harden" if hardened else "int"
    )
    return home.start([sys.executable, "-c", launcher])


def _open_to(terminal: Terminal) -> list[str]:
    """Return what another process of the same account can do to it."""
    ended = python_as_nobody("import ctypes, sys", _ATTACK, str(terminal.child.pid))
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def _account(terminal: Terminal) -> str:
    (uids,) = (
        line
        for line in Path(f"/proc/{terminal.child.pid}/status").read_text().splitlines()
        if line.startswith("Uid:")
    )
    return uids


def _wait_for_its_account(terminal: Terminal) -> None:
    account = str(NOBODY if _IS_ROOT else os.geteuid())
    terminal.wait_for("Password or code")
    terminal.wait_until(
        lambda: _account(terminal).split()[1:] == [account] * 4, "the account without rights"
    )


def test_another_process_of_the_account_cannot_look_inside(nobodys: Home) -> None:
    """Neither /proc/PID/mem nor ptrace: both work on a keytui that does not close itself."""
    terminal = _start(nobodys, hardened=False)
    _wait_for_its_account(terminal)
    terminal.settle()
    if "memory" not in _open_to(terminal):
        pytest.skip("this system keeps every process closed to others of its account")
    terminal = _start(nobodys, hardened=True)
    _wait_for_its_account(terminal)
    terminal.wait_until(lambda: _open_to(terminal) == [], "a closed process")


def test_no_core_is_dumped(home: Home) -> None:
    """The limit for core files is 0, the hard one as well."""
    home.people("maria")
    terminal = home.open()
    terminal.wait_for("Password or code")
    limits = Path(f"/proc/{terminal.child.pid}/limits")

    def core() -> list[str]:
        (line,) = (line for line in limits.read_text().splitlines() if "core file" in line)
        return line.removeprefix("Max core file size").split()[:2]

    terminal.wait_until(lambda: core() == ["0", "0"], "the limit")


def test_a_closed_process_still_copies(nobodys: Home) -> None:
    """As an account without rights, whose /proc/self is closed to it now: COPIED, cleared."""
    reach = python_as_nobody("", "import os, sys; print(os.access(sys.executable, os.X_OK))")
    if reach.stdout.strip() != "True":
        pytest.skip("an account without rights cannot run this Python")
    xclip = Xclip.honest(nobodys)
    _give_away(nobodys)
    become = _BECOME_NOBODY if _IS_ROOT else "pass"
    starts = f"import os\n{become}\nos.execv({sys.executable!r}, {list(KEYTUI)!r})"
    terminal = nobodys.start([sys.executable, "-c", starts])
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    assert not os.access(f"/proc/{terminal.child.pid}/environ", os.R_OK) or _IS_ROOT
    key = create_key(terminal)
    copy(terminal, "COPIED and checked.")
    assert xclip.clipboard.read_text() == key
    terminal.press_heard("enter", lambda: not terminal.says(key), "the end of the pop-up")
    terminal.settle()
    assert quit_with(terminal) == 0
    assert xclip.clipboard.read_text() == ""
