"""Peers run in processes of their own, with their own Python, and take turns when they are told.

A peer is a program that is called with a folder and a number of keys, prepares
its database there (and keeps it for the next run), prints ``ready``, and then
answers every line ``N`` by the microseconds that one of N verifications took.
"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from select import select

from tests.benchmarks.rounds import Figures

DRF, KEYSHIELD = "drf", "keyshield"
_PATIENCE = 180
"""Seconds in which a peer must answer; the first answer takes as long as its database."""


class Unavailable(Exception):
    """The peer cannot be measured here; the text says why."""


class Peer:
    """A peer that waits for its turn."""

    def __init__(
        self, name: str, python: str | None, *, folder: Path, keys: int, calls: int
    ) -> None:
        """Start the peer and wait until its database is there.

        Raises:
            Unavailable: it is not wanted, not installed, or failed.
        """
        if python is None:
            raise Unavailable("left out by --no-peers")
        self._name = name
        self._calls = calls
        self.failure = ""
        """Why it failed while it was measured; empty while it has not."""
        self._process = subprocess.Popen(
            [python, "-m", f"tests.benchmarks.peer_{name}", str(folder), str(keys)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        answer = self._answer()
        if answer != "ready":
            raise Unavailable(f"it said {answer!r}")

    def turn(self) -> Figures:
        """Have it verify, and return the microseconds of one verification; nothing once it failed."""
        assert self._process.stdin is not None
        if self.failure:
            return {}
        with suppress(BrokenPipeError):  # it has ended; its answer will say so
            print(self._calls, file=self._process.stdin, flush=True)
        try:
            return {self._name: float(self._answer())}
        except (Unavailable, ValueError) as why:
            self.failure = str(why)
            return {}

    def close(self) -> None:
        """End it."""
        with suppress(BrokenPipeError):
            self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        if not select([self._process.stdout], [], [], _PATIENCE)[0]:
            self._process.kill()
            self._process.communicate()
            raise Unavailable(f"no answer within {_PATIENCE} s")
        if line := self._process.stdout.readline():
            return line.strip()
        _, errors = self._process.communicate()
        raise Unavailable((errors.strip().splitlines() or ["it ended"])[-1])


def serve(measure: Callable[[int], float]) -> None:
    """Be a peer: answer every number on standard input by what ``measure`` returns for it."""
    for answer in chain(["ready"], (measure(int(line)) for line in sys.stdin)):
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
