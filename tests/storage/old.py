"""A database of an earlier keytui."""

import shutil
from pathlib import Path

import pytest

from keytui.storage import guards, schema
from keytui.storage.database import close_database, open_database


def make_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create a database as the program did that knew three migrations and no guards."""
    folder = path.with_name("migrations")
    shutil.copytree(schema._FOLDER, folder, ignore=shutil.ignore_patterns("__*", "000[4-9]*"))
    with monkeypatch.context() as before:
        before.setattr(schema, "_FOLDER", str(folder))
        before.setattr(guards, "GUARDS", ())
        before.setattr(guards, "CONSTRAINTS", {})
        open_database(str(path))
        close_database()
