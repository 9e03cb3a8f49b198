"""What names a database: a path or a URL."""

from typing import Final

from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute
from keytui.domain.text import harmless

_LONGEST = 64
"""Characters that are repeated of what is no database."""

_POSTGRESQL: Final = "postgresql://"


def canonical(location: str) -> str:
    """Return the one form of a location: an absolute path, or a ``postgresql://`` URL.

    The URL stays as it is written, for libpq to read: several hosts, ``sslmode``,
    time-outs and %-escapes are its business.

    Args:
        location: a path, with ``~`` for a home folder, or a ``sqlite:///``,
            ``postgresql://`` or ``postgres://`` URL.

    Raises:
        BadInput: it is a URL of another kind, or no path at all.
    """
    scheme, separator, rest = location.strip().partition("://")
    if separator and scheme in ("postgresql", "postgres"):
        return f"{_POSTGRESQL}{rest}"
    return sqlite_path(location)


def is_postgresql(place: str) -> bool:
    """Tell whether a canonical location is on a PostgreSQL server."""
    return place.startswith(_POSTGRESQL)


def sqlite_path(location: str) -> str:
    """Return the absolute path of the file that ``location`` names.

    Args:
        location: a path, with ``~`` for a home folder, or a ``sqlite:///`` URL.

    Raises:
        BadInput: it is a URL of another kind, or no path at all.
    """
    scheme, separator, path = location.partition("://")
    if not separator:
        path = location
    elif scheme == "sqlite" and path.startswith("/"):
        path = path[1:]
    else:
        raise BadInput(
            f"keytui cannot use a {harmless(scheme)[:_LONGEST]} database: "
            "give a file path, sqlite:///PATH or a postgresql:// URL with --database."
        )
    return absolute(path)
