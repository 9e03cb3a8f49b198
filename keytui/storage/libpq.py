"""Connections by libpq: the URL as it is, and what keytui adds where it says nothing.

Without Peewee, because verification connects by itself.
"""

import os
import select
from typing import TYPE_CHECKING, Any, Final

from keytui.domain.errors import BadInput, DatabaseUnusable
from keytui.domain.text import harmless

if TYPE_CHECKING:
    from psycopg import Connection

_CONNECT_SECONDS: Final = 10
"""libpq would wait for ever by itself (``connect_timeout``)."""
_SILENT_MILLISECONDS: Final = 10_000
"""How long what was sent may stay without an answer from the network (``tcp_user_timeout``)."""


def parameters(url: str) -> dict[str, Any]:
    """Return what to connect with besides the URL.

    Raises:
        BadInput: libpq cannot read the URL.
        DatabaseUnusable: psycopg is not installed.
    """
    given = _given(url)
    added: dict[str, Any] = {"fallback_application_name": "keytui"}
    if "connect_timeout" not in given and "PGCONNECT_TIMEOUT" not in os.environ:
        added["connect_timeout"] = _CONNECT_SECONDS
    if "tcp_user_timeout" not in given:
        added["tcp_user_timeout"] = _SILENT_MILLISECONDS
    return added


def name_of(url: str) -> str:
    """Return what to call the database in a sentence: no user, no password."""
    given = _given(url)
    host = given.get("host") or given.get("hostaddr") or "this machine"
    return harmless(f"{given.get('dbname') or 'of the account'} on {host}")


def connect(url: str, **how: Any) -> "Connection[Any]":  # noqa: ANN401 - passed on
    """Connect.

    Raises:
        psycopg.Error: it cannot be reached; for :mod:`.faults`.
    """
    import psycopg

    return psycopg.connect(url, **parameters(url), **how)


def is_lost(connection: Any) -> bool:  # noqa: ANN401 - of psycopg
    """Tell whether the server has closed an idle connection, without asking it unless it spoke.

    A server that shuts down says so; in an idle connection anything to read is
    a reason to ask.
    """
    import psycopg

    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return False
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return True
    return False


def _given(url: str) -> dict[str, Any]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise DatabaseUnusable(
            "PostgreSQL needs a package more: pip install 'keytui[postgresql]'."
        ) from error
    try:
        return conninfo_to_dict(url)
    except ProgrammingError as error:
        # Not repeated, and libpq's words neither: they may hold the password.
        raise BadInput(
            "The database URL cannot be read: write it as postgresql://USER@HOST/DATABASE, "
            "other characters as %-escapes."
        ) from error
