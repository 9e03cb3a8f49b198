"""The place of a report: which files it may be, and how it gets there whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keytui.domain.errors import BadInput, Conflict
from keytui.domain.text import harmless
from keytui.storage.database import is_open_database


def check(path: Path, form: str, *, replace: bool) -> None:
    """Let only reports be written and replaced: never a database or another program's file.

    Args:
        path: the place.
        form: how the report is written: what its name ends in, before ``.gz`` if that is there.
        replace: whether a file that is there may be replaced.

    Raises:
        BadInput: no report can be there.
        Conflict: there is a file already, and ``replace`` is false.
        OSError: it is a folder.
    """
    if not path.name.removesuffix(".gz").endswith(f".{form}"):
        raise BadInput(
            f"The name of a report as {form} ends in .{form} (or that and .gz), unlike "
            f"{harmless(path.name)[:64]}: choose another name, or another format."
        )
    if is_open_database(path):
        raise BadInput("This is keytui's own database: choose another place.")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not replace and path.exists():
        raise exists(path)
    if replace and path.is_symlink() and not path.exists():
        raise BadInput(f"{harmless(str(path))} is a link to nowhere: name the file itself.")


@contextmanager
def filled(path: Path, unfinished: Path, *, replace: bool) -> Iterator[None]:
    """Have the report in its place; put things back as they were if the block fails.

    Args:
        path: the place.
        unfinished: the whole report, in a private file of the same folder.
        replace: whether a file that is there may be replaced.

    Raises:
        Conflict: there is a file already, and ``replace`` is false.
    """
    before = unfinished.with_name(f"{unfinished.name}.before")
    replaced = replace and path.is_file()
    if replaced:
        _place(path, before)
        unfinished.replace(path)
    else:
        _place(unfinished, path)
    try:
        yield
    except BaseException:
        if replaced:
            before.replace(path)
        else:
            path.unlink(missing_ok=True)
        raise
    finally:
        before.unlink(missing_ok=True)


def _place(file: Path, path: Path) -> None:
    try:
        # A link, unlike a rename, never replaces what somebody put there meanwhile.
        path.hardlink_to(file)
    except FileExistsError as error:
        raise exists(path) from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        _copy(file, path)  # a file system without hard links


def _copy(file: Path, path: Path) -> None:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise exists(path) from error
    with os.fdopen(handle, "wb") as target, file.open("rb") as source:
        shutil.copyfileobj(source, target)


def exists(path: Path) -> Conflict:
    """Return the refusal of a place that is taken."""
    return Conflict(f"{harmless(str(path))} exists already: nothing was written.")
