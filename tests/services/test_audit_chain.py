"""The audit chain: whoever changes the trail with SQLite alone is found, at the first event."""

import hashlib
import hmac
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from keytui.domain import audit_chain
from keytui.domain.audit_chain import HASHED, START, Head
from keytui.domain.errors import BadInput, DatabaseUnusable, Refused
from keytui.domain.records import Actor
from keytui.services import api_keys, audit, audit_check
from keytui.storage import audit_key, audit_trail
from keytui.storage.database import close_database, open_location
from tests.support import Stranger, keytui, rows, said


@pytest.fixture
def engine() -> str:
    """What is done to files here is done to SQLite's."""
    return "sqlite"


FORGED = b"a key that is not the right one."


@pytest.fixture
def tamper(database: Path, maria: Actor) -> Iterator[sqlite3.Connection]:
    """Return a connection of a stranger's to a trail of 12 events."""
    while rows("SELECT count(*) FROM audit_event") < [(12,)]:
        api_keys.create_key(maria, "CI")
    with closing(sqlite3.connect(database, isolation_level=None, factory=Stranger)) as connection:
        yield connection


def broken(host: Actor, kept: Head | None = None) -> str | None:
    """Return what a check says is wrong."""
    found = audit_check.check(host, kept).broken
    return found.what if found else None


@contextmanager
def loose(stranger: sqlite3.Connection) -> Iterator[None]:
    """Take away what keeps forks out, as a stranger could."""
    for name in ("previous_hash", "hash"):
        stranger.execute(f"DROP INDEX audit_event_{name}")
    yield


def test_an_untouched_trail_is_whole(tamper: sqlite3.Connection, host: Actor) -> None:
    """The first event follows 32 zero bytes; the head is the last event's."""
    found = audit_check.check(host)
    assert (found.broken, found.unproved) == (None, 0)
    assert rows("SELECT previous_hash FROM audit_event WHERE id = 1") == [(START,)]
    assert rows("SELECT id, hash FROM audit_event ORDER BY id DESC LIMIT 1") == [
        (found.head.number, bytes.fromhex(found.head.hash))
    ]
    assert audit_check.head(host) == found.head


def test_the_canonical_form_never_changes() -> None:
    """Version 1, byte for byte: a program of ten years from now checks what is written today."""
    event = (
        7,
        1_795_500_000_000_000,
        2,
        "maria",
        "api_key:create",
        "done",
        "key 1",
        2,
        "Élan",
        "local",
    )
    text = (
        '{"about_id":2,"action":"api_key:create","actor":"maria","actor_row_id":2,'
        '"at":1795500000000000,"detail":"Élan","id":7,"origin":"local","outcome":"done",'
        '"previous_hash":"' + "00" * 32 + '","target":"key 1","version":1}'
    )
    assert json.loads(text)["detail"] == "Élan"
    expected = hmac.new(FORGED, text.encode(), hashlib.sha256).digest()
    assert audit_chain.link(FORGED, event, START) == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + 1"),
        ("actor_row_id", "NULL"),
        ("actor", "'noor'"),
        ("action", "'user:sign_out'"),
        ("outcome", "'refused'"),
        ("target", "'key 99'"),
        ("about_id", "NULL"),
        ("detail", "detail || ' '"),
        ("detail", "CAST(x'ff' AS TEXT)"),
        ("origin", "''"),
        ("hash", "randomblob(32)"),
        ("action", "'audit:new_key'"),
    ],
)
def test_a_changed_field_is_found(
    tamper: sqlite3.Connection, host: Actor, column: str, value: str
) -> None:
    """Whichever field of whichever event: the check names it."""
    tamper.execute(f"UPDATE audit_event SET {column} = {value} WHERE id = 7")
    assert broken(host) == "Event 7 was changed."


def test_the_first_broken_event_is_the_one_named(tamper: sqlite3.Connection, host: Actor) -> None:
    """Of several the earliest, wherever a stranger began."""
    tamper.execute("UPDATE audit_event SET detail = 'x' WHERE id IN (4, 9, 11)")
    assert broken(host) == "Event 4 was changed."


@pytest.mark.parametrize("number", [1, 6])
def test_a_deleted_event_is_missing(tamper: sqlite3.Connection, host: Actor, number: int) -> None:
    """At the start and in the middle."""
    tamper.execute("DELETE FROM audit_event WHERE id = ?", (number,))
    assert broken(host) == f"Event {number} is missing."


def test_a_deleted_event_whose_place_is_closed_is_found(
    tamper: sqlite3.Connection, host: Actor
) -> None:
    """Moving the later events up does not help: their numbers are hashed."""
    tamper.execute("DELETE FROM audit_event WHERE id = 6")
    tamper.execute("UPDATE audit_event SET id = id - 1 WHERE id > 6")
    assert broken(host) == "Event 6 is out of order: it was event 7."


