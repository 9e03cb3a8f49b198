"""``keytui serve`` for real: what a client on the wire gets."""

import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.verification.serving import Server, serving
from tests.verification.support import Ring, copy_ring, deactivate, wait_until
from tests.verification.wire import Line, ask, bearer

KINDS = ("deactivated", "expired", "owner_inactive", "unknown")


@pytest.fixture(scope="module")
def shared_ring(first_ring: Ring, tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """Return keys that several tests of this file ask about."""
    return copy_ring(first_ring, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def server(shared_ring: Ring) -> Iterator[Server]:
    """Serve them on a port of 127.0.0.1."""
    with serving(shared_ring) as started:
        yield started


def test_a_good_key_is_204(shared_ring: Ring, server: Server) -> None:
    """The headers are there, a body and a chunk are not, and no server is named."""
    reply = server.ask(bearer(shared_ring.valid.text))
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["x-keytui-user"] == "maria"
    assert reply.headers["x-keytui-key"] == str(shared_ring.valid.key_id)
    assert reply.headers["x-keytui-label"] == "B%C3%BCro%207%20%25%20CI"
    assert "server" not in reply.headers


def test_every_no_is_the_same_bytes(shared_ring: Ring, server: Server) -> None:
    """On the wire nothing tells an expired key from an unknown one, but for the date."""
    texts = [getattr(shared_ring, kind).text for kind in KINDS]
    replies = [server.ask(bearer(text)) for text in [*texts, "kt_x", "x" * 5_000]]
    replies += [server.ask(), server.ask("Authorization: Basic bWFyaWE6b2xpdmU=")]
    replies += [server.ask(f"X-API-Key: {text}") for text in texts]
    assert {reply.raw for reply in replies} == {replies[0].raw}
    assert replies[0].status == 401
    assert replies[0].headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_any_method_keeps_the_connection(shared_ring: Ring, server: Server, method: str) -> None:
    """With a body or without, good key or not: the next request goes over the same connection."""
    key = bearer(shared_ring.valid.text)
    with Line(server.address) as line:
        for body in (b"", b"x", b"x" * 300_000):
            assert line.ask(key, method=method, body=body).status == 204
            assert line.ask(method=method, body=body).status == 401


def test_head_has_no_body(shared_ring: Ring, server: Server) -> None:
    """After a HEAD the connection is in step: the next answer is read from its start."""
    with Line(server.address) as line:
        for header, status in ((bearer(shared_ring.valid.text), 204), ("X-No: key", 401)):
            assert line.ask(header, method="HEAD").status == status
            assert line.ask(header).status == status


def test_a_chunked_body_keeps_the_connection(shared_ring: Ring, server: Server) -> None:
    """A body of unknown length is passed over too."""
    with Line(server.address) as line:
        head = f"POST /verify HTTP/1.1\r\nHost: x\r\n{bearer(shared_ring.valid.text)}\r\n"
        line.send(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        line.send(b"5\r\nhello\r\n0\r\n\r\n")
        reply = line.reply()
        assert reply is not None
        assert reply.status == 204
        assert line.ask().status == 401


def test_requests_in_a_row_are_answered_in_order(shared_ring: Ring, server: Server) -> None:
    """Pipelined requests get their answers, each its own."""
    good = f"GET /verify HTTP/1.1\r\nHost: x\r\n{bearer(shared_ring.valid.text)}\r\n\r\n"
    bad = "GET /verify HTTP/1.1\r\nHost: x\r\n\r\n"
    with Line(server.address) as line:
        line.send((good + bad + good + bad).encode())
        replies = [line.reply() for _ in range(4)]
    assert [reply and reply.status for reply in replies] == [204, 401, 204, 401]


def test_two_different_keys_are_400(shared_ring: Ring, server: Server) -> None:
    """Also when one header comes twice; the same key twice is one key."""
    one, two = shared_ring.valid.text, shared_ring.spare.text
    assert server.ask(bearer(one), bearer(two)).status == 400
    assert server.ask(bearer(one), f"X-API-Key: {two}").status == 400
    assert server.ask(f"X-API-Key: {one}", f"x-api-key: {two}").status == 400
    assert server.ask(bearer(one), f"X-API-KEY: {one}").status == 204


def test_a_web_socket_is_a_request_like_any_other(shared_ring: Ring, server: Server) -> None:
    """Caddy's forward_auth passes ``Upgrade`` on: the key decides, not the protocol."""
    upgrade = (
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    assert server.ask(bearer(shared_ring.valid.text), *upgrade).status == 204
    assert server.ask(*upgrade).status == 401


def test_envoys_longer_path_is_verified_too(shared_ring: Ring, server: Server) -> None:
    """Envoy appends the guarded path to ``path_prefix: /verify?``: it becomes a query, unread."""
    path = "/verify?/reports/7?key=kt_x&x=%0d%0a"
    assert server.ask(bearer(shared_ring.valid.text), path=path).status == 204
    assert server.ask(path=path).status == 401


def test_health_is_a_word(server: Server) -> None:
    """A load balancer asks here; no key is needed."""
    reply = server.ask(path="/healthz")
    assert (reply.status, reply.body) == (200, b"ok\n")
    assert server.ask(path="/healthz", method="HEAD").status == 200


def test_no_bytes_are_an_error_of_the_server_or_a_yes(shared_ring: Ring, server: Server) -> None:
    """Whatever a client puts into a header, it gets 401 or 400 or is hung up on."""
    noise = random.Random(17)
    text = shared_ring.valid.text.encode()
    values = [bytes([byte]) for byte in range(256)]
    values += [text[:20] + bytes([byte]) + text[21:] for byte in range(256) if byte != text[20]]
    values += [noise.randbytes(50) for _ in range(200)]
    found = set()
    for value in values:
        for name in (b"Authorization: Bearer ", b"X-API-Key: "):
            with Line(server.address) as line:
                line.send(b"GET /verify HTTP/1.1\r\nHost: x\r\n" + name + value + b"\r\n\r\n")
                line.socket.shutdown(1)
                reply = line.reply()
                found.add(reply and reply.status)
    assert found <= {401, 400, None}
    assert server.ask(path="/healthz").status == 200


def test_a_deactivation_is_seen_by_the_next_request(ring: Ring) -> None:
    """On a connection that is open already, with two workers."""
    with serving(ring, "--workers", "2") as server:
        key = bearer(ring.valid.text)
        with ExitStack() as stack:
            lines = [stack.enter_context(Line(server.address)) for _ in range(8)]
            assert [line.ask(key).status for line in lines] == [204] * 8
            deactivate(ring, ring.valid)
            assert [line.ask(key).status for line in lines] == [401] * 8


def test_a_database_that_goes_away_is_503(ring: Ring) -> None:
    """A server that cannot check says so, and to a load balancer too: never a yes."""
    with serving(ring) as server:
        assert server.ask(bearer(ring.valid.text)).status == 204
        for file in ring.database.parent.glob("keytui.db*"):
            file.unlink()
        wait_until(lambda: server.ask(bearer(ring.valid.text)).status == 503, "the refusal")
        assert server.ask(path="/healthz").status == 503
        assert server.ask(bearer(ring.valid.text)).status == 503
        assert ask(server.address, bearer("kt_x")).status == 401
