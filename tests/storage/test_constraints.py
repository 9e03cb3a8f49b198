"""The rules that stand in the database itself: raw SQL of any client is held to them."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.errors import Refused
from keytui.storage import models
from keytui.storage.database import close_database, open_database, transaction
from keytui.storage.guards import GUARDS
from keytui.storage.rules import CONSTRAINTS, SENTENCES
from tests.storage.refusals import ENDED, KEY, PERSON, REFUSALS, ROWS, SSH_KEY, Refusal
from tests.support import without_guards

ONLY_SQLITE = {
    "replacing a key": Refusal(
        f"INSERT OR REPLACE INTO api_key (id, {KEY}) VALUES (2, 1, 1, 'x', 1, [dd], 'aaaa', 1)",
        "kt_key_kept",
    ),
    "replacing a key by its digest": Refusal(
        f"REPLACE INTO api_key ({KEY}) VALUES (1, 1, 'x', 1, [bb], 'aaaa', 1)", "kt_key_kept"
    ),
    "replacing a key by an update": Refusal(
        "UPDATE OR REPLACE api_key SET digest = [bb] WHERE id = 1", "kt_key_frozen"
    ),
    "replacing a person": Refusal(
        f"INSERT OR REPLACE INTO user ({PERSON}) VALUES (1, 'maria', 'user', 'active', 0, 2)",
        "kt_user_kept",
    ),
    "replacing a person by their User ID": Refusal(
        f"INSERT OR REPLACE INTO user ({PERSON}) VALUES (9, 'tom', 'user', 'active', 0, 2)",
        "kt_user_kept",
    ),
    "replacing an event": Refusal(
        "INSERT OR REPLACE INTO audit_event (id, at, actor, action, outcome, target, detail, "
        "origin) VALUES (1, 1, 'noor', 'a', 'done', '', '', '')",
        "kt_event_final",
    ),
    "text where a time belongs": Refusal(
        "UPDATE api_key SET last_used_at = 'yesterday'", "cannot store TEXT", guarded=False
    ),
}
EVERY = REFUSALS | ONLY_SQLITE


def sqlite(statement: str) -> str:
    """Return the statement with its digests written as SQLite does."""
    return re.sub(
        r"\[(..)(?::(\d+))?\]", lambda found: f"x'{found[1] * int(found[2] or 32)}'", statement
    )


def everything(connection: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    """Return every row of every table."""
    return [
        connection.execute(f'SELECT * FROM "{name}"').fetchall()
        for name in ("user", "api_key", "audit_event")
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a database file with people, keys and an event."""
    path = open_database(str(tmp_path_factory.mktemp("whole") / "keytui.db"))
    for statement in ROWS:
        models.database.execute_sql(sqlite(statement))
    close_database()
    return path.read_bytes()


