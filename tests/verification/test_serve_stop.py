"""How ``keytui serve`` ends, what it tells meanwhile, and what it counts."""

import re
import signal
import socket

import pytest

from keytui.domain.key_text import PATTERN
from tests.verification.serving import free_port, refused_to_serve, serving
from tests.verification.support import Ring, wait_until
from tests.verification.wire import Line, bearer

HALF = b"GET /verify HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_ends_it_and_writes_the_last_uses(ring: Ring, workers: str) -> None:
    """Exit code 0, at once, although clients keep their connections; no use is lost."""
    with serving(ring, "--workers", workers) as server, Line(server.address) as line:
        assert line.ask(bearer(ring.valid.text)).status == 204
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text()
    assert ring.last_use(ring.valid)[1] == "127.0.0.1"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_it_the_same(ring: Ring, workers: str) -> None:
    """The other stop that it names when it starts: quiet, and the uses are written."""
    with serving(ring, "--workers", workers) as server:
        assert server.ask(bearer(ring.valid.text)).status == 204
        assert server.stop(signal.SIGINT) == 0
        said = server.log.read_text()
    assert "Traceback" not in said
    assert "Aborted" not in said
    assert ring.is_written(ring.valid)


def test_a_body_that_is_still_coming_does_not_cost_the_answer(ring: Ring) -> None:
    """A proxy that is still sending a body when SIGTERM comes has its answer."""
    with serving(ring) as server, Line(server.address) as line:
        key = bearer(ring.valid.text)
        line.send(f"POST /verify HTTP/1.1\r\n{key}\r\nContent-Length: 9\r\n\r\nhalf".encode())
        wait_until(lambda: server.ask(key).status == 204, "a later answer")
        server.process.send_signal(signal.SIGTERM)
        reply = line.reply()
        assert server.process.wait(20) == 0
    assert reply is not None
    assert reply.status == 204


def test_half_a_request_does_not_hold_up_the_end_for_ever(ring: Ring) -> None:
    """A client that never finishes is not waited for beyond the limit."""
    with serving(ring) as server, Line(server.address) as line:
        line.send(HALF)
        assert server.ask().status == 401
        assert server.stop() == 0


def test_it_says_where_it_listens_and_nothing_else(ring: Ring) -> None:
    """One line at the start; a served request adds none without ``--access-log``."""
    with serving(ring) as server:
        server.ask(bearer(ring.valid.text))
        server.ask("X-API-Key: nonsense", path="/else")
        server.stop()
        said = server.log.read_text()
    assert re.fullmatch(r"keytui verifies API keys on 127\.0\.0\.1:\d+\. SIGTERM .*\n", said)


def test_the_access_log_has_no_key(ring: Ring) -> None:
    """In the query, the path, the method, a cookie or twice: the log has none of it."""
    text = ring.valid.text
    key = bearer(text)
    with serving(ring, "--access-log", "--origin-header", "X-Real-IP") as server:
        for path in ("/verify", f"/verify?key={text}", f"/verify/{text}", f"/{text}"):
            server.ask(key, f"Cookie: {text}", f"X-Real-IP: {text}", f"Referer: {text}", path=path)
        server.ask(key, bearer(ring.spare.text))
        with Line(server.address) as line:  # a method that is a key, and a line that is one
            line.send(f"{text} /verify HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            line.reply()
        with Line(server.address) as line:
            line.send(f"GET /verify HTTP/1.1\r\n{text}\r\n\r\n".encode())
            line.reply()
        server.stop()
        said = server.log.read_text()
    logged = [line for line in said.splitlines() if " GET " in line]
    assert f"127.0.0.1 GET 204 valid, key {ring.valid.key_id}" in logged[0]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", logged[0])
    assert re.search(PATTERN, said) is None
    assert "Traceback" not in said


def counted(reply: str) -> dict[str, float]:
    """Return the counters by verdict."""
    found = re.findall(r'^keytui_verifications_total\{code="(\w+)"\} (\S+)$', reply, re.MULTILINE)
    return {code: float(count) for code, count in found}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_metrics_count_verdicts_over_all_workers(ring: Ring, workers: str) -> None:
    """On loopback they are on; whichever worker is asked, the sum is the whole."""
    asked = {"valid": 9, "expired": 5, "unknown": 4, "deactivated": 3, "owner_inactive": 2}
    with serving(ring, "--workers", workers) as server:
        for kind, times in asked.items():
            for _ in range(times):
                server.ask(bearer(getattr(ring, kind).text))
        for _ in range(6):
            server.ask()
        server.ask(bearer(ring.valid.text), bearer(ring.spare.text))
        replies = [server.ask(path="/metrics") for _ in range(6)]
    for reply in replies:
        assert reply.status == 200
        assert counted(reply.body.decode()) == {
            **dict.fromkeys(asked, 0.0),
            **asked,
            "malformed": 6,
            "not_checked": 1,
        }
        assert ring.valid.text.encode() not in reply.body
        assert reply.headers["content-type"].startswith("text/plain")


def test_metrics_before_the_first_request_are_zero(ring: Ring) -> None:
    """Every code is there from the start, so that a rate can be computed."""
    with serving(ring) as server:
        assert set(counted(server.ask(path="/metrics").body.decode()).values()) == {0.0}


@pytest.mark.parametrize(
    ("options", "host", "status"),
    [
        ([], "127.0.0.1", 200),
        (["--no-metrics"], "127.0.0.1", 404),
        ([], "0.0.0.0", 404),
        (["--metrics"], "0.0.0.0", 200),
    ],
)
def test_metrics_are_for_this_machine_alone_unless_asked(
    ring: Ring, options: list[str], host: str, status: int
) -> None:
    """Off by default where others can reach the port."""
    port = free_port(host)
    listen = ("--listen", f"{host}:{port}")
    with serving(ring, *listen, *options, address=("127.0.0.1", port)) as server:
        assert server.ask(path="/metrics").status == status
        assert server.ask(bearer(ring.valid.text)).status == 204


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_is_missing_is_said_before_anything_listens(
    ring: Ring, workers: str
) -> None:
    """One sentence, exit code 2, nothing created; not a server that answers 503 for ever."""
    ring.database.unlink()
    port = free_port()
    code, sentence = refused_to_serve(ring, "--listen", f"127.0.0.1:{port}", "--workers", workers)
    assert (code, sentence) == (
        2,
        f"There is no database {ring.database}: name another with --database.",
    )
    assert not ring.database.exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
