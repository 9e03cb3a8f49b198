"""One verifier in many threads, in an event loop, and after its end."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from keytui import Code, Verifier
from keytui.domain.errors import DatabaseUnusable
from tests.verification.agents import VERIFYING
from tests.verification.conftest import StartAgent
from tests.verification.support import LIMIT_SECONDS, Ring, copy_ring

HERE = Path("/proc/self/fd")


def in_threads(number: int, act: Callable[[], object]) -> list[object]:
    """Do the same in many threads at once; return what each returned."""
    start = threading.Barrier(number)
    results: list[object] = []

    def run() -> None:
        start.wait(LIMIT_SECONDS)
        results.append(act())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS)
    return results


def test_eight_threads_share_one_verifier(ring: Ring, verifier: Verifier) -> None:
    """Each gets the right verdict for every key, thousands of times at once."""
    expected = {
        ring.valid.text: Code.VALID,
        ring.deactivated.text: Code.DEACTIVATED,
        ring.expired.text: Code.EXPIRED,
        ring.owner_inactive.text: Code.OWNER_INACTIVE,
        ring.unknown.text: Code.UNKNOWN,
        "kt_nonsense": Code.MALFORMED,
    }

    def verify_all() -> int:
        right = 0
        for _ in range(300):
            for text, code in expected.items():
                verdict = verifier.verify(text)
                right += verdict.code is code and (verdict.label != "" if verdict else True)
        return right

    assert in_threads(8, verify_all) == [300 * len(expected)] * 8
    assert verifier.flush()
    assert ring.is_written(ring.valid)


@pytest.mark.skipif(not HERE.exists(), reason="counting open files needs /proc")
def test_threads_that_end_leave_no_open_files(ring: Ring, verifier: Verifier) -> None:
    """A server with a thread a request (Flask's own, http.server) does not run out of files."""
    in_threads(4, lambda: verifier.verify(ring.valid.text))
    before = len(list(HERE.iterdir()))
    for _ in range(50):
        in_threads(4, lambda: verifier.verify(ring.valid.text))
    assert len(list(HERE.iterdir())) - before < 40


async def test_an_event_loop_calls_it_as_it_is(ring: Ring, verifier: Verifier) -> None:
    """Many tasks of one loop verify: nothing to await, no other thread needed."""

    async def request(text: str) -> bool:
        await asyncio.sleep(0)
        return bool(verifier.verify(text))

    texts = [ring.valid.text, ring.expired.text] * 50
    assert await asyncio.gather(*map(request, texts)) == [True, False] * 50


async def test_an_event_loop_may_use_threads(ring: Ring, verifier: Verifier) -> None:
    """``asyncio.to_thread`` works as well, for whoever will not wait for a disk."""
    verdicts = await asyncio.gather(
        *(asyncio.to_thread(verifier.verify, ring.valid.text) for _ in range(50))
    )
    assert all(verdicts)


def test_two_verifiers_on_one_file(ring: Ring, verifier: Verifier) -> None:
    """Closing one leaves the other, on the same file, as it was."""
    with Verifier(ring.database) as other:
        assert other.verify(ring.valid.text)
    assert verifier.verify(ring.valid.text)


def test_two_verifiers_on_two_files(
    ring: Ring, verifier: Verifier, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each answers for its own database, in the same thread."""
    other = copy_ring(ring, tmp_path_factory.mktemp("other"))
    other.force("DELETE FROM api_key WHERE id = ?", ring.spare.key_id)
    with Verifier(other.database) as second:
        for _ in range(3):
            assert verifier.verify(ring.spare.text).code is Code.VALID
            assert second.verify(ring.spare.text).code is Code.UNKNOWN


def test_after_its_end_a_verifier_says_so(ring: Ring) -> None:
    """A closed verifier is never a yes: not in its thread, not in another, not after a check."""
    verifier = Verifier(ring.database)
    assert verifier.verify(ring.valid.text)
    verifier.close()
    with pytest.raises(DatabaseUnusable, match="closed"):
        verifier.verify(ring.valid.text)
    with pytest.raises(DatabaseUnusable, match="closed"):
        verifier.check()

    def elsewhere() -> str:
        with pytest.raises(DatabaseUnusable) as raised:
            verifier.verify(ring.valid.text)
        return str(raised.value)

    assert in_threads(1, elsewhere) == ["This verifier is closed: make another."]


def test_closing_twice_is_closing_once(ring: Ring) -> None:
    """A second close does nothing, also at the end of a ``with``."""
    with Verifier(ring.database) as verifier:
        assert verifier.verify(ring.valid.text)
        verifier.close()
        verifier.close()
    assert ring.is_written(ring.valid)


def test_a_closed_verifier_leaves_one_file(ring: Ring) -> None:
    """The last one out lets SQLite tidy up: no -wal and no -shm stay behind, only our lock."""
    with Verifier(ring.database) as verifier:
        in_threads(3, lambda: verifier.verify(ring.valid.text))
    assert sorted(os.listdir(ring.database.parent)) == [
        f".{ring.database.name}.lock",
        ring.database.name,
        f"{ring.database.name}.audit-key",
    ]


def test_closing_while_others_verify_is_an_error_to_them_and_no_crash(
    ring: Ring, agent: StartAgent
) -> None:
    """Threads that are verifying get a verdict or DatabaseUnusable, nothing else."""
    program = agent(ring.database, told=VERIFYING)  # a crash would end this process too
    program.ask(
        "from keytui.domain.errors import DatabaseUnusable\n"
        "begun, told = threading.Semaphore(0), []\n"
        "def hammer(text):\n"
        "    try:\n"
        "        while code(text) == 'VALID':\n"
        "            begun.release()\n"
        "    except DatabaseUnusable:\n"
        "        told.append(True)\n"
        f"given = ({ring.valid.text!r},)\n"
        "threads = [threading.Thread(target=hammer, args=given) for _ in range(4)]\n"
        "for thread in threads:\n    thread.start()\n"
        "for _ in range(40):\n    begun.acquire()"
    )
    program.ask("verifier.close()")
    program.ask("for thread in threads:\n    thread.join()")
    assert program.ask("told") == [True] * 4
    assert program.end() == 0
