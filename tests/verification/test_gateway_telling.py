"""What the HTTP door records and tells: from where, how it ended, and never a key."""

import re

import pytest

from keytui import Code, Verdict
from keytui.domain.key_text import PATTERN
from keytui.telling import teller
from tests.verification.asking import ask, bearer, gateway_on, living
from tests.verification.support import Ring

Told = tuple[str, str, int, Verdict | None]


@pytest.mark.parametrize(
    ("sent", "believed"),
    [
        (b"10.0.0.9", "10.0.0.9"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"cafe", None),
        (b"....", None),
        (b"::::", None),
        (b"999.1.1.1", None),
        (b"10.0.0.9, 10.0.0.8", None),
        (b"unknown", None),
        (b"", None),
        (b"\xff", None),
        (b"1" * 45, None),
    ],
)
async def test_an_origin_is_believed_only_if_it_is_an_address(
    ring: Ring, sent: bytes, believed: str | None
) -> None:
    """What the proxy's header says is recorded if it is an address; else the peer's own."""
    gateway = gateway_on(ring, origin_header="X-Real-IP")
    async with living(gateway):
        await ask(gateway, [bearer(ring.valid.text), (b"x-real-ip", sent)])
    assert ring.last_use(ring.valid)[1] == (believed or "192.0.2.7")


async def test_an_origin_that_nobody_configured_is_not_believed(ring: Ring) -> None:
    """Without the option any client could write what it likes into the report."""
    gateway = gateway_on(ring)
    headers = [(name, b"10.6.6.6") for name in (b"x-real-ip", b"x-forwarded-for", b"forwarded")]
    async with living(gateway):
        await ask(gateway, [bearer(ring.valid.text), *headers])
    assert ring.last_use(ring.valid)[1] == "192.0.2.7"


async def test_each_answer_is_told_with_its_code(ring: Ring) -> None:
    """Counters and the log hear of every answer on ``/verify``: origin, method, status, verdict."""
    told: list[Told] = []
    gateway = gateway_on(ring, tell=lambda *heard: told.append(heard))
    async with living(gateway):
        for text in (ring.valid.text, ring.expired.text, "kt_x"):
            await ask(gateway, [bearer(text)])
        await ask(gateway, [bearer("a"), bearer("b")], method="POST", client=None)
        await ask(gateway, path="/healthz")
    assert [heard[:3] for heard in told] == [
        ("192.0.2.7", "GET", 204),
        ("192.0.2.7", "GET", 401),
        ("192.0.2.7", "GET", 401),
        ("-", "POST", 400),
    ]
    assert [None if heard[3] is None else heard[3].code for heard in told] == [
        Code.VALID,
        Code.EXPIRED,
        Code.MALFORMED,
        None,
    ]


async def test_no_key_reaches_the_access_log(
    ring: Ring, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever a client puts a key, method and query included, the log has none of it."""
    text = ring.valid.text
    gateway = gateway_on(ring, tell=teller(metrics=False, log=True), origin_header="X-Real-IP")
    headers = [bearer(text), (b"x-real-ip", text.encode()), (b"user-agent", text.encode())]
    async with living(gateway):
        await ask(gateway, headers, query_string=f"key={text}".encode())
        await ask(gateway, headers, method=text)
        await ask(gateway, headers, path=f"/verify/{text}")
        await ask(gateway, headers, path=f"/{text}")
    logged = capsys.readouterr().err
    assert f"key {ring.valid.key_id}" in logged
    assert text not in logged
    assert re.search(PATTERN, logged) is None
