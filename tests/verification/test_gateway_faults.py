"""The HTTP door when something is wrong: never a yes."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from keytui import Verdict, Verifier
from keytui.domain.errors import DatabaseUnusable
from keytui.gateway import Gateway
from keytui.telling import teller
from tests.verification.asking import ask, bearer, gateway_on, living
from tests.verification.support import LIMIT_SECONDS, Ring


async def test_before_the_start_and_after_the_stop_it_is_503(ring: Ring) -> None:
    """No verifier is open: it cannot be checked, and health says so too."""
    gateway = gateway_on(ring)
    for _ in range(2):
        assert (await ask(gateway, [bearer(ring.valid.text)])).status == 503
        assert (await ask(gateway, path="/healthz")).status == 503
        async with living(gateway):
            assert (await ask(gateway, [bearer(ring.valid.text)])).status == 204
            assert (await ask(gateway, path="/healthz")).status == 200
    assert (await ask(gateway, [bearer(ring.valid.text)])).status == 503
    assert ring.is_written(ring.valid)


async def test_a_start_that_fails_says_why(ring: Ring) -> None:
    """The server is told that the application cannot start, in one sentence."""
    ring.database.unlink()
    gateway = gateway_on(ring)
    async with living(gateway) as told:
        pass
    assert [message["type"] for message in told] == ["lifespan.startup.failed"]
    assert told[0]["message"].startswith("There is no database")


@pytest.mark.parametrize("used", [False, True], ids=["unused", "in use"])
@pytest.mark.parametrize("fault", ["gone", "empty", "text", "replaced"])
async def test_a_database_that_breaks_while_serving_is_never_a_yes(
    ring: Ring, fault: str, used: bool
) -> None:
    """Whatever happens to the file: 503 for what cannot be checked, and health says so."""
    gateway = gateway_on(ring)
    async with living(gateway):
        if used:
            assert (await ask(gateway, [bearer(ring.valid.text)])).status == 204
        for file in ring.database.parent.iterdir():
            file.unlink()
        if fault == "empty":
            ring.database.touch()
        elif fault == "text":
            ring.database.write_text("no database\n" * 1_000)
        elif fault == "replaced":
            with closing(sqlite3.connect(ring.database)) as other:
                other.execute("CREATE TABLE api_key (id INTEGER)")
        async with asyncio.timeout(LIMIT_SECONDS):  # an open file is answered for a moment more
            while used and (await ask(gateway, [bearer(ring.valid.text)])).status == 204:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        for _ in range(3):
            assert (await ask(gateway, [bearer(ring.valid.text)])).status == 503
            assert (await ask(gateway, path="/healthz")).status == 503
        assert (await ask(gateway, [bearer("kt_nonsense")])).status == 401


async def test_503_says_to_try_again_and_not_why(ring: Ring) -> None:
    """Whoever asks learns nothing of paths or faults."""

    class Broken(Verifier):
        def verify(self, presented: str, origin: str | None = None) -> Verdict:
            raise DatabaseUnusable(f"{ring.database} is damaged")

    gateway = Gateway(lambda: Broken(ring.database))
    async with living(gateway):
        reply = await ask(gateway, [bearer(ring.valid.text)])
    assert (reply.status, reply.header("retry-after")) == (503, "1")
    assert str(ring.database).encode() not in reply.body


async def test_after_a_fault_is_mended_it_serves_again(ring: Ring) -> None:
    """The file is back: nobody has to restart anything."""
    gateway = gateway_on(ring)
    away = ring.database.with_name("away.db")
    async with living(gateway):
        shutil.move(ring.database, away)
        assert (await ask(gateway, [bearer(ring.valid.text)])).status == 503
        shutil.move(away, ring.database)
        assert (await ask(gateway, [bearer(ring.valid.text)])).status == 204
        assert (await ask(gateway, path="/healthz")).body == b"ok\n"


async def test_health_tells_of_last_uses_that_cannot_be_written(ring: Ring) -> None:
    """Keys are verified, so it is 200; an operator reads what else is wrong."""
    gateway = gateway_on(ring)
    async with living(gateway):
        with closing(sqlite3.connect(ring.database, isolation_level=None)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            assert (await ask(gateway, [bearer(ring.valid.text)])).status == 204
            assert gateway._verifier is not None
            assert not gateway._verifier.flush()
            reply = await ask(gateway, path="/healthz")
    assert reply.status == 200
    assert reply.body.startswith(b"ok, but last used cannot be written: ")


async def test_no_bytes_in_a_header_are_an_error_or_a_yes(ring: Ring) -> None:
    """Bytes 0 to 255, alone and in noise around a good key, are 401 or 400, never more."""
    noise = random.Random(17)
    text = ring.valid.text.encode()
    values = [bytes([byte]) for byte in range(256)]
    values += [text[:20] + bytes([byte]) + text[21:] for byte in range(256) if byte != text[20]]
    values += [noise.randbytes(noise.randrange(200)) for _ in range(1_000)]
    values += [text + noise.randbytes(3) + text for _ in range(100)]
    gateway = gateway_on(ring, origin_header="X-Real-IP", tell=teller(metrics=False, log=False))
    found = set()
    async with living(gateway):
        for value in values:
            for header in (
                (b"authorization", b"Bearer " + value),
                (b"authorization", value),
                (b"x-api-key", value),
                (b"x-real-ip", value),
            ):
                found.add((await ask(gateway, [header])).status)
    assert found == {401}


async def test_a_websocket_scope_is_refused(ring: Ring) -> None:
    """The application serves HTTP alone; a server turns this into a refusal."""
    gateway = gateway_on(ring)
    with pytest.raises(TypeError):
        await ask(gateway, type="websocket")
