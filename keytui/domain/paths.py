"""Paths as people type them."""

import os
from typing import TYPE_CHECKING

from keytui.domain.errors import BadInput
from keytui.domain.text import harmless

_LONGEST = 4_095
"""Bytes of a path on Linux (``PATH_MAX`` of linux/limits.h, without its NUL)."""

if TYPE_CHECKING:
    from pathlib import Path


def absolute(typed: str) -> str:
    """Return the absolute path that was typed, with ``~`` for a home folder.

    Raises:
        BadInput: it is empty, too long, names nobody's home, has no folder,
            or holds control characters.
    """
    path = typed.strip()
    if not path:
        raise BadInput("Enter the name of a file.")
    _check(path)
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        raise BadInput(f"There is no home folder for {path}: write the whole path.")
    try:
        whole = os.path.abspath(expanded)
    except FileNotFoundError as error:
        raise BadInput("The present folder was removed: write the whole path.") from error
    _check(whole)  # once more: the present folder has a name too
    return whole


def _check(path: str) -> None:
    if harmless(path) != path:
        raise BadInput(
            "The name of a file or folder cannot hold control characters, "
            "nor bytes that are not UTF-8: choose another."
        )
    if len(os.fsencode(path)) > _LONGEST:
        raise BadInput(f"The name of a file has at most {_LONGEST:,} bytes: give a shorter one.")


def absolute_path(typed: str) -> "Path":
    """Return :func:`absolute` as a path object."""
    from pathlib import Path  # late: a verification does without it

    return Path(absolute(typed))
