"""Restore against whoever is in the way: writers, links, leftovers, lost keys, Ctrl+C and kill -9."""

import errno
import fcntl
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from keytui.domain.audit import Action
from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor
from keytui.services import api_keys, rotation, ssh_keys, users
from keytui.services import restore as service
from keytui.services.host import host_actor
from keytui.storage import copies, replacing
from keytui.storage.database import close_database, open_database
from keytui.storage.write_gate import write_gate
from tests.services.test_backup import back_up, beside, restore
from tests.ssh_keys import (
    ECDSA_256,
    ED25519,
    FINGERPRINTS,
    OTHER,
    SK_ED25519,
    needs_ssh_keygen,
)
from tests.storage.old import make_old
from tests.support import Answer, Clock, MakePerson, Stranger, keytui, python, said, trail


@pytest.fixture
def engine() -> str:
    """Only a database in a file is backed up and restored by keytui."""
    return "sqlite"


KILLED = -signal.SIGKILL

READ = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0).execute("SELECT count(*) FROM user").fetchone()
except sqlite3.OperationalError as error:
    print(error)
"""
RUN_AND_DIE = """
import os, signal, sys
from keytui import cli
from keytui.storage import copies, replacing
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
{}
sys.argv[1:] = ["--database", *sys.argv[1:]]
cli.main()
"""


@pytest.fixture
def kept(database: Path, maria: Actor, tmp_path: Path) -> Path:
    """Return a backup of a database with a user and a key."""
    api_keys.create_key(maria, "CI")
    folder = tmp_path / "backups"
    folder.mkdir()
    assert back_up(database, folder / "monday.db").code == 0
    return folder / "monday.db"


def labels(database: Path) -> list[str]:
    """Return the labels of the keys, oldest first."""
    with closing(sqlite3.connect(database)) as connection:
        return [label for (label,) in connection.execute("SELECT label FROM api_key ORDER BY id")]


def add_key(database: Path, maria: Actor, label: str) -> None:
    """Let something happen since the backup."""
    open_database(str(database))
    api_keys.create_key(maria, label)


def is_checked(database: Path) -> Answer:
    """Check the audit chain by the command; it is whole."""
    answer = keytui("--database", database, "audit", "check")
    assert answer.code == 0, answer
    return answer


def while_placing(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]) -> None:
    """Do something right before the backup takes the database's place."""
    place = replacing.put_in_place

    def placing(new: str, path: str, *rest: Any) -> None:
        act(Path(path))
        place(new, path, *rest)

    monkeypatch.setattr(replacing, "put_in_place", placing)


