"""How fast the audit chain is checked: ``python -m tests.benchmarks.audit_chain [EVENTS]``.

The events are made by a generator, chained with the key of a throw-away
database, and checked as ``keytui audit check`` does.
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from keytui.domain.clock import SECOND
from keytui.storage import audit_key, audit_trail, bulk
from keytui.storage.database import close_database, open_database, transaction

_FIRST = 1_760_000_000 * SECOND


def events(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield events as rows: sign-ins, new keys, deactivations."""
    actions = ("user:sign_in", "api_key:create", "api_key:confirm", "api_key:deactivate")
    for number in range(1, count + 1):
        action = actions[number % len(actions)]
        yield (
            *(number, _FIRST + number, None, f"user{number % 997:04}", action, "done"),
            *(f"key {number}", None, f"label number {number}", f"ssh 10.0.4.{number % 250}"),
        )


def main() -> None:
    """Make the events, check them, print the speed and the memory it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        path = open_database(str(Path(folder) / "keytui.db"))
        with transaction():
            bulk.insert_events(events(count))
        close_database()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = perf_counter()
        found = audit_trail.check(str(path), audit_key.in_use())
        took = perf_counter() - start
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        if found.broken is not None or found.head.number != count:
            raise SystemExit(f"not whole: {found}")
        print(f"{count:,} events in {took:.2f} s: {count / took:,.0f}/s, {more:,} KiB more memory")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
