"""Audit keys that were in use once: they lie beside the key in use, under dated names."""

import os
from collections.abc import Iterator

from keytui.domain.errors import DatabaseUnusable
from keytui.storage.audit_key import KeyFile


def find(path: str, database: str, fingerprint: bytes) -> KeyFile | None:
    """Return the key that has this fingerprint: the one in use, or one from before it.

    Args:
        path: the file of the key in use, which need not be there.
        database: the database it belongs to.
        fingerprint: of the key that is looked for.
    """
    for file in _all(path, database):
        if is_usable(file) and file.fingerprint == fingerprint:
            return file
    return None


def is_usable(file: KeyFile) -> bool:
    """Tell whether there is a private file with a key in it."""
    try:
        file.read()
    except DatabaseUnusable:
        return False
    return True


def _all(path: str, database: str) -> Iterator[KeyFile]:
    yield KeyFile(path, database)
    folder, name = os.path.split(path)
    if os.path.isdir(folder):
        for file in sorted(os.listdir(folder), reverse=True):
            if file.startswith(f"{name}.until-"):
                yield KeyFile(os.path.join(folder, file), database)
