"""Where ``keytui serve`` listens: a port, a Unix socket, a socket of systemd's."""

import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verification.serving import KEYTUI, free_port, refused_to_serve, serving
from tests.verification.support import Ring
from tests.verification.wire import bearer


@pytest.fixture
def path() -> Iterator[Path]:
    """Return where a Unix socket is to be; pytest's own folders may be too deep for one."""
    with tempfile.TemporaryDirectory(prefix="keytui-") as folder:
        yield Path(folder) / "keytui.sock"


def unix(path: Path) -> dict[str, str]:
    """Return where a client of a Unix socket connects."""
    return {"address": str(path)}


def test_a_unix_socket_serves_and_is_removed_at_the_end(ring: Ring, path: Path) -> None:
    """Owner and group may use it, others not; after SIGTERM it is gone."""
    with serving(ring, "--listen", f"unix:{path}", **unix(path)) as server:
        assert server.ask(bearer(ring.valid.text)).status == 204
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert server.stop() == 0
    assert not path.exists()
    assert ring.last_use(ring.valid) != (None, None)


def test_a_peer_without_an_address_has_no_origin(ring: Ring, path: Path) -> None:
    """Behind a Unix socket it is the proxy's header that says from where, or nobody."""
    options = ("--listen", f"unix:{path}", "--origin-header", "X-Real-IP")
    with serving(ring, *options, **unix(path)) as server:
        assert server.ask(bearer(ring.valid.text), "X-Real-IP: 10.0.0.9").status == 204
        assert server.ask(bearer(ring.spare.text)).status == 204
        server.stop()
    assert ring.last_use(ring.valid)[1] == "10.0.0.9"
    assert ring.is_written(ring.spare)
    assert ring.last_use(ring.spare)[1] is None


def test_two_workers_share_a_unix_socket(ring: Ring, path: Path) -> None:
    """Each worker serves it; it is removed once, at the end."""
    options = ("--listen", f"unix:{path}", "--workers", "2")
    with serving(ring, *options, **unix(path)) as server:
        assert {server.ask(bearer(ring.valid.text)).status for _ in range(20)} == {204}
        assert server.stop() == 0
    assert not path.exists()
    assert ring.is_written(ring.valid)


def test_a_socket_left_by_a_crash_is_replaced(ring: Ring, path: Path) -> None:
    """After ``kill -9`` the next start needs nobody's help."""
    with serving(ring, "--listen", f"unix:{path}", **unix(path)) as server:
        server.kill()
    assert path.is_socket()
    with serving(ring, "--listen", f"unix:{path}", **unix(path)) as server:
        assert server.ask(bearer(ring.valid.text)).status == 204
        assert server.stop() == 0


def test_a_socket_that_somebody_listens_on_is_left_alone(ring: Ring, path: Path) -> None:
    """A second server is refused in one sentence; the first one goes on."""
    with serving(ring, "--listen", f"unix:{path}", **unix(path)) as server:
        code, sentence = refused_to_serve(ring, "--listen", f"unix:{path}")
        assert code != 0
        assert sentence == f"Another server listens on unix:{path}: stop it first."
        assert server.ask(bearer(ring.valid.text)).status == 204


def test_a_file_that_is_no_socket_is_never_removed(ring: Ring, path: Path) -> None:
    """A typo, such as the database's own path, does not cost a file."""
    path.write_text("precious")
    _, sentence = refused_to_serve(ring, "--listen", f"unix:{path}")
    assert str(path) in sentence
    assert path.read_text() == "precious"
    refused_to_serve(ring, "--listen", f"unix:{ring.database}")
    assert ring.is_whole()


def test_ipv6_is_served(ring: Ring) -> None:
    """An address in brackets, as in a URL."""
    try:
        port = free_port_6()
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine: {error}")
    with subprocess.Popen(
        [*KEYTUI, "--database", str(ring.database), "serve", "--listen", f"[::1]:{port}"],
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert f"[::1]:{port}" in process.stderr.readline().decode()
        with socket.create_connection(("::1", port), timeout=20) as line:
            line.sendall(b"GET /verify HTTP/1.0\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 401")
        process.terminate()
        assert process.wait(20) == 0


def free_port_6() -> int:
    """Return a port of ::1 on which nobody listens at present."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_socket_by_inheritance_is_served(ring: Ring, workers: str) -> None:
    """As systemd hands it over; metrics are off, for who knows where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        given = listening.fileno()
        with serving(
            ring,
            *("--listen", f"fd:{given}", "--workers", workers),
            address=listening.getsockname(),
            pass_fds=[given],
        ) as server:
            assert server.ask(bearer(ring.valid.text)).status == 204
            assert server.ask(path="/metrics").status == 404
            assert server.stop() == 0
    assert ring.is_written(ring.valid)


def test_a_unix_socket_by_inheritance_is_served_and_left(ring: Ring, path: Path) -> None:
    """It is systemd's: it is still there afterwards, as systemd expects."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        given = listening.fileno()
        options = ("--listen", f"fd:{given}")
        with serving(ring, *options, pass_fds=[given], **unix(path)) as server:
            assert server.ask(bearer(ring.valid.text)).status == 204
            assert server.ask(path="/metrics").status == 200
            assert server.stop() == 0
    assert path.is_socket()


def test_a_port_is_free_again_after_the_end(ring: Ring) -> None:
    """A restart finds the port it had."""
    port = free_port()
    for _ in range(2):
        options = ("--listen", f"127.0.0.1:{port}")
        with serving(ring, *options, address=("127.0.0.1", port)) as server:
            assert server.ask().status == 401
            assert server.stop() == 0
