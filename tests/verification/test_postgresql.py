"""Verification on a PostgreSQL server says the same, and gets through restarts and forks."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from keytui import Code, DatabaseUnusable, Verifier
from keytui.domain import clock
from keytui.domain.daily_uses import DAYS, day_of
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, users
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import keytui, make_person, new_key_text, text_of
from tests.verification.agents import VERIFYING
from tests.verification.conftest import StartAgent
from tests.verification.serving import KEYTUI, free_port
from tests.verification.support import wait_until
from tests.verification.wire import ask

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")


@dataclass(frozen=True)
class Team:
    """A database on the server, and who works in it."""

    url: str
    adam: Actor
    maria: Actor
    texts: dict[int, str]

    def new_key(self, **end: int) -> int:
        """Create a key of maria's and return its number; its text is in ``texts``."""
        key, secret = api_keys.create_key(self.maria, "CI", **end)
        self.texts[key.key_id] = text_of(secret)
        return key.key_id

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run SQL past keytui and return the rows."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """Return a team on a database of its own."""
    key = tmp_path / "audit-key"
    url = server().fresh(key)
    file = open_database(url, audit_key_file=str(key))
    yield Team(
        url,
        make_person(file, "adam", Role.ADMINISTRATOR),
        make_person(file, "maria", Role.USER),
        {},
    )
    close_database()


def test_every_verdict_is_the_same(team: Team) -> None:
    """Good, deactivated, expired, of somebody who left, unknown, malformed."""
    past = clock.now() - clock.DAY
    good, ended = team.new_key(), team.new_key()
    with patch.object(clock, "source", lambda: past):
        expired = team.new_key(expires_at=past + clock.HOUR)
    api_keys.deactivate_key(team.maria, ended, "lost")
    with Verifier(team.url) as verifier:
        verdict = verifier.verify(team.texts[good])
        assert (verdict.code, verdict.key_id, verdict.user_id) == (Code.VALID, good, "maria")
        assert verifier.verify(team.texts[ended]).code is Code.DEACTIVATED
        assert verifier.verify(team.texts[expired]).code is Code.EXPIRED
        assert verifier.verify(text_of(new_key_text())).code is Code.UNKNOWN
        assert verifier.verify("kt_nonsense").code is Code.MALFORMED
        users.deactivate_user(team.adam, "maria", "left")
        assert verifier.verify(team.texts[good]).code is Code.OWNER_INACTIVE


def test_a_deactivation_is_seen_by_the_very_next_verification(team: Team) -> None:
    """Nothing is remembered."""
    key = team.new_key()
    with Verifier(team.url) as verifier:
        for _ in range(20):  # beyond what psycopg takes to prepare a query by itself
            assert verifier.verify(team.texts[key])
        api_keys.deactivate_key(team.maria, key, "lost")
        assert verifier.verify(team.texts[key]).code is Code.DEACTIVATED


def test_last_uses_are_written_and_a_later_one_stays(team: Team) -> None:
    """In one statement, when and from where; never for a key that is not good."""
    first, second, never = team.new_key(), team.new_key(), team.new_key()
    later = clock.now() + clock.DAY
    query = f"UPDATE api_key SET last_used_at = {later} WHERE id = {second}"
    with psycopg.connect(team.url) as connection:
        connection.execute(query)
    with Verifier(team.url) as verifier:
        verifier.verify(team.texts[first], "10.0.0.1")
        verifier.verify(team.texts[second], "10.0.0.2")
        assert verifier.flush(), verifier.problem
    written = team.rows("SELECT id, last_used_at, last_used_from FROM api_key ORDER BY id")
    assert written[0][1] is not None
    assert written[0][2] == "10.0.0.1"
    assert written[1:] == [(second, later, None), (never, None, None)]


def test_uses_a_day_are_added_up_whoever_writes_them(team: Team) -> None:
    """Four hosts that verify and write the same keys at once: no use is lost, none is twice."""
    keys = [team.new_key() for _ in range(3)]
    hosts = [Verifier(team.url) for _ in range(4)]

    def work(verifier: Verifier) -> None:
        for _ in range(10):
            for key in keys:
                assert verifier.verify(team.texts[key])
            assert verifier.flush(), verifier.problem

    with ThreadPoolExecutor(len(hosts)) as threads:
        list(threads.map(work, hosts))
    for verifier in hosts:
        verifier.close()
    today = day_of(clock.now())
    written = team.rows("SELECT key_id, sum(uses), max(day) FROM key_use_day GROUP BY 1 ORDER BY 1")
    assert [(key, uses) for key, uses, _ in written] == [(key, 40) for key in keys]
    assert {day for *_, day in written} <= {today, today - 1}


def test_a_day_takes_the_place_of_the_one_91_days_before(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on SQLite: a key's rows are 91 at most, and no older day comes back."""
    key = team.new_key()
    start = clock.now()
    stopped = SimpleNamespace()
    monkeypatch.setattr("keytui.services.verification.time", stopped)
    with Verifier(team.url) as verifier:
        for days in (0, 1, DAYS, DAYS + 1, 2, 3):
            stopped.time_ns = lambda at=start + days * clock.DAY: at * 1_000
            assert verifier.verify(team.texts[key])
            assert verifier.flush(), verifier.problem
    first = day_of(start)
    written = team.rows("SELECT day, uses FROM key_use_day ORDER BY day")
    assert [(day - first, uses) for day, uses in written] == [
        *((2, 1), (3, 1), (DAYS, 1), (DAYS + 1, 1)),
    ]


