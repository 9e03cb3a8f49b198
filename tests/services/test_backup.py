"""Backup and restore: whole, private, on record, and honest about what comes back."""

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.audit import Action
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.records import Actor
from keytui.services import api_keys, audit_check, backup
from keytui.storage.database import close_database, open_database
from tests.support import Answer, Stranger, keytui, said, trail


@pytest.fixture
def engine() -> str:
    """What is done to files here is done to SQLite's."""
    return "sqlite"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return where a backup will be."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "monday.db"


def back_up(database: Path, kept: Path) -> Answer:
    """Make a backup by the command; nothing of the test's own stays open."""
    close_database()
    return keytui("--database", database, "backup", kept)


def restore(database: Path, kept: Path, *how: str, typed: str = "") -> Answer:
    """Restore by the command."""
    close_database()
    return keytui("--database", database, "restore", kept, *how, typed=typed)


def beside(database: Path) -> set[str]:
    """Return the names of the database's neighbours."""
    return {file.name for file in database.parent.glob("*keytui.db*")}


def test_a_backup_is_private_whole_and_on_record(database: Path, maria: Actor, kept: Path) -> None:
    """One file, 0600, without -wal; it prints the head of what it holds, and names no key."""
    api_keys.create_key(maria, "CI")
    umask = os.umask(0)
    try:
        answer = back_up(database, kept)
    finally:
        os.umask(umask)
    assert answer.code == 0
    assert "The audit key is not: keep a copy of it" in answer.err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [file.name for file in kept.parent.iterdir()] == ["monday.db"]
    open_database(str(database))
    event = trail()[-1]
    assert event.action is Action.DATABASE_BACK_UP
    assert event.detail == f"to {kept}, head {answer.out[: answer.out.index(':') + 17]}"
    with closing(sqlite3.connect(kept)) as copy:
        number, hashed = copy.execute("SELECT max(id), hash FROM audit_event").fetchone()
        assert answer.out == f"{number}:{hashed.hex()}\n"
        assert copy.execute("SELECT label FROM api_key").fetchall() == [("CI",)]


def test_a_backup_replaces_nothing(database: Path, kept: Path) -> None:
    """Whatever is there stays as it is."""
    kept.write_text("mine")
    answer = back_up(database, kept)
    assert (answer.code, said(answer)) == (1, f"{kept} exists already: name a file that does not.")
    assert kept.read_text() == "mine"


def test_a_backup_that_cannot_be_written_is_said(database: Path, tmp_path: Path) -> None:
    """No folder, no file, one sentence."""
    answer = back_up(database, tmp_path / "nowhere" / "x.db")
    assert "cannot be written to" in said(answer)


def test_only_the_host_s_account_makes_a_backup(database: Path, adam: Actor, kept: Path) -> None:
    """A copy of everything leaves the house by the account that owns it alone."""
    answer = keytui(
        "--database", database, "backup", kept, "--user", "adam", typed="olive boats drift"
    )
    assert (answer.code, kept.exists()) == (1, False)
    assert "Only the account that owns the database" in answer.err


def test_a_backup_that_is_not_on_record_is_not_there(
    database: Path, host: Actor, kept: Path
) -> None:
    """No event, no copy: it is taken away again."""
    Path(f"{database}.audit-key").unlink()
    with pytest.raises(DatabaseUnusable, match="audit key"):
        backup.back_up(host, kept)
    assert not kept.exists()


def test_a_backup_while_others_write_is_whole(
    database: Path, maria: Actor, host: Actor, kept: Path
) -> None:
    """The copy is of one instant: every key with its event, the chain unbroken."""
    started = threading.Event()

    def write() -> None:
        for _ in range(100):
            api_keys.create_key(maria, "CI")
            started.set()
        close_database()

    writer = threading.Thread(target=write)
    writer.start()
    started.wait(60)
    try:
        head = backup.back_up(host, kept)
    finally:
        writer.join()
    assert head.number > 0
    shutil.copy(f"{database}.audit-key", f"{kept}.audit-key")
    assert keytui("--database", kept, "audit", "check").code == 0
    with closing(sqlite3.connect(kept)) as copy:
        assert copy.execute(
            "SELECT (SELECT count(*) FROM api_key) - "
            "(SELECT count(*) FROM audit_event WHERE action = 'api_key:create')"
        ).fetchone() == (0,)


