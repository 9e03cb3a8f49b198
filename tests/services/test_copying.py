"""A whole database goes into another, in either direction, and is the same there."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keytui import Verifier
from keytui.domain import clock
from keytui.domain.audit import Action, Outcome
from keytui.domain.daily_uses import place_of
from keytui.domain.errors import BadInput, Conflict, DatabaseBusy, DatabaseUnusable, Refused
from keytui.domain.permissions import Role
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision
from keytui.services import (
    api_keys,
    audit_check,
    copying,
    host,
    policy,
    review_decisions,
    reviews,
    users,
)
from keytui.storage import audit_key, audit_trail, copy_rows, copy_target, models
from keytui.storage.copy_rows import name_of
from keytui.storage.database import close_database, open_database, open_location
from keytui.storage.file_checks import APPLICATION_ID
from keytui.storage.write_gate import write_gate
from tests.postgresql import server
from tests.support import (
    MakePerson,
    Stranger,
    make_person,
    python,
    rows,
    signed_in,
    text_of,
    trail,
)


@dataclass
class Other:
    """Where the copy goes."""

    location: str
    key: str

    def is_named(self) -> str:
        """Return what sentences call it."""
        return Path(self.location).name if "://" not in self.location else "empty_"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask it, past keytui."""
        with audit_trail.opened(self.location) as connection:
            return list(connection.execute(statement).fetchall())

    def write(self, statement: str) -> None:
        """Write into it, past keytui."""
        if "://" in self.location:
            import psycopg  # an extra

            with psycopg.connect(self.location) as connection:
                connection.execute(statement)  # type: ignore[call-overload]
        else:
            with closing(sqlite3.connect(self.location)) as file, file:
                file.execute(statement)

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is copied, by table."""
        return {
            name_of(table): self.query(
                f'SELECT {copy_rows._quoted(table)} FROM "{name_of(table)}" ORDER BY id'
            )
            for table in copy_rows.TABLES
        }

    def open(self) -> Path:
        """Work with it from now on."""
        return open_database(self.location, audit_key_file=self.key)


@pytest.fixture(params=["to sqlite", "to postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Other:
    """Return where the copy goes, on both engines."""
    if request.param == "to postgresql":
        return Other(server().empty(), str(tmp_path / "other.audit-key"))
    folder = tmp_path / "other"
    folder.mkdir()
    return Other(str(folder / "copy.db"), str(folder / "copy.db.audit-key"))


@pytest.fixture
def here(database: Path) -> Other:
    """Return the database that is copied, with people and keys of every kind in it."""
    adam = make_person(database, "adam", Role.ADMINISTRATOR)
    maria = make_person(database, "maria", Role.USER)
    ben = make_person(database, "ben", Role.USER)
    for number in range(3):
        api_keys.create_key(maria, f"CI {number} ••• =cmd\\t")
    lost, _ = api_keys.create_key(ben, "lost")
    api_keys.deactivate_key(ben, lost.key_id, "lost in a taxi")
    api_keys.create_key(ben, "ends", expires_at=clock.now() + clock.DAY)
    users.deactivate_user(adam, "ben", "left the team")
    users.add_user(adam, "zoe", Role.USER)
    reviews.open_review(adam)
    review_decisions.decide(adam, 1, 1, Decision.KEEP, "in use")
    policy.change(adam, Policy(60), "as agreed", warning_days=7, seen=0)
    audit_check.new_key(host.host_actor(database, "local"), "known to others")
    models.KeyUseDayRow.insert(id=place_of(1, 93), key=1, day=93, uses=5).execute()
    models.SshKeyRow.create(
        owner=maria.row_id,
        type="ssh-ed25519",
        body="QQ==",
        fingerprint="SHA256:x",
        label="",
        added_at=1,
    )
    return Other(open_location(), audit_key.in_use().path)


def copy(who: Actor, other: Other, **how: Any) -> copying.Copied:
    """Copy the open database."""
    return copying.copy_database(who, other.location, other.key, **how)


def test_every_table_is_copied_or_named_as_staying(database: Path) -> None:
    """A table that comes new is given its place in the one list or the other; no column is left out."""
    named = {name_of(table) for table in copy_rows.TABLES} | set(copy_rows.STAYS)
    assert set(models.database.get_tables()) == named
    for table in copy_rows.TABLES:
        there = {column.name for column in models.database.get_columns(name_of(table))}
        assert set(copy_rows._columns(table)) == there


def test_a_copy_has_every_row_with_its_number(here: Other, other: Other, host: Actor) -> None:
    """People, keys with their digests, SSH keys, events with their hashes, fingerprints."""
    done = copy(host, other)
    content = other.content()
    assert content == here.content()
    assert {name: len(found) for name, found in content.items()} == done.rows
    assert all(done.rows.values())
    assert done.chain.broken is None
    assert (done.audit_key, done.on_server) == (other.key, "://" in other.location)
    assert Path(other.key).read_bytes() == Path(here.key).read_bytes()
    assert os.stat(other.key).st_mode & 0o777 == 0o600


def test_the_act_is_on_record_in_both(here: Other, other: Other, host: Actor) -> None:
    """Once, as the last event of each, and it says where to, without a password."""
    copy(host, other)
    assert (trail()[-1].action, trail()[-1].outcome) == (Action.DATABASE_COPY, Outcome.DONE)
    assert other.is_named() in trail()[-1].detail
    assert "@" not in trail()[-1].detail
    assert other.content()["audit_event"][-1] == here.content()["audit_event"][-1]


def test_work_goes_on_in_the_copy(here: Other, other: Other, host: Actor) -> None:
    """It opens with all its rules, keys verify, and new rows get the numbers that follow."""
    maria = make_person(Path(here.key), "noor", Role.USER)
    _, secret = api_keys.create_key(maria, "goes along")
    copy(host, other)
    numbers = {name: found[-1][0] for name, found in other.content().items()}
    file = other.open()
    with Verifier(other.location) as verifier:
        assert verifier.verify(text_of(secret))
    key, _ = api_keys.create_key(make_person(file, "new", Role.USER), "new")
    assert key.key_id == numbers["api_key"] + 1
    assert policy.current().policy == Policy(60)
    policy.change(signed_in("adam"), Policy(30), "x", warning_days=7, seen=numbers["policy"])
    assert rows('SELECT max(id) FROM "user"') == [(numbers["user"] + 1,)]
    with pytest.raises(Refused):
        users.set_role(host_of(file), "adam", Role.USER, active_keys=0)
    assert audit_check.check(host_of(file)).broken is None


def host_of(file: Path) -> Actor:
    """Return the host's account of the database that is open now."""
    return host.host_actor(file, "local")


