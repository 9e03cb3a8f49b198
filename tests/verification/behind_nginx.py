"""A site behind nginx: the README's configuration, a program that is guarded, keytui beside it."""

import csv
import http.server
import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keytui.services import report, report_lines
from keytui.services.host import host_actor
from keytui.storage.database import close_database, open_database
from tests.verification.serving import Server, free_port, serving
from tests.verification.support import Ring, wait_until
from tests.verification.wire import ask

NGINX: Final = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
README: Final = Path(__file__).parents[2] / "README.md"
SHOWN: Final = re.compile(r"<!-- nginx -->\s*```nginx\n(.*?)```", re.DOTALL)
AROUND: Final = """
daemon off;
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""


def configuration() -> str:
    """Return the configuration that the README shows."""
    shown = SHOWN.search(README.read_text(encoding="utf-8"))
    assert shown, "the README shows no configuration of nginx"
    return shown[1]


@dataclass
class Site:
    """nginx in front of a program, and keytui beside it."""

    ring: Ring
    address: tuple[str, int]
    server: Server
    seen: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request that the program behind got, names in lower case."""

    def report(self) -> dict[str, dict[str, str]]:
        """Return the exported report, by key_id."""
        stream = io.BytesIO()
        open_database(str(self.ring.database))
        report.export_to_stream(
            host_actor(self.ring.database, "local"), report_lines.Format.CSV, stream
        )
        close_database()
        rows = csv.DictReader(io.StringIO(stream.getvalue().decode()))
        return {row["key_id"]: row for row in rows}


@contextmanager
def program(seen: list[dict[str, str]]) -> Iterator[int]:
    """Run the program that is guarded; give its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "8")
            self.end_headers()
            self.wfile.write(b"welcome\n")

        do_POST = do_GET  # noqa: N815 - the name is http.server's

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving_it:
        thread = threading.Thread(target=serving_it.serve_forever, args=(0.01,))
        thread.start()
        yield serving_it.server_address[1]
        serving_it.shutdown()
        thread.join()


@contextmanager
def nginx(folder: Path, block: str) -> Iterator[None]:
    """Run nginx with a configuration block."""
    assert NGINX is not None
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(user=user, folder=folder, block=block))
    with (
        (folder / "out").open("wb") as out,
        subprocess.Popen([NGINX, "-p", folder, "-c", file], stdout=out, stderr=out) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def guarded(ring: Ring) -> Iterator[Site]:
    """Set everything up as the README says, on paths and ports of the test's own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keytui-")))
        path, port = folder / "keytui.sock", free_port()
        options = ("--listen", f"unix:{path}", "--origin-header", "X-Real-IP")
        server = stack.enter_context(serving(ring, *options, address=str(path)))
        made = Site(ring, ("127.0.0.1", port), server)
        behind = stack.enter_context(program(made.seen))
        block = configuration()
        for shown, meant in (
            ("/run/keytui.sock", str(path)),
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ):
            assert shown in block, f"the configuration does not say {shown}"
            block = block.replace(shown, meant)
        stack.enter_context(nginx(folder, block))
        wait_until(lambda: _answers(made), "nginx's first answer")
        yield made


def _answers(site: Site) -> bool:
    try:
        return ask(site.address, path="/").status == 401
    except OSError:
        return False
