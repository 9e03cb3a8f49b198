"""The HTTP door on a PostgreSQL server: a slow answer keeps nobody else waiting."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from keytui import Verdict, Verifier
from keytui.domain.permissions import Role
from keytui.gateway import Gateway
from keytui.services import api_keys
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import make_person, text_of
from tests.verification.asking import ask, bearer, living
from tests.verification.support import Ring

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database of ours, which is open."""
    key = tmp_path / "audit-key"
    made = server().fresh(key)
    open_database(made, audit_key_file=str(key))
    yield made
    close_database()


@pytest.fixture
def text(url: str, tmp_path: Path) -> str:
    """Return the text of a good key."""
    return text_of(
        api_keys.create_key(make_person(tmp_path / "audit-key", "maria", Role.USER), "CI")[1]
    )


async def test_a_check_that_waits_keeps_nobody_else_waiting(url: str, text: str) -> None:
    """While the server holds one answer back, others get theirs; then it comes too."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'api_key'::regclass"
    gateway = Gateway(lambda: Verifier(url))
    async with living(gateway):
        with psycopg.connect(url) as blocker:
            blocker.execute("LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE")
            slow = asyncio.create_task(ask(gateway, [bearer(text)]))
            while await asyncio.to_thread(lambda: blocker.execute(waiting).fetchone()[0]) == 0:
                assert not slow.done()
            assert (await ask(gateway, path="/nothing")).status == 404
            assert (await ask(gateway, [bearer("kt_nonsense")])).status == 401
            assert not slow.done()
        assert (await slow).status == 204
        assert (await ask(gateway, path="/healthz")).body == b"ok\n"


async def test_no_more_connections_than_threads(url: str, text: str) -> None:
    """However many ask at once, the server sees eight connections of a worker at most."""
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%k.digest =%' AND pid <> pg_backend_pid()"
    gateway = Gateway(lambda: Verifier(url))
    async with living(gateway):
        replies = await asyncio.gather(*(ask(gateway, [bearer(text)]) for _ in range(200)))
        with psycopg.connect(url) as watching:
            assert 1 <= watching.execute(sessions).fetchone()[0] <= 8
    assert {reply.status for reply in replies} == {204}


async def test_on_a_file_the_event_loop_checks_by_itself(ring: Ring) -> None:
    """A lookup in a file takes less than handing it over."""
    threads = []

    class Watched(Verifier):
        def verify(self, presented: str, origin: str | None = None) -> Verdict:
            threads.append(threading.current_thread())
            return super().verify(presented, origin)

    gateway = Gateway(lambda: Watched(ring.database))
    async with living(gateway):
        assert (await ask(gateway, [bearer(ring.valid.text)])).status == 204
    assert threads == [threading.current_thread()]
