"""A database of an earlier keytui."""

import shutil
from pathlib import Path

import pytest

from keytui.storage import guards, guards_sqlite, schema
from keytui.storage.database import close_database, open_database


def make_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create a database as the program did that knew three migrations, no guards and no chain."""
    folder = path.with_name("old-migrations")
    shutil.copytree(
        schema._FOLDER,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__*", "000[4-9]*", "00[1-9]*"),
    )
    with monkeypatch.context() as before:
        before.setattr(schema, "_FOLDER", str(folder))
        before.setattr(guards, "GUARDS", ())
        before.setattr(guards_sqlite, "GUARDS", ())
        before.setattr(guards_sqlite, "CONSTRAINTS", {})
        before.setattr(guards_sqlite, "UNIQUE", {})
        open_database(str(path))
        close_database()
    path.with_name(f"{path.name}.audit-key").unlink()