@pytest.fixture
def connection(whole: bytes, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection of another program that asks for foreign keys."""
    path = tmp_path / "keytui.db"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = 1")
        yield connection


def check_refused(connection: sqlite3.Connection, refusal: Refusal) -> None:
    before = everything(connection)
    with pytest.raises(sqlite3.IntegrityError, match=refusal.words):
        connection.execute(sqlite(refusal.statement))
    assert everything(connection) == before


@pytest.mark.parametrize("refusal", EVERY.values(), ids=EVERY.keys())
def test_raw_sql_cannot_break_a_rule(connection: sqlite3.Connection, refusal: Refusal) -> None:
    """The database refuses it by the name of the rule, and no row changes."""
    check_refused(connection, refusal)


@pytest.mark.parametrize(
    "refusal",
    [one for one in EVERY.values() if one.guarded],
    ids=[name for name, one in EVERY.items() if one.guarded],
)
def test_a_careless_shell_cannot_break_a_guarded_rule(
    connection: sqlite3.Connection, refusal: Refusal
) -> None:
    """Guards hold where foreign keys and CHECKs are ignored and REPLACE deletes in silence."""
    connection.execute("PRAGMA foreign_keys = 0")
    connection.execute("PRAGMA ignore_check_constraints = 1")
    connection.execute("PRAGMA recursive_triggers = 0")
    check_refused(connection, refusal)


DECLARED = (
    "a key of an administrator",
    "promoting somebody who holds active keys",
    "a key for somebody else",
    "a key with a short digest",
    "a deactivation without who and why",
    "a removal without who",
)


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_rule_needs_no_guard(connection: sqlite3.Connection, name: str) -> None:
    """What constraints say holds without triggers: it is free of races on every engine."""
    refusal = EVERY[name]
    if name == "a key of an administrator":  # it tells the truth here, for the CHECK's name
        refusal = Refusal(
            f"INSERT INTO api_key ({KEY}, owner_role) "
            "VALUES (3, 3, 'x', 1, [dd], 'aaaa', 1, 'administrator')",
            refusal.words,
        )
    with without_guards(connection):
        check_refused(connection, refusal)


def test_a_lie_about_the_owner_s_role_needs_no_guard(connection: sqlite3.Connection) -> None:
    """The composite foreign key knows the owner's role."""
    lie = EVERY["a key of an administrator, said to be a user"]
    with without_guards(connection):
        check_refused(connection, lie._replace(words="FOREIGN KEY"))


def test_a_key_follows_its_owner_s_role(connection: sqlite3.Connection) -> None:
    """A promotion and a demotion reach the person's deactivated keys by themselves."""
    connection.execute(
        "UPDATE api_key SET deactivated_at = 5, deactivated_by = 'adam', "
        "deactivation_reason = 'promoted' WHERE deactivated_at IS NULL"
    )
    for role in ("administrator", "user"):
        connection.execute("UPDATE user SET role = ? WHERE id = 1", (role,))
        found = connection.execute("SELECT DISTINCT owner_role FROM api_key").fetchall()
        assert found == [(role,)]


def test_what_the_rules_allow_is_done(connection: sqlite3.Connection) -> None:
    """The guards leave alone what services do: use, label, confirm, deactivate, sign in."""
    for allowed in (
        "UPDATE api_key SET last_used_at = 9, last_used_from = 'here'",
        "UPDATE api_key SET label = 'laptop' WHERE id = 1",
        "UPDATE api_key SET confirmed_at = 9 WHERE id = 3",
        f"UPDATE api_key SET ({ENDED}) = (9, 'maria', 'lost') WHERE id IN (1, 3)",
        "UPDATE ssh_key SET last_used_at = 9, label = 'desk' WHERE id = 1",
        "UPDATE ssh_key SET removed_at = 9, removed_by = 'maria' WHERE id = 1",
        f"INSERT INTO ssh_key ({SSH_KEY}) VALUES (2, 'ssh-rsa', 'AAAA', 'SHA256:a', 'x', 9)",
        "UPDATE user SET last_sign_in_at = 9, epoch = epoch + 1",
        "UPDATE user SET role = 'administrator' WHERE id = 2",
        "UPDATE user SET role = 'user' WHERE id = 3",
        "UPDATE user SET status = 'inactive', deactivated_at = 9 WHERE id = 3",
    ):
        assert connection.execute(allowed).rowcount > 0


def test_every_rule_has_a_sentence_and_every_sentence_a_rule() -> None:
    """The names that guards and constraints say are those that a person gets a sentence for."""
    named = {guard.rule for guard in GUARDS}
    named |= {rule for rules in CONSTRAINTS.values() for rule in rules}
    assert named == set(SENTENCES)


@pytest.mark.parametrize(
    "refusal",
    [one for one in EVERY.values() if one.words in SENTENCES],
    ids=[name for name, one in EVERY.items() if one.words in SENTENCES],
)
def test_a_person_reads_the_rule_s_sentence(database: Path, whole: bytes, refusal: Refusal) -> None:
    """A broken rule leaves a transaction as a refusal that says what to do instead."""
    for statement in ROWS:
        models.database.execute_sql(sqlite(statement))
    with pytest.raises(Refused, match=re.escape(SENTENCES[refusal.words])), transaction():
        models.database.execute_sql(sqlite(refusal.statement))
