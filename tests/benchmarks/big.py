"""The table of a large database: ``python -m tests.benchmarks.big [--keys 1000000 --users 100000]``.

Large and small take turns in this one run, and the medians are printed as one
Markdown table. Talk goes to standard error.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from tests.benchmarks import generate
from tests.benchmarks.at_terminal import Sitting
from tests.benchmarks.rounds import Figures, medians
from tests.benchmarks.table import Bar, Row, markdown
from tests.benchmarks.verification import copied, folder_option

_FEW: Final = (100, 1_000)
"""Users and keys of the small database."""
_SIGN_IN: Final = b"Password or code"


def main() -> None:
    """Measure and print the table."""
    options = _options()
    sizes = {"big": (options.users, options.keys), "small": _FEW, "empty": (1, 0), "ten": (2, 10)}
    start = monotonic()
    with ExitStack() as stack:
        options.folder.mkdir(parents=True, exist_ok=True)
        workshop = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        databases, sittings = {}, {}
        for name, (users, keys) in sizes.items():
            _say(f"{monotonic() - start:.0f} s: {users:,} users, {keys:,} keys")
            made = generate.database(options.folder, keys, users=users)
            databases[name] = copied(made, workshop / name)
            sitting = Sitting(name, databases[name], workshop, users, keys)
            sittings[name] = stack.enter_context(closing(sitting))
        took: Figures = {}
        for what, rounds, turns in _measures(options, sizes, databases, sittings, workshop):
            _say(f"{monotonic() - start:.0f} s: {what}")
            took |= medians(rounds, turns)
    sys.stdout.write(markdown(_rows(took, *sizes["big"])) + "\n")
    _say(f"{monotonic() - start:.0f} s: done")


def _measures(
    options: argparse.Namespace,
    sizes: dict[str, tuple[int, int]],
    databases: dict[str, Path],
    sittings: dict[str, Sitting],
    workshop: Path,
) -> list[tuple[str, int, dict[str, Callable[[], Figures]]]]:
    hello = partial(sittings["ten"].start, ("tests.benchmarks.hello",), b"Hello, world", "hello")
    starts = {
        name: partial(sittings[name].start, ("keytui",), _SIGN_IN) for name in ("big", "empty")
    }
    presses = {"big": options.presses, "small": options.presses, "empty": 0}
    walks = {name: partial(sittings[name].walk, many) for name, many in presses.items()}
    target = str(workshop / "report.csv")
    exports = {
        task: partial(_inside, task, str(databases["big"]), target) for task in ("export", "stdlib")
    }
    creates = {
        name: partial(
            _inside,
            "create",
            str(databases[name]),
            generate.of(sizes[name][1], sizes[name][0]).creator()[1],
            name=name,
        )
        for name in ("big", "ten")
    }
    return [
        ("starting", options.rounds * 3, {"hello": hello, **starts}),
        ("at the terminal", options.rounds, walks),
        ("export", options.rounds, exports),
        ("create", options.rounds, creates),
    ]


def _rows(took: Figures, users: int, keys: int) -> list[Row]:
    size = f"{users:,} users, {keys:,} keys"
    small = f"{_FEW[0]:,} users, {_FEW[1]:,} keys"

    def ratio(  # noqa: PLR0913 - a row has this many parts
        what: str, mine: str, other: str, limit: float, *, unit: str = "ms", of: str = small
    ) -> Row:
        return Row(
            what,
            Bar(limit, at_most=True),
            f"{took[mine]:,.1f} {unit}",
            f"{of}: {took[other]:,.1f} {unit}",
            took[mine] / took[other],
        )

    def within(what: str, mine: str, limit: float, unit: str, other: str = "") -> Row:
        beside = f"{small}: {took[other]:,.1f} {unit}" if other else "–"
        bar = Bar(limit, unit, at_most=True)
        return Row(what, bar, f"{took[mine]:,.1f} {unit}", beside, took[mine])

    return [
        ratio(
            f"start to sign-in painted, {size}",
            "big start",
            "hello start",
            1.25,
            of="Textual hello",
        ),
        ratio("the same", "big start", "empty start", 1.1, of="empty"),
        ratio("Manage Users, first paint", "big open", "small open", 1.3),
        ratio("↓ from the top, p50", "big down", "small down", 1.2),
        ratio("↑ from the end, p50", "big up", "small up", 1.2),
        ratio("PgDn, p50", "big page", "small page", 1.2),
        ratio("PgUp from the end, p50", "big back", "small back", 1.2),
        within("sent per ↓ at 80×24", "big bytes", 2_000, "B", "small bytes"),
        within("all keys: End painted", "big end", 150, "ms", "small end"),
        within("all keys: sorted anew, painted", "big sort", 150, "ms", "small sort"),
        within("all keys: filter typed, painted", "big filter", 150, "ms", "small filter"),
        within("the same, nothing found", "big seldom", 150, "ms", "small seldom"),
        within("longest stall of the UI thread", "big stall", 30, "ms", "small stall"),
        ratio(
            "memory on Manage Users (PSS)", "big memory", "empty memory", 1.3, unit="MB", of="empty"
        ),
        ratio(
            "export to CSV", "export s", "stdlib s", 1.2, unit="s", of="sqlite3 and csv, same query"
        ),
        within("export, memory above idle", "export MB", 30, "MB"),
        ratio("create a key", "big create ms", "ten create ms", 1.3, of="10 keys"),
    ]


def _inside(task: str, database: str, argument: str, name: str = "") -> Figures:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.inside", task, database, argument],
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: Figures = json.loads(ended.stdout)
    return {f"{name} {what}".strip(): figure for what, figure in figures.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.big")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default: 5)")
    parser.add_argument("--presses", type=int, default=40, help="of ↓ and ↑ (default: 40)")
    folder_option(parser)
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
