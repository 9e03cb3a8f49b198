"""What sessions over SSH cost: start time and memory with many open at once, no sshd between.

    python -m tests.benchmarks.sessions [--sessions 30]

Memory is the proportional set size (PSS, proc(5)): what several processes share
is divided among them, so that the sum is what the host needs. Linux alone.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.forced import connect, people
from tests.home import Home, in_profile, quit_with
from tests.terminal import Terminal

_PER_PERSON = 10


def main() -> None:
    """Open sessions one after the other, each signed in before the next; print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    number = parser.parse_args().sessions
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        names = [f"user-{place}" for place in range(-(-number // _PER_PERSON))]
        people(home.database, *names)
        alone = _start(home, names[0])
        quit_with(alone[0])
        open_ones = [_start(home, names[place // _PER_PERSON]) for place in range(number)]
        memory = [_pss(terminal) for terminal, *_ in open_ones]
        _say(f"first screen, alone: {alone[1] * 1e3:.0f} ms, {len(alone[0].raw):,} bytes")
        _say(
            f"first screen, up to {number} open: median "
            f"{median(seconds for _, seconds in open_ones) * 1e3:.0f} ms, "
            f"slowest {max(seconds for _, seconds in open_ones) * 1e3:.0f} ms"
        )
        _say(f"memory of {number}: {sum(memory):.0f} MiB PSS, {sum(memory) / number:.1f} each")
        for terminal, _ in open_ones:
            quit_with(terminal)
        _together(home, names, number)
        home.close()


def _together(home: Home, names: list[str], number: int) -> None:
    """Start all at the same moment, and wait for the last."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = perf_counter()
    terminals = [connect(home, names[place // _PER_PERSON]) for place in range(number)]
    for place, terminal in enumerate(terminals):
        in_profile(terminal, names[place // _PER_PERSON])
    seconds = perf_counter() - begun
    for terminal in terminals:
        quit_with(terminal)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = (after.ru_utime + after.ru_stime) - (used.ru_utime + used.ru_stime)
    _say(
        f"{number} started at one moment: the last first screen after {seconds:.1f} s; "
        f"{processor / number * 1e3:.0f} ms of processor each, from start to quit"
    )


def _start(home: Home, name: str) -> tuple[Terminal, float]:
    begun = perf_counter()
    terminal = connect(home, name)
    in_profile(terminal, name)
    return terminal, perf_counter() - begun


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pss(terminal: Terminal) -> float:
    """Return MiB; root may read it of a process that lets nobody else (PR_SET_DUMPABLE)."""
    rollup = Path(f"/proc/{terminal.child.pid}/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
