"""What is measured in a process of its own, because its memory counts or it opens a database.

``python -m tests.benchmarks.inside TASK ARGUMENT...`` prints figures by name, as JSON.
"""

import csv
import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter, time_ns
from typing import Final

from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, host, report
from keytui.services.report_lines import Format
from keytui.storage.database import open_database
from keytui.storage.models import UserRow
from tests.benchmarks.rounds import Figures

_PEAK: Final = re.compile(r"^VmHWM:\s+([0-9]+) kB$", re.MULTILINE)
_ISO: Final = "strftime('%Y-%m-%dT%H:%M:%SZ', {} / 1000000, 'unixepoch')"
_SAME_QUERY: Final = f"""
    SELECT u.user_id, '••••' || k.last_four,
           CASE WHEN k.deactivated_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
                     AND u.status = 'active' THEN 'active' ELSE 'inactive' END,
           max(coalesce(k.deactivated_at, :now) - k.created_at, 0) / 86400000000,
           coalesce({_ISO.format("k.last_used_at")}, 'never'), k.id, k.label,
           {_ISO.format("k.created_at")}, coalesce({_ISO.format("k.expires_at")}, 'never'),
           CASE WHEN k.deactivated_at IS NOT NULL THEN 'deactivated'
                WHEN k.expires_at <= :now THEN 'expired'
                WHEN u.status <> 'active' THEN 'owner inactive' ELSE 'active' END,
           {_ISO.format("k.deactivated_at")}, k.deactivated_by, k.deactivation_reason,
           CASE WHEN k.last_used_at IS NOT NULL AND k.last_used_from IS NULL
                THEN 'no_information' ELSE k.last_used_from END
    FROM api_key AS k JOIN "user" AS u ON u.id = k.owner_id ORDER BY u.user_id, k.id
"""


def export(database: str, target: str) -> Figures:
    """Export the report as CSV, as ``keytui export`` does."""
    actor = host.host_actor(open_database(database), "local")
    small = report.Selection(owner="maria")
    report.export(actor, Format.CSV, Path(target), small, replace=True)
    idle, start = _memory(), perf_counter()
    report.export(actor, Format.CSV, Path(target), replace=True)
    return {"export s": perf_counter() - start, "export MB": (_memory() - idle) / 1e3}


def stdlib(database: str, target: str) -> Figures:
    """Write the same rows by the standard library alone, as plainly as it goes."""
    with closing(sqlite3.connect(database)) as connection, open(target, "w", newline="") as file:
        idle, start = _memory(), perf_counter()
        found = connection.execute(_SAME_QUERY, {"now": time_ns() // 1_000})
        csv.writer(file).writerows(found)
        file.flush()
        os.fsync(file.fileno())
        return {"stdlib s": perf_counter() - start, "stdlib MB": (_memory() - idle) / 1e3}


def create(database: str, name: str) -> Figures:
    """Create 100 keys; the median is of one."""
    open_database(database)
    row = UserRow.get(UserRow.user_id == name)
    actor, took = Actor(row.id, name, Role.USER, row.epoch, "local"), []
    for number in range(100):
        start = perf_counter()
        api_keys.create_key(actor, f"benchmark {number}")[1].wipe()
        took.append(perf_counter() - start)
    return {"create ms": median(took) * 1e3}


def _memory() -> int:
    """Return the most memory so far, in KiB; getrusage would count that of whoever started this."""
    return int(_PEAK.findall(Path("/proc/self/status").read_text())[0])


_TASKS: Final[dict[str, Callable[[str, str], Figures]]] = {
    task.__name__: task for task in (export, stdlib, create)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(_TASKS[sys.argv[1]](*sys.argv[2:])))
