"""Last used that cannot be written at present: verifications go on, the uses are kept, it is said."""

import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui import Verifier
from keytui.services import last_uses
from tests.support import NOBODY, give_to_nobody, python_as_nobody
from tests.verification.agents import VERIFYING
from tests.verification.conftest import StartAgent
from tests.verification.support import Ring, copy_ring, wait_until

IN_USE = "The database is in use by another process: try again in a moment."


@pytest.fixture
def locked(ring: Ring) -> Iterator[sqlite3.Connection]:
    """Hold the write lock until the test rolls it back."""
    with closing(sqlite3.connect(ring.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_a_locked_database_delays_the_write_and_no_verification(
    ring: Ring, verifier: Verifier, locked: sqlite3.Connection
) -> None:
    """While another connection writes, keys are verified; the flush says why it waits."""
    assert verifier.problem == ""
    assert verifier.verify(ring.valid.text, "10.0.0.1")
    assert not verifier.flush()
    assert verifier.problem == IN_USE
    assert verifier.verify(ring.spare.text)
    assert ring.never_used()
    locked.execute("ROLLBACK")
    assert verifier.flush()
    assert verifier.problem == ""
    assert ring.last_use(ring.valid)[1] == "10.0.0.1"
    assert ring.is_written(ring.spare)


def test_once_the_lock_is_gone_the_thread_writes(
    ring: Ring,
    verifier: Verifier,
    locked: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody has to do anything: the thread tries again, and the problem ends."""
    monkeypatch.setattr(last_uses, "FLUSH_SECONDS", 0.02)
    assert verifier.verify(ring.valid.text)
    wait_until(lambda: verifier.problem, "the problem")
    for _ in range(100):
        assert verifier.verify(ring.valid.text)
    locked.execute("ROLLBACK")
    wait_until(lambda: ring.is_written(ring.valid), "the last use")
    wait_until(lambda: not verifier.problem, "the end of the problem")


def test_a_use_during_the_wait_is_not_overwritten_by_the_one_before(
    ring: Ring, verifier: Verifier, locked: sqlite3.Connection
) -> None:
    """What a failed flush puts back never replaces a later use."""
    verifier.verify(ring.valid.text, "first")
    assert not verifier.flush()
    verifier.verify(ring.valid.text, "second")
    assert not verifier.flush()
    locked.execute("ROLLBACK")
    assert verifier.flush()
    assert ring.last_use(ring.valid)[1] == "second"


def test_a_problem_is_logged_once(
    ring: Ring,
    verifier: Verifier,
    locked: sqlite3.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log of a service says it when it begins, not every second."""
    with caplog.at_level(logging.INFO, "keytui"):
        for _ in range(3):
            verifier.verify(ring.valid.text)
            assert not verifier.flush()
    (told,) = caplog.messages
    assert IN_USE in told
    assert ring.valid.text not in told


READ_ONLY = """
verifier.verify(sys.argv[2])
assert verifier.verify(sys.argv[2]).valid
assert not verifier.flush()
assert verifier.verify(sys.argv[2]).valid
assert not verifier.verify(sys.argv[3]).valid
print(verifier.problem)
"""
SETUP = """
import ctypes, json, logging, signal, sys  # before the rights to read them are given up
from keytui import Verifier
from keytui.services import last_uses
last_uses._LAST_WAIT_SECONDS = 0.1
logging.getLogger("keytui").disabled = True
"""


def test_a_file_that_became_read_only_goes_on_verifying(ring: Ring, open_folder: Path) -> None:
    """Opened while it could be written: afterwards keys are verified, and it is said."""
    theirs = copy_ring(ring, open_folder)
    give_to_nobody(open_folder)
    give_to_nobody(theirs.database)
    ended = python_as_nobody(
        SETUP,
        "import os\nverifier = Verifier(sys.argv[1])\nverifier.verify(sys.argv[2])\n"
        "verifier._uses.pending.clear()\n"
        "os.chmod(sys.argv[1], 0o400)\nos.chmod(os.path.dirname(sys.argv[1]), 0o500)\n" + READ_ONLY,
        theirs.database,
        ring.valid.text,
        ring.deactivated.text,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "read-only for this account" in ended.stdout
    assert theirs.never_used()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_an_account_that_may_only_read_can_verify(ring: Ring, open_folder: Path) -> None:
    """A service without the right to write verifies beside a keytui that is running."""
    theirs = copy_ring(ring, open_folder)
    theirs.database.chmod(0o644)
    with closing(sqlite3.connect(theirs.database, isolation_level=None)) as running:
        running.execute("SELECT count(*) FROM api_key").fetchone()  # -wal and -shm are there
        running.execute("UPDATE user SET last_sign_in_at = 1 WHERE user_id = 'maria'")
        ended = python_as_nobody(
            SETUP,
            "verifier = Verifier(sys.argv[1])\n" + READ_ONLY,
            theirs.database,
            ring.valid.text,
            ring.deactivated.text,
        )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "read-only for this account" in ended.stdout
    assert theirs.never_used()


def can_mount() -> bool:
    """Tell whether a small file system of our own can be mounted."""
    unshare = shutil.which("unshare")
    return sys.platform == "linux" and os.geteuid() == 0 and unshare is not None


@pytest.mark.skipif(not can_mount(), reason="mounting a small disk needs root on Linux")
def test_a_full_disk_goes_on_verifying(ring: Ring, agent: StartAgent, tmp_path: Path) -> None:
    """Not a byte is free: keys are verified, it is said, and with space again the use is written."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=1m keytui "$0" && cp "$1" "$0/" && shift && exec "$@"'
    program = agent(
        disk / ring.database.name,
        under=("unshare", "-m", "sh", "-c", script, str(disk), str(ring.database)),
    )
    program.ask(VERIFYING)
    program.ask("import logging\nlogging.getLogger('keytui').disabled = True")
    assert program.ask(f"code({ring.valid.text!r})") == "VALID"
    assert program.ask("verifier.flush()")
    program.ask(
        "import os\nfiller = open(os.path.dirname(arguments[0]) + '/filler', 'wb', 0)\n"
        "size = 1 << 16\n"
        "while size:\n"
        "    try:\n        filler.write(bytes(size))\n"
        "    except OSError:\n        size //= 2"
    )
    fill = f"[code({ring.spare.text!r}), verifier.flush()]"
    found = [program.ask(fill) for _ in range(100)]
    assert {code for code, _ in found} == {"VALID"}
    assert found[-1] == ["VALID", False]
    assert program.ask("verifier.problem").startswith("The disk is full")
    program.ask("filler.truncate(0)")
    assert program.ask("verifier.flush()")
    assert program.ask("verifier.problem") == ""
    look = f"SELECT count(*) FROM api_key WHERE last_used_at AND id = {ring.spare.key_id}"
    program.ask("import sqlite3\nlooking = sqlite3.connect(arguments[0])")
    assert program.ask(f"looking.execute({look!r}).fetchone()") == [1]


def test_nobody_is_somebody_else() -> None:
    """The account without rights that these tests use is not the one that runs them."""
    assert os.geteuid() != NOBODY
