"""Eight processes on one file create, deactivate, verify and export: no error, no lost update.

    python -m tests.faults.eight --seconds 30

Prints p50 and p99 of each operation in milliseconds; ``--no-gate`` leaves the
write gate out, to see what it does. The exit code is 1 when anything is wrong.
"""

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic, perf_counter
from unittest.mock import patch

from keytui import Code, Verifier
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.services.host import host_actor
from keytui.services.report import Format, export_to_stream
from keytui.storage.database import close_database, open_database
from tests.faults import ledger
from tests.support import text_of

PROCESSES = 8


@dataclass
class Outcome:
    """What the processes did: times in milliseconds by operation, keys, errors."""

    times: dict[str, list[float]] = field(default_factory=dict)
    created: list[int] = field(default_factory=list)
    deactivated: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, said: dict[str, object]) -> None:
        """Add what one process said."""
        for operation, times in dict(said["times"]).items():  # type: ignore[call-overload]
            self.times.setdefault(operation, []).extend(times)
        for name in ("created", "deactivated", "used", "wrong"):
            getattr(self, name).extend(said[name])

    def quantile(self, operation: str, part: float) -> float:
        """Return how long the given part of the operations took at most."""
        times = sorted(self.times[operation])
        return times[min(int(len(times) * part), len(times) - 1)]


def work(path: Path, actor: Actor, seconds: float, operations: float, seed: int) -> Outcome:
    """Do this and that until the time or the number of operations is over."""
    # Beside seven others a second's last uses may have to wait for the next: no error.
    logging.getLogger("keytui").disabled = True
    open_database(str(path))
    host = host_actor(path, "local")
    chance = random.Random(seed)
    outcome = Outcome()
    mine: list[tuple[int, str]] = []
    ended: list[str] = []
    end = monotonic() + seconds

    def create() -> None:
        key, secret = api_keys.create_key(actor, "busy")
        mine.append((key.key_id, text_of(secret)))
        outcome.created.append(key.key_id)

    def deactivate() -> None:
        number, text = mine.pop(chance.randrange(len(mine)))
        api_keys.deactivate_key(actor, number, "busy")
        outcome.deactivated.append(number)
        ended.append(text)

    def verify() -> None:
        number, text = chance.choice(mine)
        good, dead = verifier.verify(text), verifier.verify(ended[-1] if ended else "")
        if good.code is not Code.VALID or dead:
            outcome.wrong.append(f"verified as {good.code} and {dead.code}")
        outcome.used.append(number)

    def export() -> None:
        export_to_stream(host, Format.CSV, ledger.Sink())

    with Verifier(path) as verifier:
        while monotonic() < end and sum(map(len, outcome.times.values())) < operations:
            act = chance.choices((create, deactivate, verify, export), (30, 15, 54, 1))[0]
            if not mine:
                act = create
            began = perf_counter()
            act()
            outcome.times.setdefault(act.__name__, []).append((perf_counter() - began) * 1e3)
    close_database()
    return outcome


def run(folder: Path, seconds: float, operations: float, *, gate: bool, seed: int) -> Outcome:
    """Run the processes on one new database in ``folder``."""
    path = folder / "keytui.db"
    whole = Outcome()
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-m", "tests.faults.eight", "--one"),
                json.dumps([str(path), actor.row_id, actor.user_id, seed + place]),
                *("--seconds", str(seconds), "--operations", str(operations)),
                *(() if gate else ("--no-gate",)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place, actor in enumerate(ledger.new_database(path, PROCESSES))
    ]
    for process in running:
        said, trouble = process.communicate()
        if trouble or process.returncode:
            whole.wrong.append(trouble.strip().splitlines()[-1] if trouble else "died")
        else:
            whole.add(json.loads(said))
    whole.wrong += ledger.wrong(path, whole.created, whole.deactivated, whole.used)
    return whole


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--operations", type=float, default=inf, help="of each process, at most")
    parser.add_argument("--no-gate", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        path, row_id, user_id, seed = json.loads(chosen.one)
        actor = Actor(row_id, user_id, Role.USER, 0, "local")
        open_gate = patch("keytui.storage.sqlite_engine.write_gate", lambda *_: nullcontext())
        with open_gate if chosen.no_gate else nullcontext():
            outcome = work(Path(path), actor, chosen.seconds, chosen.operations, seed)
        sys.stdout.write(json.dumps(vars(outcome)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(
            Path(folder),
            chosen.seconds,
            chosen.operations,
            gate=not chosen.no_gate,
            seed=chosen.seed,
        )
    for operation, times in sorted(outcome.times.items()):
        sys.stdout.write(
            f"{operation:>10}: {len(times):7,} times, p50 {outcome.quantile(operation, 0.5):8.2f} ms, "
            f"p99 {outcome.quantile(operation, 0.99):8.2f} ms, max {max(times):8.2f} ms\n"
        )
    sys.stdout.write(f"seed {chosen.seed}; wrong: {outcome.wrong or 'nothing'}\n")
    return bool(outcome.wrong)


if __name__ == "__main__":
    sys.exit(main())