def test_after_a_restart_verifying_goes_on(team: Team) -> None:
    """Every connection is cut between two verifications: the second connects anew, once."""
    key = team.new_key()
    with Verifier(team.url) as verifier:
        assert verifier.verify(team.texts[key])
        server().end_sessions()
        assert verifier.verify(team.texts[key])
        assert verifier.flush(), verifier.problem


def test_a_server_that_is_gone_is_never_a_yes(team: Team) -> None:
    """What cannot be checked raises; last uses are kept."""
    key = team.new_key()
    with Verifier(team.url) as verifier:
        assert verifier.verify(team.texts[key])
        name = psycopg.conninfo.conninfo_to_dict(team.url)["dbname"]
        close_database()
        server().admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server().end_sessions()
        with pytest.raises(DatabaseUnusable):
            verifier.verify(team.texts[key])
        assert not verifier.flush()
        assert verifier.problem
        server().admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert verifier.verify(team.texts[key])
        assert verifier.flush(), verifier.problem


def test_a_fork_leaves_parent_and_child_with_connections_of_their_own(team: Team) -> None:
    """The child verifies and ends; the parent's next verification is not disturbed."""
    key = team.new_key()
    with Verifier(team.url) as verifier:
        assert verifier.verify(team.texts[key])
        child = os.fork()
        if child == 0:  # pragma: no cover - in another process
            os._exit(0 if verifier.verify(team.texts[key]) else 1)
        assert verifier.verify(team.texts[key])
        assert os.waitpid(child, 0)[1] == 0
        assert verifier.verify(team.texts[key])


def test_several_threads_verify_at_once(team: Team, agent: StartAgent) -> None:
    """Each with a connection of its own; all get the right answer."""
    key = team.new_key()
    started = agent(team.url, told=VERIFYING)
    started.ask(
        "answers = []\n"
        "def many(text):\n"
        "    work = lambda: [answers.append(code(text)) for _ in range(25)]\n"
        "    threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "    [thread.start() for thread in threads]\n"
        "    [thread.join() for thread in threads]\n"
    )
    started.ask(f"many({team.texts[key]!r})")
    assert started.ask("answers") == ["VALID"] * 100


def test_the_command_line_verifies_too(team: Team) -> None:
    """Exit codes 0 and 1, as with a file; no audit key is needed for it."""
    key = team.new_key()
    answer = keytui("verify", "--database", team.url, typed=team.texts[key])
    assert (answer.code, answer.out) == (0, f"valid: key {key} of maria, CI\n")
    answer = keytui("verify", "--database", team.url, typed=text_of(new_key_text()))
    assert (answer.code, answer.out) == (1, "unknown\n")


def test_the_http_door_gets_through_a_restart(team: Team) -> None:
    """It says the same before and after every connection was cut."""
    bearer = f"Authorization: Bearer {team.texts[team.new_key()]}"
    address = ("127.0.0.1", free_port())
    command = [*KEYTUI, "--database", team.url, "serve", "--listen", f"127.0.0.1:{address[1]}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:

        def says(status: int) -> bool:
            with suppress(OSError):
                return ask(address, bearer).status == status
            return False

        try:
            wait_until(lambda: says(204), "the first answer")
            server().end_sessions()
            assert says(204)
        finally:
            process.terminate()


def test_a_database_that_is_none_of_ours_is_refused() -> None:
    """Verification creates nothing."""
    with pytest.raises(DatabaseUnusable, match="is none of keytui's"):
        Verifier(server().empty())
