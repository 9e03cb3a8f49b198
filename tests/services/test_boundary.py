"""What is said of a database that other accounts can open."""

from pathlib import Path

import pytest

from keytui.services import boundary


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a private file in a folder that others may enter."""
    path = tmp_path / "keytui.db"
    path.touch(0o600)
    path.parent.chmod(0o755)
    return path


def test_a_private_file_needs_no_word(file: Path) -> None:
    """0600 in a folder that only its account writes."""
    assert boundary.remark(file) == ""


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o660, 0o666])
def test_a_file_that_others_write_is_called_what_it_is(file: Path, mode: int) -> None:
    """No separation of duties."""
    file.chmod(mode)
    assert boundary.remark(file) == (
        f"{file} can be written by other accounts: no separation of duties; chmod 600 it."
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_read_is_said(file: Path, mode: int) -> None:
    """They see who there is, and what."""
    file.chmod(mode)
    assert boundary.remark(file) == f"{file} can be read by other accounts: chmod 600 it."


def test_the_wal_beside_it_counts_too(file: Path) -> None:
    """SQLite takes its pages for the newest."""
    file.with_name("keytui.db-wal").touch(0o600)
    file.with_name("keytui.db-wal").chmod(0o660)
    assert "no separation of duties" in boundary.remark(file)


def test_a_folder_that_others_write_is_said(file: Path) -> None:
    """They could put another file in its place."""
    file.parent.chmod(0o1777)
    assert boundary.remark(file) == (
        f"Other accounts can put files beside {file}: no separation of duties; "
        "keep it in a folder of its own."
    )


def test_a_folder_that_nobody_else_enters_protects_the_file(file: Path) -> None:
    """Whatever the file's own mode is."""
    file.chmod(0o666)
    file.parent.chmod(0o700)
    assert boundary.remark(file) == ""
