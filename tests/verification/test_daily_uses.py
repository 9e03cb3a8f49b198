"""Uses per day: good verifications are counted by key and day, exactly, and the rows never grow."""

import os
import sqlite3
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from keytui import Verifier
from keytui.domain.clock import DAY
from keytui.domain.daily_uses import DAYS, day_of, place_of
from keytui.services import last_uses
from tests.verification.support import Ring

NOON = 1_800_014_400_000_000  # 2027-01-15 12:00 UTC
TODAY = day_of(NOON)


@pytest.fixture(autouse=True)
def _lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the writing thread never come round by itself."""
    monkeypatch.setattr(last_uses.LastUses, "start", lambda *_: None)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stop the clocks at ``at.time``, in microseconds UTC."""
    stopped = SimpleNamespace(time=NOON)
    stopped.time_ns = lambda: stopped.time * 1_000
    monkeypatch.setattr("keytui.services.verification.time", stopped)
    monkeypatch.setattr("keytui.domain.clock.source", lambda: stopped.time)
    return stopped


def counted(ring: Ring) -> dict[tuple[int, int], int]:
    """Return what is written: by key_id and days from today."""
    rows = ring.rows("SELECT key_id, day, uses FROM key_use_day")
    return {(key_id, day - TODAY): uses for key_id, day, uses in rows}


def use(verifier: Verifier, ring: Ring, times: int = 1) -> None:
    """Verify the good key, several times."""
    for _ in range(times):
        assert verifier.verify(ring.valid.text)


def test_uses_are_added_up_by_key_and_day(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """Each flush adds to the day; each key and each day has a number of its own."""
    use(verifier, ring, 3)
    assert verifier.verify(ring.spare.text)
    assert verifier.flush()
    use(verifier, ring, 2)
    assert verifier.flush()
    at.time += DAY
    use(verifier, ring)
    assert verifier.flush()
    assert counted(ring) == {
        (ring.valid.key_id, 0): 5,
        (ring.spare.key_id, 0): 1,
        (ring.valid.key_id, 1): 1,
    }


def test_a_use_before_midnight_is_of_its_own_day(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """The day is that of the use, not that of the writing."""
    at.time = (TODAY + 1) * DAY - 1
    use(verifier, ring)
    at.time += 2
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 1}


def test_refused_uses_are_no_uses(ring: Ring, verifier: Verifier) -> None:
    """Expired, deactivated, unknown, malformed, owner gone: nothing is counted."""
    for key in (ring.expired, ring.deactivated, ring.unknown, ring.owner_inactive):
        assert not verifier.verify(key.text)
    assert not verifier.verify("kt_nonsense")
    assert verifier.flush()
    assert counted(ring) == {}


def test_a_day_takes_the_place_of_the_one_91_days_before(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """A key used every day for a year has 91 rows, of the last 91 days."""
    for _ in range(365):
        use(verifier, ring, 2)
        assert verifier.flush()
        at.time += DAY
    assert counted(ring) == {(ring.valid.key_id, day): 2 for day in range(365 - DAYS, 365)}


def test_a_clock_set_back_takes_nobodys_place(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """An older day never takes the place of a newer one."""
    use(verifier, ring, 7)
    assert verifier.flush()
    at.time -= DAYS * DAY
    use(verifier, ring)
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 7}


def test_what_could_not_be_written_is_counted_once(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """A locked database costs no use and adds none."""
    use(verifier, ring, 4)
    with closing(sqlite3.connect(ring.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not verifier.flush()
        use(verifier, ring)
        assert not verifier.flush()
        other.execute("ROLLBACK")
    assert verifier.flush()
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 5}


def test_last_use_and_count_are_written_together_or_not_at_all(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """Where the count cannot be written, the last use is not either, and both wait."""
    place = place_of(ring.valid.key_id or 0, TODAY)
    ring.rows(
        "INSERT INTO key_use_day VALUES (?, ?, ?, 9223372036854775807)",
        *(place, ring.valid.key_id, TODAY),
    )
    use(verifier, ring)
    assert not verifier.flush()
    assert not ring.is_written(ring.valid)


def test_many_threads_lose_no_use(ring: Ring, verifier: Verifier, at: SimpleNamespace) -> None:
    """Eight threads verify while a ninth writes: every use is there in the end."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            verifier.flush()  # what a busy file delays is written later

    writer = threading.Thread(target=write)
    threads = [threading.Thread(target=use, args=(verifier, ring, 500)) for _ in range(8)]
    for thread in (writer, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    writer.join()
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 4_000}


def test_what_waits_for_a_hanging_write_does_not_grow_with_every_use(
    ring: Ring, verifier: Verifier, at: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no flush comes round, uses are added up by those that verify, and none is lost."""
    monkeypatch.setattr("keytui.services.verification._MOST_USES", 10)
    for _ in range(95):
        use(verifier, ring)
        assert len(verifier._uses.used) <= 10
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 95}


def test_two_verifiers_add_up(ring: Ring, verifier: Verifier, at: SimpleNamespace) -> None:
    """Programs that verify the same key add to the same number."""
    with Verifier(ring.database) as other:
        use(other, ring, 2)
        use(verifier, ring, 3)
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 5}


def test_a_fork_counts_what_is_its_own(ring: Ring, verifier: Verifier, at: SimpleNamespace) -> None:
    """What the parent counted is written by the parent alone."""
    use(verifier, ring, 2)
    child = os.fork()
    if not child:
        use(verifier, ring, 5)
        os._exit(0 if verifier.flush() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert verifier.flush()
    assert counted(ring) == {(ring.valid.key_id, 0): 7}


def test_the_first_use_stays(ring: Ring, verifier: Verifier, at: SimpleNamespace) -> None:
    """It is set once, by the first flush; a key used before it was recorded has none."""
    first = "SELECT first_used_at FROM api_key WHERE id = ?"
    ring.rows("UPDATE api_key SET last_used_at = 5 WHERE id = ?", ring.spare.key_id)
    for _ in range(2):
        use(verifier, ring)
        assert verifier.verify(ring.spare.text)
        assert verifier.flush()
        at.time += DAY
    assert ring.rows(first, ring.valid.key_id) == [(NOON,)]
    assert ring.rows(first, ring.spare.key_id) == [(None,)]


def test_a_file_without_the_key_gets_no_count_of_it(
    ring: Ring, verifier: Verifier, at: SimpleNamespace
) -> None:
    """Uses of keys that the file at the place no longer has are dropped: no row without its key."""
    verifier._uses.used.append(99)  # as after a restore of an older database
    assert verifier.flush()
    assert counted(ring) == {}
