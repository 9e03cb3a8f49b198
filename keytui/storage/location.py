"""What names a database: a path or a URL."""

import os

from keytui.domain.errors import BadInput


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
            f"keytui cannot use a {scheme} database: "
            "give a file path or sqlite:///PATH with --database."
        )
    if not path or "\0" in path:
        raise BadInput("Name a database file with --database.")
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        raise BadInput(f"There is no home folder for {path}: write the whole path.")
    return os.path.abspath(expanded)
