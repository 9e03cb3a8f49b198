"""The file boundary: whoever can write the database goes around every rule."""

from pathlib import Path
from typing import Final

_READ: Final = 0o044
_WRITE: Final = 0o022
_ENTER: Final = 0o011
"""Bits of st_mode (inode(7)) for other accounts; under an access list the group's
bits are its mask (acl(5)), so that these see it too."""


def remark(file: Path) -> str:
    """Return what to say of a database that other accounts can open; empty where none can.

    Args:
        file: as :func:`.open_database` returns it.
    """
    folder = file.parent.stat().st_mode
    if folder & _WRITE:
        return (
            f"Other accounts can put files beside {file}: no separation of duties; "
            "keep it in a folder of its own."
        )
    companions = [file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))]
    modes = [path.stat().st_mode for path in companions if path.exists()]
    if any(mode & _WRITE for mode in modes) and folder & _ENTER:
        return f"{file} can be written by other accounts: no separation of duties; chmod 600 it."
    if any(mode & _READ for mode in modes) and folder & _ENTER:
        return f"{file} can be read by other accounts: chmod 600 it."
    return ""
