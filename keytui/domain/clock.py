"""The only clock, and how times are written for people and for reports.

A time is an ``int``: microseconds since 1970-01-01 UTC. Integers compare,
sort and travel the same through SQLite, PostgreSQL and JSON; a time zone
never gets the chance to shift one.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

source: Callable[[], int] = lambda: time.time_ns() // 1_000  # noqa: E731 - a seam: tests and the demo put another clock here
"""Where :func:`now` reads the time, in microseconds UTC."""


def now() -> int:
    """Return the present time in microseconds UTC."""
    return source()


def iso(at: int | None) -> str:
    """Write a time as ISO 8601 in UTC, to the second: ``2026-11-24T06:00:35Z``, or ``never``."""
    return "never" if at is None else _datetime(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(number: int) -> str:
    """Write a day, counted from 1970-01-01, as ISO 8601: ``2026-11-24``."""
    return iso(number * DAY)[:10]


def stamp(at: int) -> str:
    """Write a time for the name of a file: ``20261124-060035``."""
    return _datetime(at).strftime("%Y%m%d-%H%M%S")


def exact(at: int | None) -> str:
    """Write a time for a person who wants it exactly, or ``never``."""
    return "never" if at is None else _datetime(at).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(at: int | None, present: int) -> str:
    """Write how long ago ``at`` was: ``2 h ago``, ``just now`` or ``never``.

    A time after ``present`` (a clock was set back) is said, not hidden:
    ``in future``.
    """
    if at is None:
        return "never"
    if at - present > MINUTE:
        return "in future"
    passed = present - at
    if passed < MINUTE:
        return "just now"
    return f"{duration(passed)} ago"


def until(at: int | None, present: int) -> str:
    """Write how long until ``at``: ``in 12 d``, ``expired`` or ``never``."""
    if at is None:
        return "never"
    if at <= present:
        return "expired"
    left = at - present
    # A minute more, so that what was made a moment ago for 90 days does not say 89.
    return f"in {duration(left + MINUTE - 1 if left > HOUR else left)}"


def duration(length: int) -> str:
    """Write a length of time in its largest unit: ``5 s``, ``2 h``, ``41 d``."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if length >= unit:
            return f"{length // unit:,} {name}"
    return f"{max(length, 0) // SECOND} s"


def days(start: int, end: int) -> int:
    """Count the whole days from ``start`` to ``end``, never below 0."""
    return max(end - start, 0) // DAY


def _datetime(at: int) -> datetime:
    # fromtimestamp goes through a float and loses microseconds; this does not.
    return _EPOCH + timedelta(microseconds=at)
