"""The corpus at the two doors of services: no text makes them fail, and none is a yes."""

import pytest

from keytui import Code, Verifier
from keytui.domain.text import harmless
from keytui.gateway import Gateway, _address
from keytui.telling import teller
from tests.corpus import BROKEN_BYTES, EVERYTHING
from tests.verification.asking import api_key, ask, bearer, gateway_on, living
from tests.verification.support import Ring

HEADERS = BROKEN_BYTES | {
    name: text.encode("utf-8", "surrogateescape" if "\ud800" not in text else "surrogatepass")
    for name, text in EVERYTHING.items()
}
NAMES = (b"authorization", b"x-api-key", b"x-real-ip", b"cookie", b"")


@pytest.fixture
def gateway(ring: Ring) -> Gateway:
    """Return the application as it is with everything turned on."""
    tell = teller(metrics=False, log=True)
    return gateway_on(ring, origin_header="X-Real-IP", tell=tell, exposition=lambda: b"")


async def test_every_header_meets_the_corpus(
    gateway: Gateway, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without a good key the answer is 401, or 404 elsewhere, whatever else is sent."""
    async with living(gateway):
        for case, value in HEADERS.items():
            for name in NAMES:
                for around in (b"", b"Bearer ", b"bearer\t"):
                    reply = await ask(gateway, [(name, around + value)])
                    assert reply.status == 401, (case, name)
            reply = await ask(gateway, [(value[:50], value), bearer("x"), api_key("y")])
            assert reply.status == 400, case
    told = capfd.readouterr().err
    assert told.count("\n") == told.count(" GET 40") > len(HEADERS)
    assert harmless(told) == told.replace("\n", "")


async def test_a_long_origin_is_not_kept_in_memory(ring: Ring) -> None:
    """Megabytes of what is no address, each another, leave nothing behind."""
    before = _address.cache_info().currsize
    gateway = gateway_on(ring, origin_header="X-Real-IP")
    async with living(gateway):
        for number in range(100):
            await ask(gateway, [(b"x-real-ip", b"%d" % number * 50_000), bearer("x")])
    assert _address.cache_info().currsize == before


async def test_every_path_and_method_meets_the_corpus(
    gateway: Gateway, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is not one of ours is 404; a method or a query changes no answer, and is not logged."""
    async with living(gateway):
        for case, text in EVERYTHING.items():
            query = text.encode("utf-8", "surrogatepass")
            assert (await ask(gateway, path=text)).status == 404, case
            assert (await ask(gateway, path=f"/verify{text}" if text else "/")).status == 404, case
            assert (await ask(gateway, method=text, query_string=query)).status == 401, case
            assert (await ask(gateway, path="/healthz", method=text)).status == 200, case
            assert (await ask(gateway, path="/metrics", query_string=query)).status == 200, case
    told = capfd.readouterr().err
    assert told.count(" OTHER 401 malformed, -\n") == told.count("\n") == len(EVERYTHING)


def test_every_origin_meets_the_corpus(ring: Ring, verifier: Verifier) -> None:
    """A good key is good from wherever; where it was used is written harmlessly, and cut to fit."""
    for case, origin in EVERYTHING.items():
        ring.force("UPDATE api_key SET last_used_at = NULL, last_used_from = NULL")
        assert verifier.verify(ring.valid.text, origin).code is Code.VALID, case
        assert verifier.flush(), case
        assert ring.last_use(ring.valid)[1] == harmless(origin)[:64], case
