"""The HTTP door in this process: what each request is answered."""

from collections.abc import AsyncIterator
from urllib.parse import quote, unquote

import httpx
import pytest

from keytui.gateway import Gateway
from tests.verification.asking import Reply, api_key, ask, bearer, gateway_on, living
from tests.verification.support import LABEL, Ring

REFUSED_KINDS = ("deactivated", "expired", "owner_inactive", "unknown")


@pytest.fixture
async def gateway(ring: Ring) -> AsyncIterator[Gateway]:
    """Return the application, started."""
    made = gateway_on(ring, origin_header="X-Real-IP")
    async with living(made):
        yield made


@pytest.mark.parametrize("header", [bearer, api_key])
async def test_a_good_key_is_204_with_whose_it_is(ring: Ring, gateway: Gateway, header) -> None:
    """No body, and three headers for the program behind the proxy."""
    reply = await ask(gateway, [header(ring.valid.text)])
    assert (reply.status, reply.body) == (204, b"")
    assert reply.header("x-keytui-user") == "maria"
    assert reply.header("x-keytui-key") == str(ring.valid.key_id)
    assert reply.header("x-keytui-label") == quote(LABEL, safe="")
    assert reply.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "label",
    ["Büro", "100 %", "%0d%0a", "a\r\nX-Keytui-User: root", "\0", "日本", 'a,b;c="d"', "\x7f\x80"],
    ids=repr,
)
async def test_no_label_can_break_a_header(ring: Ring, gateway: Gateway, label: str) -> None:
    """Whatever is in the row, even past keytui, arrives percent-encoded and can be decoded."""
    ring.rows("UPDATE api_key SET label = ? WHERE id = ?", label, ring.valid.key_id)
    reply = await ask(gateway, [bearer(ring.valid.text)])
    sent = reply.header("x-keytui-label")
    assert reply.status == 204
    assert sent is not None
    assert sent.isascii()
    assert not set(sent) & set("\r\n\0\"',; ")
    assert unquote(sent) == label
    assert len(reply.headers) == 4


@pytest.mark.parametrize("user_id", ["mar\r\nx-keytui-user: root", "märia", "a\0"], ids=repr)
async def test_a_user_id_of_no_grammar_is_never_a_header(ring: Ring, user_id: str) -> None:
    """A User ID that no door of keytui lets in never becomes a yes that says somebody else."""
    ring.force("UPDATE user SET user_id = ? WHERE user_id = 'maria'", user_id)
    gateway = gateway_on(ring)
    async with living(gateway):
        try:
            reply = await ask(gateway, [bearer(ring.valid.text)])
        except UnicodeEncodeError:  # the server answers 500
            return
    sent = reply.header("x-keytui-user") or ""
    assert reply.status != 204 or not set(sent) & set("\r\n\0")


@pytest.mark.parametrize("header", [bearer, api_key])
async def test_every_no_is_the_same_answer(ring: Ring, gateway: Gateway, header) -> None:
    """Status, headers and body are the same bytes, whatever is wrong with the key."""
    replies: list[Reply] = [
        await ask(gateway, [header(getattr(ring, kind).text)]) for kind in REFUSED_KINDS
    ]
    replies += [await ask(gateway, [header(text)]) for text in ("kt_x", "", "\u00e9")]
    replies.append(await ask(gateway))
    assert all(reply == replies[0] for reply in replies)
    first = replies[0]
    assert first.status == 401
    assert first.header("www-authenticate") == 'Bearer realm="keytui"'
    assert first.header("content-length") == str(len(first.body))
    assert first.header("cache-control") == "no-store"
    assert not any(name.startswith(b"x-keytui") for name, _ in first.headers)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer   "])
async def test_the_scheme_has_any_case(ring: Ring, gateway: Gateway, scheme: str) -> None:
    """RFC 9110: the scheme's case does not matter, nor do more spaces after it."""
    given = (b"authorization", f"{scheme} {ring.valid.text} ".encode())
    assert (await ask(gateway, [given])).status == 204


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Bearerkt", "Token", ""])
async def test_another_scheme_is_no_key(ring: Ring, gateway: Gateway, scheme: str) -> None:
    """A password for the program behind is not taken for a key."""
    given = (b"authorization", f"{scheme} {ring.valid.text}".encode())
    assert (await ask(gateway, [given])).status == 401


async def test_basic_and_a_key_together_are_the_key(ring: Ring, gateway: Gateway) -> None:
    """Basic authentication goes to the program behind; the key is in ``X-API-Key``."""
    basic = (b"authorization", b"Basic bWFyaWE6b2xpdmU=")
    assert (await ask(gateway, [basic, api_key(ring.valid.text)])).status == 204


async def test_the_same_key_twice_is_one_key(ring: Ring, gateway: Gateway) -> None:
    """In both headers, or in one header twice: nothing is ambiguous."""
    text = ring.valid.text
    for pairs in ([bearer(text), api_key(text)], [bearer(text)] * 2, [api_key(text)] * 3):
        assert (await ask(gateway, pairs)).status == 204


@pytest.mark.parametrize("kind", ["spare", *REFUSED_KINDS])
async def test_two_different_keys_are_400(ring: Ring, gateway: Gateway, kind: str) -> None:
    """Nobody guesses which counts: in any headers, in any order, good or not."""
    one, two = ring.valid.text, getattr(ring, kind).text
    for pairs in (
        [bearer(one), api_key(two)],
        [api_key(one), bearer(two)],
        [bearer(two), bearer(one)],
        [api_key(one), api_key(two), api_key(one)],
    ):
        reply = await ask(gateway, pairs)
        assert reply.status == 400
        assert one.encode() not in reply.body
    assert ring.never_used()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
async def test_any_method_will_do(ring: Ring, gateway: Gateway, method: str) -> None:
    """Proxies send a subrequest with the method of the request that they guard."""
    assert (await ask(gateway, [bearer(ring.valid.text)], method=method)).status == 204
    assert (await ask(gateway, method=method)).status == 401


@pytest.mark.parametrize("path", ["/", "/verifyx", "/Verify", "/admin", "//verify", "/healthzz"])
async def test_there_is_nothing_else(ring: Ring, gateway: Gateway, path: str) -> None:
    """Any other path is 404, good key or not; the metrics too where they are off."""
    assert (await ask(gateway, [bearer(ring.valid.text)], path=path)).status == 404
    assert (await ask(gateway, path="/metrics")).status == 404


async def test_a_server_may_leave_the_client_out(ring: Ring, gateway: Gateway) -> None:
    """ASGI lets ``client`` be missing or null, as behind a Unix socket."""
    for client in (None, "left out"):
        reply = await ask(gateway, [bearer(ring.valid.text)], client=client)  # type: ignore[arg-type]
        assert reply.status == 204


async def test_httpx_speaks_to_it(ring: Ring, gateway: Gateway) -> None:
    """A real client over the real ASGI protocol gets the same answers."""
    transport = httpx.ASGITransport(app=gateway)
    async with httpx.AsyncClient(transport=transport, base_url="http://keytui") as client:
        good = await client.post("/verify", headers={"X-API-Key": ring.valid.text}, content=b"x")
        assert (good.status_code, good.headers["X-Keytui-User"]) == (204, "maria")
        assert (await client.get("/verify")).status_code == 401
        assert (await client.get("/healthz")).text == "ok\n"
