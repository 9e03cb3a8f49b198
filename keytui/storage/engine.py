"""What the two engines do differently, as one interface; each has a module of its own."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from keytui.storage.location import canonical, is_postgresql

if TYPE_CHECKING:
    from peewee import Database

BUSY_SECONDS: Final = 5
"""How long another writer is waited for."""


class Engine(Protocol):
    """One database, on a file or on a server.

    Attributes:
        location: its canonical location.
        name: what to call it in a sentence; no password.
        file: the file that it is, absolute; empty for a server.
        param: what stands for a parameter in SQL.
        snapshot: the statement after which a reader sees one moment.
    """

    location: str
    name: str
    file: str
    param: str
    snapshot: str

    def key_path(self, chosen: str) -> str:
        """Return where the audit key is, absolute; ``chosen`` is the setting, or ``""``."""

    def host_file(self, key: str) -> Path:
        """Return the file whose owner is the host's own account; ``key`` is the audit key's."""

    def prepare(self, *, create: bool) -> None:
        """Leave a usable, current database of ours, or say why that cannot be."""

    def peewee(self) -> "Database":
        """Make the Peewee database that services work on."""

    def look(self) -> None:
        """Before each use: is the database still the one that was opened?"""

    def writing(self, wait_seconds: float) -> AbstractContextManager[None]:
        """Keep other writers out during the block, as far as the engine cannot do that itself."""

    def begin(self) -> None:
        """Do the first step of a transaction that is open: nobody else writes from here on."""

    def close(self, wait_seconds: float) -> None:
        """Close the calling thread's connection, which is open."""

    def reader(self) -> AbstractContextManager[Any]:
        """Open a DB-API connection of its own that changes nothing, for the block."""


def engine_of(location: str, wait_seconds: float) -> Engine:
    """Return the engine of a database; nothing is opened yet.

    Args:
        location: a path or URL, as :func:`.canonical` takes it.
        wait_seconds: how long another writer is waited for.

    Raises:
        BadInput: ``location`` is no path and no URL that is supported.
        DatabaseUnusable: what the engine needs is not installed.
    """
    place = canonical(location)
    if is_postgresql(place):
        from keytui.storage.postgresql import PostgresqlServer  # late: psycopg is an extra

        return PostgresqlServer(place, wait_seconds)
    from keytui.storage.sqlite_engine import SqliteFile

    return SqliteFile(place, wait_seconds)
