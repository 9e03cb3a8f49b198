"""The clock, and how times are written."""

import time

import pytest

from keytui.domain import clock
from keytui.domain.clock import DAY, HOUR, MINUTE, SECOND
from tests.support import Clock

NOON = 1_795_521_600 * SECOND  # 2026-11-24T12:00:00Z


def test_now_is_in_microseconds_utc() -> None:
    """The clock reads the time of the machine, in microseconds."""
    before = time.time_ns() // 1_000
    assert before <= clock.now() <= time.time_ns() // 1_000


def test_the_clock_can_be_stopped_and_advanced(clock: Clock) -> None:
    """Everything asks one clock, which tests can stop."""
    from keytui.domain.clock import now

    start = now()
    clock.advance(days=1, hours=2, minutes=3, seconds=4)
    assert now() - start == DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_times_are_written_in_utc_wherever_one_sits(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """A report written in Kathmandu says the same as one from New York."""
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        written = clock.iso(NOON), clock.exact(NOON)
    time.tzset()
    assert written == ("2026-11-24T12:00:00Z", "2026-11-24 12:00:00 UTC")


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (NOON + 999_999, "2026-11-24T12:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (253_402_300_799 * SECOND, "9999-12-31T23:59:59Z"),
    ],
    ids=["epoch", "fraction", "before the epoch", "the last second"],
)
def test_iso_is_to_the_second(at: int, written: str) -> None:
    """ISO 8601 with a Z, cut to the second and never rounded up."""
    assert clock.iso(at) == written


def test_never_is_a_word() -> None:
    """What has not happened is ``never``, not a blank or 1970."""
    assert clock.exact(None) == clock.ago(None, NOON) == "never"


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (0, "just now"),
        (MINUTE - 1, "just now"),
        (MINUTE, "1 min ago"),
        (HOUR - 1, "59 min ago"),
        (2 * HOUR, "2 h ago"),
        (DAY - 1, "23 h ago"),
        (DAY, "1 d ago"),
        (4_000 * DAY, "4,000 d ago"),
        (-MINUTE, "just now"),
        (-MINUTE - 1, "in future"),
    ],
)
def test_ago_uses_the_largest_unit(passed: int, written: str) -> None:
    """A relative time has one unit, and a time to come is said to be one."""
    assert clock.ago(NOON - passed, NOON) == written


@pytest.mark.parametrize(
    ("length", "written"),
    [(-5, "0 s"), (0, "0 s"), (59 * SECOND, "59 s"), (MINUTE, "1 min"), (3 * DAY, "3 d")],
)
def test_a_duration_has_one_unit(length: int, written: str) -> None:
    """A length of time is written in its largest unit and never below zero."""
    assert clock.duration(length) == written


@pytest.mark.parametrize(
    ("passed", "days"), [(0, 0), (DAY - 1, 0), (DAY, 1), (41 * DAY + 5, 41), (-DAY, 0)]
)
def test_days_are_whole_and_never_negative(passed: int, days: int) -> None:
    """Only whole days count, and a clock set back gives 0."""
    assert clock.days(NOON, NOON + passed) == days
