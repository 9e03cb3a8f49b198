"""How far a long command is, on standard error where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from keytui.cli.exits import ExitCode, fail

_AFTER_SECONDS: Final = 1
_EVERY_SECONDS: Final = 0.2


class ProgressLine:
    """One line that is written over: how many of how many, how fast, how long still."""

    def __init__(self, what: str) -> None:
        """Count ``what``, in the plural."""
        self._what = what
        self._begun = monotonic()
        self._shown = 0.0
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done, once it takes over a second."""
        present = monotonic()
        passed = present - self._begun
        if not sys.stderr.isatty() or passed < _AFTER_SECONDS:
            return
        if done < total and present - self._shown < _EVERY_SECONDS:
            return
        self._shown = present
        rate = done / passed
        left = f", {(total - done) / rate:,.0f} s left" if done else ""
        self._write(f"{done:,} of {total:,} {self._what}, {rate:,.0f}/s{left}")
        if done >= total:
            self.end()

    def end(self) -> None:
        """Leave the line, if there is one."""
        if self._width:
            self._width = 0
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line:<{self._width}}")
        sys.stderr.flush()
        self._width = len(line)


@contextmanager
def stoppable(sentence: str, *lines: ProgressLine) -> Iterator[None]:
    """End with ``sentence``, below whatever ``lines`` show, if Ctrl+C stops the block."""
    try:
        yield
    except KeyboardInterrupt:
        for line in lines:
            line.end()
        fail(sentence, ExitCode.CANNOT)
