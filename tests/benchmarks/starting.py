"""What starting costs: of the import, and of one check on the command line."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns

from tests.benchmarks.rounds import Figures


def command() -> list[str]:
    """Return how ``keytui`` is called: as people do where it is installed, else as a module."""
    installed = Path(sys.executable).with_name("keytui")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "keytui"]


class Start:
    """A program that is started and waited for."""

    def __init__(
        self, name: str, arguments: list[str], *, typed: str = "", database: Path | None = None
    ) -> None:
        """Run ``arguments`` at every turn."""
        self._name = name
        self._arguments = arguments
        self._typed = typed
        self._surroundings = {**os.environ, "KEYTUI_DATABASE": str(database or "")}

    def turn(self) -> Figures:
        """Return the milliseconds from start to end."""
        start = perf_counter_ns()
        subprocess.run(
            self._arguments,
            input=self._typed,
            env=self._surroundings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        )
        return {self._name: (perf_counter_ns() - start) / 1e6}