def test_a_restore_brings_back_what_was_and_lists_what_is_active_again(
    database: Path, maria: Actor, kept: Path
) -> None:
    """The old file stays beside; the keys deactivated since are named before and work after."""
    ended, _ = api_keys.create_key(maria, "stolen laptop")
    api_keys.create_key(maria, "CI")
    back_up(database, kept)
    open_database(str(database))
    api_keys.deactivate_key(maria, ended.key_id, "stolen")
    answer = restore(database, kept, "--yes")
    assert answer.code == 0
    assert f"key {ended.key_id}  {ended.masked}  maria  stolen laptop" in answer.err
    assert "CI" not in answer.err
    (old,) = [name for name in beside(database) if ".before-restore-" in name]
    assert beside(database) == {
        "keytui.db",
        "keytui.db.audit-key",
        ".keytui.db.lock",
        old,
    }
    with closing(sqlite3.connect(database.with_name(old))) as before:
        assert before.execute("SELECT count(deactivated_at) FROM api_key").fetchone() == (1,)
    open_database(str(database))
    assert [key.state for key in api_keys.list_keys(maria)] == ["active", "active"]
    event = trail()[-1]
    assert (event.action, event.detail) == (
        Action.DATABASE_RESTORE,
        f"from {kept}; keys active again: 1",
    )
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_after_a_restore_the_chain_is_whole_and_a_later_head_is_missed(
    database: Path, maria: Actor, kept: Path, host: Actor
) -> None:
    """A restore is no secret: whoever kept a head from after the backup sees it."""
    back_up(database, kept)
    open_database(str(database))
    api_keys.create_key(maria, "CI")
    head = audit_check.head(host)
    restore(database, kept, "--yes")
    assert keytui("--database", database, "audit", "check").code == 0
    assert keytui("--database", database, "audit", "check", "--head", str(head)).code == 1


def test_a_restore_asks_for_the_backup_s_name(database: Path, kept: Path) -> None:
    """Anything else changes nothing."""
    back_up(database, kept)
    before = beside(database)
    answer = restore(database, kept, typed="yes\n")
    assert (answer.code, "nothing was changed" in answer.err) == (1, True)
    assert beside(database) == before
    assert restore(database, kept, typed="monday.db\n").code == 0


def test_a_restore_waits_for_everybody_to_leave(database: Path, kept: Path) -> None:
    """As long as anybody has the database open nothing is replaced."""
    back_up(database, kept)
    before = beside(database)
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT count(*) FROM user").fetchone()
        answer = restore(database, kept, "--yes")
    assert answer.code == 1
    assert "Another process has the database open" in answer.err
    assert beside(database) == before
    assert restore(database, kept, "--yes").code == 0


def test_a_damaged_database_is_restored(database: Path, maria: Actor, kept: Path) -> None:
    """What stands in its place need not be readable; it is kept all the same."""
    back_up(database, kept)
    database.write_bytes(b"no database any more" * 100)
    answer = restore(database, kept, "--yes")
    assert answer.code == 0
    assert "Keys deactivated since are active again; which ones cannot be read" in answer.err
    (old,) = database.parent.glob("*.before-restore-*")
    assert old.read_bytes().startswith(b"no database any more")
    open_database(str(database))
    assert trail()[-1].action is Action.DATABASE_RESTORE


def test_a_lost_database_is_restored(database: Path, kept: Path) -> None:
    """Nothing need be there; a -wal that lies about is not taken for the copy's."""
    back_up(database, kept)
    close_database()
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    Path(f"{database}-wal").write_bytes(b"stale")
    assert restore(database, kept, "--yes").code == 0
    assert keytui("--database", database, "audit", "check").code == 0


def _foreign(kept: Path) -> None:
    kept.unlink()
    with closing(sqlite3.connect(kept)) as other:
        other.execute("CREATE TABLE notes (x)")


def _torn(kept: Path) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2 // 4096 * 4096])


def _newer(kept: Path) -> None:
    with closing(sqlite3.connect(kept, factory=Stranger)) as copy, copy:
        copy.execute("UPDATE migration SET name = '9999_future' WHERE name LIKE '0001%'")


def _orphan(kept: Path) -> None:
    with closing(sqlite3.connect(kept, factory=Stranger)) as copy, copy:
        copy.execute("UPDATE api_key SET owner_id = 999, created_by_id = 999")


def _tampered(kept: Path) -> None:
    with closing(sqlite3.connect(kept, factory=Stranger)) as copy, copy:
        copy.execute("UPDATE audit_event SET actor = 'noor' WHERE id = 2")


def _gone(kept: Path) -> None:
    kept.unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_foreign, "belongs to another program"),
        (_torn, "damaged"),
        (_newer, "was made by a newer keytui"),
        (_orphan, "refer to nothing"),
        (_tampered, "audit chain is broken: Event 2 was changed."),
        (_gone, "There is no backup"),
    ],
)
def test_a_backup_that_is_not_whole_is_not_restored(
    database: Path, maria: Actor, kept: Path, spoil: object, words: str
) -> None:
    """Judged before anything is touched; one sentence says what is wrong."""
    api_keys.create_key(maria, "CI")
    back_up(database, kept)
    assert callable(spoil)
    spoil(kept)
    before = beside(database)
    answer = restore(database, kept, "--yes")
    assert answer.code == 2
    assert words in said(answer)
    assert beside(database) == before