class _Stopped(BaseException):
    """As Ctrl+C: no exception that anything handles."""


def stop_after(times: int) -> Callable[[int, int], None]:
    """Return a progress that stops the copy the given time that it is told anything."""
    left = iter(range(times))

    def progress(done: int, total: int) -> None:
        if next(left, None) is None:
            raise _Stopped

    return progress


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch be two rows."""
    monkeypatch.setattr(copy_rows, "BATCH", 2)


@pytest.mark.usefixtures("small_batches")
def test_a_copy_stopped_at_any_moment_goes_on(here: Other, other: Other, host: Actor) -> None:
    """It is stopped after one more batch each time, and is whole in the end."""
    stops = 0
    while True:
        try:
            copy(host, other, progress=stop_after(stops + 1), checking=stop_after(0))
        except _Stopped:
            stops += 1
            if stops > 8:
                break
        else:
            pytest.fail("it was never stopped")
    copy(host, other)
    assert other.content() == here.content()
    assert [event.action for event in trail()[-10:]] == [Action.DATABASE_COPY] * 10


KILLED = """
import os, signal, sys
from keytui import cli
from keytui.storage import copy_rows

def write(*what, left=iter(range(int(sys.argv.pop(1))))):
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    whole(*what)

copy_rows.BATCH = 2
whole, copy_rows.write = copy_rows.write, write
cli.main()
"""


def test_a_copy_that_is_killed_goes_on(here: Other, other: Other, host: Actor) -> None:
    """``kill -9`` between two batches, three times; then it is whole."""
    options = ["copy", "--from", here.location, "--to", other.location, "--to-audit-key", other.key]
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("KEYTUI_AUDIT_KEY", here.key)
        for batches in ("0", "3", "5"):
            assert python(KILLED, batches, *options).returncode == -signal.SIGKILL
            with pytest.raises(DatabaseUnusable, match="is a copy that was not finished"):
                Verifier(other.location)
    copy(host, other)
    assert other.content() == here.content()


def test_a_connection_that_is_cut_is_a_sentence_and_the_copy_goes_on(
    here: Other, host: Actor
) -> None:
    """A server that restarts in the middle; what it has stays."""
    other = Other(server().empty(), here.key)

    def cut(done: int, total: int) -> None:
        close_database()
        server().end_sessions()

    with pytest.raises(DatabaseUnusable, match="The connection to the database was lost"):
        copy(host, other, progress=cut)
    copy(host, other)
    assert other.content() == here.content()


@pytest.mark.usefixtures("small_batches")
def test_what_changes_between_two_runs_is_copied_too(
    here: Other, other: Other, host: Actor, database: Path
) -> None:
    """A key ended, roles changed both ways with keys in between, people and keys that came new."""
    with pytest.raises(_Stopped):
        copy(host, other, checking=stop_after(0))
    zoe = make_person(database, "zoe2", Role.ADMINISTRATOR)
    users.set_role(host, "maria", Role.ADMINISTRATOR, active_keys=3)
    users.set_role(host, "adam", Role.USER, active_keys=0)
    adam = make_person(database, "adam2", Role.USER)
    api_keys.create_key(adam, "new")
    users.reset_sign_in(zoe, "maria")
    copy(host, other)
    assert other.content() == here.content()


@pytest.mark.usefixtures("small_batches")
def test_a_half_copied_database_is_none_to_work_with(
    here: Other, other: Other, host: Actor
) -> None:
    """Not for people and not for verification; it says what to do."""
    with pytest.raises(_Stopped):
        copy(host, other, progress=stop_after(2))
    with pytest.raises(DatabaseUnusable, match="is a copy that was not finished"):
        Verifier(other.location)
    Path(other.key).write_bytes(Path(here.key).read_bytes())
    Path(other.key).chmod(0o600)
    with pytest.raises(DatabaseUnusable, match="is a copy that was not finished: finish it"):
        other.open()


@pytest.mark.usefixtures("small_batches")
def test_two_databases_are_never_mixed(
    here: Other, other: Other, host: Actor, tmp_path: Path
) -> None:
    """The unfinished copy of one is no target for another, and nothing is on record of the try."""
    with pytest.raises(_Stopped):
        copy(host, other, progress=stop_after(2))
    before = other.content()
    second = open_database(str(tmp_path / "second.db"))
    make_person(second, "adam", Role.ADMINISTRATOR)
    events = len(trail())
    with pytest.raises(Conflict, match="is an unfinished copy of another database"):
        copying.copy_database(host_of(second), other.location, str(tmp_path / "second.key"))
    assert other.content() == before
    assert len(trail()) == events
    models.database.close()


def test_a_database_in_use_is_no_target(here: Other, other: Other, host: Actor) -> None:
    """Neither a copy that is finished, nor the very database that is copied."""
    copy(host, other)
    events = len(trail())
    for place in (other, here):
        with pytest.raises(Conflict, match="is in use as a keytui database already"):
            copy(host, place)
    assert len(trail()) == events


def test_another_program_s_database_is_no_target(here: Other, other: Other, host: Actor) -> None:
    """Nothing is written into it."""
    other.write("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(DatabaseUnusable, match="belongs to another program"):
        copy(host, other)
    assert other.query("SELECT * FROM theirs") == []
    with pytest.raises(DatabaseUnusable):
        other.open()


def test_only_the_host_copies(other: Other, person: MakePerson) -> None:
    """An administrator is refused, on record, and the target stays empty."""
    adam = person("adam", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="Only the account that owns the database"):
        copy(adam, other)
    assert (trail()[-1].action, trail()[-1].outcome) == (Action.DATABASE_COPY, Outcome.REFUSED)
    assert not Path(other.key).exists()


def test_another_audit_key_is_never_overwritten(here: Other, other: Other, host: Actor) -> None:
    """What is there stays, nothing is copied; another place will do."""
    Path(other.key).write_bytes(b"x" * 32)
    Path(other.key).chmod(0o600)
    with pytest.raises(Conflict, match="is not the audit key of this database"):
        copy(host, other)
    assert Path(other.key).read_bytes() == b"x" * 32
    other.key += "2"
    copy(host, other)
    assert Path(other.key).read_bytes() == Path(here.key).read_bytes()


def test_the_audit_key_needs_a_folder(here: Other, other: Other, host: Actor) -> None:
    """It is said before anything is copied."""
    other.key = "/nowhere/at/all/audit-key"
    with pytest.raises(BadInput, match="/nowhere/at/all"):
        copy(host, other)
    assert Action.DATABASE_COPY not in {event.action for event in trail()}


def test_a_server_makes_do_with_the_present_key(here: Other, host: Actor) -> None:
    """Nothing is written where no other place is named; the key is named in what comes back."""
    done = copying.copy_database(host, server().empty())
    assert done.audit_key == here.key


@pytest.mark.usefixtures("small_batches")
def test_rows_of_somebody_else_in_the_copy_are_found(
    here: Other, other: Other, host: Actor
) -> None:
    """It is not finished, and says so."""
    with pytest.raises(_Stopped):
        copy(host, other, checking=stop_after(0))
    other.write(
        "INSERT INTO ssh_key (id, owner_id, type, body, fingerprint, label, added_at) "
        "VALUES (99, 1, 'x', 'x', 'x', 'x', 1)"
    )
    with pytest.raises(DatabaseUnusable, match="has 2 rows and not 1"):
        copy(host, other)
    with pytest.raises(DatabaseUnusable, match="not finished"):
        Verifier(other.location)


def test_a_broken_audit_trail_is_copied_as_it_is(other: Other, tmp_path: Path) -> None:
    """The break is the source's own, and told; nobody's copy waits for it."""
    path = open_database(str(tmp_path / "keytui.db"))
    make_person(path, "adam", Role.ADMINISTRATOR)
    with closing(sqlite3.connect(path, factory=Stranger)) as connection, connection:
        connection.execute("UPDATE audit_event SET detail = 'x' WHERE id = 2")
    done = copy(host_of(path), other)
    assert done.chain.broken is not None
    assert done.chain.broken.what == "Event 2 was changed."
    models.database.close()


def test_text_that_a_target_cannot_keep_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, put there by another program, end in a sentence, not a traceback."""
    path = open_database(str(tmp_path / "keytui.db"))
    make_person(path, "adam", Role.ADMINISTRATOR)
    with closing(sqlite3.connect(path, factory=Stranger)) as connection, connection:
        connection.execute("UPDATE \"user\" SET last_sign_in_from = CAST(x'ff00' AS TEXT)")
    for place in (server().empty(), str(tmp_path / "copy.db")):
        with pytest.raises(DatabaseUnusable, match="rows 1 to 1 of the table user cannot be"):
            copying.copy_database(host_of(path), place)
    models.database.close()


@pytest.fixture
def busy(other: Other, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let another copy to the same place be under way."""
    monkeypatch.setattr(copy_target, "BUSY_SECONDS", 0.1)
    if "://" in other.location:
        import psycopg  # an extra

        with psycopg.connect(other.location, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s, 1)", (APPLICATION_ID,))
            yield
        return
    before = dict(_gates())
    with write_gate(other.location, 0):
        held = dict(_gates())
        _gates().clear()  # as seen by another process
        _gates().update(before)
        yield
        _gates().update(held)


def _gates() -> dict[str, Any]:
    from keytui.storage import write_gate as module

    return module._gates


@pytest.mark.usefixtures("busy")
def test_of_two_copies_to_one_place_one_waits(here: Other, other: Other, host: Actor) -> None:
    """The second is told so, and has changed nothing."""
    with pytest.raises(DatabaseBusy):
        copy(host, other)
    assert Action.DATABASE_COPY not in {event.action for event in trail()}
