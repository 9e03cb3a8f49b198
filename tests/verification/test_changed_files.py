"""A file that changes places below an open verifier."""

import shutil

import pytest

from keytui import Code, Verifier
from keytui.domain.errors import DatabaseUnusable
from tests.verification.support import Key, Ring, copy_ring, wait_until


def refuses(verifier: Verifier, key: Key) -> bool:
    """Tell whether a key is not good, or cannot be checked."""
    try:
        return not verifier.verify(key.text)
    except DatabaseUnusable:
        return True


def test_a_database_that_went_away_is_soon_no_yes(ring: Ring, verifier: Verifier) -> None:
    """A removed file is not answered for, for ever, from the open descriptor of what it was."""
    assert verifier.verify(ring.valid.text)
    for file in ring.database.parent.iterdir():
        file.unlink()
    wait_until(lambda: refuses(verifier, ring.valid), "the refusal")
    with pytest.raises(DatabaseUnusable):
        verifier.verify(ring.valid.text)
    with pytest.raises(DatabaseUnusable):
        verifier.check()


def test_a_database_that_was_replaced_is_soon_the_one_that_counts(
    ring: Ring, first_ring: Ring, verifier: Verifier, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After a restore from a backup it is the restored file that is read, without a restart."""
    backup = copy_ring(first_ring, tmp_path_factory.mktemp("backup"))
    backup.rows(
        "UPDATE api_key SET deactivated_at = 1, deactivated_by = 'adam', "
        "deactivation_reason = 'left' WHERE id = ?",
        ring.valid.key_id,
    )
    assert verifier.verify(ring.valid.text)
    for file in ring.database.parent.iterdir():
        file.unlink()
    shutil.copy(backup.database, ring.database)
    wait_until(lambda: refuses(verifier, ring.valid), "the refusal")
    assert verifier.verify(ring.valid.text).code is Code.DEACTIVATED
    assert verifier.verify(ring.spare.text)
