"""``keytui serve``: the HTTP door on a socket."""

import contextlib
import ipaddress
import os
import re
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.session import Session
from keytui.domain.errors import BadInput
from keytui.services.verification import Verifier
from keytui.storage.location import canonical

if TYPE_CHECKING:
    from types import ModuleType

_BACKLOG = 2_048
_DRAIN_SECONDS = 10


@click.command("serve")
@click.option(
    "--listen",
    default="127.0.0.1:8055",
    show_default=True,
    metavar="ADDRESS",
    help="HOST:PORT, unix:/PATH, or fd:N for a socket that systemd opened.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--origin-header",
    default="",
    metavar="NAME",
    help="The header in which your proxy says from where a request comes, such as X-Real-IP.",
)
@click.option("--metrics/--no-metrics", default=None, help="GET /metrics (default: on loopback).")
@click.option(
    "--access-log", is_flag=True, help="A line a request to standard error, no key in it."
)
@click.pass_obj
def serve(  # noqa: PLR0913 - click hands over one argument an option
    session: Session,
    /,
    *,
    listen: str,
    workers: int,
    origin_header: str,
    metrics: bool | None,
    access_log: bool,
) -> None:
    """Verify API keys over HTTP, for nginx, Caddy, Traefik, Envoy and your own programs."""
    uvicorn = _server()
    if origin_header and not re.fullmatch(r"[A-Za-z0-9-]+", origin_header):
        raise BadInput("Give --origin-header the name of a header, such as X-Real-IP.")
    database = canonical(session.settings.location)
    Verifier(database).close()  # what is wrong is said here, in one sentence
    bound, local = _bind(listen)
    show_metrics = local if metrics is None else metrics
    with bound as listening, _shared_counters(show_metrics and workers > 1):
        os.environ["KEYTUI_GATEWAY_DATABASE"] = database
        os.environ["KEYTUI_GATEWAY_ORIGIN_HEADER"] = origin_header
        os.environ["KEYTUI_GATEWAY_METRICS"] = str(int(show_metrics))
        os.environ["KEYTUI_GATEWAY_ACCESS_LOG"] = str(int(access_log))
        config = uvicorn.Config(
            "keytui.gateway:application",
            factory=True,
            workers=workers,
            lifespan="on",
            ws="none",  # Caddy passes Upgrade on: the key decides, not the protocol
            access_log=False,  # uvicorn's own holds the path, and a path may hold a key
            log_level="error",
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
        # uvicorn ends itself by the signal that stopped it; there is still a socket to remove.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        say(f"keytui verifies API keys on {listen}. SIGTERM or Ctrl+C stops it.")
        server = uvicorn.Server(config)
        if workers == 1:
            server.run(sockets=[listening])
            if not server.started:
                fail("The HTTP server did not start.", ExitCode.CANNOT)
        else:
            from uvicorn.supervisors import Multiprocess

            Multiprocess(config, sockets=[listening]).run()
    sys.exit(ExitCode.DONE)


def _server() -> "ModuleType":
    try:
        import prometheus_client  # noqa: F401 - only whether it is there
        import uvicorn
    except ImportError:
        fail(
            "The HTTP door needs its extra: install it with pip install 'keytui[gateway]'.",
            ExitCode.CANNOT,
        )
    return uvicorn


def _bind(listen: str) -> tuple[contextlib.AbstractContextManager[socket.socket], bool]:
    """Return the listening socket, to be closed by a ``with``, and whether it is of this machine alone.

    Raises:
        BadInput: the address does not fit or cannot be listened on.
    """
    kind, _, rest = listen.partition(":")
    try:
        if kind == "unix" and rest.startswith("/"):
            return _unix(rest), True
        if kind == "fd" and rest.isdecimal():
            given = socket.socket(fileno=int(rest))
            return contextlib.closing(given), given.family == socket.AF_UNIX
        host, _, port = listen.rpartition(":")
        address = ipaddress.ip_address(host.strip("[]"))
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 - IPv6
        if int(port) not in range(1 << 16):
            raise OverflowError(port)  # noqa: TRY301 - said like every other bad address
        bound = socket.create_server((str(address), int(port)), family=family, backlog=_BACKLOG)
        return contextlib.closing(bound), address.is_loopback
    except (ValueError, OverflowError) as error:  # no address, no number, no port
        raise BadInput(
            "Give --listen as ADDRESS:PORT with an IP address, as unix:/PATH, or as fd:N."
        ) from error
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise BadInput(f"keytui cannot listen on {listen} ({why}).") from error


@contextlib.contextmanager
def _unix(path: str) -> Iterator[socket.socket]:
    """Listen on a Unix socket that owner and group may use (0660); remove it at the end."""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as bound:
        _remove_dead_socket(path)
        before = os.umask(0o117)
        try:
            bound.bind(path)
        except OSError as error:
            raise BadInput(
                f"keytui cannot listen on unix:{path} ({error.strerror or error})."
            ) from error
        finally:
            os.umask(before)
        bound.listen(_BACKLOG)
        try:
            yield bound
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)


def _remove_dead_socket(path: str) -> None:
    """Remove a socket that a server of before left behind; never one that somebody listens on.

    Raises:
        BadInput: there is something else, or somebody listens.
    """
    if os.path.lexists(path) and not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise BadInput(f"{path} is there and is no socket: choose another path for --listen.")
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
        except OSError:
            return
        else:
            raise BadInput(f"Another server listens on unix:{path}: stop it first.")


@contextlib.contextmanager
def _shared_counters(needed: bool) -> Iterator[None]:
    """Let the workers count into one folder, where there is more than one."""
    if not needed:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="keytui-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
