"""Verifying hosts beside a primary and its standby: lookups there, last uses on the primary."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keytui import Code, Verifier
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, users
from keytui.services.host import host_actor
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import make_person, rows, text_of
from tests.verification.support import wait_until

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

from tests.standby import Standby  # noqa: E402 - it needs psycopg

PREFER_STANDBY = {"target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}


@dataclass(frozen=True)
class Pair:
    """A database on the primary and on its standby, and a key in it."""

    standby: Standby
    primary: str
    audit_key: Path
    maria: Actor
    key_id: int
    text: str

    def url(self, *, first: bool = True) -> str:
        """Return a URL as the README gives one to verifying hosts, the standby first or last."""
        return self.standby.url(self.primary, first=first, **PREFER_STANDBY)

    def on_the_standby(self) -> int:
        """Return how many lookups' connections the standby has."""
        with psycopg.connect(self.standby.alone(self.primary)) as here:
            return _only(
                here.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%k.digest = %' AND pid <> pg_backend_pid()"
                )
            )


def _only(cursor: Any) -> int:
    (found,) = cursor.fetchone()
    return int(found)


@pytest.fixture(scope="module")
def standby() -> Iterator[Standby]:
    """Return one standby for the tests here."""
    made = Standby(server())
    yield made
    made.close()


@pytest.fixture
def pair(standby: Standby, tmp_path: Path) -> Iterator[Pair]:
    """Return a database with a user and a key, on both."""
    audit_key = tmp_path / "audit-key"
    primary = server().fresh(audit_key)
    maria = make_person(open_database(primary, audit_key_file=str(audit_key)), "maria", Role.USER)
    key, secret = api_keys.create_key(maria, "CI")
    standby.catch_up()
    yield Pair(standby, primary, audit_key, maria, key.key_id, text_of(secret))
    close_database()


@pytest.mark.parametrize("first", [True, False], ids=["standby first", "primary first"])
def test_lookups_go_to_the_standby_and_last_uses_to_the_primary(pair: Pair, *, first: bool) -> None:
    """One URL names both, in any order; nobody has to say which of them takes writes."""
    with Verifier(pair.url(first=first)) as verifier:
        assert verifier.verify(pair.text, "10.0.0.9")
        assert pair.on_the_standby() == 1
        assert verifier.flush(), verifier.problem
        assert verifier.problem == ""
    assert rows("SELECT last_used_from FROM api_key") == [("10.0.0.9",)]


def test_a_deactivation_is_seen_when_it_has_arrived(pair: Pair) -> None:
    """A standby is as late as its replication, and no later."""
    with Verifier(pair.url()) as verifier:
        assert verifier.verify(pair.text)
        api_keys.deactivate_key(pair.maria, pair.key_id, "lost")
        pair.standby.catch_up()
        assert verifier.verify(pair.text).code is Code.DEACTIVATED


def _deactivate(pair: Pair) -> None:
    api_keys.deactivate_key(pair.maria, pair.key_id, "lost")
    close_database()


def test_a_deactivation_may_wait_for_the_standbys(pair: Pair) -> None:
    """With the README's setting it is there before whoever deactivates is told that it is done."""
    database = pair.primary.split("/")[3].split("?")[0]
    admin = server().admin
    admin.execute(f"ALTER DATABASE {database} SET synchronous_commit = remote_apply")
    admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    admin.execute("SELECT pg_reload_conf()")
    close_database()  # the next connection has the setting
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    try:
        wait_until(lambda: _only(admin.execute(state)) == 1, "the standby to count")
        admin.execute("CHECKPOINT")  # by the process that tells the others whether to wait
        with (
            Verifier(pair.url()) as verifier,
            psycopg.connect(pair.standby.alone(pair.primary), autocommit=True) as there,
            ThreadPoolExecutor(1) as people,
        ):
            there.execute("SELECT pg_wal_replay_pause()")
            try:
                done = people.submit(_deactivate, pair)
                wait_until(lambda: _only(admin.execute(waiting)) == 1, "the deactivation to wait")
                assert not done.done()
                assert verifier.verify(pair.text)
            finally:
                there.execute("SELECT pg_wal_replay_resume()")
            done.result()
            assert verifier.verify(pair.text).code is Code.DEACTIVATED
    finally:
        admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        admin.execute("SELECT pg_reload_conf()")


def test_a_standby_alone_verifies_and_says_what_it_cannot(pair: Pair) -> None:
    """Last uses are kept and their problem is told, with what to do; keys are checked on."""
    with Verifier(pair.standby.alone(pair.primary)) as verifier:
        assert verifier.verify(pair.text)
        assert not verifier.flush()
        assert "is read-only, as a standby is" in verifier.problem
        assert "name the primary in the URL" in verifier.problem
        assert verifier.verify(pair.text)


def test_nobody_works_on_a_standby(pair: Pair) -> None:
    """The app and the commands say so, and nothing is changed."""
    close_database()
    file = open_database(pair.standby.alone(pair.primary), audit_key_file=str(pair.audit_key))
    with pytest.raises(DatabaseUnusable, match="is read-only, as a standby is"):
        users.add_user(host_actor(file, "local"), "ben", Role.USER)
    close_database()
    open_database(pair.primary, audit_key_file=str(pair.audit_key))
    assert rows('SELECT user_id FROM "user"') == [("maria",)]


def test_when_the_standby_goes_away_the_primary_answers(pair: Pair) -> None:
    """The very next verification; this one is the last here, for the standby is gone."""
    with Verifier(pair.url()) as verifier:
        assert verifier.verify(pair.text)
        pair.standby.stop()
        assert verifier.verify(pair.text)
        assert verifier.flush(), verifier.problem