def test_swapped_events_are_found(tamper: sqlite3.Connection, host: Actor) -> None:
    """Two events that changed places are out of order."""
    for old, new in ((5, 99), (8, 5), (99, 8)):
        tamper.execute("UPDATE audit_event SET id = ? WHERE id = ?", (new, old))
    assert broken(host) == "Event 5 is out of order: it was event 8."


@pytest.mark.parametrize("number", [-3, 0, 13])
def test_an_event_of_another_program_is_found(
    tamper: sqlite3.Connection, host: Actor, number: int
) -> None:
    """An event without hashes, before the first or after the last, belongs to nobody."""
    tamper.execute(
        "INSERT INTO audit_event (id, at, actor, action, outcome, target, detail, origin) "
        "VALUES (?, 1, 'maria', 'user:sign_in', 'done', '', '', '')",
        (number,),
    )
    assert broken(host) == f"Event {number} was added by another program."


def test_keytui_goes_on_after_an_event_of_another_program(
    tamper: sqlite3.Connection, host: Actor, maria: Actor
) -> None:
    """A stranger's event stops nobody's work, and stays found."""
    tamper.execute(
        "INSERT INTO audit_event (at, actor, action, outcome, target, detail, origin) "
        "VALUES (1, 'maria', 'user:sign_in', 'done', '', '', '')"
    )
    api_keys.create_key(maria, "later")
    assert broken(host) == "Event 13 was added by another program."


def rechained(stranger: sqlite3.Connection, first: int, key: bytes) -> None:
    """Recompute every hash from event ``first`` on with a key."""
    events = stranger.execute(
        f"SELECT {', '.join(HASHED)} FROM audit_event WHERE id >= ? ORDER BY id", (first,)
    ).fetchall()
    before = stranger.execute("SELECT hash FROM audit_event WHERE id = ?", (first - 1,)).fetchone()
    previous = before[0] if before else START
    for event in events:
        hashed = audit_chain.link(key, event, previous)
        stranger.execute(
            "UPDATE audit_event SET previous_hash = ?, hash = ? WHERE id = ?",
            (previous, hashed, event[0]),
        )
        previous = hashed


@pytest.mark.parametrize("first", [1, 7])
def test_hashes_made_without_the_key_are_found(
    tamper: sqlite3.Connection, host: Actor, first: int
) -> None:
    """A chain that is whole in itself is broken where it was rewritten."""
    tamper.execute("UPDATE audit_event SET detail = 'nothing' WHERE id = ?", (first,))
    rechained(tamper, first, FORGED)
    assert broken(host) == f"Event {first} was changed."


def test_a_fork_is_found(tamper: sqlite3.Connection, host: Actor, database: Path) -> None:
    """Events of a copy that went its own way do not follow the events of this one."""
    key = Path(f"{database}.audit-key").read_bytes()
    with loose(tamper):
        tamper.execute("UPDATE audit_event SET detail = 'other' WHERE id = 6")
        rechained(tamper, 6, key)  # the copy's events, made with the key
        copy = tamper.execute("SELECT * FROM audit_event WHERE id >= 8").fetchall()
        tamper.execute("UPDATE audit_event SET detail = 'this' WHERE id = 6")
        rechained(tamper, 6, key)
        tamper.execute("DELETE FROM audit_event WHERE id >= 8")
        tamper.executemany(
            f"INSERT INTO audit_event VALUES ({', '.join('?' * len(copy[0]))})", copy
        )
    assert broken(host) == "Event 8 does not follow event 7: the trail was forked."


def test_two_events_cannot_follow_one(tamper: sqlite3.Connection) -> None:
    """The database itself refuses a second event with the same previous hash."""
    with pytest.raises(sqlite3.IntegrityError, match="previous_hash"):
        tamper.execute(
            "INSERT INTO audit_event (at, actor, action, outcome, target, detail, origin, "
            "previous_hash, hash) SELECT at, actor, action, outcome, target, detail, origin, "
            "previous_hash, randomblob(32) FROM audit_event WHERE id = 5"
        )


def test_a_cut_tail_is_found_by_a_kept_head_alone(tamper: sqlite3.Connection, host: Actor) -> None:
    """Nothing in the file tells that its end is gone; the head does, whole or short."""
    kept = audit_check.head(host)
    tamper.execute("DELETE FROM audit_event WHERE id > 10")
    assert broken(host) is None
    for head in (kept, Head.parse(kept.short)):
        assert broken(host, head) == (
            "Event 11 is missing: the trail was cut after event 10, or replaced by an older copy."
        )


