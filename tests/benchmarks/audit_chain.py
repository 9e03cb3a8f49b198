"""How fast the audit chain is checked: ``python -m tests.benchmarks.audit_chain [EVENTS]``.

The events are made by a generator, chained with the key of a throw-away
database, and checked as ``keytui audit check`` does.
"""

import resource
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

from keytui.domain.audit_chain import HASHED, START, link
from keytui.domain.clock import SECOND
from keytui.storage import audit_key, audit_trail
from keytui.storage.database import close_database, open_database

_FIRST = 1_760_000_000 * SECOND


def events(count: int, key: bytes) -> Iterator[tuple[Any, ...]]:
    """Yield chained events as rows: sign-ins, new keys, deactivations."""
    before = START
    actions = ("user:sign_in", "api_key:create", "api_key:confirm", "api_key:deactivate")
    for number in range(1, count + 1):
        action = actions[number % len(actions)]
        event = (
            *(number, _FIRST + number, None, f"user{number % 997:04}", action, "done"),
            *(f"key {number}", None, f"label number {number}", f"ssh 10.0.4.{number % 250}"),
        )
        hashed = link(key, event, before)
        yield (*event, before, hashed)
        before = hashed


def fill(path: Path, count: int) -> None:
    """Put ``count`` events into an empty database of ours."""
    insert = (
        f"INSERT INTO audit_event ({', '.join(HASHED)}, previous_hash, hash) "
        f"VALUES ({', '.join('?' * (len(HASHED) + 2))})"
    )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = off")
        connection.executemany(insert, events(count, audit_key.in_use().read()))


def main() -> None:
    """Make the events, check them, print the speed and the memory it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        path = open_database(str(Path(folder) / "keytui.db"))
        close_database()
        fill(path, count)
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
