"""Looking a key up on a PostgreSQL server: one prepared query a verification.

Nothing is remembered: a server does not say beforehand whether anybody changed
anything, and asking costs as much as the query. A connection that the server
has closed, as for a restart, is opened once more before that counts as a fault.
"""

from typing import TYPE_CHECKING, Any, Final

from keytui.domain.errors import DatabaseUnusable
from keytui.storage import libpq, schema
from keytui.storage.faults import explain
from keytui.storage.key_lookup import QUERY, Found
from keytui.storage.per_thread import Held, PerThread

if TYPE_CHECKING:
    from psycopg import Connection

_QUERY: Final = QUERY.format("%s")
_ANSWER_MILLISECONDS: Final = 5_000
"""How long the server may take for an answer, unless the URL or the server says otherwise."""
_SETTINGS: Final = f"""
    SET default_transaction_read_only = on;
    SELECT set_config('statement_timeout', '{_ANSWER_MILLISECONDS}', false)
    WHERE current_setting('statement_timeout') = '0'
"""


class ServerKeyLookup(PerThread["Held[Connection[Any]]"]):
    """Finds keys on one PostgreSQL server. Safe to use from any thread."""

    def __init__(self, url: str) -> None:
        """Check that the database is ours and up to date.

        Raises:
            BadInput: libpq cannot read the URL.
            DatabaseUnusable: psycopg is missing, or the database cannot be used.
        """
        libpq.parameters(url)
        from psycopg import Error

        super().__init__()
        self._url = url
        self._error = Error
        try:
            schema.check_current(self._open().connection, libpq.name_of(url))
        except Error as error:
            if getattr(error, "sqlstate", None) == "42P01":
                raise DatabaseUnusable(
                    f"The database {libpq.name_of(url)} is none of keytui's: "
                    "name another with --database."
                ) from error
            raise explain(error) from error

    def find(self, digest: bytes) -> Found | None:
        """Return what is known of the key with this digest.

        Raises:
            DatabaseUnusable: it could not be looked up.
        """
        try:
            mine: Held[Connection[Any]] = self._here.thread
        except AttributeError:
            mine = None  # type: ignore[assignment]  # a thread that comes new
        try:
            if mine is not None:
                try:
                    return _ask(mine, digest)
                except self._error:
                    if not mine.connection.closed:
                        raise
            return _ask(self._open(), digest)
        except self._error as error:
            raise explain(error) from error

    def _new(self) -> "Held[Connection[Any]]":
        connection = libpq.connect(self._url, autocommit=True)
        try:
            connection.execute(_SETTINGS)
        except BaseException:
            connection.close()
            raise
        return Held(connection)


def _ask(thread: "Held[Connection[Any]]", digest: bytes) -> Found | None:
    with thread.lock:
        return thread.connection.execute(_QUERY, (digest,), prepare=True).fetchone()