def test_a_cut_tail_that_grew_again_is_found(
    tamper: sqlite3.Connection, host: Actor, maria: Actor
) -> None:
    """Other events under the same numbers have other hashes."""
    kept = audit_check.head(host)
    tamper.execute("DELETE FROM audit_event WHERE id > 10")
    for _ in range(4):
        api_keys.create_key(maria, "again")
    assert broken(host) is None
    assert broken(host, kept) == (
        "Event 12 is not the one of the kept head: "
        "the trail was rewritten, or replaced by another copy."
    )


def test_a_head_from_earlier_stays_good(
    tamper: sqlite3.Connection, host: Actor, maria: Actor
) -> None:
    """The trail may grow: an old head is found on the way."""
    kept = audit_check.head(host)
    api_keys.create_key(maria, "later")
    assert broken(host, kept) is None
    assert broken(host, Head(0, START.hex())) is None


def test_a_database_replaced_by_an_older_copy_is_found(
    tamper: sqlite3.Connection, host: Actor, maria: Actor, database: Path, tmp_path: Path
) -> None:
    """Whole in itself, older than the kept head."""
    tamper.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = shutil.copy(database, tmp_path / "older.db")
    api_keys.create_key(maria, "later")
    kept = str(audit_check.head(host))
    close_database()
    tamper.close()
    Path(f"{database}-wal").unlink(missing_ok=True)
    Path(f"{database}-shm").unlink(missing_ok=True)
    shutil.copy(older, database)
    assert keytui("--database", database, "audit", "check").code == 0
    answer = keytui("--database", database, "audit", "check", "--head", kept)
    assert (answer.code, answer.out) == (
        1,
        (
            "Broken: Event 13 is missing: the trail was cut after event 12, "
            "or replaced by an older copy.\n"
        ),
    )


@pytest.mark.parametrize("typed", ["", "12", "12:", "12:abc", "x:" + "0" * 64, "12:" + "g" * 64])
def test_a_head_that_is_none_is_said(typed: str) -> None:
    """A slip of the hand is no broken chain."""
    with pytest.raises(BadInput, match="as keytui printed it"):
        Head.parse(typed)


def test_a_user_checks_nothing(maria: Actor) -> None:
    """Neither the chain nor its head."""
    for act in (audit_check.check, audit_check.head):
        with pytest.raises(Refused, match="Only an administrator checks the audit chain"):
            act(maria)


def test_the_command_line_says_whole_broken_or_not_checked(
    tamper: sqlite3.Connection, database: Path, host: Actor
) -> None:
    """Exit codes 0, 1 and 2, each with its sentence."""
    head = audit_check.head(host)
    close_database()
    answer = keytui("--database", database, "audit", "check", "--head", str(head))
    assert answer.code == 0
    assert answer.out == f"Whole: 12 events, head {head}\n"
    assert keytui("--database", database, "audit", "head").out == f"{head}\n"
    tamper.execute("UPDATE audit_event SET actor = 'noor' WHERE id = 3")
    answer = keytui("--database", database, "audit", "check")
    assert (answer.code, answer.out) == (1, "Broken: Event 3 was changed.\n")
    Path(f"{database}.audit-key").unlink()
    answer = keytui("--database", database, "audit", "check")
    assert (answer.code, answer.out) == (2, "")
    assert "is missing" in answer.err


