"""A verifier and processes: forked, spawned, and what the parent does meanwhile."""

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verification.agents import DEACTIVATING
from tests.verification.conftest import StartAgent
from tests.verification.support import LIMIT_SECONDS, Ring

FORKS = Path(__file__).parent / "programs" / "forks.py"
POOL = """
import multiprocessing, sys
from keytui import Verifier

def in_child(given):
    database, text, origin = given
    with Verifier(database) as verifier:
        return verifier.verify(text, origin).code.name

def inherited(text):
    found = verifier.verify(text, "pool").code.name
    verifier.flush()
    return found

if __name__ == "__main__":
    method, database, text, spare = sys.argv[1:]
    context = multiprocessing.get_context(method)
    verifier = Verifier(database)
    assert verifier.verify(text, "parent")
    with context.Pool(2) as pool:
        print(*pool.map(in_child, [(database, text, "child")] * 8))
        if method == "fork":
            print(*pool.map(inherited, [spare] * 8))
    assert verifier.verify(text, "parent")
    verifier.close()
"""
Tell = Callable[..., list[str]]


@pytest.fixture
def story(ring: Ring, agent: StartAgent) -> Tell:
    """Run a story of ``programs/forks.py``; the key is deactivated where it asks for that.

    Who deactivates is a third process that stays: closing, it would move what
    it wrote from the -wal file to where even a stale reader sees it.
    """
    writer = agent(ring.database)

    def run(name: str) -> list[str]:
        with subprocess.Popen(
            [
                sys.executable,
                str(FORKS),
                str(ring.database),
                name,
                ring.valid.text,
                ring.spare.text,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            said: list[str] = []
            for line in process.stdout:
                if line == "deactivate\n":
                    writer.ask(DEACTIVATING)
                    writer.ask(f"deactivate({ring.valid.key_id})")
                    process.stdin.write("done\n")
                    process.stdin.flush()
                else:
                    said.append(line.removesuffix("\n"))
            assert process.wait(LIMIT_SECONDS) == 0, process.stderr.read()
        return said

    return run


def test_parent_and_child_verify_and_write_their_own(story: Tell, ring: Ring) -> None:
    """The child begins without the parent's uses; both go on and lose nothing."""
    assert story("both") == ["0 VALID True 0", "VALID True"]
    assert ring.last_use(ring.spare)[1] == "child"
    assert ring.last_use(ring.valid)[1] == "somewhere"
    assert ring.is_whole()


def test_a_child_of_a_parent_without_connections_sees_a_deactivation(story: Tell) -> None:
    """A verifier opened before the fork and first used after it is never stale."""
    assert story("fresh") == ["VALID", "DEACTIVATED DEACTIVATED"]


def test_parent_and_child_both_see_a_deactivation(story: Tell) -> None:
    """Both had verified; both refuse the very next time."""
    assert story("parent_stays") == ["VALID", "DEACTIVATED DEACTIVATED"]


def test_a_child_sees_a_deactivation_after_its_parent_closed(story: Tell) -> None:
    """A parent that opens, verifies, forks and closes leaves no child with a stale yes."""
    assert story("parent_closes") == ["VALID", "DEACTIVATED"]


def test_a_parent_sees_a_deactivation_after_its_child_closed(story: Tell) -> None:
    """A child that closes takes nothing away from its parent."""
    assert story("child_closes") == ["VALID None 0 VALID", "DEACTIVATED"]


def test_a_fork_in_the_middle_of_verifications(story: Tell, ring: Ring) -> None:
    """Four threads verify while the parent forks 15 times: every child answers."""
    assert story("busy") == ["VALID VALID"]
    assert ring.is_whole()


def test_threads_that_fork_at_the_same_time(story: Tell) -> None:
    """Four threads fork at once: every verification and every fork comes to its end."""
    assert story("threads_fork") == ["VALID"]


def test_a_forked_child_writes_at_its_exit(story: Tell, ring: Ring) -> None:
    """A child that ends without a close writes its uses, as any program does."""
    assert story("exits") == ["3"]
    assert ring.last_use(ring.spare)[1] == "child"
    assert ring.last_use(ring.valid)[1] == "somewhere"


def test_a_closed_verifier_stays_closed_in_a_child(story: Tell) -> None:
    """A fork does not open it again."""
    assert story("after_close") == ["True"]


@pytest.mark.parametrize("method", sorted(multiprocessing.get_all_start_methods()))
def test_pools_of_every_kind(ring: Ring, tmp_path: Path, method: str) -> None:
    """``multiprocessing`` by fork, forkserver and spawn: verdicts are right, uses are written."""
    program = tmp_path / "pool.py"
    program.write_text(POOL)
    given = [method, ring.database, ring.valid.text, ring.spare.text]
    ended = subprocess.run(
        [sys.executable, program, *map(str, given)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(ended.stdout.split()) == {"VALID"}
    assert ring.is_written(ring.valid)
    assert ring.is_written(ring.spare) is (method == "fork")
    assert ring.is_whole()
