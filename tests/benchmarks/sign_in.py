"""How long a failing sign-in takes: ``python -m tests.benchmarks.sign_in [ROUNDS]``.

With the real Argon2 parameters, a known and an unknown User ID in turn, with a
wrong password: whoever measures it must not learn which User IDs exist.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from keytui.domain import clock
from keytui.domain.errors import SignInFailed, TooManyAttempts
from keytui.domain.permissions import Role
from keytui.services import sign_in
from keytui.storage.database import close_database, open_database
from tests.support import WRONG_PASSWORD, Clock, make_person


def failing(user_id: str) -> float:
    """Return the milliseconds of one attempt that is looked at and fails."""
    start = perf_counter()
    try:
        sign_in.sign_in(user_id, WRONG_PASSWORD, "ssh 203.0.113.7")
    except TooManyAttempts as slow:
        raise SystemExit("An attempt was not looked at: nothing was measured.") from slow
    except SignInFailed:
        return (perf_counter() - start) * 1_000
    raise SystemExit("The wrong password was taken.")


def main() -> None:
    """Measure both in turn; print median, quartiles and the ratio of the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    stopped = Clock()
    clock.source = lambda: stopped.now
    took: dict[str, list[float]] = {"maria": [], "nobody": []}
    with tempfile.TemporaryDirectory() as folder:
        path = open_database(str(Path(folder) / "keytui.db"))
        make_person(path, "maria", Role.USER)
        for number in range(rounds):
            stopped.advance(hours=25)  # no attempt waits for those before it
            # Each goes first as often as the other.
            for name in sorted(took, reverse=bool(number % 2)):
                took[name].append(failing(name))
        close_database()
    for name, times in took.items():
        low, _, high = quantiles(times, n=4)
        kind = "known" if name == "maria" else "unknown"
        print(f"{kind:<8} {median(times):7.1f} ms (quartiles {low:.1f} to {high:.1f})")  # noqa: T201 - the answer
    print(f"known / unknown {median(took['maria']) / median(took['nobody']):.3f}")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