def test_a_check_that_is_stopped_says_so(
    tamper: sqlite3.Connection, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C in the middle ends in one sentence and exit code 2: nothing is known."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(audit_chain.Walk, "first_broken", interrupt)
    answer = keytui("--database", database, "audit", "check")
    assert (answer.code, said(answer)) == (
        2,
        "Stopped: the audit trail was not checked to its end.",
    )


def test_a_long_trail_is_read_in_batches(
    tamper: sqlite3.Connection, host: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress is told after each batch, up to the last event; the seams are checked too."""
    monkeypatch.setattr(audit_trail, "_READ", audit_trail._READ.replace("5000", "5"))
    told: list[tuple[int, int]] = []
    found = audit_check.check(host, progress=lambda done, total: told.append((done, total)))
    assert (found.broken, told) == (None, [(5, 12), (10, 12), (12, 12)])
    tamper.execute("DELETE FROM audit_event WHERE id = 6")
    assert broken(host) == "Event 6 is missing."


def test_an_event_below_every_number_is_seen(tamper: sqlite3.Connection, host: Actor) -> None:
    """The walk begins at the smallest number that a database can hold."""
    tamper.execute(
        "INSERT INTO audit_event (id, at, actor, action, outcome, target, detail, origin) "
        "VALUES (-9223372036854775808, 1, 'ghost', 'user:create', 'done', '', '', '')"
    )
    assert broken(host) == "Event -9223372036854775808 was added by another program."


def test_the_highest_number_stops_every_change_in_words(
    tamper: sqlite3.Connection, maria: Actor
) -> None:
    """Nothing can follow it; that is said, and nothing is changed."""
    tamper.execute("UPDATE audit_event SET id = 9223372036854775807 WHERE id = 12")
    keys = rows("SELECT count(*) FROM api_key")
    with pytest.raises(DatabaseUnusable, match="its last event has the highest number"):
        api_keys.create_key(maria, "CI")
    assert rows("SELECT count(*) FROM api_key") == keys


def test_an_event_that_is_swallowed_takes_its_change_along(
    tamper: sqlite3.Connection, maria: Actor
) -> None:
    """A trigger of somebody's that drops events in silence stops the changes too."""
    tamper.execute("CREATE TRIGGER zz BEFORE INSERT ON audit_event BEGIN SELECT RAISE(IGNORE); END")
    keys = rows("SELECT count(*) FROM api_key")
    with pytest.raises(DatabaseUnusable, match="The audit event could not be written"):
        api_keys.create_key(maria, "CI")
    assert rows("SELECT count(*) FROM api_key") == keys


def test_a_word_of_another_program_can_be_read(tamper: sqlite3.Connection, host: Actor) -> None:
    """An action or outcome that keytui has not is shown as it is: evidence must be readable."""
    tamper.execute("UPDATE audit_event SET action = 'haha\x1b[2J', outcome = 'x' WHERE id = 4")
    (event,) = [event for event in audit.events(host) if event.event_id == 4]
    assert (event.action, event.outcome) == ("haha[2J", "x")


def test_a_new_key_during_a_check_is_no_break(
    tamper: sqlite3.Connection, host: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is of one moment, whatever is written while it walks."""
    monkeypatch.setattr(audit_trail, "_READ", audit_trail._READ.replace("5000", "5"))
    renewed: list[str] = []

    def renew(done: int, total: int) -> None:
        if not renewed:
            renewed.append(audit_check.new_key(host, "known to others"))

    found = audit_check.check(host, progress=renew)
    assert (found.broken, found.head.number) == (None, 12)
    assert renewed
    assert audit_check.check(host).broken is None


def test_the_record_of_the_key_does_not_hide_a_changed_event(
    tamper: sqlite3.Connection, host: Actor
) -> None:
    """Changing what tells the key is itself a break, and no cover for another."""
    tamper.execute("UPDATE audit_key SET fingerprint = randomblob(32)")
    assert broken(host) == "What tells the audit key was changed in the database."
    tamper.execute("UPDATE audit_event SET actor = 'noor' WHERE id = 3")
    assert broken(host) == "Event 3 was changed."


def test_the_right_key_is_named_where_it_lies_beside(database: Path, host: Actor) -> None:
    """A change of key that was cut off says which file to put back."""
    kept = Path(audit_check.new_key(host, "known to others"))
    right, wrong = Path(f"{database}.audit-key"), kept.read_bytes()
    right.rename(right.with_name(f"{right.name}.until-now"))
    right.write_bytes(wrong)
    right.chmod(0o600)
    with pytest.raises(DatabaseUnusable, match=r"put back .*audit-key\.until-now, which is\."):
        audit_check.check(host)


@pytest.mark.parametrize("head", ["", "1", "1:zz", "0:ffffffffffffffff", "x" * 5000])
def test_what_is_no_head_is_no_broken_trail(database: Path, head: str) -> None:
    """A cron job with an empty file gets exit code 2: it was not checked."""
    answer = keytui("--database", database, "audit", "check", "--head", head)
    assert (answer.code, said(answer)) == (
        2,
        "Give the head as keytui printed it: a number, a colon, 16 to 64 hex digits.",
    )


WRITE = """
import sys
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.storage.database import open_database, close_database
open_database(sys.argv[1], audit_key_file=sys.argv[5])
maria = Actor(int(sys.argv[2]), "maria", Role.USER, int(sys.argv[3]), "local")
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    key, secret = api_keys.create_key(maria, f"{sys.argv[4]} {number}")
    secret.wipe()
close_database()
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_eight_processes_write_one_unbroken_chain(
    database: Path, maria: Actor, host: Actor
) -> None:
    """All at once: every event is there, each follows the one before, no number is left out."""
    before = audit_check.head(host).number
    location, key = open_location(), audit_key.in_use().path
    close_database()
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITE,
                location,
                str(maria.row_id),
                str(maria.epoch),
                str(n),
                key,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60)[1] for writer in writers] == [""] * 8
    found = audit_check.check(host)
    assert (found.broken, found.head.number) == (None, before + 200)
    assert rows("SELECT count(*) FROM audit_event") == [(before + 200,)]
