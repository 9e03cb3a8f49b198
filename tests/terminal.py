"""keytui as a person has it: the real program in a real pseudo-terminal.

Nothing here sleeps: waiting is reading, and every wait has a limit and a
picture of the screen in its failure.
"""

import re
import signal
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

import pexpect

from tests.screen import Screen

SIZE: Final = (80, 24)
SIZES: Final = (SIZE, (120, 40))
"""Columns and rows: the home size and a larger one."""
LIMIT_SECONDS: Final = 20.0
"""How long anything may take that takes far below a second on an idle machine."""
REACTION_SECONDS: Final = 0.6
"""How long a reveal, deaf for 0.4 s to keys typed ahead, is given to react."""
DEAF_SECONDS: Final = 0.43
"""How long it takes until a reveal hears: its 0.4 s, and the time its drawing takes to come here."""
QUIET_SECONDS: Final = 0.3
"""After so long without a byte, whatever was to happen has happened."""

KEY_TEXT: Final = re.compile(r"kt_[0-9A-Za-z]{49}")
SIGN_IN_CODE: Final = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}")

_KEYS: Final = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "esc": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "shift+home": "\x1b[1;2H",
    "page up": "\x1b[5~",
    "page down": "\x1b[6~",
    "f1": "\x1bOP",
    "ctrl+c": "\x03",
    "ctrl+l": "\x0c",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+u": "\x15",
    "ctrl+x": "\x18",
    "ctrl+z": "\x1a",
    "ctrl+\\": "\x1c",
}


class Terminal:
    """One program in a pseudo-terminal."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environ: dict[str, str],
        folder: Path,
        size: tuple[int, int] = SIZE,
    ) -> None:
        """Start ``command`` in ``folder`` on ``size`` columns and rows."""
        columns, rows = size
        first, *others = map(str, command)
        self.screen = Screen(columns, rows)
        self.raw = b""
        self.ended = False
        with warnings.catch_warnings():
            # pytest-xdist has threads, and from Python 3.12 on a fork minds.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.child = pexpect.spawn(
                first, others, env=environ, cwd=folder, dimensions=(rows, columns)
            )
        self.child.delaybeforesend = None
        self.child.ptyproc.delayafterclose = 0.01
        self.child.ptyproc.delayafterterminate = 0.01

    # -- seeing

    def read(self, seconds: float) -> bool:
        """Take in what was printed, waiting ``seconds`` for it; tell whether there was any."""
        try:
            printed = self.child.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            self.ended = True
            return False
        self.raw += printed
        self.screen.draw(printed)
        return True

    def settle(self, quiet: float = QUIET_SECONDS) -> None:
        """Read until nothing more comes: before claiming that something did not happen."""
        while self.read(quiet):
            pass

    @property
    def screen_text(self) -> str:
        """The whole screen."""
        return self.screen.text

    def line(self, number: int) -> str:
        """Return a line of the screen; negative numbers count from the bottom."""
        return self.screen.lines[number]

    @property
    def status(self) -> str:
        """The two lines above the keys, where a place says what happened."""
        return " ".join(f"{self.line(-3)} {self.line(-2)}".split())

    def says(self, text: str) -> bool:
        """Tell whether ``text`` is on the screen, wrapped or not."""
        return text in self.screen.words or text in self.screen.text

    def wait_until(self, holds: Callable[[], object], what: str) -> None:
        """Read until something holds; ``what`` names it if it never does."""
        end = monotonic() + LIMIT_SECONDS
        while not holds():
            left = end - monotonic()
            if self.ended or left <= 0:
                state = "has ended" if self.ended else "still runs"
                raise AssertionError(
                    f"{what} never came; the program {state}.\n{self.screen.picture}"
                )
            self.read(min(left, 1))

    def wait_for(self, *texts: str) -> None:
        """Read until all ``texts`` are on the screen."""
        self.wait_until(lambda: all(map(self.says, texts)), f"{texts}")

    def wait_gone(self, text: str) -> None:
        """Read until ``text`` is not on the screen."""
        self.wait_until(lambda: not self.says(text), f"the end of {text!r}")

    def find(self, pattern: re.Pattern[str]) -> str:
        """Wait for ``pattern`` on the screen and return what matches it."""
        found: list[str] = []
        self.wait_until(
            lambda: found.extend(pattern.findall(self.screen.text)) or found,
            pattern.pattern,
        )
        return found[0]

    def wait_end(self) -> int:
        """Read until the program ends; return its exit code, or minus the signal."""
        self.wait_until(lambda: self.ended, "the program's end")
        self.child.wait()
        if self.child.exitstatus is not None:
            return int(self.child.exitstatus)
        return -int(self.child.signalstatus or 0)

    # -- doing

    def send(self, given: str) -> None:
        """Send characters as they are."""
        self.child.send(given)

    def press(self, *keys: str) -> None:
        """Press keys, by name or letter. After Esc, wait for what it does."""
        for key in keys:
            self.send(_KEYS.get(key, key))

    def step(self, key: str) -> None:
        """Press a key and wait until it changed something on the screen."""
        before = self.screen.text
        self.press(key)
        self.wait_until(lambda: self.screen.text != before, f"what {key!r} does")

    def paste(self, text: str) -> None:
        """Paste a text as terminals do it (bracketed)."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def fill(self, **entries: str) -> None:
        """Fill in a form: ``User_ID="maria"`` waits for that field, types, presses Enter."""
        for label, text in entries.items():
            words = label.replace("_", " ")
            self.wait_until(
                lambda words=words: self.screen.has_cursor(words),  # type: ignore[misc]  # bound at once
                f"the cursor in the field {words!r}",
            )
            self.send(text)
            self.press("enter")

    def press_until(self, key: str, holds: Callable[[], object], what: str) -> None:
        """Press ``key`` again until something holds: for pop-ups deaf to typing ahead."""
        for _ in range(10):
            self.press(key)
            end = monotonic() + REACTION_SECONDS
            while not holds() and not self.ended and (left := end - monotonic()) > 0:
                self.read(left)
            if holds():
                return
        raise AssertionError(f"{key!r} never brought {what}.\n{self.screen.picture}")

    def press_heard(self, key: str, holds: Callable[[], object], what: str) -> None:
        """Let the deafness of a pop-up pass that has just come, then press ``key`` until it brings it."""
        end = monotonic() + DEAF_SECONDS
        while not holds() and not self.ended and (left := end - monotonic()) > 0:
            self.read(left)
        if not holds():
            self.press_until(key, holds, what)

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal larger or smaller."""
        self.screen.resize(columns, rows)
        self.child.setwinsize(rows, columns)

    def kill(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.child.kill(number)

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()  # on a busy machine dying takes its time
        self.child.close(force=True)