def test_everybody_is_kept_out_until_it_is_done(
    database: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes while the copy is made cannot even read, whichever program it is."""
    seen: list[str] = []
    while_placing(monkeypatch, lambda path: seen.append(python(READ, path).stdout))
    assert restore(database, kept, "--yes").code == 0
    assert seen == ["database is locked\n"]
    assert python(READ, database).stdout == ""


def test_the_restored_and_the_kept_database_are_in_wal_mode(database: Path, kept: Path) -> None:
    """A reader must not keep writers waiting, as it would in the mode of a backup."""
    restore(database, kept, "--yes")
    (old,) = database.parent.glob("*.before-restore-*")
    assert [file.read_bytes()[18:20] for file in (database, old)] == [b"\2\2", b"\2\2"]
    assert kept.read_bytes()[18:20] == b"\1\1"


def test_a_restore_waits_only_so_long_for_writers(
    database: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer who hangs does not make it hang too."""
    monkeypatch.setattr(service, "_WAIT_SECONDS", 0)
    with database.with_name(".keytui.db.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        answer = restore(database, kept, "--yes")
    assert answer.code == 2
    assert "in use by another process: try again" in answer.err
    assert not list(database.parent.glob("*restor*"))


def test_a_linked_database_is_restored_where_it_lies(
    database: Path, maria: Actor, kept: Path, tmp_path: Path
) -> None:
    """The link stays a link; the file it names is replaced, and kept beside itself."""
    add_key(database, maria, "later")
    assert back_up(database, kept.with_name("later.db")).code == 0
    real = tmp_path / "real" / "r.db"
    real.parent.mkdir()
    database.rename(real)
    database.symlink_to(real)
    assert restore(database, kept, "--yes").code == 0
    assert database.is_symlink()
    assert labels(real) == ["CI"]
    (old,) = real.parent.glob("r.db.before-restore-*")
    assert labels(old) == ["CI", "later"]
    is_checked(database)


COMPANIONS = (
    "k.db-wal",
    "k.db-shm",
    "k.db-journal",
    ".k.db.lock",
    ".k.db.new",
    ".k.db.restoring",
    ".k.db.restoring-17-00ff",
    ".k.db.backing-up-17-00ff",
    "k.db.audit-key",
    "k.db.audit-key.until-20261124-060035",
)


@pytest.mark.parametrize("name", COMPANIONS)
def test_no_file_that_belongs_to_a_database_is_restored(
    database: Path, kept: Path, name: str
) -> None:
    """Not by its own name, and not by a link to it."""
    file = kept.rename(kept.with_name(name))
    link = file.with_name("link.db")
    link.symlink_to(file)
    for source in (file, link):
        answer = restore(database, source, "--yes")
        assert (answer.code, said(answer)) == (
            1,
            f"{source} belongs to a database and is no backup: name another file.",
        )
    assert file.exists()


@pytest.mark.parametrize("name", COMPANIONS)
def test_no_backup_is_named_like_a_file_that_belongs_to_a_database(
    database: Path, tmp_path: Path, name: str
) -> None:
    """SQLite would delete it, or take it for a database's."""
    answer = back_up(database, tmp_path / name)
    assert answer.code == 1
    assert said(answer).endswith("is a name for files that belong to a database: choose another.")
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("end", copies.BESIDE)
def test_no_backup_is_laid_beside_what_sqlite_would_add_to_it(
    database: Path, tmp_path: Path, end: str
) -> None:
    """A -wal of another database would be read into the backup."""
    stale = tmp_path / f"monday.db{end}"
    stale.touch()
    assert said(back_up(database, tmp_path / "monday.db")).startswith(f"{stale} exists already")
    assert not (tmp_path / "monday.db").exists()


def test_what_killed_restores_left_is_swept(database: Path, kept: Path) -> None:
    """Of this database, not of others."""
    ours = (
        ".keytui.db.restoring",
        ".keytui.db.restoring-17-00ff",
        ".keytui.db.restoring-17-00ff-wal",
        "..keytui.db.restoring-17-00ff.lock",
    )
    for name in (*ours, ".other.keytui.db.restoring", ".keytui.db.restoring-not-ours"):
        database.with_name(name).touch()
    restore(database, kept, "--yes")
    assert {name for name in beside(database) if "restoring" in name} == {
        ".other.keytui.db.restoring",
        ".keytui.db.restoring-not-ours",
    }


def test_a_backup_from_before_a_new_audit_key_is_checked_with_the_old_one(
    database: Path, kept: Path
) -> None:
    """The old key lies beside; the trail goes on with the present one, and says so."""
    keytui("--database", database, "audit", "new-key", "--reason", "it was seen")
    present = Path(f"{database}.audit-key").read_bytes()
    (old,) = database.parent.glob("*.audit-key.until-*")
    answer = restore(database, kept, "--yes")
    assert answer.code == 0
    assert "The backup is whole." in answer.err
    assert f"checked with the earlier audit key {old}" in answer.err
    assert Path(f"{database}.audit-key").read_bytes() == present
    assert "made with a key that is gone" in is_checked(database).err
    open_database(str(database))
    assert [event.action for event in trail()[-2:]] == [
        Action.AUDIT_NEW_KEY,
        Action.DATABASE_RESTORE,
    ]
    assert trail()[-2].detail.endswith("earlier audit key: its events were checked with it")


def test_how_many_events_of_a_backup_are_unproved_is_told(database: Path, kept: Path) -> None:
    """A new key before the backup leaves older events without proof."""
    keytui("--database", database, "audit", "new-key", "--reason", "it was seen")
    second = kept.with_name("tuesday.db")
    back_up(database, second)
    answer = restore(database, second, "--yes")
    assert "were made with a key that is gone" in answer.err


def test_without_its_audit_key_a_backup_is_restored_only_if_asked(
    database: Path, kept: Path, tmp_path: Path
) -> None:
    """On a new machine: what can be done is said, then done, under a new key and on record."""
    folder = tmp_path / "new-machine"
    folder.mkdir()
    new = folder / "keytui.db"
    answer = restore(new, kept, "--yes")
    assert answer.code == 2
    assert f"put it back as {new}.audit-key, or restore with --key-lost" in said(answer)
    assert not list(folder.iterdir())
    assert restore(new, kept, "--key-lost", typed="yes\n").code == 1
    assert not list(folder.iterdir())
    answer = restore(new, kept, "--key-lost", typed="monday.db\n")
    assert answer.code == 0
    assert "nobody can tell whether its audit trail was changed" in answer.err
    assert "made with a key that is gone" in is_checked(new).err
    open_database(str(new))
    event = next(event for event in trail() if event.action is Action.AUDIT_NEW_KEY)
    assert event.detail == "restored without the backup's audit key: its events were not checked"


def test_without_its_audit_key_the_trail_goes_on_with_the_present_one(
    database: Path, kept: Path
) -> None:
    """A key that is there and good is not replaced."""
    key = Path(f"{database}.audit-key")
    key.write_bytes(b"a key that is of another machine")
    answer = restore(database, kept, "--yes", "--key-lost")
    assert answer.code == 0
    assert key.read_bytes() == b"a key that is of another machine"
    is_checked(database)


def test_a_restore_that_fails_leaves_no_new_audit_key(
    database: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither database nor key: nothing was changed."""
    Path(f"{database}.audit-key").unlink()

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    while_placing(monkeypatch, full)
    before = beside(database)
    answer = restore(database, kept, "--yes", "--key-lost")
    assert "cannot be replaced (No space left on device)" in answer.err
    assert answer.code == 1
    assert beside(database) == before


def test_a_backup_from_before_the_audit_chain_gets_one_and_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where there is no key yet: else whoever can write a backup could take its chain away."""
    old, new = tmp_path / "old" / "monday.db", tmp_path / "new" / "keytui.db"
    for file in (old, new):
        file.parent.mkdir()
    make_old(old, monkeypatch)
    with monkeypatch.context() as full:
        full.setattr(replacing, "put_in_place", lambda *_: os.stat(tmp_path / "nothing"))
        assert restore(new, old, "--yes").code == 1
        assert {file.name for file in new.parent.iterdir()} <= {".keytui.db.lock"}
    answer = restore(new, old, "--yes")
    assert answer.code == 0
    assert "older than the audit chain" in answer.err
    is_checked(new)
    before = beside(new)
    answer = restore(new, old, "--yes", "--key-lost")
    assert answer.code == 2
    assert "has no audit chain, but there is an audit key" in said(answer)
    assert beside(new) == before


def test_a_lost_key_excuses_no_chain_that_can_be_checked(database: Path, kept: Path) -> None:
    """The key is here: what it shows is not passed over."""
    with closing(sqlite3.connect(kept, factory=Stranger)) as copy, copy:
        copy.execute("UPDATE audit_event SET actor = 'noor' WHERE id = 2")
    answer = restore(database, kept, "--yes", "--key-lost")
    assert said(answer) == "The backup's audit chain is broken: Event 2 was changed."


def test_a_key_deactivated_while_a_restore_waits_is_listed(
    database: Path, kept: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told afterwards is what was true right before."""

    @contextmanager
    def gate(path: str, seconds: float) -> Iterator[None]:
        if Path(path) == database:
            command = ("key", "deactivate", "1", "--reason", "stolen")
            assert keytui("--database", database, *command).code == 0
        with write_gate(path, seconds):
            yield

    monkeypatch.setattr(service, "write_gate", gate)
    answer = restore(database, kept, "--yes")
    assert answer.code == 0
    assert "are active again: deactivate them anew.\n  key 1  " in answer.err


def test_a_key_rotated_since_the_backup_is_listed(
    database: Path, maria: Actor, tmp_path: Path
) -> None:
    """In the backup it has its old end, or none: it works on past its overlap. Another is not told."""
    for label in ("CI", "laptop"):
        api_keys.confirm_key(maria, api_keys.create_key(maria, label)[0].key_id)
    rotation.rotate(maria, 2, Overlap.HOUR)
    copy = tmp_path / "monday.db"
    assert back_up(database, copy).code == 0
    open_database(str(database))
    rotation.rotate(maria, 1, Overlap.HOUR)
    close_database()
    answer = restore(database, copy, "--yes")
    assert answer.code == 0
    listed = [line.split("  ")[1] for line in answer.err.splitlines() if "  maria  " in line]
    assert set(listed) == {"key 1"}


@needs_ssh_keygen
def test_ssh_keys_removed_since_the_backup_are_listed(
    database: Path, maria: Actor, person: MakePerson, tmp_path: Path
) -> None:
    """Those that let somebody in again: not one that was added anew, nor one removed before."""
    ben = person("ben")
    for owner, line in ((maria, ED25519), (maria, OTHER), (maria, SK_ED25519), (ben, ECDSA_256)):
        ssh_keys.add_key(owner, line)
    ssh_keys.remove_key(maria, 3, "before")
    copy = tmp_path / "monday.db"
    assert back_up(database, copy).code == 0
    open_database(str(database))
    for number in (1, 2):
        ssh_keys.remove_key(maria, number, "stolen")
    ssh_keys.add_key(maria, OTHER)
    users.deactivate_user(host_actor(database, "local"), "ben", "left")
    close_database()
    answer = restore(database, copy, "--yes")
    assert answer.code == 0
    assert [line for line in answer.err.splitlines() if "SHA256:" in line] == [
        f"  SSH key 1  {FINGERPRINTS[ED25519]}  maria  ssh-ed25519",
        f"  SSH key 4  {FINGERPRINTS[ECDSA_256]}  ben  ecdsa-sha2-nistp256",
    ]


@pytest.mark.parametrize("end", ["", "-wal"])
def test_a_backup_that_is_changed_after_it_was_judged_is_not_restored(
    database: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """What takes the database's place is what was checked, not what was laid there meanwhile."""
    copy = copies.copy
    before = beside(database)

    def late(source: str, target: str, **how: Any) -> None:
        copy(source, target, **how)
        other = kept.with_name("other")
        other.write_bytes(kept.read_bytes())
        other.rename(f"{kept}{end}")

    monkeypatch.setattr(copies, "copy", late)
    answer = restore(database, kept, "--yes")
    assert answer.code == 1
    assert "was changed since it was judged: restore it again." in answer.err
    assert beside(database) == before


def test_two_restores_in_one_second_keep_two_databases(
    database: Path, kept: Path, clock: Clock
) -> None:
    """No kept file is replaced, and nobody is told to wait."""
    assert clock.now
    for _ in range(3):
        assert restore(database, kept, "--yes").code == 0
    assert len(list(database.parent.glob("*.before-restore-*"))) == 3


def test_a_stopped_restore_says_that_nothing_was_changed(
    database: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it copies, and at its question."""
    before = beside(database)
    assert "Stopped: nothing was changed." in (answer := restore(database, kept)).err
    assert answer.code == 2

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copies, "copy", stopped)
    answer = restore(database, kept, "--yes")
    assert (answer.code, answer.err.endswith("keytui: Stopped: nothing was changed.\n")) == (
        2,
        True,
    )
    assert beside(database) == before


def test_a_restore_that_is_stopped_too_late_says_that_it_was_done(
    database: Path, kept: Path, maria: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C while the files change places waits until they have."""
    add_key(database, maria, "later")
    while_placing(monkeypatch, lambda _: os.kill(os.getpid(), signal.SIGINT))
    answer = restore(database, kept, "--yes")
    assert answer.code == 0
    assert f"{database} is the backup now." in answer.err
    assert labels(database) == ["CI"]
    is_checked(database)


def test_a_killed_restore_leaves_the_old_database(database: Path, kept: Path, maria: Actor) -> None:
    """At the last moment before the new one takes its place; the next restore cleans up."""
    add_key(database, maria, "later")
    assert back_up(database, kept.with_name("later.db")).code == 0
    ended = python(
        RUN_AND_DIE.format("replacing.os.replace = die"), database, "restore", kept, "--yes"
    )
    assert ended.returncode == KILLED
    assert labels(database) == ["CI", "later"]
    assert any("restoring" in name for name in beside(database))
    assert restore(database, kept, "--yes").code == 0
    assert labels(database) == ["CI"]
    assert not any("restoring" in name for name in beside(database))


def test_a_killed_backup_has_no_name(database: Path, tmp_path: Path) -> None:
    """A file under the name that was asked for is a whole backup, or none."""
    file = tmp_path / "b" / "monday.db"
    file.parent.mkdir()
    ended = python(RUN_AND_DIE.format("copies.publish = die"), database, "backup", file)
    assert ended.returncode == KILLED
    assert not list(file.parent.glob("monday.db*"))
    assert back_up(database, file).code == 0


def test_a_stopped_backup_leaves_nothing(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even after it was named, for then it is not on record."""
    publish = copies.publish

    def stopped(made: str, path: str) -> None:
        publish(made, path)
        raise KeyboardInterrupt

    monkeypatch.setattr(copies, "publish", stopped)
    folder = tmp_path / "b"
    folder.mkdir()
    answer = back_up(database, folder / "monday.db")
    assert (answer.code, said(answer)) == (2, "Stopped: no backup was made.")
    assert not list(folder.iterdir())


def test_a_backup_is_named_on_file_systems_without_hard_links(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory sticks have none; there too nothing is replaced."""

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    file = tmp_path / "monday.db"
    assert back_up(database, file).code == 0
    whole = file.read_bytes()
    assert back_up(database, file).code == 1
    with pytest.raises(FileExistsError):
        copies.publish(str(database), str(file))
    assert file.read_bytes() == whole


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _text(file: Path) -> None:
    file.write_text("no database, but a long enough text " * 100)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _device(file: Path) -> None:
    file.unlink()
    file.symlink_to(os.devnull)


def _pages(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(4096)
        stream.write(bytes(40_960))


def _rules(file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute("DROP TRIGGER kt_key_kept_on_api_key_delete")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_empty, "The backup {} is empty: use another backup."),
        (_text, "The backup {} is no database: use another backup."),
        (_folder, "{} is a folder: name a file that keytui backup made."),
        (_fifo, "{} is not an ordinary file: name a file that keytui backup made."),
        (_device, "{} is not an ordinary file: name a file that keytui backup made."),
        (_pages, "The backup {} is damaged: use another backup."),
        (_rules, "The rules of the backup {} were changed: use another backup."),
    ],
)
def test_what_is_wrong_with_a_backup_is_said_of_the_backup(
    database: Path, kept: Path, spoil: Callable[[Path], None], words: str
) -> None:
    """No advice about the database, and no name of keytui's own files."""
    spoil(kept)
    before = beside(database)
    answer = restore(database, kept, "--yes")
    assert (answer.code, said(answer)) == (2, words.format(kept))
    assert beside(database) == before
