"""The pop-up with a secret, for tests that look behind it: searchable, frozen, copied from."""

import sys
from itertools import cycle, islice
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from tests.home import Home, focus, in_profile, sign_in
from tests.memory_scan import Hit, Region, copies
from tests.terminal import LIMIT_SECONDS, REACTION_SECONDS, Terminal

_LAUNCHER: Final = """
import sys
from keytui import settings
from keytui.tui import hardening
from keytui.tui.reveal import quiet

quiet.QUIET_SECONDS = 0  # no key is typed ahead here
hardening.harden = lambda **_: None  # it would keep the search out
settings._RANGES["reveal_seconds"] = (1, 900)
{patch}
from keytui.cli import main

try:
    main()
except SystemExit:
    if {stays}:
        print("It has ended.", flush=True)
        sys.stdin.read()
    raise
"""


def searchable(
    home: Home, *, patch: str = "", stays: bool = False, environ: dict[str, str] | None = None
) -> Terminal:
    """Start keytui so that its memory can be searched.

    Args:
        home: where.
        patch: code that changes keytui before it starts.
        stays: whether the process waits, once keytui has ended in it.
        environ: more of the environment.
    """
    if not Path("/proc/self/mem").exists():
        pytest.skip("the memory of a process cannot be read on this system")
    launcher = home.folder.parent / "launcher.py"
    launcher.write_text(_LAUNCHER.format(patch=patch, stays=stays))
    home.environ |= environ or {}
    return home.start([sys.executable, launcher])


def maria(
    home: Home, *, patch: str = "", stays: bool = False, environ: dict[str, str] | None = None
) -> Terminal:
    """Sign in as maria, who is new, in a keytui whose memory can be searched."""
    home.people("maria")
    terminal = searchable(home, patch=patch, stays=stays, environ=environ)
    sign_in(terminal, "maria")
    in_profile(terminal, "maria")
    return terminal


def press_ok(terminal: Terminal) -> float:
    """Press OK until the pop-up is gone, and not longer; return when it was pressed."""
    if not terminal.screen.is_reversed("[ OK ]"):
        terminal.settle()  # what moves the focus to OK is over
    focus(terminal, "[ OK ]")
    for _ in range(10):
        pressed = monotonic()
        terminal.press("enter")
        while terminal.says("[ OK ]") and (left := pressed + REACTION_SECONDS - monotonic()) > 0:
            terminal.read(left)
        if not terminal.says("[ OK ]"):
            return pressed
    raise AssertionError(f"OK never closed the pop-up.\n{terminal.screen.picture}")


# -- memory


def left_of(terminal: Terminal, *secrets: str) -> list[Hit]:
    """Return where the program's memory holds a secret now."""
    return copies(terminal.child.pid, *secrets)


def report(hits: list[Hit]) -> str:
    """Return where secrets were found, a line each."""
    return "\n".join(["found in memory:", *map(str, hits)])


def wait_clean(terminal: Terminal, *secrets: str) -> None:
    """Search, without reading from the terminal, until nothing is left or the program is gone."""
    end = monotonic() + LIMIT_SECONDS
    while hits := _left_of_what_may_be_gone(terminal, *secrets):
        assert monotonic() < end, report(hits)


def wait_gone(terminal: Terminal) -> None:
    """Wait, without reading from the terminal, until the program has ended."""
    end = monotonic() + LIMIT_SECONDS
    while terminal.child.ptyproc.isalive():
        assert monotonic() < end, "the program runs on"


def _left_of_what_may_be_gone(terminal: Terminal, *secrets: str) -> list[Hit]:
    try:
        return left_of(terminal, *secrets)
    except (ProcessLookupError, FileNotFoundError):
        return []


def flags(process: int, region: Region) -> tuple[str, list[str]]:
    """Return how much of a region is locked and what the kernel keeps in mind about it (proc(5))."""
    locked = ""
    inside = False
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        name, _, value = line.partition(":")
        if "-" in name.split(" ")[0]:
            inside = line.startswith(f"{region.start:08x}-")
        elif inside and name == "Locked":
            locked = value.strip()
        elif inside and name == "VmFlags":
            return locked, value.split()
    raise AssertionError(f"there is no region at {region.start:#x}")


# -- a terminal that stopped reading


def freeze(terminal: Terminal) -> None:
    """Have the program draw, unread, until it stands still: its loop waits for its writer."""
    still = 0
    for columns, rows in islice(cycle(((200, 60), (190, 50), (210, 55))), 200):
        terminal.resize(columns, rows)
        # Many milliseconds, longer than any turn of one thread; the signal wakes it at first.
        waits = [_waits_for(terminal) for _ in range(1_500)]
        still = still + 1 if all("futex" in place for place in waits[500:]) else 0
        if still == 3:
            return
    raise AssertionError("the program never stood still")


def _waits_for(terminal: Terminal) -> str:
    """Return the place in the kernel in which the main thread waits."""
    place = Path(f"/proc/{terminal.child.pid}/wchan").read_text()
    if place == "0" and not Path("/proc/kallsyms").exists():
        pytest.skip("this kernel does not say what a thread waits for")
    return place


def children(process: int) -> list[int]:
    """Return the child processes of a process."""
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for tasks in listed for child in tasks.read_text().split()]
