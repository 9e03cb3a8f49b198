"""Save to file: into a new file that nobody else can read, straight from the secret's memory."""

import os
import stat
from pathlib import Path

from keytui.domain.errors import BadInput, Conflict
from keytui.domain.paths import absolute_path
from keytui.domain.secret import Secret
from keytui.domain.text import harmless
from keytui.settings import data_folder

_OTHERS = 0o077


def suggestion(name: str) -> str:
    """Return a place to suggest for a secret called ``name``: a new file in a folder of keytui's own."""
    endings = ("", *(f"-{number}" for number in range(2, 100)))
    files = [_own_folder() / f"{name}{ending}.txt" for ending in endings]
    file = str(next((file for file in files if not file.exists()), files[0]))
    home = os.path.expanduser("~/")
    return f"~/{file.removeprefix(home)}" if file.startswith(home) else file


def save(secret: Secret, typed: str) -> Path:
    """Write the text alone, without an end of line, and return where it is.

    The file is new (``O_EXCL``), 0600, on disk when this returns, and in a
    folder that belongs to the person and that nobody else can enter.

    Raises:
        BadInput: nothing can be saved there; the sentence says why.
        Conflict: there is something already.
    """
    path = absolute_path(typed)
    shown = harmless(str(path))
    try:
        if path.parent == _own_folder():
            _make_own_folder()
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _check(os.fstat(folder), harmless(str(path.parent)))
            _write(secret, path.name, folder)
        finally:
            os.close(folder)
    except FileExistsError as error:
        raise Conflict(f"{shown} exists already: choose another name.") from error
    except (OSError, ValueError) as error:  # no such folder, a disk that is full, a zero byte
        why = error.strerror if isinstance(error, OSError) else "no such name can be"
        raise BadInput(f"Not saved ({why}): choose another place than {shown}.") from error
    return path


def _own_folder() -> Path:
    return data_folder() / "keys"


def _make_own_folder() -> None:
    folder = _own_folder()
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    for private in (folder.parent, folder):  # mkdir gives its mode to the last one alone
        if not private.exists():
            private.mkdir(mode=0o700)


def _check(folder: os.stat_result, shown: str) -> None:
    if folder.st_uid != os.geteuid() or stat.S_IMODE(folder.st_mode) & _OTHERS:
        raise BadInput(
            f"Others may enter the folder {shown}: choose one that only you can "
            "(chmod 700 makes it so)."
        )


def _write(secret: Secret, name: str, folder: int) -> None:
    # By the folder's number: whoever renames a folder above it changes nothing.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(name, flags, 0o600, dir_fd=folder)
    whole = False
    try:
        text = secret.view()
        written = os.write(file, text)
        os.fsync(file)
        os.fsync(folder)
        whole = 0 < written == len(text) and not secret.wiped
    finally:
        os.close(file)
        if not whole:
            os.unlink(name, dir_fd=folder)
    if not whole:
        raise OSError(None, "not all of it could be written")
