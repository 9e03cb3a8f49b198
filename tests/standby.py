"""A standby of the tests' PostgreSQL server: a real one, fed by streaming replication."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from tests.postgresql import Server, in_memory
from tests.verification.support import wait_until


class Standby:
    """A copy of a server that follows it and cannot be written; it ends with :meth:`close`."""

    def __init__(self, primary: Server) -> None:
        """Copy the server and start to follow it."""
        self._primary = primary
        self._folder = Path(tempfile.mkdtemp(prefix="keytui-standby-", dir=in_memory()))
        self._data = self._folder / "data"
        self._user = primary.running.system_user
        if self._user is not None:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        try:
            source = ("-h", primary.folder / "data", "-U", "postgres")
            self._run(
                "pg_basebackup", "-D", self._data, "-R", "-X", "stream", "-c", "fast", *source
            )
            self._control("start", "-o", f'-h "" -k {self._folder}', "-l", self._folder / "log")
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def url(self, primary: str, *, first: bool = True, **parameters: str) -> str:
        """Return the URL of a database here and on the primary.

        Args:
            primary: the database's URL there.
            first: whether this host is named first.
            parameters: more of libpq's, such as ``target_session_attrs``.
        """
        there = psycopg.conninfo.conninfo_to_dict(primary)
        both = (self._folder, there["host"]) if first else (there["host"], self._folder)
        hosts = ",".join(map(str, both))
        more = "".join(f"&{name}={value}" for name, value in parameters.items())
        return f"postgresql://postgres@/{there['dbname']}?host={hosts}{more}"

    def alone(self, primary: str) -> str:
        """Return the URL of a database here alone."""
        name = psycopg.conninfo.conninfo_to_dict(primary)["dbname"]
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def catch_up(self) -> None:
        """Wait until everything that was written on the primary is here."""
        (written,) = self._primary.admin.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        self._primary.admin.execute("SELECT pg_switch_wal()")  # what is not synchronous goes too

        def is_here() -> bool:
            with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres") as here:
                query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
                found = here.execute(query, (written,)).fetchone()
                return bool(found and found[0])

        wait_until(is_here, "the standby")

    def stop(self) -> None:
        """Stop it as a machine that goes away."""
        self._control("stop", "-m", "immediate")

    def close(self) -> None:
        """Stop it, if it runs, and remove it."""
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    def _control(self, what: str, *how: Any) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", what, *how)

    def _run(self, program: str, *arguments: Any) -> None:
        subprocess.run(
            [Path(self._primary.running.bin_path, program), *map(str, arguments)],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=120,
        )
