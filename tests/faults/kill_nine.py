"""Writers killed at random, round after round: what was acknowledged stays, nothing is half done.

    python -m tests.faults.kill_nine --rounds 200

Each round starts writers that create and deactivate keys through the services
and say each one when it is done; SIGKILL hits them after a random number of
such words. Prints one line; the exit code is 1 when anything is wrong.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.storage.database import open_database
from tests.faults import ledger


@dataclass
class Outcome:
    """What the writers said, and what is wrong with what they left."""

    kills: int = 0
    created: set[int] = field(default_factory=set)
    deactivated: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def hear(self, line: str) -> None:
        """Take note of what a writer said; the last words of a dying one may be cut."""
        what, _, number = line.partition(" ")
        if number.endswith("\n"):
            {"created": self.created, "deactivated": self.deactivated}[what].add(int(number))


WRITER = """
import sys
from tests.faults.kill_nine import write
_, path, row, name, seed = sys.argv
write(path, int(row), name, int(seed))
"""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def write(path: str, row_id: int, user_id: str, seed: int) -> None:
    """Create and deactivate for ever, and say so."""
    open_database(path)
    actor = Actor(row_id, user_id, Role.USER, 0, "local")
    chance = random.Random(seed)
    mine: list[int] = []
    while True:
        if mine and chance.random() < 0.4:
            number = mine.pop()
            api_keys.deactivate_key(actor, number, "round")
            _say(f"deactivated {number}")
        else:
            key, secret = api_keys.create_key(actor, "round")
            secret.wipe()
            mine.append(key.key_id)
            _say(f"created {key.key_id}")


def run(folder: Path, rounds: int, writers: int, seed: int) -> Outcome:
    """Run the rounds in ``folder``; stop at the first that leaves anything wrong."""
    path = folder / "keytui.db"
    actors = ledger.new_database(path, writers)
    chance = random.Random(seed)
    outcome = Outcome()
    for _ in range(rounds):
        running = [
            subprocess.Popen(
                [
                    *(sys.executable, "-c", WRITER),
                    *(str(path), str(actor.row_id), actor.user_id, str(chance.random())[2:9]),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for actor in actors
        ]
        for writer in running:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 30)):
                outcome.hear(writer.stdout.readline())
        for writer in running:
            writer.kill()
        for writer in running:
            assert writer.stdout is not None
            for line in writer.stdout:
                outcome.hear(line)
            outcome.kills += writer.wait() == -9
            writer.stdout.close()
        outcome.wrong = ledger.wrong(path, outcome.created, outcome.deactivated)
        if outcome.wrong:
            break
    return outcome


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), chosen.rounds, chosen.writers, chosen.seed)
    _say(
        f"seed {chosen.seed}: {outcome.kills} kills; acknowledged and present: "
        f"{len(outcome.created)} created, {len(outcome.deactivated)} deactivated; "
        f"wrong: {outcome.wrong or 'nothing'}"
    )
    return bool(outcome.wrong)


if __name__ == "__main__":
    sys.exit(main())
