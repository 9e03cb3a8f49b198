"""The write gate: one writer at a time on the whole host, and nobody waits for a dead one."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.storage import database as storage
from keytui.storage import last_used
from keytui.storage.database import close_database, reading, transaction
from keytui.storage.models import UserRow
from keytui.storage.write_gate import write_gate
from tests.support import NOBODY, give_to_nobody

HOLD = """
import sys
from keytui.storage.write_gate import write_gate
with write_gate(sys.argv[1], 5):
    print("held", flush=True)
    sys.stdin.readline()
print("let go", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_elsewhere(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the gate; it lets go at the end or when told a line."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def told(other: subprocess.Popen[str]) -> str:
    """Tell the other process to go on, and return what it says."""
    assert other.stdin is not None
    assert other.stdout is not None
    other.stdin.write("\n")
    other.stdin.flush()
    return other.stdout.readline()


def add(name: str) -> None:
    """Write in a transaction."""
    with transaction():
        UserRow.create(user_id=name, role="user", created_at=1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writers wait not at all."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0)


@pytest.mark.usefixtures("impatient")
def test_another_process_keeps_writers_out(database: Path) -> None:
    """While it holds the gate a write says busy; afterwards the same session writes."""
    with held_elsewhere(database) as other:
        with pytest.raises(DatabaseBusy, match="try again in a moment"):
            add("maria")
        with pytest.raises(DatabaseBusy):
            last_used.write(str(database), {1: (1, None)}, {}, wait_seconds=0)
        assert told(other) == "let go\n"
        add("maria")
    assert UserRow.select().count() == 1


@pytest.mark.usefixtures("impatient")
def test_a_dead_process_lets_go(database: Path) -> None:
    """SIGKILL frees the gate: the operating system holds the lock."""
    with held_elsewhere(database) as other:
        other.kill()
        other.wait()
        add("maria")


@pytest.mark.usefixtures("impatient")
def test_readers_do_not_ask(database: Path) -> None:
    """Reading, and closing a connection that wrote nothing, go on while it is held."""
    with held_elsewhere(database):
        close_database()
        with reading():
            assert UserRow.select().count() == 0
        close_database()


@pytest.mark.usefixtures("impatient")
def test_a_connection_closes_though_the_gate_is_held(database: Path) -> None:
    """Whoever cannot have the gate in time closes all the same: nothing is left open."""
    add("maria")
    with held_elsewhere(database):
        close_database()
        assert storage.database.is_closed()


def test_a_writer_waits_its_turn(database: Path) -> None:
    """A write that finds the gate held is done as soon as it is free."""
    with held_elsewhere(database) as other:
        threads = [threading.Thread(target=_add_and_close, args=(f"u{n}",)) for n in range(3)]
        for thread in threads:
            thread.start()
        assert told(other) == "let go\n"
        for thread in threads:
            thread.join()
    assert UserRow.select().count() == 3


def _add_and_close(name: str) -> None:
    add(name)
    close_database()


def test_threads_take_turns(database: Path) -> None:
    """Inside one process too only one thread is behind the gate."""
    inside, most = [0], [0]

    def enter() -> None:
        for _ in range(50):
            with write_gate(str(database), 5):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_thread_that_waits_too_long_is_told(database: Path) -> None:
    """The limit holds between threads as it does between processes."""
    ends: list[str] = []

    def try_it() -> None:
        try:
            with write_gate(str(database), 0):
                ends.append("entered")
        except DatabaseBusy as busy:
            ends.append(str(busy))

    with write_gate(str(database), 0):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert ends == ["The database is in use by another process: try again in a moment."]


def test_a_block_in_a_block_passes(database: Path) -> None:
    """What SIGTERM flushes in the middle of a write of the same thread does not wait for itself."""
    with write_gate(str(database), 0), write_gate(str(database), 0):
        pass
    with held_elsewhere(database):
        pass


FORK = """
import os, sys
from keytui.storage.write_gate import write_gate
path = sys.argv[1]
reader, writer = os.pipe()
with write_gate(path, 0):
    if not os.fork():
        os.close(writer)
        os.read(reader, 1)  # until the parent ends
        os._exit(0)
# The child lives on and has let the parent's lock alone: it is free again.
with write_gate(path, 0):
    print("parent", flush=True)
child_of_block = os.fork()
if not child_of_block:
    with write_gate(path, 0):
        print("child", flush=True)
    os._exit(0)
os.waitpid(child_of_block, 0)
"""


def test_a_fork_in_the_block_holds_nobody_up(database: Path) -> None:
    """A child neither holds its parent's gate nor waits for itself."""
    ended = subprocess.run(
        [sys.executable, "-c", FORK, str(database)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("parent\nchild\n", "")


def test_a_removed_lock_file_is_made_anew(database: Path) -> None:
    """Somebody who tidies up the folder does not let two writers in at once."""
    lock = database.with_name(f".{database.name}.lock")
    lock.unlink()
    add("maria")
    assert lock.exists()
    assert lock.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_a_lock_file_that_root_makes_belongs_to_the_database_s_owner(database: Path) -> None:
    """A job of root's does not lock the account out that owns the database."""
    give_to_nobody(database)
    database.chmod(0o660)
    lock = database.with_name(f".{database.name}.lock")
    lock.unlink()
    add("maria")
    assert (lock.stat().st_uid, lock.stat().st_mode & 0o777) == (NOBODY, 0o660)


@pytest.mark.usefixtures("impatient")
def test_two_names_of_a_file_are_one_gate(database: Path, tmp_path: Path) -> None:
    """A link to the database leads to the same gate."""
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(database)
    with held_elsewhere(link), pytest.raises(DatabaseBusy):
        add("maria")
    assert os.listdir(link.parent) == ["link.db"]


def test_where_no_lock_file_can_be_the_sentence_says_so(tmp_path: Path) -> None:
    """A folder that is gone is a sentence, not a traceback."""
    with (
        pytest.raises(DatabaseUnusable, match="cannot be opened: check that it and its folder"),
        write_gate(str(tmp_path / "gone" / "keytui.db"), 0),
    ):
        pytest.fail("there is no gate to hold")


def test_whoever_waited_for_a_replaced_file_is_told(database: Path, maria: Actor) -> None:
    """Replaced while we waited at the gate: nothing is written into the file that is gone."""
    waits = threading.Event()
    ended: list[str] = []

    def create() -> None:
        waits.set()
        try:
            api_keys.create_key(maria, "late")
        except DatabaseUnusable as error:
            ended.append(str(error))
        finally:
            close_database()

    other = database.with_name("other.db")
    with write_gate(str(database), 5):
        thread = threading.Thread(target=create)
        thread.start()
        waits.wait(30)
        shutil.copyfile(database, other)
        other.replace(database)
    thread.join(30)
    (said,) = ended
    assert said.startswith("The database file was removed or replaced: nothing was changed;")
