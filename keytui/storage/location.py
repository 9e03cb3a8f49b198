"""What names a database: a path or a URL."""

from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute
from keytui.domain.text import harmless

_LONGEST = 64
"""Characters that are repeated of what is no database."""


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
            "give a file path or sqlite:///PATH with --database."
        )
    return absolute(path)
