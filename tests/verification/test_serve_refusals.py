"""Where ``keytui serve`` cannot listen, and without what it cannot serve: one sentence each."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verification.serving import refused_to_serve
from tests.verification.support import Ring


def test_a_path_too_long_for_a_socket_is_said(ring: Ring, tmp_path: Path) -> None:
    """The sentence says what is wrong, not ``None``."""
    _, sentence = refused_to_serve(ring, "--listen", f"unix:{tmp_path}/{'a' * 200}")
    assert "None" not in sentence
    assert "long" in sentence


def test_a_folder_that_is_not_there_is_said(ring: Ring, tmp_path: Path) -> None:
    """No folder is created for a socket."""
    _, sentence = refused_to_serve(ring, "--listen", f"unix:{tmp_path}/no/keytui.sock")
    assert sentence == (
        f"keytui cannot listen on unix:{tmp_path}/no/keytui.sock (No such file or directory)."
    )


def test_a_port_in_use_is_said(ring: Ring) -> None:
    """One sentence, whoever holds it, with one worker or two."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        for workers in ("1", "2"):
            code, sentence = refused_to_serve(ring, "--listen", listen, "--workers", workers)
            assert code != 0
            assert sentence.startswith(f"keytui cannot listen on {listen} (Address already in use")


@pytest.mark.parametrize(
    "listen",
    ["", "8055", "localhost:8055", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1",
     "unix:keytui.sock", "unix:", "fd:", "fd:x", "fd:999", "fd:99999999999999999999", "0.0.0.0.0:1",
     "http://127.0.0.1:8055"],
)  # fmt: skip
def test_an_address_that_is_none_is_said(ring: Ring, listen: str) -> None:
    """One sentence for every way to get ``--listen`` wrong."""
    code, sentence = refused_to_serve(ring, "--listen", listen)
    assert code != 0
    assert "listen" in sentence


def test_a_file_by_inheritance_is_no_socket(ring: Ring) -> None:
    """A descriptor of something else is refused in one sentence."""
    with ring.database.with_name("file").open("wb") as file:
        given = file.fileno()
        code, sentence = refused_to_serve(ring, "--listen", f"fd:{given}", pass_fds=[given])
    assert code != 0
    assert sentence.startswith(f"keytui cannot listen on fd:{given} (")


def test_without_the_extra_it_says_what_to_install(ring: Ring) -> None:
    """``pip install keytui`` alone brings no server: one sentence names the extra."""
    blocked = (
        "import sys\nsys.modules[{!r}] = None\nsys.argv[1:1] = ['--database', {!r}]\n"
        "from keytui.cli import main\nmain()"
    )
    for module in ("uvicorn", "prometheus_client"):
        ended = subprocess.run(
            [sys.executable, "-c", blocked.format(module, str(ring.database)), "serve"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (
            2,
            "keytui: The HTTP door needs its extra: install it with pip install 'keytui[gateway]'.\n",
        )
