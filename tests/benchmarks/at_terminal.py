"""keytui in a pseudo-terminal with a stopwatch: how long until what a person waits for is painted."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic

import pexpect

from keytui.services.demo import PASSWORD
from tests.benchmarks.rounds import Figures
from tests.home import Home, in_profile, sign_in
from tests.terminal import Terminal

_LIMIT_SECONDS = 120
_CALM_SECONDS = 0.05
"""So long without a byte, and what one key press did is over."""
_ROOT = str(Path(__file__).parents[2])
_PSS = re.compile(r"^Pss: +([0-9]+) kB", re.MULTILINE)


class Sitting:
    """An administrator who sits before one database."""

    def __init__(self, name: str, database: Path, workshop: Path, users: int, keys: int) -> None:
        """Prepare; nothing is started yet.

        Args:
            name: stands before the figures.
            database: what is looked at.
            workshop: a folder for a home of its own.
            users: how many people.
            keys: how many keys.
        """
        folder = workshop / f"home-{name}"
        folder.mkdir()
        self._home = Home(folder)
        self._home.environ |= {"KEYTUI_DATABASE": str(database), "PYTHONPATH": _ROOT}
        self._name, self._users, self._keys = name, users, keys
        self._beats = folder / "heartbeat"
        self._windows: list[tuple[float, float]] = []

    def start(self, command: tuple[str, ...], painted: bytes, name: str = "") -> Figures:
        """Start a program; return the milliseconds until ``painted`` has come."""
        start = monotonic()
        terminal = self._home.start((sys.executable, "-m", *command))
        took = _until(terminal, lambda: painted in terminal.raw) - start
        terminal.close()
        return {f"{name or self._name} start": took * 1e3}

    def walk(self, presses: int) -> Figures:
        """Sign in, measure what is done in the lists; with 0 ``presses`` only open Manage Users."""
        terminal = self._home.start(
            (sys.executable, "-m", "tests.benchmarks.heartbeat", str(self._beats))
        )
        sign_in(terminal, "maria", PASSWORD)
        in_profile(terminal, "maria")
        figures = self._figures(terminal, presses)
        terminal.press("ctrl+q")
        terminal.wait_end()
        late = [tuple(map(float, line.split())) for line in self._beats.read_text().splitlines()]
        stalls = [late_by for at, late_by in late if self._watched(at)]
        figures["stall"] = max(stalls, default=0) * 1e3
        return {f"{self._name} {what}": figure for what, figure in figures.items()}

    def _filtered(self, terminal: Terminal, sought: str) -> Callable[[], bool]:
        def holds() -> bool:
            row = terminal.line(3)
            return sought in row or f"Nothing contains {sought!r}" in row

        return holds

    def close(self) -> None:
        """End what still runs."""
        self._home.close()

    def _figures(self, terminal: Terminal, presses: int) -> Figures:
        total = f" of {self._users:,} "

        def whole() -> bool:
            first, _, rest = terminal.line(1).partition("-")
            return "Users: 1" in first and total in f"{rest} "

        figures: Figures = {"open": _press(terminal, "2", whole)}
        terminal.settle()
        if presses:
            figures |= self._moving(terminal, presses, total)
        found = Path(f"/proc/{terminal.child.pid}/smaps_rollup").read_text()
        figures["memory"] = sum(map(int, _PSS.findall(found))) / 1e3
        return figures

    def _moving(self, terminal: Terminal, presses: int, total: str) -> Figures:
        figures: Figures = {}
        with self._watching():
            before = len(terminal.raw)
            steps = [_step(terminal, "down") for _ in range(presses)]
            terminal.settle()
            figures["down"] = median(steps)
            figures["bytes"] = (len(terminal.raw) - before) / presses
            figures["page"] = median(_step(terminal, "page down") for _ in range(3))
            last = f"-{self._users:,}{total}"
            _press(terminal, "G", lambda: last in f"{terminal.line(1)} ")
            steps = [_step(terminal, "up") for _ in range(presses)]
            figures["up"] = median(steps)
            figures["back"] = median(_step(terminal, "page up") for _ in range(3))
            _press(terminal, "w", lambda: f" of {self._keys:,} " in f"{terminal.line(1)} ")
            last = f"-{self._keys:,} of {self._keys:,} "
            figures["end"] = _press(terminal, "G", lambda: last in f"{terminal.line(1)} ")
            figures["sort"] = _press(terminal, "s", lambda: "Label↑" in terminal.line(2))
            for what, sought in (("filter", "rosa"), ("seldom", "zz9qx")):
                terminal.press("/")
                figures[what] = _press(terminal, sought, self._filtered(terminal, sought))
                terminal.press("esc")
                terminal.settle()  # Esc and / at once would be Alt+/
        return figures

    @contextmanager
    def _watching(self) -> Iterator[None]:
        start = monotonic()
        yield
        self._windows.append((start, monotonic()))

    def _watched(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self._windows)


def _step(terminal: Terminal, key: str) -> float:
    while terminal.read(_CALM_SECONDS):
        pass
    before = terminal.screen.text
    return _press(terminal, key, lambda: terminal.screen.text != before, quiet=False)


def _press(
    terminal: Terminal, keys: str, holds: Callable[[], bool], *, quiet: bool = True
) -> float:
    """Press keys; return the milliseconds until what is painted holds.

    Args:
        terminal: where.
        keys: one by name, or several letters.
        holds: whether it is painted.
        quiet: whether to let everything end first that earlier keys began.
    """
    if quiet:
        terminal.settle()
    start = monotonic()
    terminal.press(*([keys] if keys in ("down", "up", "page down", "page up") else keys))
    return (_until(terminal, holds) - start) * 1e3


def _until(terminal: Terminal, holds: Callable[[], bool]) -> float:
    """Return when the bytes came after which something holds; drawing them is not counted."""
    at = monotonic()
    end = at + _LIMIT_SECONDS
    while not holds():
        try:
            printed = terminal.child.read_nonblocking(1 << 16, timeout=max(end - monotonic(), 0))
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            raise SystemExit(f"It never came.\n{terminal.screen.picture}") from error
        at = monotonic()
        terminal.raw += printed
        terminal.screen.draw(printed)
    return at
