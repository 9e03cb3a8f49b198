"""``keytui serve`` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.verification.support import LIMIT_SECONDS, Ring, wait_until
from tests.verification.wire import Address, Reply, ask

KEYTUI = (sys.executable, "-W", "error", "-m", "keytui")


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nobody listens at present."""
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


class Server:
    """One ``keytui serve``."""

    def __init__(
        self,
        ring: Ring,
        *options: str | Path,
        address: Address,
        pass_fds: Sequence[int] = (),
        **environ: str,
    ) -> None:
        """Start it and wait until it answers."""
        self.address = address
        self.log = ring.database.with_name(f"serve-{time.monotonic_ns()}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*KEYTUI, "--database", str(ring.database), "serve", *map(str, options)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
                start_new_session=True,
                env=os.environ | {"TMPDIR": str(ring.database.parent)} | environ,
            )
        try:
            wait_until(self._answers, "the server's first answer")
        except AssertionError as error:
            self.kill()
            raise AssertionError(self.log.read_text()) from error

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with suppress(OSError):
            return ask(self.address, path="/healthz").status == 200
        return False

    def ask(self, *headers: str, **how: Any) -> Reply:
        """Ask once, over a connection of its own."""
        return ask(self.address, *headers, **how)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; return how it ended."""
        self.process.send_signal(number)
        return self.process.wait(LIMIT_SECONDS)

    def kill(self) -> None:
        """End it and its workers, if they still run."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(ring: Ring, *options: str | Path, **how: Any) -> Iterator[Server]:
    """Serve a ring on a port of 127.0.0.1, or where the options say, around a block."""
    if "address" not in how:
        port = free_port()
        how["address"] = ("127.0.0.1", port)
        options = ("--listen", f"127.0.0.1:{port}", *options)
    server = Server(ring, *options, **how)
    try:
        yield server
    finally:
        server.kill()


def refused_to_serve(ring: Ring, *options: str | Path, **how: Any) -> tuple[int, str]:
    """Run a ``keytui serve`` that cannot start; return its exit code and its sentence."""
    ended = subprocess.run(
        [*KEYTUI, "--database", str(ring.database), "serve", *map(str, options)],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        **how,
    )
    assert ended.stdout == ""
    assert ended.stderr.startswith("keytui: "), ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "internal error" not in ended.stderr
    return ended.returncode, ended.stderr.removeprefix("keytui: ").removesuffix("\n")
